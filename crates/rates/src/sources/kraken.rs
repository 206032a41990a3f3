//! Kraken: <https://docs.kraken.com/api/docs/rest-api/get-ticker-information>. Its pairs have names of their own (`XBT` is
//! bitcoin), and the answer may spell them the old way (`XXBTZEUR` for `XBTEUR`). It tells no time.

use std::collections::BTreeMap;

use payment::Timestamp;
use payment::rates::{Pair, Trade};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{FRESH, Markets, PAUSE, ReadResult, Request, Source, json, quoted, together, told, trades};
use crate::price::{PriceError, middle};

pub(super) static KRAKEN: Source = Source {
    name: "kraken",
    trade: Trade::Coins,
    home: "https://api.kraken.com",
    fresh_for: FRESH,
    pause: PAUSE,
    offers: |pair| trades(MARKETS, pair),
    requests,
    read,
};

const MARKETS: Markets = &[
    ("BTC", &["USD", "EUR", "GBP", "CAD", "CHF", "AUD", "JPY"]),
    ("ETH", &["USD", "EUR", "GBP", "CAD", "CHF", "AUD", "JPY"]),
    ("LTC", &["USD", "EUR", "GBP"]),
    ("POL", &["USD", "EUR"]),
    ("BNB", &["USD", "EUR"]),
    ("USDC", &["USD", "EUR", "GBP", "CAD", "CHF", "AUD"]),
    ("USDT", &["USD", "EUR", "GBP", "CAD", "CHF", "AUD", "JPY"]),
    ("DAI", &["USD", "EUR"]),
];

#[derive(Deserialize)]
struct Ticker<'a> {
    error: Vec<String>,
    #[serde(borrow, default)]
    result: BTreeMap<String, Book<'a>>,
}

/// Best ask and best bid, each with its price first.
#[derive(Deserialize)]
struct Book<'a> {
    #[serde(borrow, default)]
    a: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    b: Vec<&'a RawValue>,
}

fn requests(pairs: &[Pair]) -> Vec<Request> {
    together(pairs, |pairs| {
        let names: Vec<String> =
            pairs.iter().map(|pair| format!("{}{}", symbol(pair.base().code()), pair.quote())).collect();
        format!("/0/public/Ticker?pair={}", names.join(","))
    })
}

fn read(body: &str, pairs: &[Pair], now: Timestamp) -> ReadResult {
    let ticker: Ticker<'_> = json(body)?;
    if let Some(error) = ticker.error.first() {
        return Err(quoted(error));
    }
    let book =
        |pair: &Pair| ticker.result.iter().find(|(name, _)| is_name_of(name, pair)).map(|(_, book)| book);
    let price = |pair: &Pair| {
        let book = book(pair).ok_or(PriceError::Missing)?;
        middle(*pair, book.b.first().copied(), book.a.first().copied())
    };
    Ok(pairs.iter().map(|pair| told(*pair, price(pair), now)).collect())
}

fn symbol(coin: &str) -> &str {
    if coin == "BTC" { "XBT" } else { coin }
}

/// The new spelling, or the old one with an X before coins and a Z before currencies, in any mixture.
fn is_name_of(name: &str, pair: &Pair) -> bool {
    let base = pair.base();
    let coin = symbol(base.code());
    let currency = pair.quote();
    let coins = [coin.to_owned(), format!("X{coin}")];
    let currencies = [currency.to_string(), format!("Z{currency}")];
    coins.iter().any(|coin| currencies.iter().any(|currency| name == format!("{coin}{currency}")))
}
