//! What people type that is refused, and with which reason.

use money::ParseMoneyError::{self, *};
use money::{Currency, Money};

use crate::iso;

/// Each text, read with euro as the default currency, is refused with this reason.
fn refused(texts: &[&str], reason: &ParseMoneyError) {
    for text in texts {
        assert_eq!(Money::parse(text, iso("EUR")).as_ref(), Err(reason), "{text:?}");
    }
}

#[test]
fn nothing_at_all() {
    refused(&["", " ", "\u{a0}\t\n"], &Empty);
}

#[test]
fn more_digits_than_the_currency_has() {
    let of = |currency| TooManyDecimals { currency };
    refused(&["0.500", "4,5000", "12345.678", "1,234.567"], &of(iso("EUR")));
    refused(&["0.123456789 BTC", "1.000000000 BTC"], &of(Currency::BTC));
    refused(&["1.5 JPY", "5.00 JPY", "0.123 JPY", "1.2345 JPY", "1234.567 JPY"], &of(iso("JPY")));
    let message = of(iso("EUR")).to_string();
    assert_eq!(message, "EUR has 2 digits after the decimal mark: write no more");
}

#[test]
fn exponents() {
    refused(&["1e5", "1E5", "1e+5", "1.5e-3", "1,e5", "1e5 EUR", "-1e5"], &Exponent);
}

#[test]
fn signs() {
    refused(
        &["-4.50", "+4.50", "4.50-", "\u{2212}4.50", "\u{2013}4", "- 4.50", "4-50", "-", "4.50 - EUR"],
        &Sign,
    );
}

#[test]
fn blanks_in_the_wrong_place() {
    refused(
        &["4. 50", "4 .50", "12 34", "1  234", "1 234 5", "1.5 000", "0 123", "1234 567", "1 ,234"],
        &MisplacedBlank,
    );
}

#[test]
fn digits_of_other_scripts() {
    for (text, digit) in [("٤.٥٠", '٤'), ("4.5０", '０'), ("４", '４'), ("1²", '²'), ("½", '½'), ("१२", '१')]
    {
        refused(&[text], &ForeignDigit { digit });
    }
}

#[test]
fn characters_that_no_amount_has() {
    for (text, character) in [
        ("€4.50", '€'),
        ("4.50€", '€'),
        ("4_50", '_'),
        ("(4.50)", '('),
        ("4/5", '/'),
        ("4\t50", '\t'),
        ("4\n50", '\n'),
        ("4\u{200b}50", '\u{200b}'),
        ("4\u{0}", '\u{0}'),
        ("#", '#'),
        ("4·50", '·'),
    ] {
        refused(&[text], &UnexpectedCharacter { character });
    }
}

#[test]
fn groups_that_are_not_threes() {
    refused(
        &[
            "12,34.5",
            "1234,567.00",
            "1'23",
            "1'2345",
            "0,123.40",
            "0'123",
            "1'234,567.00",
            "1''234",
            "'123",
            "123'",
            "1'.5",
        ],
        &BadGrouping,
    );
}

#[test]
fn more_than_one_decimal_mark() {
    refused(
        &["1.5.5", "1,5,5", "1.50.50", "1..5", "1.,5", "1,234.567.890", "1.234,567,890", "12,34,567"],
        &TwoDecimalMarks,
    );
}

#[test]
fn marks_without_digits_beside_them() {
    refused(&[".50", ",5", ".", ","], &MissingWhole);
    refused(&["5.", "1,234.", "5. EUR", "5,"], &MissingDecimals);
}

#[test]
fn numbers_beyond_64_bits() {
    let forty_digits = "1234567890".repeat(4);
    refused(
        &[&forty_digits, "99999999999999999999.99", "92233720368547758.08"],
        &OutOfRange { currency: iso("EUR") },
    );
}

#[test]
fn codes_that_name_no_currency() {
    for code in ["EURO", "ABC", "EUR5", "EUR 5", "E", "XAU", "x1F", "EUR EUR", "EUR."] {
        refused(&[&format!("4.50 {code}")], &UnknownCurrency { code: code.to_owned() });
    }
}

#[test]
fn words_before_the_number() {
    refused(&["EUR 4.50", "EUR", "abc", "NaN", "infinity", "e5"], &NumberNotFirst);
}

#[test]
fn every_reason_is_one_short_line() {
    let hostile = [
        "9".repeat(100_000),
        format!("1 {}", "\n\u{202e}é".repeat(9000)),
        "\u{202e}4".to_owned(),
        "\n".to_owned(),
    ];
    for text in hostile {
        let reason = Money::parse(&text, iso("EUR")).unwrap_err().to_string();
        assert!(reason.len() < 300 && !reason.contains(['\n', '\u{202e}']), "{reason}");
    }
}
