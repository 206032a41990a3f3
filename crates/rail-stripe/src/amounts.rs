//! Amounts as Stripe counts them (<https://docs.stripe.com/currencies>), which is not as ISO 4217 does: the table is
//! Stripe's, and an amount that does not fit it is refused before anything is sent.

use money::{Currency, Money};
use thiserror::Error;

/// Without decimals at Stripe (<https://docs.stripe.com/currencies#zero-decimal>).
const WITHOUT_DECIMALS: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF",
];
/// With three decimals, of which the last is 0 (<https://docs.stripe.com/currencies#three-decimal>).
const WITH_THREE_DECIMALS: &[&str] = &["BHD", "JOD", "KWD", "OMR", "TND"];
/// Without decimals, but counted in hundredths for old times' sake
/// (<https://docs.stripe.com/currencies#special-cases>).
const IN_EMPTY_HUNDREDTHS: &[&str] = &["ISK", "UGX"];
/// The smallest charges, in Stripe's count (<https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts>).
const SMALLEST: &[(&str, i64)] = &[
    ("AED", 200),
    ("AUD", 50),
    ("BRL", 50),
    ("CAD", 50),
    ("CHF", 50),
    ("CZK", 1_500),
    ("DKK", 250),
    ("EUR", 50),
    ("GBP", 30),
    ("HKD", 400),
    ("HUF", 17_500),
    ("INR", 50),
    ("JPY", 50),
    ("MXN", 1_000),
    ("MYR", 200),
    ("NOK", 300),
    ("NZD", 50),
    ("PLN", 200),
    ("RON", 200),
    ("SEK", 300),
    ("SGD", 50),
    ("THB", 1_000),
    ("USD", 50),
];
/// Eight digits.
const LARGEST: i64 = 99_999_999;

/// Why an amount can't be charged, in the shop's words.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AmountRefused {
    /// The currency is counted in a way that Stripe does not know.
    #[error("cards can't be charged in {0}: choose another currency in Settings, Shop")]
    Currency(String),
    /// It has parts that Stripe has no coin for.
    #[error("cards are charged in steps of {step} {currency}: change the amount, or take cash")]
    Step {
        /// The smallest step.
        step: String,
        /// The currency.
        currency: String,
    },
    /// It is too small.
    #[error("cards start at {0}: take cash, or put it on a tab")]
    TooSmall(Money),
    /// It is too large.
    #[error("a card is charged {0} at most: split the sale")]
    TooLarge(Money),
}

/// The amount in Stripe's count.
///
/// # Errors
/// When Stripe has no count for it, or charges no such amount.
pub fn charged(amount: Money) -> Result<i64, AmountRefused> {
    let count = counted(amount)?;
    if let Some((_, least)) = SMALLEST.iter().find(|(code, _)| *code == amount.currency().code())
        && count < *least
    {
        return Err(AmountRefused::TooSmall(told(*least, amount.currency())?));
    }
    if count < 1 {
        return Err(AmountRefused::TooSmall(told(1, amount.currency())?));
    }
    if count > LARGEST {
        let most =
            told(LARGEST, amount.currency()).or_else(|_| told(LARGEST - LARGEST % 100, amount.currency()));
        return Err(AmountRefused::TooLarge(most?));
    }
    Ok(count)
}

/// The smallest charge in a currency; `None` when Stripe does not count in it.
#[must_use]
pub fn smallest(currency: Currency) -> Option<Money> {
    let listed = SMALLEST.iter().find(|(code, _)| *code == currency.code()).map(|(_, least)| *least);
    told(listed.unwrap_or(1), currency).or_else(|_| told(100, currency)).ok()
}

/// An amount in Stripe's count, whether it can be charged or not.
///
/// # Errors
/// When Stripe has no count for it.
pub fn counted(amount: Money) -> Result<i64, AmountRefused> {
    let currency = amount.currency();
    match Count::of(currency)? {
        Count::Same => Ok(amount.minor()),
        Count::TensOnly if amount.minor() % 10 == 0 => Ok(amount.minor()),
        Count::TensOnly => Err(step("0.010", currency)),
        Count::Hundredths => amount.minor().checked_mul(100).ok_or(AmountRefused::TooLarge(amount)),
        Count::Whole if amount.minor() % 100 == 0 => Ok(amount.minor() / 100),
        Count::Whole => Err(step("1", currency)),
    }
}

/// What Stripe tells in its count.
///
/// # Errors
/// When it tells of a part that the currency has no unit for.
pub fn told(count: i64, currency: Currency) -> Result<Money, AmountRefused> {
    let minor = match Count::of(currency)? {
        Count::Same | Count::TensOnly => Some(count),
        Count::Hundredths => (count % 100 == 0).then_some(count / 100),
        Count::Whole => count.checked_mul(100),
    };
    minor.map(|minor| Money::new(minor, currency)).ok_or_else(|| step("1", currency))
}

/// How Stripe's count relates to the currency's own minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    Same,
    /// As the currency, in steps of ten.
    TensOnly,
    /// The currency has no decimals, and Stripe counts hundredths of it.
    Hundredths,
    /// The currency has two decimals, and Stripe counts wholes.
    Whole,
}

impl Count {
    fn of(currency: Currency) -> Result<Self, AmountRefused> {
        let code = currency.code();
        let is_in = |list: &[&str]| list.contains(&code);
        let stripes = if is_in(WITHOUT_DECIMALS) {
            0
        } else if is_in(WITH_THREE_DECIMALS) {
            3
        } else {
            2
        };
        match (currency.scale(), stripes) {
            (3, 3) => Ok(Self::TensOnly),
            (2, 0) => Ok(Self::Whole),
            (0, 2) if is_in(IN_EMPTY_HUNDREDTHS) => Ok(Self::Hundredths),
            (own, stripes) if own == stripes => Ok(Self::Same),
            _ => Err(AmountRefused::Currency(code.to_owned())),
        }
    }
}

fn step(step: &str, currency: Currency) -> AmountRefused {
    AmountRefused::Step { step: step.to_owned(), currency: currency.code().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::iso(code).unwrap())
    }

    #[test]
    fn amounts_are_counted_as_stripe_counts_them() {
        for (amount, count) in [
            (money(1_099, "EUR"), 1_099),
            (money(500, "JPY"), 500),
            (money(500, "ISK"), 50_000),
            (money(1_000, "UGX"), 100_000),
            (money(20_000, "HUF"), 20_000),
            (money(1_500, "TWD"), 1_500),
            (money(1_230, "KWD"), 1_230),
            (money(120_000, "MGA"), 1_200),
        ] {
            assert_eq!(charged(amount), Ok(count), "{amount}");
            assert_eq!(told(count, amount.currency()), Ok(amount));
        }
    }

    #[test]
    fn what_stripe_does_not_charge_is_refused_in_the_shops_words() {
        for (amount, words) in [
            (money(49, "EUR"), "cards start at 0.50 EUR"),
            (money(29, "GBP"), "cards start at 0.30 GBP"),
            (money(49, "JPY"), "cards start at 50 JPY"),
            (money(0, "TWD"), "cards start at 0.01 TWD"),
            (money(1_234, "KWD"), "in steps of 0.010 KWD"),
            (money(120_050, "MGA"), "in steps of 1 MGA"),
            (money(100_000_000, "EUR"), "999999.99 EUR at most"),
            (money(1_000_000, "ISK"), "at most"),
            (money(1_000, "IQD"), "can't be charged in IQD"),
        ] {
            let refused = charged(amount).unwrap_err().to_string();
            assert!(refused.contains(words), "{amount}: {refused}");
        }
    }

    #[test]
    fn every_smallest_charge_is_charged_and_a_step_less_is_not() {
        for (code, least) in SMALLEST {
            let least = told(*least, Currency::iso(code).unwrap()).unwrap();
            assert!(charged(least).is_ok(), "{least}");
            let less = money(least.minor() - 1, code);
            assert!(matches!(charged(less), Err(AmountRefused::TooSmall(_))), "{less}");
        }
    }
}
