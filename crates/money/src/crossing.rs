//! Rates made from other rates: through a third currency, turned round, or the middle of two. Prices are rounded here to [`DIGITS`] digits that count; amounts never are.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::{Percent, Rate, RateError};

/// Digits of a price that was multiplied or divided: a thousandth of a millionth of a percent is no money to anybody.
const DIGITS: u32 = 15;

impl Rate {
    /// The price of this base in `other`'s quote, where `other` prices this quote: BTC/USD through USD/EUR is BTC/EUR.
    /// Rounded half to even at the fifteenth digit.
    ///
    /// # Errors
    /// [`RateError::NotJoined`] if `other` does not price this quote; [`RateError::TooLong`] for a price that can't be kept.
    pub fn through(self, other: Self) -> Result<Self, RateError> {
        if self.quote() != other.base() {
            return Err(RateError::NotJoined { quote: self.quote(), base: other.base() });
        }
        let price = self.price().checked_mul(other.price()).and_then(shortened).ok_or(RateError::TooLong)?;
        Self::new(self.base(), other.quote(), price)
    }

    /// The price of the quote in the base. Rounded half to even at the fifteenth digit.
    ///
    /// # Errors
    /// [`RateError::TooLong`] for a price that can't be kept.
    pub fn turned(self) -> Result<Self, RateError> {
        let price = Decimal::ONE.checked_div(self.price()).and_then(shortened).ok_or(RateError::TooLong)?;
        Self::new(self.quote(), self.base(), price)
    }

    /// The price halfway between this and `other`, of the same pair.
    ///
    /// # Errors
    /// [`RateError::NotJoined`] for another pair; [`RateError::TooLong`] for a price that can't be kept.
    pub fn middle(self, other: Self) -> Result<Self, RateError> {
        if (self.base(), self.quote()) != (other.base(), other.quote()) {
            return Err(RateError::NotJoined { quote: self.quote(), base: other.base() });
        }
        let sum = self.price().checked_add(other.price()).ok_or(RateError::TooLong)?;
        let price = sum.checked_mul(Decimal::new(5, 1)).ok_or(RateError::TooLong)?;
        Self::new(self.base(), self.quote(), price.normalize())
    }

    /// Whether this price is further than `limit` percent of `middle` away from `middle`. A distance too large to be
    /// worked out is further than any limit.
    #[must_use]
    pub fn is_further_than(&self, limit: Percent, middle: &Self) -> bool {
        let distance = (self.price() - middle.price()).abs();
        let scaled = distance.checked_mul(Decimal::from(Percent::HUNDRED));
        let allowed = middle.price().checked_mul(Decimal::from(limit.millionths()));
        match (scaled, allowed) {
            (Some(scaled), Some(allowed)) => scaled > allowed,
            _ => true,
        }
    }
}

fn shortened(price: Decimal) -> Option<Decimal> {
    let price = price.round_sf_with_strategy(DIGITS, RoundingStrategy::MidpointNearestEven)?;
    Some(price.normalize())
}
