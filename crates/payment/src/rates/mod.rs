//! What a coin is worth: the port to public sources, and the board that finds out which of their answers to believe.
//!
//! No source is believed by itself. A price is the median of what more than half of the sources in use say within
//! [`consensus::OUTLIER_PERCENT`] of each other ([`consensus`]); a price that is not like the last one must stand for a
//! while first; when there is none the last one holds for some minutes, and then there is none ([`board`]). Everything
//! here is told the time and computes: asking is the caller's business.

pub mod board;
pub mod consensus;

use std::time::Duration;

use money::{Currency, Rate};
use thiserror::Error;

use crate::Timestamp;
use crate::rail::RailFuture;

pub use board::{Basis, Board, Listed, Market, NoRate, SourceState};
pub use consensus::{SourceAnswer, Verdict};

/// Every symbol has one scale here, so that a price of USDC is the price of USDC whatever its decimals on a chain.
const SYMBOL_DECIMALS: u8 = 9;

/// What is priced in what: `ETH/EUR`. A coin is its symbol here, whatever chain it is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pair {
    base: Currency,
    quote: Currency,
}

impl Pair {
    /// The pair of a coin (or a currency) and a currency: `ETH.8453` and EUR are `ETH/EUR`.
    #[must_use]
    pub fn of(base: Currency, quote: Currency) -> Self {
        Self { base: by_symbol(base), quote: by_symbol(quote) }
    }

    /// The pair of two symbols. `None` for what can be no code of a coin or a currency.
    #[must_use]
    pub fn named(base: &str, quote: &str) -> Option<Self> {
        Some(Self { base: named(base)?, quote: named(quote)? })
    }

    /// What is priced.
    #[must_use]
    pub const fn base(&self) -> Currency {
        self.base
    }

    /// In what.
    #[must_use]
    pub const fn quote(&self) -> Currency {
        self.quote
    }
}

/// `ETH/EUR`
impl std::fmt::Display for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.base, self.quote)
    }
}

/// The coin without its chain: prices are the same on every chain.
fn by_symbol(currency: Currency) -> Currency {
    named(currency.symbol()).unwrap_or(currency)
}

fn named(symbol: &str) -> Option<Currency> {
    Currency::from_code(symbol).or_else(|_| Currency::asset(symbol, SYMBOL_DECIMALS)).ok()
}

/// The names of the sources that can be asked, as settings write them. What they are is known where they are asked.
pub const SOURCE_NAMES: &[&str] =
    &["kraken", "coinbase", "bitstamp", "binance", "bitfinex", "coingecko", "ecb", "coinbase-fiat"];

/// Stablecoins, and the currency each promises to be worth one of.
pub const PEGS: &[(&str, &str)] = &[("USDC", "USD"), ("USDT", "USD"), ("DAI", "USD"), ("EURC", "EUR")];

/// The currency a stablecoin promises to be worth one of. `None` for coins that promise nothing.
#[must_use]
pub fn peg(symbol: &str) -> Option<Currency> {
    let (_, currency) = PEGS.iter().find(|(coin, _)| *coin == symbol)?;
    Currency::iso(currency).ok()
}

/// What a source deals in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trade {
    /// Prices of coins.
    Coins,
    /// Prices of one euro in other currencies: what coins are crossed by.
    Currencies,
}

/// A price and since when it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The price, of the pair's own currencies.
    pub price: Rate,
    /// When the source says it was so; when it was asked, if it does not say.
    pub as_of: Timestamp,
}

/// What a source said of one pair: a price, or one line why what it said is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The pair.
    pub pair: Pair,
    /// What it said.
    pub answer: Result<Answer, String>,
}

/// Why a source said nothing at all.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AskError {
    /// It can't be reached, or has trouble of its own.
    #[error("it does not answer: {0}")]
    Down(String),
    /// It was asked too often.
    #[error("it wants to be asked less often")]
    Busy {
        /// When it may be asked again, if it says so.
        again_in: Option<Duration>,
    },
    /// Its answer is not of the documented shape.
    #[error("its answer is not as documented: {0}")]
    Nonsense(String),
}

/// A public source of prices.
pub trait RateSource: Send + Sync {
    /// Its name in the settings: `kraken`.
    fn name(&self) -> &'static str;

    /// What it deals in.
    fn trade(&self) -> Trade;

    /// How old an answer of it may be.
    fn fresh_for(&self) -> Duration;

    /// How long it is left alone between two questions, at least.
    fn pause(&self) -> Duration;

    /// Whether it has a price of this pair.
    fn offers(&self, pair: Pair) -> bool;

    /// Asks for some pairs at once. `now` is the time of asking.
    fn ask<'a>(&'a self, pairs: &'a [Pair], now: Timestamp) -> RailFuture<'a, Result<Vec<Told>, AskError>>;
}

/// What a source is to be asked so that the `wanted` pairs can be found out: each pair itself where the source has it, else
/// the coin in dollar or in euro, which is crossed.
#[must_use]
pub fn questions(source: &dyn RateSource, wanted: &[Pair]) -> Vec<Pair> {
    if source.trade() == Trade::Currencies {
        return Currency::all_iso()
            .map(|quote| Pair::of(euro(), quote))
            .filter(|pair| source.offers(*pair))
            .collect();
    }
    let mut questions = Vec::new();
    for pair in wanted {
        let ways = [pair.quote, dollar(), euro()].map(|quote| Pair { base: pair.base, quote });
        if let Some(way) = ways.into_iter().find(|way| source.offers(*way))
            && !questions.contains(&way)
        {
            questions.push(way);
        }
    }
    questions
}

pub(crate) fn euro() -> Currency {
    Currency::iso("EUR").expect("ISO 4217 lists the euro")
}

pub(crate) fn dollar() -> Currency {
    Currency::iso("USD").expect("ISO 4217 lists the dollar")
}
