//! Coinbase's prices of currencies: <https://docs.cdp.coinbase.com/coinbase-app/track-apis/exchange-rates>. One euro in every
//! currency there is, from the market, beside coins that are left out here. It tells no time.

use std::collections::BTreeMap;
use std::time::Duration;

use payment::Timestamp;
use payment::rates::{Pair, Trade};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{ReadResult, Source, json, quoted, together, told};
use crate::price::price;

pub(super) static COINBASE_FIAT: Source = Source {
    name: "coinbase-fiat",
    trade: Trade::Currencies,
    home: "https://api.coinbase.com",
    fresh_for: Duration::from_secs(60 * 60),
    pause: Duration::from_secs(5 * 60),
    offers: |pair| pair.base().code() == "EUR" && pair.quote() != pair.base() && pair.quote().is_fiat(),
    requests: |pairs| together(pairs, |_| "/v2/exchange-rates?currency=EUR".to_owned()),
    read,
};

#[derive(Deserialize)]
struct Reply<'a> {
    #[serde(borrow)]
    data: Rates<'a>,
}

#[derive(Deserialize)]
struct Rates<'a> {
    currency: String,
    #[serde(borrow)]
    rates: BTreeMap<String, &'a RawValue>,
}

fn read(body: &str, pairs: &[Pair], now: Timestamp) -> ReadResult {
    let Reply { data } = json(body)?;
    if data.currency != "EUR" {
        return Err(format!("it was asked for EUR and answers for {}", quoted(&data.currency)));
    }
    // Currencies it has no price of are none it was asked about in vain: there are more in ISO 4217 than anybody trades.
    let answer = |pair: &Pair| {
        let rate = data.rates.get(pair.quote().code())?;
        Some(told(*pair, price(*pair, Some(rate)), now))
    };
    Ok(pairs.iter().filter_map(answer).collect())
}
