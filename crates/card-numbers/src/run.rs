//! Digits as they stand in a text: in groups, with one blank, hyphen or dot between two of them.

use std::ops::Range;

use crate::network::DIGITS;
use crate::sign::{Joint, Sign, sign};
use crate::stretch::stretches;
use crate::{DIGITS_SHOWN, Found};

/// A group in the middle of a number has as many digits, unless one rule goes through the whole run. Dates and lists of
/// small numbers don't.
const GROUP_DIGITS_MIN: usize = 3;

/// Groups of digits that belong together as far as anybody can see.
#[derive(Debug, Default)]
pub(crate) struct Run {
    /// The value of each.
    digits: Vec<u8>,
    /// Where each stands, in bytes.
    places: Vec<Range<usize>>,
    /// Where each group begins among the digits.
    groups: Vec<usize>,
    /// What stands between each group and the next.
    joints: Vec<Joint>,
}

/// Every run of a text with digits enough for a card number.
pub(crate) fn runs(text: &str) -> impl Iterator<Item = Run> {
    stretches(text).flat_map(|stretch| runs_within(text, stretch))
}

fn runs_within(text: &str, stretch: Range<usize>) -> impl Iterator<Item = Run> {
    let chars = text[stretch.clone()].char_indices();
    let mut signs =
        chars.map(move |(at, c)| (stretch.start + at..stretch.start + at + c.len_utf8(), sign(c))).fuse();
    std::iter::from_fn(move || {
        let (mut run, mut joint) = (Run::default(), None);
        loop {
            match signs.next() {
                Some((place, Sign::Digit(value))) => run.push(value, place, joint.take()),
                Some((_, Sign::Joint(between))) if joint.is_none() && !run.digits.is_empty() => {
                    joint = Some(between);
                }
                Some((_, Sign::Invisible)) => {}
                _ if run.digits.len() >= *DIGITS.start() => return Some(run),
                None => return None,
                Some((_, Sign::Joint(_) | Sign::Other)) => {
                    run.clear();
                    joint = None;
                }
            }
        }
    })
}

impl Run {
    fn push(&mut self, digit: u8, place: Range<usize>, joint: Option<Joint>) {
        if self.digits.is_empty() || joint.is_some() {
            self.groups.push(self.digits.len());
            self.joints.extend(joint);
        }
        self.digits.push(digit);
        self.places.push(place);
    }

    fn clear(&mut self) {
        self.digits.clear();
        self.places.clear();
        self.groups.clear();
        self.joints.clear();
    }

    /// Its first byte in the text.
    pub(crate) fn start(&self) -> usize {
        self.places[0].start
    }

    /// How many digits it has.
    pub(crate) fn len(&self) -> usize {
        self.digits.len()
    }

    /// The card numbers among its groups, the longest where several begin at one.
    pub(crate) fn pick(&self, is_card: impl Fn(&[u8], &Range<usize>) -> bool) -> Vec<Found> {
        let (mut found, mut first) = (Vec::new(), 0);
        while first < self.groups.len() {
            let longest = self.ends(first).filter(|last| {
                let digits = self.digits_of(first, *last);
                is_card(&self.digits[digits.clone()], &self.place_of(&digits))
            });
            first = match longest.last() {
                Some(last) => {
                    found.push(self.found(self.digits_of(first, last)));
                    last + 1
                }
                None => first + 1,
            };
        }
        found
    }

    /// The groups with which a number could end that begins with this one.
    fn ends(&self, first: usize) -> impl Iterator<Item = usize> {
        let lasts = first..self.groups.len();
        let lengths = lasts.map(move |last| (last, self.digits_of(first, last).len()));
        lengths
            .take_while(|(_, length)| *length <= *DIGITS.end())
            .filter(move |(last, length)| *length >= *DIGITS.start() && self.is_one_number(first, *last))
            .map(|(last, _)| last)
    }

    /// Would somebody write one number in these groups?
    fn is_one_number(&self, first: usize, last: usize) -> bool {
        let joints = &self.joints[first..last];
        let is_everything = (first, last + 1) == (0, self.groups.len());
        let is_regular = joints.iter().all(|joint| *joint == joints[0]);
        let mut before_last = first..last;
        (is_everything && is_regular)
            || before_last.all(|group| self.digits_of(group, group).len() >= GROUP_DIGITS_MIN)
    }

    fn digits_of(&self, first: usize, last: usize) -> Range<usize> {
        self.groups[first]..self.groups.get(last + 1).copied().unwrap_or(self.digits.len())
    }

    fn place_of(&self, digits: &Range<usize>) -> Range<usize> {
        self.places[digits.start].start..self.places[digits.end - 1].end
    }

    fn found(&self, digits: Range<usize>) -> Found {
        let shown = &self.digits[digits.end - DIGITS_SHOWN..digits.end];
        let ending = shown.iter().map(|digit| char::from(b'0' + digit)).collect();
        Found { place: self.place_of(&digits), ending }
    }
}
