//! The European Central Bank's reference rates:
//! <https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/html/index.en.html>. One euro in
//! about thirty currencies, about 16:00 in Frankfurt on each working day; over Easter nothing comes for five days.

use std::time::Duration;

use money::Currency;
use payment::Timestamp;
use payment::rates::{Pair, Trade};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{ReadError, ReadResult, Source, quoted, together, told};
use crate::price::read as read_price;

pub(super) static ECB: Source = Source {
    name: "ecb",
    trade: Trade::Currencies,
    home: "https://www.ecb.europa.eu",
    fresh_for: Duration::from_secs(6 * 24 * 60 * 60),
    pause: Duration::from_secs(60 * 60),
    offers: |pair| pair.base().code() == "EUR" && CURRENCIES.contains(&pair.quote().code()),
    requests: |pairs| together(pairs, |_| "/stats/eurofxref/eurofxref-daily.xml".to_owned()),
    read,
};

const CURRENCIES: &[&str] = &[
    "USD", "JPY", "CZK", "DKK", "GBP", "HUF", "PLN", "RON", "SEK", "CHF", "ISK", "NOK", "TRY", "AUD", "BRL",
    "CAD", "CNY", "HKD", "IDR", "ILS", "INR", "KRW", "MXN", "MYR", "NZD", "PHP", "SGD", "THB", "ZAR",
];

/// Rates of a day are as of its afternoon: 15:00 UTC is 16:00 in Frankfurt in winter.
const AFTERNOON_MS: i64 = 15 * 60 * 60 * 1_000;

fn read(body: &str, pairs: &[Pair], _now: Timestamp) -> ReadResult {
    let mut as_of = None;
    let mut prices = Vec::new();
    let mut reader = Reader::from_str(body);
    loop {
        let element = match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(element) | Event::Empty(element) => element,
            Event::Eof => break,
            _ => continue,
        };
        if element.local_name().as_ref() != "Cube" {
            continue;
        }
        if let Some(day) = attribute(&element, "time")? {
            as_of = Some(afternoon(&day)?);
        }
        if let (Some(code), Some(rate)) = (attribute(&element, "currency")?, attribute(&element, "rate")?) {
            prices.push((code, rate));
        }
    }
    let as_of = as_of.ok_or("it names no day")?;
    let answer = |(code, rate): &(String, String)| {
        let quote = Currency::iso(code).ok()?;
        let pair = pairs.iter().find(|pair| pair.quote() == quote)?;
        Some(told(*pair, read_price(*pair, rate), as_of))
    };
    Ok(prices.iter().filter_map(answer).collect())
}

fn afternoon(day: &str) -> Result<Timestamp, ReadError> {
    let wrong = || format!("{:?} is no day", quoted(day));
    let date: jiff::civil::Date = day.parse().map_err(|_| wrong())?;
    let midnight = date.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| wrong())?.timestamp();
    Ok(Timestamp::from_millis(midnight.as_millisecond()).plus_millis(AFTERNOON_MS))
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Result<Option<String>, ReadError> {
    let found = element.try_get_attribute(name).map_err(|error| error.to_string())?;
    Ok(found.map(|attribute| attribute.value.into_owned()))
}
