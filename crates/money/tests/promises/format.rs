//! Printing.

use money::{Money, MoneyFormat};

use crate::{cents, iso, sats};

#[test]
fn machine_form_has_all_decimals_and_no_groups() {
    for (amount, text) in [
        (cents(450), "4.50"),
        (cents(-5), "-0.05"),
        (cents(0), "0.00"),
        (cents(123_456_789), "1234567.89"),
        (sats(12345), "0.00012345"),
        (Money::new(1234, iso("JPY")), "1234"),
        (Money::new(0, iso("JPY")), "0"),
        (Money::new(-1, iso("KWD")), "-0.001"),
        (cents(i64::MIN), "-92233720368547758.08"),
    ] {
        assert_eq!(amount.to_decimal_string(), text);
        assert_eq!(amount.to_string(), format!("{text} {}", amount.currency()));
    }
}

#[test]
fn each_language_sets_its_own_marks() {
    let french = MoneyFormat { decimal_mark: ',', group_mark: Some('\u{202f}') };
    let amount = cents(-123_456_789);
    assert_eq!(amount.format(&MoneyFormat::ENGLISH), "-1,234,567.89");
    assert_eq!(amount.format(&MoneyFormat::GERMAN), "-1.234.567,89");
    assert_eq!(amount.format(&MoneyFormat::SWISS), "-1'234'567.89");
    assert_eq!(amount.format(&french), "-1\u{202f}234\u{202f}567,89");
    assert_eq!(Money::new(1234, iso("JPY")).format(&MoneyFormat::GERMAN), "1.234");
}

#[test]
fn groups_begin_at_four_digits() {
    for (minor, text) in
        [(99_999, "999.99"), (100_000, "1,000.00"), (10_000_000, "100,000.00"), (100_000_000, "1,000,000.00")]
    {
        assert_eq!(cents(minor).format(&MoneyFormat::ENGLISH), text);
    }
}

#[test]
fn amounts_line_up_in_columns() {
    assert_eq!(format!("{:>10}|{:<6}|", cents(450), iso("EUR")), "  4.50 EUR|EUR   |");
}
