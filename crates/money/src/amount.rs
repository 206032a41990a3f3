//! The amount itself and its checked arithmetic.

use std::cmp::{Ordering, Reverse};

use thiserror::Error;

use crate::rounding::{Quotient, signed};
use crate::{Currency, Percent, Rate, Rounding};

/// An exact amount: a whole number of minor units (cent, satoshi) of one currency.
///
/// Amounts of different currencies are neither equal nor ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// `minor` units of `currency`: 450 of EUR are 4.50 euro.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing, in `currency`.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether the amount is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether the amount is more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// Whether the amount is less than nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// The sum of two amounts of the same currency.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`], [`MoneyError::OutOfRange`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.or_out_of_range(self.minor.checked_add(other.minor))
    }

    /// The difference of two amounts of the same currency.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`], [`MoneyError::OutOfRange`].
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.or_out_of_range(self.minor.checked_sub(other.minor))
    }

    /// The amount with the other sign.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] for the smallest amount, which has no counterpart.
    pub fn negated(self) -> Result<Self, MoneyError> {
        self.or_out_of_range(self.minor.checked_neg())
    }

    /// The amount without its sign.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] for the smallest amount, which has no counterpart.
    pub fn abs(self) -> Result<Self, MoneyError> {
        self.or_out_of_range(self.minor.checked_abs())
    }

    /// `count` times the amount: three coffees.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn times(self, count: i64) -> Result<Self, MoneyError> {
        self.or_out_of_range(self.minor.checked_mul(count))
    }

    /// Splits the amount in proportion to `weights`, so that the parts add up to it exactly.
    ///
    /// Each part is the exact share rounded toward zero; the minor units left over go one each to the parts
    /// with the largest remainders, and among equals to the earlier ones.
    ///
    /// # Errors
    /// [`MoneyError::NoWeights`] if there are none, or only zeros.
    pub fn allocate(self, weights: &[u64]) -> Result<Vec<Self>, MoneyError> {
        let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
        if total == 0 {
            return Err(MoneyError::NoWeights);
        }
        let whole = u128::from(self.minor.unsigned_abs());
        // 63 bits of amount times 64 bits of weight fit 128 bits.
        let products = weights.iter().map(|weight| whole * u128::from(*weight));
        let (mut shares, remainders): (Vec<u128>, Vec<u128>) =
            products.map(|product| (product / total, product % total)).unzip();
        let left_over = whole - shares.iter().sum::<u128>();

        let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
        by_remainder.sort_by_key(|index| Reverse(remainders[*index]));
        for (index, _) in by_remainder.into_iter().zip(0..left_over) {
            shares[index] += 1;
        }
        shares.into_iter().map(|share| self.or_out_of_range(signed(self.is_negative(), share))).collect()
    }

    /// `percent` of the amount: the tax to add to a net amount.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn percent(self, percent: Percent, rounding: Rounding) -> Result<Self, MoneyError> {
        self.scaled(percent.millionths().into(), Percent::HUNDRED.into(), rounding)
    }

    /// The part of the amount which `percent` has already been added to it: the tax contained in a gross amount.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn included_percent(self, percent: Percent, rounding: Rounding) -> Result<Self, MoneyError> {
        let part = u128::from(percent.millionths());
        self.scaled(part, u128::from(Percent::HUNDRED) + part, rounding)
    }

    /// `part / whole` of the amount: what a payment of `part` is worth where `whole` was asked for the amount.
    ///
    /// # Errors
    /// [`MoneyError::WholeNotPositive`] unless `whole` is more than zero, [`MoneyError::OutOfRange`].
    pub fn proportion(self, part: i64, whole: i64, rounding: Rounding) -> Result<Self, MoneyError> {
        if whole <= 0 {
            return Err(MoneyError::WholeNotPositive { whole });
        }
        let quotient = Quotient {
            negative: self.is_negative() != part.is_negative(),
            amount: self.minor.unsigned_abs(),
            zeros: 0,
            factor: part.unsigned_abs().into(),
            divisor: whole.unsigned_abs().into(),
        };
        self.or_out_of_range(quotient.rounded(rounding))
    }

    /// The amount in the other currency of `rate`, in either direction.
    ///
    /// # Errors
    /// [`MoneyError::RateMismatch`] if the amount is in neither currency of the rate,
    /// [`MoneyError::OutOfRange`].
    pub fn convert(self, rate: &Rate, rounding: Rounding) -> Result<Self, MoneyError> {
        let to_quote = self.currency == rate.base();
        if !to_quote && self.currency != rate.quote() {
            return Err(MoneyError::RateMismatch {
                currency: self.currency,
                base: rate.base(),
                quote: rate.quote(),
            });
        }
        let (mantissa, price_scale) = rate.price_parts();
        // One minor unit of the base is mantissa * 10^up / 10^down minor units of the quote.
        let up = u32::from(rate.quote().scale());
        let down = u32::from(rate.base().scale()) + price_scale;
        let (target, factor, divisor, up, down) = if to_quote {
            (rate.quote(), mantissa, 1, up, down)
        } else {
            (rate.base(), 1, mantissa, down, up)
        };
        let divisor =
            10_u128.checked_pow(down.saturating_sub(up)).and_then(|power| power.checked_mul(divisor));
        let quotient = divisor.map(|divisor| Quotient {
            negative: self.is_negative(),
            amount: self.minor.unsigned_abs(),
            zeros: up.saturating_sub(down),
            factor,
            divisor,
        });
        Self::zero(target).or_out_of_range(quotient.and_then(|quotient| quotient.rounded(rounding)))
    }

    /// The amount as a multiple of `step_minor`, for shops and currencies without small coins.
    ///
    /// # Errors
    /// [`MoneyError::StepNotPositive`] unless the step is more than zero, [`MoneyError::OutOfRange`].
    pub fn rounded_to(self, step_minor: i64, rounding: Rounding) -> Result<Self, MoneyError> {
        if step_minor <= 0 {
            return Err(MoneyError::StepNotPositive { step_minor });
        }
        self.scaled(1, step_minor.unsigned_abs().into(), rounding)?.times(step_minor)
    }

    fn scaled(self, factor: u128, divisor: u128, rounding: Rounding) -> Result<Self, MoneyError> {
        let quotient = Quotient {
            negative: self.is_negative(),
            amount: self.minor.unsigned_abs(),
            zeros: 0,
            factor,
            divisor,
        };
        self.or_out_of_range(quotient.rounded(rounding))
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
    }

    fn or_out_of_range(self, minor: Option<i64>) -> Result<Self, MoneyError> {
        let minor = minor.ok_or(MoneyError::OutOfRange { currency: self.currency })?;
        Ok(Self::new(minor, self.currency))
    }
}

/// By amount within a currency; amounts of different currencies have no order.
impl PartialOrd for Money {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.same_currency(*other).ok()?;
        Some(self.minor.cmp(&other.minor))
    }
}

/// Why an operation on amounts has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// Two amounts of different currencies met.
    #[error("{left} and {right} cannot be added or subtracted: convert one of them first")]
    CurrencyMismatch {
        /// The currency of the first amount.
        left: Currency,
        /// The currency of the second amount.
        right: Currency,
    },
    /// The result is beyond 64 bits of minor units.
    #[error("the result is more {currency} than can be kept: use smaller amounts")]
    OutOfRange {
        /// The currency of the result.
        currency: Currency,
    },
    /// Nothing says how to split the amount.
    #[error("an amount can only be split by weights of which one is more than zero")]
    NoWeights,
    /// A proportion of nothing.
    #[error("a proportion needs a whole of more than zero, not {whole}")]
    WholeNotPositive {
        /// The whole that was given.
        whole: i64,
    },
    /// Rounding to multiples of nothing.
    #[error("rounding needs a step of at least one minor unit, not {step_minor}")]
    StepNotPositive {
        /// The step that was given, in minor units.
        step_minor: i64,
    },
    /// The rate is about two other currencies.
    #[error("{currency} cannot be converted with a rate of {quote} per {base}: use a rate for {currency}")]
    RateMismatch {
        /// The currency of the amount.
        currency: Currency,
        /// The base of the rate.
        base: Currency,
        /// The quote of the rate.
        quote: Currency,
    },
}
