//! Amounts and rates on the wire.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::rates::RateAnswerDto;

/// An amount of one currency, exact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct MoneyDto {
    /// Integer count of minor units as text (cents, satoshi), with a leading `-` when negative.
    pub minor: String,
    /// ISO 4217 code or asset code (`EUR`, `BTC`).
    pub currency: String,
    /// Digits after the decimal mark (EUR 2, JPY 0, BTC 8).
    pub scale: u8,
}

/// The rate a quote was made with, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct RateDto {
    /// Price of one whole `base` in `quote`, as decimal text, before the shop's spread.
    pub price: String,
    /// The coin, `BTC`.
    pub base: String,
    /// The shop's currency, `EUR`.
    pub quote: String,
    /// Price used for this quote, after the spread.
    pub applied: String,
    /// The shop's spread in percent, as decimal text.
    pub spread_percent: String,
    /// What it rests on: `fixed` (the owner's own), `market` (the sources agree), `last_good` (they did some minutes ago)
    /// or `par` (a stablecoin taken for what it promises).
    pub source: String,
    /// When it was given (RFC 3339): for a market's, the time of the oldest answer that counts.
    pub as_of: String,
    /// What each public source said; empty for the owner's own.
    pub answers: Vec<RateAnswerDto>,
}

/// A QR code: draw `path` in a `size × size` box, one unit per module. The quiet zone of 4 modules is inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct QrDto {
    /// Modules per side, quiet zone included.
    pub size: u16,
    /// SVG path of the dark modules.
    pub path: String,
}
