//! The table of examples that the screens' TypeScript is judged by too.

use std::borrow::Cow;

use card_numbers::{holds_card_number, is_barcode, masked};
use serde::Deserialize;

#[derive(Deserialize)]
struct Cases {
    numbers: Vec<Number>,
    others: Vec<Other>,
    barcodes: Vec<Barcode>,
}

#[derive(Deserialize)]
struct Number {
    name: String,
    text: String,
    masked: String,
}

#[derive(Deserialize)]
struct Other {
    name: String,
    text: String,
}

#[derive(Deserialize)]
struct Barcode {
    name: String,
    text: String,
    is: bool,
}

fn cases() -> Cases {
    serde_json::from_str(include_str!("../cases.json")).unwrap()
}

#[test]
fn a_card_number_is_found_however_it_is_written() {
    for Number { name, text, .. } in cases().numbers {
        assert!(holds_card_number(&text), "{name}");
    }
}

#[test]
fn its_last_four_digits_are_left_and_what_stands_around_it_stays() {
    for Number { name, text, masked: expected } in cases().numbers {
        assert_eq!(masked(&text), expected, "{name}");
    }
}

#[test]
fn what_only_looks_like_one_is_let_pass() {
    for Other { name, text } in cases().others {
        assert!(!holds_card_number(&text), "{name}");
        assert!(matches!(masked(&text), Cow::Borrowed(_)), "{name}");
    }
}

#[test]
fn a_number_of_goods_is_one_by_itself_and_by_its_check_digit() {
    for Barcode { name, text, is } in cases().barcodes {
        assert_eq!(is_barcode(&text), is, "{name}");
    }
}
