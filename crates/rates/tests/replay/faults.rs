//! What goes wrong at a source stays there: it becomes one line, and never a price.

use std::time::Duration;

use payment::rates::{AskError, Board, Listed, NoRate, Pair, RateSource, Trade, Verdict};
use rates::{HttpSource, named};

use super::pages::{BITSTAMP, COINBASE, COINBASE_FIAT, COINGECKO, ECB, KRAKEN, KRAKEN_REFUSES};
use super::{NOW, Replay, Reply, ask, lines, pairs};

/// What a source says of bitcoin in euro when it answers so.
async fn fails(source: &str, reply: Reply) -> AskError {
    let (told, _) = ask(source, &["BTC/EUR"], vec![reply]).await;
    told.unwrap_err()
}

#[tokio::test]
async fn a_source_that_is_down_says_nothing() {
    assert!(matches!(fails("kraken", Reply::HangUp).await, AskError::Down(_)));
    assert_eq!(fails("kraken", Reply::Status(500, None)).await, AskError::Down("HTTP status 500".to_owned()));
    assert_eq!(fails("kraken", Reply::Status(503, None)).await, AskError::Down("HTTP status 503".to_owned()));
    let nobody = HttpSource::at(named("kraken").unwrap(), "http://127.0.0.1:9").unwrap();
    assert!(matches!(nobody.ask(&pairs(&["BTC/EUR"]), NOW).await, Err(AskError::Down(_))));
}

#[tokio::test]
async fn a_source_that_never_ends_its_answer_is_given_up() {
    assert_eq!(fails("kraken", Reply::Slow).await, AskError::Down("it took too long".to_owned()));
}

#[tokio::test]
async fn a_source_that_is_asked_too_often_says_when_to_come_back() {
    let again_in = Some(Duration::from_secs(30));
    assert_eq!(fails("kraken", Reply::Status(429, Some(30))).await, AskError::Busy { again_in });
    assert_eq!(fails("binance", Reply::Status(418, None)).await, AskError::Busy { again_in: None });
}

#[tokio::test]
async fn nobody_is_sent_elsewhere() {
    let elsewhere = Replay::start(Reply::body(KRAKEN)).await;
    let place = format!("{}/0/public/Ticker", elsewhere.home);
    assert_eq!(fails("kraken", Reply::Elsewhere(place)).await, AskError::Down("HTTP status 302".to_owned()));
    assert!(elsewhere.asked().is_empty());
}

#[tokio::test]
async fn what_is_not_as_documented_is_no_answer() {
    let cases = [
        ("kraken", "<html>maintenance</html>"),
        ("kraken", "[]"),
        ("kraken", KRAKEN_REFUSES),
        ("coinbase", r#"{"message":"NotFound"}"#),
        ("coinbase", r#"{"bid":"1","ask":"1","time":"yesterday"}"#),
        ("bitstamp", r#"{"bid":"1","ask":"1","timestamp":"soon"}"#),
        ("binance", r#"{"code":-1121,"msg":"Invalid symbol."}"#),
        ("bitfinex", r#"["error",20060,"maintenance"]"#),
        ("coingecko", r#"{"status":{"error_code":429}"#),
        ("ecb", "<Envelope><Cube><Cube currency='USD' rate='1.1'/></Cube></Envelope>"),
        ("ecb", "<Cube time='2026-13-40'/>"),
        ("coinbase-fiat", r#"{"data":{"currency":"USD","rates":{}}}"#),
    ];
    for (source, body) in cases {
        let error = fails(source, Reply::Body(body.to_owned())).await;
        assert!(matches!(error, AskError::Nonsense(_)), "{source}: {body}: {error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
    let endless = fails("kraken", Reply::Body(" ".repeat(600 * 1024))).await;
    assert_eq!(endless, AskError::Nonsense("it is larger than any honest one".to_owned()));
}

/// What each source writes where a price belongs, and the page around it.
const PLACES: &[(&str, &str, &str)] = &[
    ("kraken", KRAKEN, "\"52640.10000\""),
    ("coinbase", COINBASE, "\"52640.10\""),
    ("bitstamp", BITSTAMP, "\"52640.00\",\n  \"high\""),
    ("coingecko", COINGECKO, "52640.3567717465"),
];

#[tokio::test]
async fn zero_negative_not_a_number_exponents_and_commas_are_refused_everywhere() {
    for (source, page, place) in PLACES {
        for wrong in [
            "0",
            "\"0.00\"",
            "-52640",
            "\"NaN\"",
            "5.26e4",
            "\"5.26E4\"",
            "\"52,640.10\"",
            "\"52640,10\"",
            "null",
        ] {
            let tail = place.split_once(',').map(|(_, tail)| format!(",{tail}")).unwrap_or_default();
            let broken = page.replacen(place, &format!("{wrong}{tail}"), 1);
            assert_ne!(broken, *page, "{source} has no {place}");
            let (told, _) = ask(source, &["BTC/EUR"], Reply::body(broken)).await;
            let told = told.unwrap();
            assert!(told[0].answer.is_err(), "{source}: {wrong}: {}", lines(&told)[0]);
        }
    }
    let (told, _) = ask("ecb", &["EUR/USD"], Reply::body(ECB.replace("1.1765", "1,1765"))).await;
    assert!(told.unwrap()[0].answer.is_err());
    let (told, _) =
        ask("coinbase-fiat", &["EUR/USD"], Reply::body(COINBASE_FIAT.replace("1.1764", "-1"))).await;
    assert!(told.unwrap()[0].answer.is_err());
}

#[tokio::test]
async fn a_pair_that_is_missing_from_an_answer_has_no_price_and_the_others_do() {
    let (told, _) = ask("kraken", &["BTC/EUR", "ETH/EUR"], Reply::body(KRAKEN)).await;
    assert_eq!(lines(&told.unwrap()), ["BTC/EUR 52640.15", "ETH/EUR: it tells no price"]);
}

#[tokio::test]
async fn a_market_that_was_closed_does_not_take_the_others_with_it() {
    let replies = [KRAKEN_REFUSES, KRAKEN_REFUSES, KRAKEN].map(|page| Reply::Body(page.to_owned())).to_vec();
    let (told, asked) = ask("kraken", &["POL/EUR", "BTC/EUR"], replies).await;
    assert_eq!(lines(&told.unwrap()), ["POL/EUR: EQuery:Unknown asset pair", "BTC/EUR 52640.15"]);
    assert_eq!(asked.len(), 3);
}

/// Kraken, Coinbase and Bitstamp on a board; each answers with its page, or with another one.
async fn board_of(kraken: &str, coinbase: &str, bitstamp: &str) -> Board {
    let mut board = Board::default();
    let listed = ["kraken", "coinbase", "bitstamp"].map(|name| {
        let source = named(name).unwrap();
        let fresh_ms = i64::try_from(source.fresh_for.as_millis()).unwrap();
        Listed { name: name.to_owned(), trade: Trade::Coins, fresh_ms, asked: pairs(&["BTC/EUR"]) }
    });
    board.arrange(listed.to_vec(), Vec::new(), pairs(&["BTC/EUR"]));
    for (name, page) in [("kraken", kraken), ("coinbase", coinbase), ("bitstamp", bitstamp)] {
        match ask(name, &["BTC/EUR"], Reply::body(page)).await.0 {
            Ok(told) => board.take(name, told, NOW),
            Err(error) => board.miss(name, error.to_string(), NOW),
        }
    }
    board
}

fn bitcoin(board: &Board) -> Result<(String, Vec<&'static str>), NoRate> {
    let market = board.market(Pair::named("BTC", "EUR").unwrap(), NOW)?;
    let verdicts = market.answers.iter().map(|answer| answer.verdict.name()).collect();
    Ok((market.rate.price().to_string(), verdicts))
}

#[tokio::test]
async fn three_sources_that_agree_make_a_price() {
    let board = board_of(KRAKEN, COINBASE, BITSTAMP).await;
    assert_eq!(bitcoin(&board).unwrap(), ("52640.2".to_owned(), vec!["agreed"; 3]));
}

#[tokio::test]
async fn one_source_that_is_ten_times_too_high_stale_or_broken_is_left_out() {
    let tenfold = BITSTAMP.replace("52640.00", "526400.00").replace("52641.00", "526410.00");
    let stale = BITSTAMP.replace("1789907190", "1789900000");
    for (page, verdict) in [(tenfold.as_str(), "outlier"), (stale.as_str(), "stale"), ("nothing", "missing")]
    {
        let board = board_of(KRAKEN, COINBASE, page).await;
        assert_eq!(bitcoin(&board).unwrap(), ("52640.175".to_owned(), vec!["agreed", "agreed", verdict]));
    }
}

#[tokio::test]
async fn sources_that_disagree_make_no_price() {
    let higher = COINBASE.replace("5264", "5564");
    let highest = BITSTAMP.replace("5264", "5864");
    let board = board_of(KRAKEN, &higher, &highest).await;
    assert_eq!(bitcoin(&board).unwrap_err(), NoRate::Apart);
}

#[tokio::test]
async fn why_a_source_does_not_count_is_kept_with_the_price() {
    let board = board_of(KRAKEN, COINBASE, &BITSTAMP.replace("\"52640.00\"", "\"NaN\"")).await;
    let market = board.market(Pair::named("BTC", "EUR").unwrap(), NOW).unwrap();
    let Verdict::Missing(reason) = &market.answers[2].verdict else { panic!("{:?}", market.answers[2]) };
    assert!(reason.starts_with("\"NaN\" is no price"), "{reason}");
}
