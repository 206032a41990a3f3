//! Exchange rates between two currencies.

use std::fmt;

use rust_decimal::Decimal;
use thiserror::Error;

use crate::parse::plain_digits;
use crate::{Currency, Percent};

/// The price of one major unit of `base`, in major units of `quote`: 1 BTC = 58000.00 EUR.
///
/// The price keeps the digits it was given, and is always more than zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    base: Currency,
    quote: Currency,
    price: Decimal,
}

impl Rate {
    /// One `base` costs `price` of `quote`.
    ///
    /// # Errors
    /// [`RateError::SameCurrency`] if both are the same, [`RateError::NotPositive`] for a price of zero or less.
    pub fn new(base: Currency, quote: Currency, price: Decimal) -> Result<Self, RateError> {
        if base == quote {
            return Err(RateError::SameCurrency { currency: base });
        }
        if price <= Decimal::ZERO {
            return Err(RateError::NotPositive);
        }
        Ok(Self { base, quote, price })
    }

    /// Reads the price from `58000.00`: ASCII digits and at most one point.
    ///
    /// # Errors
    /// [`RateError::Malformed`] for any other text, [`RateError::TooLong`] for more digits than can be kept
    /// exactly, otherwise as [`Rate::new`].
    pub fn parse(base: Currency, quote: Currency, price: &str) -> Result<Self, RateError> {
        plain_digits(price).ok_or(RateError::Malformed)?;
        let price = Decimal::from_str_exact(price).map_err(|_| RateError::TooLong)?;
        Self::new(base, quote, price)
    }

    /// The currency one unit of which is priced.
    #[must_use]
    pub const fn base(&self) -> Currency {
        self.base
    }

    /// The currency of the price.
    #[must_use]
    pub const fn quote(&self) -> Currency {
        self.quote
    }

    /// What one major unit of the base costs, in major units of the quote.
    #[must_use]
    pub const fn price(&self) -> Decimal {
        self.price
    }

    /// The same price for another asset of the same worth, such as the coin of one chain for which the market knows one
    /// price on all of them.
    ///
    /// # Errors
    /// [`RateError::SameCurrency`] if `base` is the currency of the price.
    pub fn for_base(self, base: Currency) -> Result<Self, RateError> {
        Self::new(base, self.quote, self.price)
    }

    /// This rate lowered by `spread`: what a shop credits for a coin when it keeps a margin. Exact.
    ///
    /// # Errors
    /// [`RateError::NotPositive`] for a spread of a hundred percent or more; [`RateError::TooLong`] if the exact
    /// price has more digits than can be kept.
    pub fn with_spread(self, spread: Percent) -> Result<Self, RateError> {
        if spread.is_zero() {
            return Ok(self);
        }
        let kept = Percent::HUNDRED.checked_sub(spread.millionths()).ok_or(RateError::NotPositive)?;
        let hundred_digits = Percent::HUNDRED.ilog10();
        let mantissa = self.price.mantissa().checked_mul(kept.into()).ok_or(RateError::TooLong)?;
        let (mantissa, scale) = shortened(mantissa, self.price.scale() + hundred_digits, self.price.scale());
        let price = Decimal::try_from_i128_with_scale(mantissa, scale).map_err(|_| RateError::TooLong)?;
        Self::new(self.base, self.quote, price)
    }

    /// The price as a whole number and the power of ten it is to be divided by, without trailing zeros.
    pub(crate) fn price_parts(&self) -> (u128, u32) {
        let (mantissa, scale) = shortened(self.price.mantissa(), self.price.scale(), 0);
        (mantissa.unsigned_abs(), scale)
    }
}

/// `58000.00 EUR/BTC`, read "58000.00 euro per bitcoin".
impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}/{}", self.price, self.quote, self.base)
    }
}

/// Why there is no such rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RateError {
    /// A rate is between two different currencies.
    #[error("a rate needs two different currencies, not {currency} twice")]
    SameCurrency {
        /// The currency given twice.
        currency: Currency,
    },
    /// A price is more than zero.
    #[error("a rate must be more than zero: write the price of one unit, such as 58000.00")]
    NotPositive,
    /// Something other than digits with at most one point between them.
    #[error("write the rate in digits with a point, such as 58000.00")]
    Malformed,
    /// More digits than a price can keep exactly (28 after the point).
    #[error("the rate has more digits than can be kept exactly: round it")]
    TooLong,
    /// Two rates that have no currency in common at the place where they should meet.
    #[error("a rate to {quote} can't go on with a rate of {base}")]
    NotJoined {
        /// Where the first one ends.
        quote: Currency,
        /// Where the second one begins.
        base: Currency,
    },
}

/// Takes trailing zeros off, as long as more than `keep` digits stand after the point.
fn shortened(mut mantissa: i128, mut scale: u32, keep: u32) -> (i128, u32) {
    while scale > keep && mantissa % 10 == 0 {
        mantissa /= 10;
        scale -= 1;
    }
    (mantissa, scale)
}
