//! Rates: what public sources said of one price, and how they are doing.

use serde::Serialize;
use specta::Type;

use super::money::RateDto;

/// What one public source said when a price was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct RateAnswerDto {
    /// Its name (`kraken`).
    pub source: String,
    /// Its price of one whole coin in the shop's currency, as decimal text; empty when it told none.
    pub price: String,
    /// The currency its price was crossed through (`USD`); empty when it was not.
    pub through: String,
    /// When its price was so (RFC 3339).
    pub as_of: Option<String>,
    /// Whether it counts.
    pub verdict: RateVerdictDto,
    /// Why it told no price, one line in English; else empty.
    pub reason: String,
}

/// Whether what a source said counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum RateVerdictDto {
    /// It counts.
    Agreed,
    /// Too far from what the others say.
    Outlier,
    /// Too old.
    Stale,
    /// It told no price.
    Missing,
}

/// What coins are worth now, and who says so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct RatesNowDto {
    /// Every public source there is, those in use first, in the owner's order.
    pub sources: Vec<RateSourceDto>,
    /// The coins that the shop can be paid in.
    pub coins: Vec<CoinRateDto>,
    /// The stablecoins that can be taken at par.
    pub stablecoins: Vec<String>,
}

/// A public source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct RateSourceDto {
    /// Its name (`kraken`).
    pub name: String,
    /// It deals in currencies, which coins are crossed by; else in coins.
    pub currencies: bool,
    /// The settings name it.
    pub in_use: bool,
    /// When it last answered as it should (RFC 3339); none when it was not asked yet.
    pub answered_at: Option<String>,
    /// Why it did not the last time, one line in English; empty when all is well.
    pub problem: String,
}

/// A coin's price now, or why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct CoinRateDto {
    /// The coin (`BTC`).
    pub coin: String,
    /// Its price; none when there is none.
    pub rate: Option<RateDto>,
    /// Why there is none: a code the screens translate (`too_few`); empty when there is one.
    pub reason: String,
    /// The same in English, one line.
    pub detail: String,
}
