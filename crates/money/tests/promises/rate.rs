//! Rates, spreads and conversion.

use money::{Currency, Money, MoneyError, Rate, RateError, Rounding};
use rust_decimal::Decimal;

use crate::{cents, euro_per_bitcoin, iso, percent, sats};

#[test]
fn a_rate_prints_as_it_was_given() {
    assert_eq!(euro_per_bitcoin("58000.00").to_string(), "58000.00 EUR/BTC");
    assert_eq!(euro_per_bitcoin("58000").to_string(), "58000 EUR/BTC");
    let rate = euro_per_bitcoin("58000.00");
    assert_eq!((rate.base(), rate.quote()), (Currency::BTC, iso("EUR")));
    assert_eq!(rate.price(), Decimal::new(58000, 0));
}

#[test]
fn only_positive_prices_between_two_currencies_are_rates() {
    let parse = |text| Rate::parse(Currency::BTC, iso("EUR"), text);
    for text in ["", " 1", "-1", "+1", "1e3", "1,5", ".5", "5.", "1_000", "٣", "1.2.3"] {
        assert_eq!(parse(text), Err(RateError::Malformed), "{text:?}");
    }
    for text in ["0", "0.000"] {
        assert_eq!(parse(text), Err(RateError::NotPositive), "{text:?}");
    }
    for text in ["79228162514264337593543950336", "0.00000000000000000000000000001"] {
        assert_eq!(parse(text), Err(RateError::TooLong), "{text:?}");
    }
    let negative = Rate::new(Currency::BTC, iso("EUR"), Decimal::new(-1, 0));
    assert_eq!(negative, Err(RateError::NotPositive));
    let same = Rate::parse(Currency::BTC, Currency::BTC, "1");
    assert_eq!(same, Err(RateError::SameCurrency { currency: Currency::BTC }));
}

#[test]
fn a_sale_in_euro_is_quoted_in_satoshi_and_back() {
    let rate = euro_per_bitcoin("58000.00");
    // 4.50 / 58000 = 0.0000775862...
    assert_eq!(cents(450).convert(&rate, Rounding::Up), Ok(sats(7759)));
    assert_eq!(cents(450).convert(&rate, Rounding::Down), Ok(sats(7758)));
    assert_eq!(cents(-450).convert(&rate, Rounding::Up), Ok(sats(-7759)));
    // 0.00007759 * 58000 = 4.50022
    assert_eq!(sats(7759).convert(&rate, Rounding::HalfEven), Ok(cents(450)));
    assert_eq!(sats(7759).convert(&rate, Rounding::Ceiling), Ok(cents(451)));
    assert_eq!(sats(100_000_000).convert(&rate, Rounding::Down), Ok(cents(5_800_000)));
}

#[test]
fn currencies_of_every_scale_convert_into_each_other() {
    let yen_per_bitcoin = Rate::parse(Currency::BTC, iso("JPY"), "9512345.6").unwrap();
    let yen = |minor| Money::new(minor, iso("JPY"));
    assert_eq!(sats(100_000_000).convert(&yen_per_bitcoin, Rounding::HalfUp), Ok(yen(9_512_346)));
    assert_eq!(yen(1000).convert(&yen_per_bitcoin, Rounding::Down), Ok(sats(10512)));

    let ether = Currency::asset("ETH", 18).unwrap();
    let ether_per_yen = Rate::parse(iso("JPY"), ether, "0.0000023").unwrap();
    assert_eq!(yen(10).convert(&ether_per_yen, Rounding::Down), Ok(Money::new(23_000, ether)));
    assert_eq!(Money::new(23_000, ether).convert(&ether_per_yen, Rounding::Up), Ok(yen(10)));
}

#[test]
fn prices_with_all_digits_a_decimal_can_have_stay_exact() {
    // 1/3 with 28 digits: the product has far more than 128 bits.
    let third = Rate::parse(iso("EUR"), Currency::BTC, "0.3333333333333333333333333333").unwrap();
    assert_eq!(cents(300_000_000_000).convert(&third, Rounding::Up), Ok(sats(100_000_000_000_000_000)));
    assert_eq!(cents(300_000_000_000).convert(&third, Rounding::Down), Ok(sats(99_999_999_999_999_999)));
    assert_eq!(sats(100_000_000_000_000_000).convert(&third, Rounding::Down), Ok(cents(300_000_000_000)));
    assert_eq!(sats(100_000_000_000_000_000).convert(&third, Rounding::Up), Ok(cents(300_000_000_001)));
}

#[test]
fn results_beyond_64_bits_are_refused() {
    let dear = euro_per_bitcoin("79228162514264337593543950335");
    let cheap = euro_per_bitcoin("0.0000000000000000000000000001");
    let too_many_euro = Err(MoneyError::OutOfRange { currency: iso("EUR") });
    let too_many_bitcoin = Err(MoneyError::OutOfRange { currency: Currency::BTC });
    assert_eq!(sats(i64::MAX).convert(&dear, Rounding::Down), too_many_euro);
    assert_eq!(cents(1).convert(&cheap, Rounding::Down), too_many_bitcoin);
    assert_eq!(cents(i64::MIN).convert(&dear, Rounding::Down), Ok(sats(0)));
    assert_eq!(sats(i64::MIN).convert(&cheap, Rounding::Up), Ok(cents(-1)));
}

#[test]
fn a_rate_converts_only_its_own_pair() {
    let rate = euro_per_bitcoin("58000");
    let (base, quote, currency) = (Currency::BTC, iso("EUR"), iso("CHF"));
    let refused = Err(MoneyError::RateMismatch { currency, base, quote });
    assert_eq!(Money::new(1, currency).convert(&rate, Rounding::Down), refused);
}

#[test]
fn a_spread_lowers_the_rate_exactly() {
    let lowered =
        |price, spread| euro_per_bitcoin(price).with_spread(percent(spread)).map(|rate| rate.to_string());
    assert_eq!(lowered("58000.00", "0"), Ok("58000.00 EUR/BTC".to_owned()));
    assert_eq!(lowered("58000.00", "1"), Ok("57420.00 EUR/BTC".to_owned()));
    assert_eq!(lowered("58001.23", "0.75"), Ok("57566.220775 EUR/BTC".to_owned()));
    assert_eq!(lowered("58000", "99.999999"), Ok("0.00058 EUR/BTC".to_owned()));
    assert_eq!(lowered("58000", "100"), Err(RateError::NotPositive));
    assert_eq!(lowered("58000", "1000"), Err(RateError::NotPositive));
    assert_eq!(lowered("0.3333333333333333333333333333", "1"), Err(RateError::TooLong));
}
