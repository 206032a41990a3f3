//! Binance:
//! <https://developers.binance.com/docs/binance-spot-api-docs/rest-api/market-data-endpoints#symbol-order-book-ticker>. It
//! has no market in dollar, and tells no time. An answer of one error object has `code` and `msg`.

use payment::Timestamp;
use payment::rates::{Pair, Trade};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{FRESH, Markets, PAUSE, ReadResult, Request, Source, json, together, told, trades};
use crate::price::{PriceError, middle};

pub(super) static BINANCE: Source = Source {
    name: "binance",
    trade: Trade::Coins,
    home: "https://api.binance.com",
    fresh_for: FRESH,
    pause: PAUSE,
    offers: |pair| trades(MARKETS, pair),
    requests,
    read,
};

const MARKETS: Markets = &[
    ("BTC", &["EUR", "TRY", "BRL", "JPY", "ZAR", "ARS", "MXN", "COP"]),
    ("ETH", &["EUR", "TRY", "BRL", "JPY", "ZAR"]),
    ("LTC", &["EUR", "TRY", "BRL"]),
    ("POL", &["EUR", "TRY", "BRL"]),
    ("BNB", &["EUR", "TRY", "BRL", "JPY", "ZAR"]),
    ("USDT", &["TRY", "BRL", "ZAR"]),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Book<'a> {
    symbol: String,
    #[serde(borrow)]
    bid_price: Option<&'a RawValue>,
    #[serde(borrow)]
    ask_price: Option<&'a RawValue>,
}

/// The list of symbols is JSON, escaped for an address: `["BTCEUR","ETHEUR"]`.
fn requests(pairs: &[Pair]) -> Vec<Request> {
    together(pairs, |pairs| {
        let names: Vec<String> = pairs.iter().map(|pair| format!("%22{}%22", symbol(pair))).collect();
        format!("/api/v3/ticker/bookTicker?symbols=%5B{}%5D", names.join(","))
    })
}

fn read(body: &str, pairs: &[Pair], now: Timestamp) -> ReadResult {
    let books: Vec<Book<'_>> = json(body)?;
    let price = |pair: &Pair| {
        let name = symbol(pair);
        let book = books.iter().find(|book| book.symbol == name).ok_or(PriceError::Missing)?;
        middle(*pair, book.bid_price, book.ask_price)
    };
    Ok(pairs.iter().map(|pair| told(*pair, price(pair), now)).collect())
}

fn symbol(pair: &Pair) -> String {
    format!("{}{}", pair.base(), pair.quote())
}
