//! Each source is asked and read as its documentation says.

use payment::rates::{Pair, RateSource, Trade};
use rates::{HttpSource, SOURCES};

use super::pages::{BINANCE, BITFINEX, BITSTAMP, COINBASE, COINBASE_FIAT, COINGECKO, ECB, KRAKEN};
use super::{NOW, Reply, ask, lines, named};

/// What a source that answers with a page says of some pairs, how old that is in seconds, and what it was asked.
async fn says(source: &str, of: &[&str], page: &str) -> (Vec<String>, Vec<i64>, Vec<String>) {
    let (told, asked) = ask(source, of, Reply::body(page)).await;
    let told = told.unwrap();
    let age = |as_of: payment::Timestamp| (NOW.millis() - as_of.millis()) / 1_000;
    let ages =
        told.iter().filter_map(|told| told.answer.as_ref().ok()).map(|answer| age(answer.as_of)).collect();
    (lines(&told), ages, asked)
}

#[tokio::test]
async fn kraken_is_asked_for_all_pairs_at_once_and_spells_them_in_its_own_ways() {
    let (told, ages, asked) = says("kraken", &["BTC/EUR", "USDC/EUR"], KRAKEN).await;
    assert_eq!(told, ["BTC/EUR 52640.15", "USDC/EUR 0.85"]);
    assert_eq!(ages, [0, 0]);
    assert_eq!(asked, ["/0/public/Ticker?pair=XBTEUR,USDCEUR"]);
}

#[tokio::test]
async fn coinbase_is_asked_for_each_product() {
    let (told, ages, asked) = says("coinbase", &["BTC/EUR"], COINBASE).await;
    assert_eq!((told, ages), (vec!["BTC/EUR 52640.2".to_owned()], vec![9]));
    assert_eq!(asked, ["/products/BTC-EUR/ticker"]);
}

#[tokio::test]
async fn bitstamp_is_asked_for_each_market_and_tells_seconds() {
    let (told, ages, asked) = says("bitstamp", &["BTC/EUR"], BITSTAMP).await;
    assert_eq!((told, ages), (vec!["BTC/EUR 52640.5".to_owned()], vec![10]));
    assert_eq!(asked, ["/api/v2/ticker/btceur/"]);
}

#[tokio::test]
async fn binance_is_asked_with_a_list_in_the_address() {
    let (told, _, asked) = says("binance", &["BTC/EUR", "ETH/EUR"], BINANCE).await;
    assert_eq!(told, ["BTC/EUR 52640.1", "ETH/EUR 2100.1397"]);
    assert_eq!(asked, ["/api/v3/ticker/bookTicker?symbols=%5B%22BTCEUR%22,%22ETHEUR%22%5D"]);
}

#[tokio::test]
async fn bitfinex_answers_with_rows_and_has_its_own_names_for_stablecoins() {
    let (told, _, asked) = says("bitfinex", &["BTC/EUR", "USDT/USD"], BITFINEX).await;
    assert_eq!(told, ["BTC/EUR 52640.5", "USDT/USD 1.0002"]);
    assert_eq!(asked, ["/v2/tickers?symbols=tBTCEUR,tUSTUSD"]);
}

#[tokio::test]
async fn coingecko_names_coins_by_its_ids_and_keeps_every_digit() {
    let (told, ages, asked) = says("coingecko", &["BTC/EUR", "USDC/EUR", "BTC/USD"], COINGECKO).await;
    assert_eq!(told, ["BTC/EUR 52640.3567717465", "USDC/EUR 0.85002", "BTC/USD 61930.12"]);
    assert_eq!(ages, [100, 99, 100]);
    let path = "/api/v3/simple/price?ids=bitcoin,usd-coin&vs_currencies=eur,usd&include_last_updated_at=true&precision=full";
    assert_eq!(asked, [path]);
}

#[tokio::test]
async fn the_central_bank_tells_one_euro_in_other_currencies_as_of_an_afternoon() {
    let (told, ages, asked) = says("ecb", &["EUR/CHF", "EUR/USD", "EUR/JPY", "EUR/SEK"], ECB).await;
    assert_eq!(told, ["EUR/USD 1.1765", "EUR/JPY 173.51", "EUR/CHF 0.9339"]);
    // From Friday, 15:00 UTC to Sunday, 12:26:40.
    assert!(ages.iter().all(|age| *age == 45 * 3_600 + 26 * 60 + 40), "{ages:?}");
    assert_eq!(asked, ["/stats/eurofxref/eurofxref-daily.xml"]);
}

#[tokio::test]
async fn the_market_tells_one_euro_in_every_currency_and_its_coins_are_left_out() {
    let (told, _, asked) =
        says("coinbase-fiat", &["EUR/CHF", "EUR/USD", "EUR/AED", "EUR/XPF"], COINBASE_FIAT).await;
    assert_eq!(told, ["EUR/CHF 0.9341", "EUR/USD 1.1764", "EUR/AED 4.32"]);
    assert_eq!(asked, ["/v2/exchange-rates?currency=EUR"]);
}

#[test]
fn every_coin_has_three_exchanges_that_know_it_in_euro_or_dollar() {
    for coin in ["BTC", "ETH", "POL", "BNB", "USDC", "USDT", "DAI", "LTC"] {
        let sources = HttpSource::all().unwrap();
        let knows = |source: &&HttpSource| {
            ["EUR", "USD"].iter().any(|quote| source.offers(Pair::named(coin, quote).unwrap()))
        };
        assert!(sources.iter().filter(knows).count() >= 3, "{coin}");
    }
}

#[test]
fn every_source_that_settings_may_name_can_be_asked() {
    let names: Vec<&str> = SOURCES.iter().map(|source| source.name).collect();
    assert_eq!(names, payment::rates::SOURCE_NAMES);
}

#[test]
fn there_are_six_sources_of_coins_and_two_of_more_than_fifty_currencies() {
    let count = |trade| SOURCES.iter().filter(|source| source.trade == trade).count();
    assert_eq!((count(Trade::Coins), count(Trade::Currencies)), (6, 2));
    let fiat = HttpSource::at(named("coinbase-fiat").unwrap(), "http://127.0.0.1:9").unwrap();
    assert!(payment::rates::questions(&fiat, &[]).len() > 50);
    assert!(SOURCES.iter().all(|source| source.home.starts_with("https://")));
}

#[test]
fn a_pair_that_a_source_does_not_have_is_asked_in_dollar_or_euro() {
    let source = |name| HttpSource::at(named(name).unwrap(), "http://127.0.0.1:9").unwrap();
    let asked = |name, of: &str| {
        let questions = payment::rates::questions(&source(name), &super::pairs(&[of]));
        questions.iter().map(Pair::to_string).collect::<Vec<String>>()
    };
    assert_eq!(asked("kraken", "BTC/CHF"), ["BTC/CHF"]);
    assert_eq!(asked("kraken", "BTC/CZK"), ["BTC/USD"]);
    assert_eq!(asked("binance", "BTC/CZK"), ["BTC/EUR"]);
    assert_eq!(asked("bitstamp", "BNB/EUR"), Vec::<String>::new());
}
