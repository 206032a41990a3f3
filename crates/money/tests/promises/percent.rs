//! Percentages, and the tax added to or contained in an amount.

use money::{MoneyError, Percent, PercentError, Rounding};

use crate::{cents, iso, percent};

#[test]
fn percentages_print_in_their_shortest_form() {
    for (text, shortest) in [
        ("20", "20"),
        ("020.00", "20"),
        ("0.5", "0.5"),
        ("7.125", "7.125"),
        ("0.000001", "0.000001"),
        ("1000", "1000"),
        ("1000.0000000", "1000"),
        ("0", "0"),
        ("0.0", "0"),
    ] {
        assert_eq!(percent(text).to_string(), shortest);
        assert_eq!(percent(shortest), percent(text));
    }
}

#[test]
fn zero_is_told_apart() {
    assert!(Percent::ZERO.is_zero());
    assert_eq!(percent("0.000"), Percent::ZERO);
    assert!(!percent("0.000001").is_zero());
}

#[test]
fn texts_that_are_no_percentage_are_refused() {
    for text in ["", " ", "20%", "-1", "+1", "1e1", ".5", "5.", "1.2.3", "0,5", "٣", "1_0"] {
        assert_eq!(Percent::parse(text), Err(PercentError::Malformed), "{text:?}");
    }
    assert_eq!(Percent::parse("0.0000001"), Err(PercentError::TooPrecise));
    for text in ["1000.000001", "1001", "4295", "9999999999999999999999999999999999999999"] {
        assert_eq!(Percent::parse(text), Err(PercentError::TooLarge), "{text:?}");
    }
}

#[test]
fn tax_is_added_to_a_net_amount() {
    assert_eq!(cents(450).percent(percent("20"), Rounding::HalfUp), Ok(cents(90)));
    assert_eq!(cents(455).percent(percent("7.7"), Rounding::HalfUp), Ok(cents(35)));
    assert_eq!(cents(10).percent(percent("5"), Rounding::HalfUp), Ok(cents(1)));
    assert_eq!(cents(10).percent(percent("5"), Rounding::HalfEven), Ok(cents(0)));
    assert_eq!(cents(-10).percent(percent("5"), Rounding::HalfUp), Ok(cents(-1)));
    assert_eq!(cents(450).percent(Percent::ZERO, Rounding::Up), Ok(cents(0)));
}

#[test]
fn tax_is_contained_in_a_gross_amount() {
    assert_eq!(cents(540).included_percent(percent("20"), Rounding::HalfUp), Ok(cents(90)));
    assert_eq!(cents(450).included_percent(percent("20"), Rounding::HalfUp), Ok(cents(75)));
    assert_eq!(cents(1000).included_percent(percent("8.1"), Rounding::HalfUp), Ok(cents(75)));
    assert_eq!(cents(-1000).included_percent(percent("8.1"), Rounding::Up), Ok(cents(-75)));
    assert_eq!(cents(450).included_percent(Percent::ZERO, Rounding::Up), Ok(cents(0)));
}

#[test]
fn percentages_of_the_largest_amounts_are_exact_or_refused() {
    assert_eq!(cents(i64::MIN).percent(percent("100"), Rounding::Up), Ok(cents(i64::MIN)));
    let refused = Err(MoneyError::OutOfRange { currency: iso("EUR") });
    assert_eq!(cents(i64::MAX).percent(percent("100.000001"), Rounding::Down), refused);
    assert_eq!(
        cents(i64::MAX).included_percent(percent("1000"), Rounding::Down),
        Ok(cents(8_384_883_669_867_978_006))
    );
}
