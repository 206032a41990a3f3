//! Amounts and rates on the wire.

use serde::{Deserialize, Serialize};
use specta::Type;

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
    /// Name of the source (`fixed` until live sources arrive).
    pub source: String,
    /// When the source gave it (RFC 3339).
    pub as_of: String,
}

/// A QR code: draw `path` in a `size × size` box, one unit per module. The quiet zone of 4 modules is inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct QrDto {
    /// Modules per side, quiet zone included.
    pub size: u16,
    /// SVG path of the dark modules.
    pub path: String,
}
