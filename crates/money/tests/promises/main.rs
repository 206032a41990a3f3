//! What money promises, by examples and by properties.

mod arithmetic;
mod crossing;
mod currency;
mod format;
mod parse;
mod percent;
mod properties;
mod rate;
mod refusals;
mod rounding;

use money::{Currency, Money, Percent, Rate};

/// The ISO currency of a code the test knows to exist.
fn iso(code: &str) -> Currency {
    Currency::iso(code).expect("tests name listed currencies")
}

/// Minor units of euro.
fn cents(minor: i64) -> Money {
    Money::new(minor, iso("EUR"))
}

/// Minor units of bitcoin.
fn sats(minor: i64) -> Money {
    Money::new(minor, Currency::BTC)
}

/// A percentage the test knows to be well-formed.
fn percent(text: &str) -> Percent {
    Percent::parse(text).expect("tests write well-formed percentages")
}

/// The price of one bitcoin in euro.
fn euro_per_bitcoin(price: &str) -> Rate {
    Rate::parse(Currency::BTC, iso("EUR"), price).expect("tests write well-formed rates")
}
