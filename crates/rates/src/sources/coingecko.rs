//! CoinGecko: <https://docs.coingecko.com/v3.0.1/reference/simple-price>. Its prices are averages over many exchanges, made
//! anew every minute; without a key it may be asked a few times a minute.

use std::collections::BTreeMap;
use std::time::Duration;

use payment::Timestamp;
use payment::rates::{Pair, Trade};
use serde_json::value::RawValue;

use super::{ReadResult, Request, Source, json, together, told};
use crate::price::{PriceError, price};

pub(super) static COINGECKO: Source = Source {
    name: "coingecko",
    trade: Trade::Coins,
    home: "https://api.coingecko.com",
    fresh_for: Duration::from_secs(5 * 60),
    pause: Duration::from_secs(60),
    offers: |pair| id(&pair).is_some() && CURRENCIES.contains(&pair.quote().code()),
    requests,
    read,
};

const IDS: &[(&str, &str)] = &[
    ("BTC", "bitcoin"),
    ("ETH", "ethereum"),
    ("LTC", "litecoin"),
    ("POL", "polygon-ecosystem-token"),
    ("BNB", "binancecoin"),
    ("USDC", "usd-coin"),
    ("USDT", "tether"),
    ("DAI", "dai"),
];

const CURRENCIES: &[&str] = &[
    "USD", "AED", "ARS", "AUD", "BDT", "BHD", "BMD", "BRL", "CAD", "CHF", "CLP", "CNY", "CZK", "DKK", "EUR",
    "GBP", "GEL", "HKD", "HUF", "IDR", "ILS", "INR", "JPY", "KRW", "KWD", "LKR", "MMK", "MXN", "MYR", "NGN",
    "NOK", "NZD", "PHP", "PKR", "PLN", "SAR", "SEK", "SGD", "THB", "TRY", "TWD", "UAH", "VND", "ZAR",
];

fn requests(pairs: &[Pair]) -> Vec<Request> {
    together(pairs, |pairs| {
        let ids = listed(pairs.iter().filter_map(id).map(str::to_owned));
        let currencies = listed(pairs.iter().map(|pair| currency(*pair)));
        format!(
            "/api/v3/simple/price?ids={ids}&vs_currencies={currencies}&include_last_updated_at=true&precision=full"
        )
    })
}

fn read(body: &str, pairs: &[Pair], _now: Timestamp) -> ReadResult {
    let coins: BTreeMap<String, BTreeMap<String, &RawValue>> = json(body)?;
    let answer = |pair: &Pair| {
        let Some(coin) = id(pair).and_then(|id| coins.get(id)) else {
            return told(*pair, Err(PriceError::Missing), Timestamp::from_millis(0));
        };
        let updated = coin.get("last_updated_at").and_then(|at| at.get().parse::<i64>().ok()).unwrap_or(0);
        let as_of = Timestamp::from_millis(updated.saturating_mul(1_000));
        told(*pair, price(*pair, coin.get(&currency(*pair)).copied()), as_of)
    };
    Ok(pairs.iter().map(answer).collect())
}

fn id(pair: &Pair) -> Option<&'static str> {
    IDS.iter().find(|(coin, _)| *coin == pair.base().code()).map(|(_, id)| *id)
}

fn currency(pair: Pair) -> String {
    pair.quote().code().to_ascii_lowercase()
}

/// Each of them once, with commas.
fn listed(names: impl Iterator<Item = String>) -> String {
    names.collect::<std::collections::BTreeSet<String>>().into_iter().collect::<Vec<String>>().join(",")
}
