//! What a rail costs: a share of each amount and a fixed sum, up to a cap, by rail, method and size.
//!
//! The share is worked out exactly and then rounded once, half up ([`Rounding::HalfUp`]: half a minor unit is a whole
//! one), to the minor unit of the amount's own currency: cent, satoshi, yen. The fixed sum is added and the cap applied
//! after that, so neither is ever rounded. A fee can be more than a tiny amount itself.

use money::{Currency, Money, MoneyError, Percent, Rounding};
use thiserror::Error;

use super::reach::Reach;
use crate::RailId;

/// One row of `[[fee]]`. Rows of one rail and method with growing [`FeeRow::up_to`] make tiers.
///
/// A row with an amount in it is about amounts of that currency only; its amounts are all of one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeeRow {
    /// The rail that takes the fee.
    pub rail: RailId,
    /// The instruction's method, exactly; `None` for every method.
    pub method: Option<String>,
    /// Only amounts of this currency; `None` for every currency, unless the row has an amount.
    pub currency: Option<Currency>,
    /// The largest amount the row is about, itself included; `None` for every amount.
    pub up_to: Option<Money>,
    /// The share of the amount.
    pub percent: Percent,
    /// What is added to the share; not negative.
    pub fixed: Option<Money>,
    /// What share and fixed sum together never exceed; not negative.
    pub cap: Option<Money>,
}

/// The fee for `amount` by `method` on `rail`: of the first row that matches, and nothing when none does.
///
/// In the currency of the amount and never negative.
///
/// # Errors
/// [`FeeError::NegativeAmount`]; [`FeeError::NegativeFee`] and [`MoneyError::CurrencyMismatch`] for a row that no
/// settings hold; [`MoneyError::OutOfRange`] for a fee that can't be counted before its cap.
pub fn fee_of(rows: &[FeeRow], rail: RailId, method: &str, amount: Money) -> Result<Money, FeeError> {
    if amount.is_negative() {
        return Err(FeeError::NegativeAmount { amount });
    }
    let row = rows.iter().find(|row| row.takes(rail, method, amount));
    row.map_or(Ok(Money::zero(amount.currency())), |row| row.fee(amount))
}

impl FeeRow {
    /// Whatever `later` matches, this row matches too: standing after it, `later` would never apply.
    #[must_use]
    pub fn hides(&self, later: &Self) -> bool {
        self.rail == later.rail
            && (self.method.is_none() || self.method == later.method)
            && self.reach().includes(later.reach())
    }

    fn takes(&self, rail: RailId, method: &str, amount: Money) -> bool {
        self.rail == rail
            && self.method.as_deref().is_none_or(|own| own == method)
            && self.reach().takes(amount)
    }

    fn reach(&self) -> Reach {
        let of_amounts = || self.fixed.or(self.cap).map(Money::currency);
        Reach::new(self.currency.or_else(of_amounts), self.up_to)
    }

    fn fee(&self, amount: Money) -> Result<Money, FeeError> {
        let mut fee = amount.percent(self.percent, Rounding::HalfUp)?;
        if let Some(fixed) = self.fixed {
            fee = fee.checked_add(fixed)?;
        }
        if let Some(cap) = self.cap
            && fee.checked_sub(cap)?.is_positive()
        {
            fee = cap;
        }
        if fee.is_negative() {
            return Err(FeeError::NegativeFee { fee });
        }
        Ok(fee)
    }
}

/// Why there is no fee to book.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum FeeError {
    /// A fee is taken of what is paid.
    #[error("{amount} is less than nothing, and a fee is taken of what is paid: send an amount above zero")]
    NegativeAmount {
        /// The amount.
        amount: Money,
    },
    /// A fixed sum or a cap below zero.
    #[error("the fee comes to {fee}: change the fixed sum and the cap of its [[fee]] to amounts above zero")]
    NegativeFee {
        /// What it comes to.
        fee: Money,
    },
    /// Amounts of two currencies in one row, or more than can be counted.
    #[error(transparent)]
    Money(#[from] MoneyError),
}
