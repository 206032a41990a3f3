//! A quote: so much of a coin for so much of the unit of account, for a while.

use money::{Currency, Money, MoneyError, Percent, Rate, RateError, Rounding};
use thiserror::Error;

use crate::Timestamp;
use crate::rates::SourceAnswer;

/// A rate with its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotedRate {
    /// Price of one coin in the unit of account, before the spread.
    pub market: Rate,
    /// The shop's spread.
    pub spread: Percent,
    /// What it rests on: `fixed` for the owner's own, else the name of a [`crate::rates::Basis`].
    pub source: String,
    /// When it was given; for a market's, the time of the oldest answer that counts.
    pub as_of: Timestamp,
    /// What each public source said. Empty for the owner's own.
    pub answers: Vec<SourceAnswer>,
}

impl QuotedRate {
    /// The rate used: the market's lowered by the spread, so that the shop is credited less per coin.
    ///
    /// # Errors
    /// When the lowered price does not fit a decimal.
    pub fn applied(&self) -> Result<Rate, RateError> {
        self.market.with_spread(self.spread)
    }
}

/// What the customer is asked to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// Amount in the coin, at its ledger scale, rounded up so that paying it exactly covers the amount due.
    pub coin: Money,
    /// The rate it was made with.
    pub rate: QuotedRate,
    /// How long it holds, in milliseconds of the monotonic clock.
    pub life_ms: u32,
}

/// Why no quote can be made.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum QuoteError {
    /// There is nothing to pay.
    #[error("there is nothing left to pay")]
    NothingDue,
    /// The amount of coin does not fit.
    #[error("the amount is too large for this way to pay")]
    TooLarge,
    /// The rate is unusable.
    #[error(transparent)]
    Rate(#[from] RateError),
}

impl Quote {
    /// Quotes an amount due.
    ///
    /// # Errors
    /// When nothing is due or the coin's amount is out of range.
    pub fn of(due: Money, rate: QuotedRate, life_ms: u32) -> Result<Self, QuoteError> {
        if !due.is_positive() {
            return Err(QuoteError::NothingDue);
        }
        let coin = due.convert(&rate.applied()?, Rounding::Up).map_err(|_| QuoteError::TooLarge)?;
        Ok(Self { coin, rate, life_ms })
    }

    /// The coin quoted in.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.coin.currency()
    }

    /// What an amount of the coin counts for, when `amount` stands for the whole quote: exact for the quoted amount,
    /// rounded down for any other, so that the shop never credits what it did not get.
    ///
    /// # Errors
    /// When the value does not fit.
    pub fn value_of(&self, received: Money, amount: Money) -> Result<Money, MoneyError> {
        amount.proportion(received.minor(), self.coin.minor(), Rounding::Down)
    }
}
