//! Currencies and the amounts Stripe takes in them. All amounts are in Stripe's minor units, which are not always those of
//! ISO 4217: ISK and UGX are sent times 100.
//!
//! Source: <https://docs.stripe.com/currencies>.

use crate::wire::{Params, Refusal};

/// A currency by its lower-case code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Currency(&'static str);

/// Larger charges have more than eight digits.
const AMOUNT_MAX: i64 = 99_999_999;

/// Each currency with its smallest charge; 1 where Stripe names none.
const SMALLEST: &[(&str, i64)] = &[
    ("aed", 200),
    ("aud", 50),
    ("bgn", 100),
    ("bhd", 10),
    ("bif", 1),
    ("brl", 50),
    ("cad", 50),
    ("chf", 50),
    ("clp", 1),
    ("cny", 1),
    ("czk", 1_500),
    ("djf", 1),
    ("dkk", 250),
    ("eur", 50),
    ("gbp", 30),
    ("gnf", 1),
    ("hkd", 400),
    ("huf", 17_500),
    ("idr", 1),
    ("ils", 1),
    ("inr", 50),
    ("isk", 100),
    ("jod", 10),
    ("jpy", 50),
    ("kes", 1),
    ("kmf", 1),
    ("krw", 1),
    ("kwd", 10),
    ("mga", 1),
    ("mxn", 1_000),
    ("myr", 200),
    ("nok", 300),
    ("nzd", 50),
    ("omr", 10),
    ("php", 1),
    ("pln", 200),
    ("pyg", 1),
    ("ron", 200),
    ("rwf", 1),
    ("sek", 300),
    ("sgd", 50),
    ("thb", 1_000),
    ("tnd", 10),
    ("try", 1),
    ("twd", 1),
    ("ugx", 100),
    ("usd", 50),
    ("vnd", 1),
    ("vuv", 1),
    ("xaf", 1),
    ("xof", 1),
    ("xpf", 1),
    ("zar", 1),
];

/// Amounts of these have no digits after the point.
const WITHOUT_DIGITS: &[&str] = &[
    "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf",
];

/// Amounts of these must divide by 100, although they have two digits after the point.
const WHOLE_ONLY: &[&str] = &["isk", "ugx"];
/// Amounts of these have three digits after the point, of which the last is 0.
const LAST_DIGIT_ZERO: &[&str] = &["bhd", "jod", "kwd", "omr", "tnd"];

impl Currency {
    /// Reads the parameter `currency`.
    pub(crate) fn read(params: &mut Params) -> Result<Option<Self>, Refusal> {
        params.text("currency")?.map(|code| Self::parse(&code)).transpose()
    }

    pub(crate) fn required(params: &mut Params) -> Result<Self, Refusal> {
        Self::read(params)?.ok_or_else(|| Refusal::missing(&params.full_name("currency")))
    }

    /// By its code in any case.
    pub(crate) fn parse(code: &str) -> Result<Self, Refusal> {
        let lower = code.to_lowercase();
        let known = SMALLEST.iter().find(|(known, _)| *known == lower);
        known.map(|(known, _)| Self(known)).ok_or_else(|| {
            let codes: Vec<&str> = SMALLEST.iter().map(|(code, _)| *code).collect();
            let message = format!(
                "Invalid currency: {lower}. Stripe currently supports these currencies: {}",
                codes.join(", ")
            );
            Refusal::invalid(message).param("currency")
        })
    }

    /// Digits after the point in Stripe's minor units.
    pub(crate) fn digits(&self) -> u32 {
        if WITHOUT_DIGITS.contains(&self.0) {
            0
        } else if LAST_DIGIT_ZERO.contains(&self.0) {
            3
        } else {
            2
        }
    }

    pub(crate) fn code(&self) -> &'static str {
        self.0
    }

    /// Can a charge of this amount be made?
    pub(crate) fn holds_charge(&self, amount: i64) -> Result<(), Refusal> {
        let too_large = |message: String| Refusal::invalid(message).code("amount_too_large").param("amount");
        let too_small = |message: String| Refusal::invalid(message).code("amount_too_small").param("amount");
        let smallest = SMALLEST.iter().find(|(code, _)| *code == self.0).map_or(1, |(_, smallest)| *smallest);
        if amount > AMOUNT_MAX {
            return Err(too_large(format!("Amount must be no more than {AMOUNT_MAX} {}", self.0)));
        }
        if amount < smallest {
            return Err(too_small(format!("Amount must be at least {smallest} {}", self.0)));
        }
        self.holds_part(amount)
    }

    /// Can this amount be written in the currency? A part of a charge may be below the smallest charge.
    pub(crate) fn holds_part(&self, amount: i64) -> Result<(), Refusal> {
        let step = if WHOLE_ONLY.contains(&self.0) {
            100
        } else if LAST_DIGIT_ZERO.contains(&self.0) {
            10
        } else {
            1
        };
        let invalid = || {
            let message = format!("Invalid amount: amounts in {} must be divisible by {step}.", self.0);
            Refusal::invalid(message).code("invalid_charge_amount").param("amount")
        };
        (amount > 0 && amount % step == 0).then_some(()).ok_or_else(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(code: &str, amount: i64) -> bool {
        Currency::parse(code).unwrap().holds_charge(amount).is_ok()
    }

    #[test]
    fn charges_lie_between_the_smallest_and_eight_digits() {
        assert!(is_taken("eur", 50) && !is_taken("eur", 49));
        assert!(is_taken("EUR", 99_999_999) && !is_taken("eur", 100_000_000));
        assert!(is_taken("huf", 17_500) && !is_taken("huf", 17_499));
        assert!(!is_taken("jpy", 0) && !is_taken("xof", -1));
    }

    #[test]
    fn currencies_with_digits_that_must_be_zero_hold_to_it() {
        assert!(is_taken("isk", 500) && !is_taken("isk", 550));
        assert!(is_taken("kwd", 5_120) && !is_taken("kwd", 5_124));
    }

    #[test]
    fn a_currency_nobody_has_is_refused() {
        assert!(Currency::parse("btc").is_err());
    }
}
