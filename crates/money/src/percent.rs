//! Percentages: tax, spread, tolerance.

use std::fmt;

use thiserror::Error;

use crate::parse::plain_digits;

const DECIMALS_MAX: usize = 6;
const MILLIONTHS_PER_PERCENT: u32 = 1_000_000;
const PERCENT_MAX: u32 = 1000;

/// An exact percentage from 0 to 1000 with at most six digits after the decimal point.
///
/// Kept in millionths of a percent, so that no percentage is ever approximate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Percent {
    millionths: u32,
}

impl Percent {
    /// No percent at all.
    pub const ZERO: Self = Self { millionths: 0 };

    /// A hundred percent in the unit of [`Percent::millionths`].
    pub(crate) const HUNDRED: u32 = 100 * MILLIONTHS_PER_PERCENT;

    /// Reads `20`, `0.5` or `7.125`: ASCII digits and at most one point, no sign and no `%`.
    ///
    /// # Errors
    /// [`PercentError`] says which rule the text breaks.
    pub fn parse(text: &str) -> Result<Self, PercentError> {
        let (whole, fraction) = plain_digits(text).ok_or(PercentError::Malformed)?;
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > DECIMALS_MAX {
            return Err(PercentError::TooPrecise);
        }
        let millionths: u32 =
            format!("{whole}{fraction:0<DECIMALS_MAX$}").parse().map_err(|_| PercentError::TooLarge)?;
        if millionths > PERCENT_MAX * MILLIONTHS_PER_PERCENT {
            return Err(PercentError::TooLarge);
        }
        Ok(Self { millionths })
    }

    /// The sum of both, at most 1000.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self { millionths: (self.millionths + other.millionths).min(PERCENT_MAX * MILLIONTHS_PER_PERCENT) }
    }

    /// Whether this is no percent at all.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.millionths == 0
    }

    /// The percentage in millionths of a percent.
    pub(crate) const fn millionths(self) -> u32 {
        self.millionths
    }
}

/// The shortest form, without the sign: `20`, `0.5`.
impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.millionths / MILLIONTHS_PER_PERCENT;
        let fraction = format!("{:0DECIMALS_MAX$}", self.millionths % MILLIONTHS_PER_PERCENT);
        match fraction.trim_end_matches('0') {
            "" => write!(f, "{whole}"),
            fraction => write!(f, "{whole}.{fraction}"),
        }
    }
}

/// Why a text is not a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PercentError {
    /// Something other than digits with at most one point between them.
    #[error("write the percentage in digits with a point, such as 20 or 0.5")]
    Malformed,
    /// More than six digits after the point.
    #[error("a percentage has at most 6 digits after the point: round it")]
    TooPrecise,
    /// More than 1000.
    #[error("a percentage is at most 1000: write a smaller one")]
    TooLarge,
}
