//! Digits that fit a card number by chance and are known to be something else. Each rule looks at what stands around
//! them: a till sees thousands of ids a day, and one in ten rows of digits has a right check digit.

use std::ops::{Range, RangeInclusive};

use crate::run::Run;
use crate::sign::plainly;

/// Characters looked at on each side: more than anything has that is known here.
const CHARS_AROUND: usize = 80;
/// Digits of a telephone number with its country code at most (ITU-T E.164).
const TELEPHONE_DIGITS_MAX: usize = 15;
/// Where the hyphens of a UUID stand (RFC 9562).
const UUID_HYPHENS: [usize; 4] = [8, 13, 18, 23];
const UUID_CHARS: usize = 36;
/// Characters of an IBAN without its blanks (ISO 13616).
const IBAN_CHARS: RangeInclusive<usize> = 15..=34;
/// With a blank after every fourth.
const IBAN_CHARS_PRINTED_MAX: usize = 42;
/// After the separator of track 2: the year and month it ends, and the code of what it is for (ISO/IEC 7813).
const TRACK_2_DIGITS_MIN: usize = 7;

/// A plus sign stands before the run, and it is short enough. Nobody writes a card number like that.
pub(crate) fn is_telephone_number(text: &str, run: &Run) -> bool {
    run.len() <= TELEPHONE_DIGITS_MAX && text[..run.start()].ends_with('+')
}

/// Are these digits a piece of something longer?
pub(crate) fn is_bystander(text: &str, digits: &Range<usize>) -> bool {
    let (text, digits) = spelled_plainly(text, digits);
    is_in_hexadecimal(&text, &digits) || is_in_uuid(&text, &digits) || is_in_iban(&text, &digits)
}

/// The digits with enough of what stands around them, in ASCII where it is a digit or stands between digits, and where
/// they are in it.
fn spelled_plainly(text: &str, digits: &Range<usize>) -> (String, Range<usize>) {
    let (before, behind) = (&text[..digits.start], &text[digits.end..]);
    let start = before.char_indices().rev().take(CHARS_AROUND).last().map_or(before.len(), |(at, _)| at);
    let mut plain: String = before[start..].chars().filter_map(plainly).collect();
    let digits_start = plain.len();
    plain.extend(text[digits.clone()].chars().filter_map(plainly));
    let digits_end = plain.len();
    plain.extend(behind.chars().take(CHARS_AROUND).filter_map(plainly));
    (plain, digits_start..digits_end)
}

/// A piece of an id, an address or a hash: hexadecimal letters and further digits around it.
fn is_in_hexadecimal(text: &str, digits: &Range<usize>) -> bool {
    let (before, behind) = around(text, digits, |c| c.is_ascii_alphanumeric());
    let is_hexadecimal = before.bytes().chain(behind.bytes()).all(|byte| byte.is_ascii_hexdigit());
    let has_digits = before.bytes().chain(behind.bytes()).any(|byte| byte.is_ascii_digit());
    let is_track_2 = before.is_empty() && is_rest_of_track_2(behind);
    is_hexadecimal && has_digits && !is_track_2
}

/// What chips say instead of the `=` of a magnetic stripe, up to the end: `4242424242424242D2812201…F` (EMV, tag 57).
fn is_rest_of_track_2(behind: &str) -> bool {
    let rest = behind.strip_prefix(['D', 'd']).map(|rest| rest.strip_suffix(['F', 'f']).unwrap_or(rest));
    rest.is_some_and(|rest| {
        rest.len() >= TRACK_2_DIGITS_MIN && rest.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn is_in_uuid(text: &str, digits: &Range<usize>) -> bool {
    let (before, behind) = around(text, digits, |c| c.is_ascii_hexdigit() || c == '-');
    let token = &text[digits.start - before.len()..digits.end + behind.len()];
    let is_around = |uuid: usize| uuid <= before.len() && before.len() + digits.len() <= uuid + UUID_CHARS;
    let mut places = 0..=token.len().saturating_sub(UUID_CHARS);
    places.any(|at| is_around(at) && token.as_bytes().get(at..at + UUID_CHARS).is_some_and(is_uuid))
}

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.iter().enumerate().all(|(at, byte)| (*byte == b'-') == UUID_HYPHENS.contains(&at))
}

/// The characters of a kind that stand directly before and behind.
fn around<'a>(text: &'a str, digits: &Range<usize>, belongs: impl Fn(char) -> bool) -> (&'a str, &'a str) {
    let (before, behind) = (&text[..digits.start], &text[digits.end..]);
    let start = before.trim_end_matches(&belongs).len();
    let end = behind.len() - behind.trim_start_matches(&belongs).len();
    (&before[start..], &behind[..end])
}

fn is_in_iban(text: &str, digits: &Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let starts = digits.start.saturating_sub(IBAN_CHARS_PRINTED_MAX)..digits.start;
    starts
        .filter(|at| begins_word(bytes, *at))
        .any(|at| iban_ends(&bytes[at..]).any(|length| at + length >= digits.end))
}

fn begins_word(bytes: &[u8], at: usize) -> bool {
    at.checked_sub(1).is_none_or(|before| !bytes[before].is_ascii_alphanumeric())
}

/// The lengths of the IBANs that could be meant: where a word ends, and the check digits are right (ISO 7064, MOD 97-10).
fn iban_ends(bytes: &[u8]) -> impl Iterator<Item = usize> {
    let is_begun = matches!(bytes, [b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9', ..]);
    let printed = &bytes[..if is_begun { bytes.len().min(IBAN_CHARS_PRINTED_MAX) } else { 0 }];
    let is_part = move |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let is_printed = move |at: usize| is_part(at) || (bytes.get(at) == Some(&b' ') && is_part(at + 1));
    let ends = (0..printed.len()).take_while(move |at| is_printed(*at)).map(|at| at + 1);
    ends.filter(move |end| !is_part(*end) && has_iban_check(&printed[..*end]))
}

fn has_iban_check(printed: &[u8]) -> bool {
    let chars: Vec<u8> = printed.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    let (country, account) = chars.split_at(4.min(chars.len()));
    let rest = account.iter().chain(country).fold(0, |rest, byte| {
        let value = char::from(*byte).to_digit(36).unwrap_or_default();
        (rest * if value < 10 { 10 } else { 100 } + value) % 97
    });
    IBAN_CHARS.contains(&chars.len()) && rest == 1
}
