//! Bitstamp: <https://www.bitstamp.net/api/#tag/Tickers/operation/GetMarketTicker>. Its time is in seconds, as a text.

use payment::Timestamp;
use payment::rates::{Pair, Trade};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{FRESH, Markets, PAUSE, ReadResult, Source, json, one_by_one, quoted, told, trades};
use crate::price::middle;

pub(super) static BITSTAMP: Source = Source {
    name: "bitstamp",
    trade: Trade::Coins,
    home: "https://www.bitstamp.net",
    fresh_for: FRESH,
    pause: PAUSE,
    offers: |pair| trades(MARKETS, pair),
    requests: |pairs| {
        one_by_one(pairs, |pair| {
            format!("/api/v2/ticker/{}{}/", pair.base(), pair.quote()).to_ascii_lowercase()
        })
    },
    read,
};

const MARKETS: Markets = &[
    ("BTC", &["USD", "EUR", "GBP"]),
    ("ETH", &["USD", "EUR", "GBP"]),
    ("LTC", &["USD", "EUR", "GBP"]),
    ("POL", &["USD", "EUR"]),
    ("USDC", &["USD", "EUR"]),
    ("USDT", &["USD", "EUR"]),
    ("DAI", &["USD"]),
];

#[derive(Deserialize)]
struct Ticker<'a> {
    #[serde(borrow)]
    bid: Option<&'a RawValue>,
    #[serde(borrow)]
    ask: Option<&'a RawValue>,
    timestamp: String,
}

fn read(body: &str, pairs: &[Pair], _now: Timestamp) -> ReadResult {
    let ticker: Ticker<'_> = json(body)?;
    let seconds: i64 =
        ticker.timestamp.parse().map_err(|_| format!("{:?} is no time", quoted(&ticker.timestamp)))?;
    let as_of = Timestamp::from_millis(seconds.saturating_mul(1_000));
    Ok(pairs.iter().map(|pair| told(*pair, middle(*pair, ticker.bid, ticker.ask), as_of)).collect())
}
