//! Coinbase Exchange: <https://docs.cdp.coinbase.com/api-reference/exchange-api/rest-api/products/get-product-ticker>. Its
//! time is that of the last trade, so a quiet market may be some minutes old.

use std::time::Duration;

use payment::Timestamp;
use payment::rates::{Pair, Trade};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Markets, PAUSE, ReadResult, Source, json, one_by_one, quoted, told, trades};
use crate::price::middle;

pub(super) static COINBASE: Source = Source {
    name: "coinbase",
    trade: Trade::Coins,
    home: "https://api.exchange.coinbase.com",
    fresh_for: Duration::from_secs(5 * 60),
    pause: PAUSE,
    offers: |pair| trades(MARKETS, pair),
    requests: |pairs| one_by_one(pairs, |pair| format!("/products/{}-{}/ticker", pair.base(), pair.quote())),
    read,
};

const MARKETS: Markets = &[
    ("BTC", &["USD", "EUR", "GBP"]),
    ("ETH", &["USD", "EUR", "GBP"]),
    ("LTC", &["USD", "EUR", "GBP"]),
    ("POL", &["USD"]),
    ("BNB", &["USD"]),
    ("USDC", &["EUR", "GBP"]),
    ("USDT", &["USD", "EUR", "GBP"]),
    ("DAI", &["USD"]),
];

#[derive(Deserialize)]
struct Ticker<'a> {
    #[serde(borrow)]
    bid: Option<&'a RawValue>,
    #[serde(borrow)]
    ask: Option<&'a RawValue>,
    time: String,
}

fn read(body: &str, pairs: &[Pair], _now: Timestamp) -> ReadResult {
    let ticker: Ticker<'_> = json(body)?;
    let time: jiff::Timestamp =
        ticker.time.parse().map_err(|_| format!("{:?} is no time", quoted(&ticker.time)))?;
    let as_of = Timestamp::from_millis(time.as_millisecond());
    Ok(pairs.iter().map(|pair| told(*pair, middle(*pair, ticker.bid, ticker.ask), as_of)).collect())
}
