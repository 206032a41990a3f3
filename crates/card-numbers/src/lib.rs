//! Finds card numbers in text, so that none gets in. Knows no field, no file and no secret: it only computes.
//!
//! A card number is 12 to 19 digits with the prefix and a length of a card network and the right check digit
//! ([`network`]), in one piece or in groups with one blank, hyphen or dot between them ([`run`]). Around it may stand
//! anything: `4242 4242 4242 4242 12/28 123`, the tracks of a magnetic stripe (ISO/IEC 7813), words.
//!
//! What only looks like one is let pass ([`bystander`]): ids in hexadecimal digits, IBANs, telephone numbers. A longer
//! row of digits is no card number, because nobody could say which of its digits are. The screens have the same rule in
//! TypeScript; `tests/cases.json` judges both.

mod barcode;
mod bystander;
mod network;
mod run;
mod sign;
mod stretch;

use std::borrow::Cow;
use std::ops::Range;

pub use crate::barcode::is_barcode;
use crate::run::runs;

/// How many digits may still be shown, as receipts do (PCI DSS 3.4.1 allows more).
const DIGITS_SHOWN: usize = 4;

/// A card number in a text.
struct Found {
    /// From its first digit to behind its last, in bytes.
    place: Range<usize>,
    /// Its last digits.
    ending: String,
}

/// Does a card number stand anywhere in the text?
#[must_use]
pub fn holds_card_number(text: &str) -> bool {
    found(text).next().is_some()
}

/// The text with every card number shortened to `•••• 4242`.
#[must_use]
pub fn masked(text: &str) -> Cow<'_, str> {
    let (mut clean, mut end) = (String::new(), 0);
    for Found { place, ending } in found(text) {
        clean.push_str(&text[end..place.start]);
        clean.push_str("•••• ");
        clean.push_str(&ending);
        end = place.end;
    }
    if end == 0 {
        return Cow::Borrowed(text);
    }
    clean.push_str(&text[end..]);
    Cow::Owned(clean)
}

/// From left to right, none within another.
fn found(text: &str) -> impl Iterator<Item = Found> {
    runs(text).flat_map(move |run| {
        let is_card = |digits: &[u8], place: &Range<usize>| {
            network::is_card_number(digits) && !bystander::is_bystander(text, place)
        };
        if bystander::is_telephone_number(text, &run) { Vec::new() } else { run.pick(is_card) }
    })
}
