//! Bitfinex: <https://docs.bitfinex.com/reference/rest-public-tickers>. Rows of plain values: symbol, bid, its size, ask and
//! so on. It calls USDT `UST` and USDC `UDC`, and tells no time.

use payment::Timestamp;
use payment::rates::{Pair, Trade};
use serde_json::value::RawValue;

use super::{FRESH, Markets, PAUSE, ReadResult, Request, Source, json, together, told, trades};
use crate::price::{PriceError, middle};

pub(super) static BITFINEX: Source = Source {
    name: "bitfinex",
    trade: Trade::Coins,
    home: "https://api-pub.bitfinex.com",
    fresh_for: FRESH,
    pause: PAUSE,
    offers: |pair| trades(MARKETS, pair),
    requests,
    read,
};

const MARKETS: Markets = &[
    ("BTC", &["USD", "EUR", "GBP", "JPY"]),
    ("ETH", &["USD", "EUR", "GBP", "JPY"]),
    ("LTC", &["USD"]),
    ("USDC", &["USD"]),
    ("USDT", &["USD", "EUR"]),
    ("DAI", &["USD"]),
];

/// Places of the best bid and the best ask in a row.
const BID: usize = 1;
const ASK: usize = 3;

fn requests(pairs: &[Pair]) -> Vec<Request> {
    together(pairs, |pairs| {
        let names: Vec<String> = pairs.iter().map(symbol).collect();
        format!("/v2/tickers?symbols={}", names.join(","))
    })
}

fn read(body: &str, pairs: &[Pair], now: Timestamp) -> ReadResult {
    let rows: Vec<Vec<&RawValue>> = json(body)?;
    let price = |pair: &Pair| {
        let name = format!("\"{}\"", symbol(pair));
        let is_row = |row: &&Vec<&RawValue>| row.first().is_some_and(|first| first.get() == name);
        let row = rows.iter().find(is_row).ok_or(PriceError::Missing)?;
        middle(*pair, row.get(BID).copied(), row.get(ASK).copied())
    };
    Ok(pairs.iter().map(|pair| told(*pair, price(pair), now)).collect())
}

fn symbol(pair: &Pair) -> String {
    let base = pair.base();
    let coin = match base.code() {
        "USDT" => "UST",
        "USDC" => "UDC",
        code => code,
    };
    format!("t{coin}{}", pair.quote())
}
