//! Rates made from other rates.

use money::{Currency, Percent, Rate, RateError};

use crate::{euro_per_bitcoin, iso, percent};

fn rate(base: Currency, quote: &str, price: &str) -> Rate {
    Rate::parse(base, iso(quote), price).expect("tests write well-formed rates")
}

#[test]
fn a_rate_goes_through_a_third_currency() {
    let through = rate(Currency::BTC, "USD", "60000.50").through(rate(iso("USD"), "EUR", "0.92")).unwrap();
    assert_eq!(through.to_string(), "55200.46 EUR/BTC");
    let lost = rate(Currency::BTC, "USD", "60000").through(rate(iso("GBP"), "EUR", "1.2"));
    assert_eq!(lost, Err(RateError::NotJoined { quote: iso("USD"), base: iso("GBP") }));
}

#[test]
fn a_rate_turned_round_keeps_fifteen_digits() {
    assert_eq!(rate(iso("EUR"), "USD", "1.25").turned().unwrap().to_string(), "0.8 EUR/USD");
    assert_eq!(
        rate(iso("EUR"), "VND", "30000").turned().unwrap().to_string(),
        "0.0000333333333333333 EUR/VND"
    );
}

#[test]
fn the_middle_of_two_prices_is_exact() {
    let middle = euro_per_bitcoin("58000.01").middle(euro_per_bitcoin("58000.02")).unwrap();
    assert_eq!(middle.to_string(), "58000.015 EUR/BTC");
    assert!(euro_per_bitcoin("1").middle(rate(Currency::BTC, "USD", "1")).is_err());
}

#[test]
fn a_distance_of_exactly_the_limit_is_not_further() {
    let middle = euro_per_bitcoin("100");
    for (price, further) in
        [("102", false), ("98", false), ("102.0000001", true), ("97.99", true), ("1000", true)]
    {
        assert_eq!(euro_per_bitcoin(price).is_further_than(percent("2"), &middle), further, "{price}");
    }
    let huge = euro_per_bitcoin("79228162514264337593543950335");
    assert!(huge.is_further_than(percent("2"), &middle), "what can't be worked out is far");
    assert!(middle.is_further_than(Percent::ZERO, &euro_per_bitcoin("100.1")));
}

#[test]
fn percentages_add_up() {
    assert_eq!(percent("0.5").plus(percent("1")), percent("1.5"));
    assert_eq!(percent("999").plus(percent("2")), percent("1000"));
}
