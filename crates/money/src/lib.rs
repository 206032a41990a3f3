//! Amounts of money that cannot be mixed up, rounded by accident or silently overflow.
//!
//! Start at [`Money`]: an exact number of minor units (cent, satoshi) of one [`Currency`]. Around it stand
//! [`Rate`] and [`Percent`], the two ways an amount turns into another, and [`Rounding`], which every division
//! has to name.
//!
//! Invariants, each held by the types here or by the tests beside them:
//! - Fields are private; the only way to an amount is a whole number of minor units or a checked parse.
//! - Amounts of different currencies are never added, and compare as unordered.
//! - Overflow is an error, never a wrapped or clipped number.
//! - No float appears anywhere; products and quotients are exact integers until the named rounding.
//! - What a person types is either read as the only number it can mean, or refused with what to write instead.

#![deny(clippy::float_arithmetic)]

mod amount;
mod crossing;
mod currency;
mod format;
mod parse;
mod percent;
mod rate;
mod rounding;

pub use amount::{Money, MoneyError};
pub use currency::{Currency, CurrencyError};
pub use format::MoneyFormat;
pub use parse::ParseMoneyError;
pub use percent::{Percent, PercentError};
pub use rate::{Rate, RateError};
pub use rounding::Rounding;
