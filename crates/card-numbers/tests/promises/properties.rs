//! Every number of every network, written in every way; every id that the till and bitcoin make.

use card_numbers::{holds_card_number, masked};
use proptest::prelude::*;

/// Prefix, length.
const NUMBERS: &[(&str, usize)] = &[
    ("4", 13),
    ("4", 16),
    ("4", 19),
    ("51", 16),
    ("55", 16),
    ("2221", 16),
    ("2720", 16),
    ("34", 15),
    ("37", 15),
    ("6011", 16),
    ("65", 19),
    ("36", 14),
    ("305", 16),
    ("3528", 16),
    ("3589", 16),
    ("62", 16),
    ("62", 19),
    ("50", 12),
    ("6759", 18),
];

/// The digit that makes it right, found by trying: another way than the one that is tested.
fn with_check_digit(digits: &str) -> String {
    let sum = |number: &str| -> u32 {
        let values = number.chars().rev().map(|c| c.to_digit(10).unwrap());
        values
            .zip([1, 2].into_iter().cycle())
            .map(|(value, weight)| (value * weight).to_string())
            .fold(0, |sum, counted| sum + counted.chars().map(|c| c.to_digit(10).unwrap()).sum::<u32>())
    };
    (0..10).map(|last| format!("{digits}{last}")).find(|number| sum(number).is_multiple_of(10)).unwrap()
}

prop_compose! {
    fn number()(choice in 0..NUMBERS.len(), drawn in "[0-9]{19}") -> String {
        let (prefix, length) = NUMBERS[choice];
        with_check_digit(&format!("{prefix}{}", &drawn[..length - 1 - prefix.len()]))
    }
}

prop_compose! {
    /// A number with one kind of joint at any places.
    fn written()(number in number(), joint in "[ .\u{a0}-]", places in any::<u32>()) -> (String, String) {
        let mut text = String::new();
        for (at, digit) in number.chars().enumerate() {
            if at > 0 && places & (1 << at) != 0 {
                text.push_str(&joint);
            }
            text.push(digit);
        }
        (number, text)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_number_is_found_with_one_joint_wherever_it_stands((number, text) in written()) {
        prop_assert!(holds_card_number(&text));
        prop_assert_eq!(masked(&text), format!("•••• {}", &number[number.len() - 4..]));
    }

    #[test]
    fn every_number_is_found_between_words(before in "[^0-9a-fA-F]{0,8}[:,;=\"(]", text in number(), behind in "[,;?^\"]\\PC{0,8}") {
        let (before, behind) = (before.replace(|c: char| c.is_numeric(), ""), behind.replace(|c: char| c.is_numeric(), ""));
        let whole = format!("{before}{text}{behind}");
        let ending = &text[text.len() - 4..];
        prop_assert_eq!(masked(&whole), format!("{before}•••• {ending}{behind}"));
    }

    #[test]
    fn what_was_masked_holds_no_number(text in "\\PC{0,12}", number in number(), behind in "\\PC{0,12}") {
        let once = masked(&format!("{text}{number}{behind}")).into_owned();
        prop_assert_eq!(&masked(&once), &once);
    }

    #[test]
    fn no_text_is_too_odd(text in "\\PC{0,60}") {
        let _any = masked(&text);
    }

    #[test]
    fn ids_of_the_till_are_let_pass(time in 0x0190_0000_0000_u64..0x0300_0000_0000, drawn in any::<u128>()) {
        // A UUIDv7 as RFC 9562 lays it out, printed as the till and as others print it.
        let id = (u128::from(time) << 80) | (drawn & ((1 << 80) - 1));
        let id = (id & !(0xf << 76) & !(0b11 << 62)) | (7 << 76) | (0b10 << 62);
        let plain = format!("{id:032x}");
        let own = ["pay_", plain.as_str()].concat();
        prop_assert!(!holds_card_number(&own));
        let parts = [&plain[..8], &plain[8..12], &plain[12..16], &plain[16..20], &plain[20..]].join("-");
        prop_assert!(!holds_card_number(&parts));
    }

    #[test]
    fn hashes_are_let_pass(hash in "[0-9a-f]{64}") {
        prop_assume!(hash.bytes().any(|byte| byte.is_ascii_alphabetic()));
        prop_assert!(!holds_card_number(&hash));
    }

    #[test]
    fn times_are_let_pass(seconds in 1_000_000_000_u64..2_000_000_000, part in 0_u64..1_000_000_000) {
        let nanoseconds = seconds * 1_000_000_000 + part;
        for unit in [1, 1_000, 1_000_000, 1_000_000_000] {
            prop_assert!(!holds_card_number(&(nanoseconds / unit).to_string()));
        }
    }
}
