//! What people type, and what it means.

use money::{Currency, Money, ParseMoneyError};

use crate::{cents, iso, sats};

#[test]
fn people_type_amounts_in_many_ways() {
    for (text, minor) in [
        ("4,50", 450),
        ("4.50", 450),
        ("4,5", 450),
        ("4", 400),
        ("0", 0),
        ("0.05", 5),
        ("007.50", 750),
        ("1'234.5", 123_450),
        ("1\u{2019}234,50", 123_450),
        ("1.234,50", 123_450),
        ("1,234.50", 123_450),
        ("1 234,50", 123_450),
        ("1\u{a0}234,50", 123_450),
        ("1\u{202f}234.50", 123_450),
        ("1 234", 123_400),
        ("1'234", 123_400),
        ("1,234,567", 123_456_700),
        ("1.234.567", 123_456_700),
        ("1.234.567,8", 123_456_780),
        ("  4.50\t", 450),
        ("4.50 EUR", 450),
        ("4,50eur", 450),
        ("1 234 EUR", 123_400),
    ] {
        assert_eq!(Money::parse(text, iso("EUR")), Ok(cents(minor)), "{text:?}");
    }
}

#[test]
fn a_code_after_the_number_names_its_currency() {
    let token = Currency::asset("USDC.8453", 6).unwrap();
    for (text, amount) in [
        ("0.00012345 BTC", sats(12345)),
        ("0,00012345btc", sats(12345)),
        ("21000000 BTC", sats(2_100_000_000_000_000)),
        ("4.50 EUR", cents(450)),
        ("4.50 usdc.8453", Money::new(4_500_000, token)),
        ("4.50", Money::new(4_500_000, token)),
    ] {
        assert_eq!(Money::parse(text, token), Ok(amount), "{text:?}");
    }
    let unknown = Err(ParseMoneyError::UnknownCurrency { code: "USDC.8453".to_owned() });
    assert_eq!(Money::parse("4.50 USDC.8453", iso("EUR")), unknown);
}

#[test]
fn a_code_that_contains_an_exponent_is_still_a_code() {
    let token = Currency::asset("T0E4", 2).unwrap();
    assert_eq!(Money::parse("4.50 T0E4", token), Ok(Money::new(450, token)));
    let token = Currency::asset("E4", 2).unwrap();
    assert_eq!(Money::parse("4.50 E4", token), Ok(Money::new(450, token)));
    assert_eq!(Money::parse("4.50E4", token), Err(ParseMoneyError::Exponent));
}

#[test]
fn one_mark_before_three_digits_is_read_only_where_it_is_clear() {
    let yen = |minor| Ok(Money::new(minor, iso("JPY")));
    assert_eq!(Money::parse("1,234", iso("JPY")), yen(1234));
    assert_eq!(Money::parse("1.234", iso("JPY")), yen(1234));
    assert_eq!(Money::parse("1.234 KWD", iso("EUR")), Ok(Money::new(1234, iso("KWD"))));
    assert_eq!(Money::parse("0.123 BTC", iso("EUR")), Ok(sats(12_300_000)));
    assert_eq!(Money::parse("1234.567 BTC", iso("EUR")), Ok(sats(123_456_700_000)));
    for (text, advice) in [
        ("1,234", "1,234: write 1234.00, or at most 2 digits after the mark"),
        ("1.234", "1.234: write 1234.00, or at most 2 digits after the mark"),
        ("12.345 BTC", "12.345 can be read in two ways: write 12345 or 12.3450"),
        ("12,345 BTC", "12,345 can be read in two ways: write 12345 or 12.3450"),
    ] {
        assert_eq!(Money::parse(text, iso("EUR")).unwrap_err().to_string(), advice);
    }
}

#[test]
fn the_advice_for_an_ambiguous_number_can_be_followed() {
    for (typed, scale) in [("12,345", 4), ("1.234", 6), ("1.234", 9)] {
        let token = Currency::asset("TOKEN", scale).unwrap();
        let Err(ParseMoneyError::AmbiguousGrouping { first, second, .. }) = Money::parse(typed, token) else {
            panic!("{typed} with {scale} decimals is ambiguous");
        };
        let (first, second) = (Money::parse(&first, token).unwrap(), Money::parse(&second, token).unwrap());
        assert_eq!(first.minor(), second.minor() * 1000, "{typed} with {scale} decimals");
    }
    for (typed, scale, units) in [("1,234", 2, 123_400), ("999.000", 1, 9_990_000)] {
        let token = Currency::asset("TOKEN", scale).unwrap();
        let Err(ParseMoneyError::GroupedOrTooFine { grouped, .. }) = Money::parse(typed, token) else {
            panic!("{typed} with {scale} decimals has too many");
        };
        assert_eq!(Money::parse(&grouped, token), Ok(Money::new(units, token)));
    }
}

#[test]
fn the_largest_amounts_are_read_to_the_last_unit() {
    assert_eq!(Money::parse("92'233'720'368'547'758.07", iso("EUR")), Ok(cents(i64::MAX)));
    assert_eq!(Money::parse_exact("-92233720368547758.08", iso("EUR")), Ok(cents(i64::MIN)));
    let refused = Err(ParseMoneyError::OutOfRange { currency: iso("EUR") });
    assert_eq!(Money::parse("92'233'720'368'547'758.08", iso("EUR")), refused);
    assert_eq!(Money::parse_exact("92233720368547758.08", iso("EUR")), refused);
    assert_eq!(Money::parse_exact("-92233720368547758.09", iso("EUR")), refused);
}

#[test]
fn machine_form_is_read_exactly() {
    for (text, minor) in
        [("4.50", 450), ("-0.05", -5), ("4", 400), ("-0", 0), ("1234.5", 123_450), ("00.5", 50)]
    {
        assert_eq!(Money::parse_exact(text, iso("EUR")), Ok(cents(minor)), "{text:?}");
    }
    let others = [
        "", "-", ".", ".5", "5.", "+5", "--5", " 5", "5 ", "5,0", "1'234", "1e5", "5 EUR", "٣", "1.2.3",
        "−5", "0x5",
    ];
    for text in others {
        assert_eq!(Money::parse_exact(text, iso("EUR")), Err(ParseMoneyError::NotMachineForm), "{text:?}");
    }
    let too_many = Err(ParseMoneyError::TooManyDecimals { currency: iso("EUR") });
    assert_eq!(Money::parse_exact("4.500", iso("EUR")), too_many);
}
