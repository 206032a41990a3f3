//! Prices as sources write them. A price is a plain decimal number above zero and nothing else: what could be read in two
//! ways (a comma, an exponent, a word) is refused, because a wrong price sells goods for nothing.

use money::{Percent, Rate, RateError};
use payment::rates::Pair;
use serde_json::value::RawValue;
use thiserror::Error;

/// Longest text that is looked at; longer ones are no prices.
const TEXT_MAX: usize = 40;
/// How far apart the best bid and the best ask may be, in percent: further apart nobody trades, and the middle means nothing.
const BOOK_PERCENT: &str = "5";

/// Why a price was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum PriceError {
    /// Neither a number nor a text.
    #[error("it tells no price")]
    Missing,
    /// Not a plain decimal number above zero.
    #[error("{text:?} is no price: {error}")]
    Refused {
        /// What stood there, shortened.
        text: String,
        /// What is wrong with it.
        error: RateError,
    },
    /// The market is empty or broken.
    #[error("its best bid {bid} and best ask {ask} make no price")]
    Book {
        /// What buyers offer.
        bid: Rate,
        /// What sellers want.
        ask: Rate,
    },
}

/// The price from a JSON number or text. A number is read digit by digit as it was written.
pub(crate) fn price(pair: Pair, told: Option<&RawValue>) -> Result<Rate, PriceError> {
    let json = told.ok_or(PriceError::Missing)?.get();
    if json.starts_with('"') {
        let text: String = serde_json::from_str(json).map_err(|_| PriceError::Missing)?;
        return read(pair, &text);
    }
    let is_number = json.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    if is_number { read(pair, json) } else { Err(PriceError::Missing) }
}

/// The same from a text.
pub(crate) fn read(pair: Pair, text: &str) -> Result<Rate, PriceError> {
    let refused = |error| PriceError::Refused { text: text.chars().take(TEXT_MAX).collect(), error };
    if text.len() > TEXT_MAX {
        return Err(refused(RateError::TooLong));
    }
    Rate::parse(pair.base(), pair.quote(), text).map_err(refused)
}

/// The price halfway between the best bid and the best ask: what the coin is worth now, where the last trade may be long ago.
pub(crate) fn middle(pair: Pair, bid: Option<&RawValue>, ask: Option<&RawValue>) -> Result<Rate, PriceError> {
    let (bid, ask) = (price(pair, bid)?, price(pair, ask)?);
    let broken = PriceError::Book { bid, ask };
    let apart = Percent::parse(BOOK_PERCENT).expect("the constant is a percentage");
    if bid.price() > ask.price() || ask.is_further_than(apart, &bid) {
        return Err(broken);
    }
    bid.middle(ask).map_err(|_| broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(json: &str) -> Result<String, PriceError> {
        let raw: Box<RawValue> = serde_json::from_str(json).unwrap();
        price(Pair::named("BTC", "EUR").unwrap(), Some(&raw)).map(|rate| rate.price().to_string())
    }

    #[test]
    fn a_price_is_kept_digit_by_digit() {
        for (json, price) in [
            (r#""58000.00""#, "58000.00"),
            ("58000.10", "58000.10"),
            ("0.1000000000000000055511151231", "0.1000000000000000055511151231"),
            ("1", "1"),
        ] {
            assert_eq!(told(json).unwrap(), price);
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_no_price() {
        for json in [
            r#""58,000.00""#,
            r#""58000,00""#,
            r#""5.8e4""#,
            "5.8e4",
            "5.8E+4",
            r#""-58000""#,
            "-58000",
            r#""0""#,
            "0",
            "0.00",
            r#""NaN""#,
            r#""Infinity""#,
            r#""""#,
            r#"" 58000""#,
            r#""0x1""#,
            "null",
            "[58000]",
            "true",
        ] {
            assert!(told(json).is_err(), "{json}");
        }
        assert!(told(&format!("\"{}\"", "1".repeat(400))).is_err());
    }

    #[test]
    fn the_middle_of_the_book_is_the_price_unless_nobody_trades() {
        let pair = Pair::named("BTC", "EUR").unwrap();
        let raw = |json: &str| RawValue::from_string(json.to_owned()).unwrap();
        let of = |bid: &str, ask: &str| middle(pair, Some(&raw(bid)), Some(&raw(ask)));
        assert_eq!(of("100", "100.02").unwrap().price().to_string(), "100.01");
        assert!(of("100", "99").is_err(), "who sells below what is bid?");
        assert!(of("100", "105.01").is_err());
        assert!(of("0", "100").is_err());
        assert_eq!(middle(pair, None, Some(&raw("100"))), Err(PriceError::Missing));
    }
}
