//! The stretches of a text that could hold a card number, found without a look at most of it: a shop streams a hundred
//! thousand lines a second, and hardly one has such a stretch.

use std::ops::Range;

use crate::network::DIGITS;

/// Whatever has fewer bytes is passed over.
const BYTES_MIN: usize = *DIGITS.start();

/// Every piece of the text that has digits enough and nothing that ends a run, but for what only a look at its letters
/// tells. It begins and ends between letters.
pub(crate) fn stretches(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut probe = BYTES_MIN - 1;
    std::iter::from_fn(move || {
        // A stretch is so long that one of these probes is within it.
        while let Some(byte) = bytes.get(probe) {
            if !may_belong(*byte) {
                probe += BYTES_MIN;
                continue;
            }
            let stretch = around(bytes, probe);
            probe = stretch.end + BYTES_MIN;
            if bytes[stretch.clone()].iter().filter(|byte| may_be_digit(**byte)).count() >= BYTES_MIN {
                return Some(stretch);
            }
        }
        None
    })
}

fn around(bytes: &[u8], at: usize) -> Range<usize> {
    let start = bytes[..at].iter().rposition(|byte| !may_belong(*byte)).map_or(0, |before| before + 1);
    let end = bytes[at..].iter().position(|byte| !may_belong(*byte)).map_or(bytes.len(), |after| at + after);
    start..end
}

/// A digit that is no ASCII has two bytes or more, which all count: it is looked at closely then.
const fn may_be_digit(byte: u8) -> bool {
    byte.is_ascii_digit() || !byte.is_ascii()
}

const fn may_belong(byte: u8) -> bool {
    may_be_digit(byte) || matches!(byte, b' ' | b'-' | b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        stretches(text).map(|stretch| &text[stretch]).collect()
    }

    #[test]
    fn a_stretch_is_found_wherever_it_stands() {
        for before in 0..30 {
            for behind in 0..30 {
                let text = format!("{}424242424242{}", "x".repeat(before), "x".repeat(behind));
                assert_eq!(found(&text), ["424242424242"], "{text}");
            }
        }
    }

    #[test]
    fn what_follows_a_stretch_is_looked_at_too() {
        let text = "x424242424242/4242-4242-4242,٤٢٤٢٤٢\n42424242424";
        assert_eq!(found(text), ["424242424242", "4242-4242-4242", "٤٢٤٢٤٢"]);
        assert!(found("grün: 42,424,242,424,242").is_empty());
    }
}
