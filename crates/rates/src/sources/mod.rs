//! The sources: where each one is, which pairs it has, what to ask it, and how its answer is read. Each file names the page
//! that documents the answer.

mod binance;
mod bitfinex;
mod bitstamp;
mod coinbase;
mod coinbase_fiat;
mod coingecko;
mod ecb;
mod kraken;

use std::time::Duration;

use payment::Timestamp;
use payment::rates::{Answer, Pair, Told, Trade};

use crate::price::PriceError;

/// Every source, in the order they are listed for the owner.
pub const SOURCES: &[&Source] = &[
    &kraken::KRAKEN,
    &coinbase::COINBASE,
    &bitstamp::BITSTAMP,
    &binance::BINANCE,
    &bitfinex::BITFINEX,
    &coingecko::COINGECKO,
    &ecb::ECB,
    &coinbase_fiat::COINBASE_FIAT,
];

/// How old an answer without a time of its own may be.
const FRESH: Duration = Duration::from_secs(60);
/// No exchange minds being asked so often; each allows many times more.
const PAUSE: Duration = Duration::from_secs(10);

/// A public source.
#[derive(Debug)]
pub struct Source {
    /// Its name in the settings.
    pub name: &'static str,
    /// What it deals in.
    pub trade: Trade,
    /// Where it is: scheme and host.
    pub home: &'static str,
    /// How old an answer may be.
    pub fresh_for: Duration,
    /// How long it is left alone between two questions.
    pub pause: Duration,
    /// Whether it has this pair.
    pub(crate) offers: fn(Pair) -> bool,
    /// What to ask for some pairs.
    pub(crate) requests: fn(&[Pair]) -> Vec<Request>,
    /// Reads an answer to a question about some pairs, asked at this time.
    pub(crate) read: fn(&str, &[Pair], Timestamp) -> ReadResult,
}

/// One question.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Request {
    /// Path and query.
    pub(crate) path: String,
    /// The pairs that its answer is about.
    pub(crate) pairs: Vec<Pair>,
}

/// An answer that is not of the documented shape: one line. Also how a source says that it refuses.
pub(crate) type ReadError = String;

type ReadResult = Result<Vec<Told>, ReadError>;

/// Finds a source by its name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Source> {
    SOURCES.iter().copied().find(|source| source.name == name)
}

/// Markets of an exchange: a coin, and the currencies it is traded in.
type Markets = &'static [(&'static str, &'static [&'static str])];

fn trades(markets: Markets, pair: Pair) -> bool {
    let quotes = markets.iter().find(|(coin, _)| *coin == pair.base().code()).map(|(_, quotes)| *quotes);
    quotes.is_some_and(|quotes| quotes.contains(&pair.quote().code()))
}

/// One request for each pair.
fn one_by_one(pairs: &[Pair], path: impl Fn(&Pair) -> String) -> Vec<Request> {
    pairs.iter().map(|pair| Request { path: path(pair), pairs: vec![*pair] }).collect()
}

/// One request for all pairs, if there are any.
fn together(pairs: &[Pair], path: impl Fn(&[Pair]) -> String) -> Vec<Request> {
    if pairs.is_empty() {
        return Vec::new();
    }
    vec![Request { path: path(pairs), pairs: pairs.to_vec() }]
}

fn told(pair: Pair, price: Result<money::Rate, PriceError>, as_of: Timestamp) -> Told {
    let answer = price.map(|price| Answer { price, as_of }).map_err(|error| error.to_string());
    Told { pair, answer }
}

/// What a source said, for a message: short, and on one line.
fn quoted(text: &str) -> String {
    text.chars().take(120).flat_map(char::escape_debug).collect()
}

fn json<'a, T: serde::Deserialize<'a>>(body: &'a str) -> Result<T, ReadError> {
    serde_json::from_str(body).map_err(|error| format!("{error}: {}", quoted(body)))
}
