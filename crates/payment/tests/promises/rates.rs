//! Which answers of public sources are believed.

use money::Currency;
use payment::Timestamp;
use payment::rates::board::{JUMP_STANDS_MS, LAST_GOOD_MS, TENFOLD_STANDS_MS};
use payment::rates::{Answer, Basis, Board, Listed, NoRate, Pair, Told, Trade, Verdict};

const FRESH_MS: i64 = 60_000;
const START: Timestamp = Timestamp::from_millis(1_790_000_000_000);

fn pair(text: &str) -> Pair {
    let (base, quote) = text.split_once('/').unwrap();
    Pair::named(base, quote).unwrap()
}

/// Exchanges that are asked for the coin's price in `asked`, and two sources of currencies.
fn board(names: &[&str], asked: &str, wanted: &str) -> Board {
    let coins = names.iter().map(|name| listed(name, Trade::Coins, &[asked]));
    let currencies =
        ["ecb", "coinbase-fiat"].map(|name| listed(name, Trade::Currencies, &["EUR/USD", "EUR/CHF"]));
    let mut board = Board::default();
    board.arrange(coins.chain(currencies).collect(), Vec::new(), vec![pair(wanted)]);
    board
}

fn listed(name: &str, trade: Trade, asked: &[&str]) -> Listed {
    let asked = asked.iter().map(|text| pair(text)).collect();
    Listed { name: name.to_owned(), trade, fresh_ms: FRESH_MS, asked }
}

fn bitcoin_in_euro() -> Board {
    board(&["kraken", "coinbase", "bitstamp"], "BTC/EUR", "BTC/EUR")
}

fn tell(board: &mut Board, name: &str, of: &str, price: &str, now: Timestamp) {
    let pair = pair(of);
    let price = money::Rate::parse(pair.base(), pair.quote(), price).unwrap();
    board.take(name, vec![Told { pair, answer: Ok(Answer { price, as_of: now }) }], now);
}

fn all_tell(board: &mut Board, prices: [&str; 3], now: Timestamp) {
    for (name, price) in ["kraken", "coinbase", "bitstamp"].into_iter().zip(prices) {
        tell(board, name, "BTC/EUR", price, now);
    }
}

fn price(board: &Board, now: Timestamp) -> Result<String, NoRate> {
    board.market(pair("BTC/EUR"), now).map(|market| market.rate.price().to_string())
}

#[test]
fn the_median_of_what_the_sources_say_is_the_price() {
    let mut board = bitcoin_in_euro();
    all_tell(&mut board, ["58000.00", "58010.00", "58100.00"], START);
    let market = board.market(pair("BTC/EUR"), START).unwrap();
    assert_eq!(market.rate.to_string(), "58010.00 EUR/BTC");
    assert_eq!((market.basis, market.as_of, market.trouble), (Basis::Agreed, START, None));
    assert!(market.answers.iter().all(|answer| answer.verdict == Verdict::Agreed));
}

#[test]
fn one_source_that_is_far_from_the_others_is_refused_and_kept_as_an_outlier() {
    let mut board = bitcoin_in_euro();
    all_tell(&mut board, ["58000", "580000", "58010"], START);
    let market = board.market(pair("BTC/EUR"), START).unwrap();
    assert_eq!(market.rate.to_string(), "58005 EUR/BTC");
    let outlier = &market.answers[1];
    assert_eq!((outlier.source.as_str(), &outlier.verdict), ("coinbase", &Verdict::Outlier));
    assert_eq!(outlier.price.unwrap().to_string(), "580000 EUR/BTC");
}

#[test]
fn an_answer_exactly_two_percent_away_still_counts() {
    let mut board = bitcoin_in_euro();
    all_tell(&mut board, ["100", "100", "102"], START);
    assert_eq!(price(&board, START).unwrap(), "100");
    let verdicts = board.market(pair("BTC/EUR"), START).unwrap().answers;
    assert!(verdicts.iter().all(|answer| answer.verdict == Verdict::Agreed));
}

#[test]
fn with_three_sources_one_may_be_down_and_not_two() {
    let mut board = bitcoin_in_euro();
    board.miss("bitstamp", "it does not answer: connection refused".to_owned(), START);
    tell(&mut board, "kraken", "BTC/EUR", "58000", START);
    assert_eq!(price(&board, START), Err(NoRate::TooFew { answered: 1, asked: 3, needed: 2 }));
    tell(&mut board, "coinbase", "BTC/EUR", "58010", START);
    let market = board.market(pair("BTC/EUR"), START).unwrap();
    assert_eq!(market.rate.to_string(), "58005 EUR/BTC");
    let missing = Verdict::Missing("it does not answer: connection refused".to_owned());
    assert_eq!(market.answers[2].verdict, missing);
}

#[test]
fn two_sources_that_disagree_give_no_price() {
    let mut board = board(&["kraken", "coinbase"], "BTC/EUR", "BTC/EUR");
    tell(&mut board, "kraken", "BTC/EUR", "58000", START);
    tell(&mut board, "coinbase", "BTC/EUR", "61000", START);
    assert_eq!(price(&board, START), Err(NoRate::Apart));
}

#[test]
fn one_source_alone_is_believed_when_the_owner_asks_no_other() {
    let mut board = board(&["kraken"], "BTC/EUR", "BTC/EUR");
    tell(&mut board, "kraken", "BTC/EUR", "58000", START);
    assert_eq!(price(&board, START).unwrap(), "58000");
}

#[test]
fn a_preferred_source_gives_the_price_while_it_agrees_with_the_others() {
    let mut board = bitcoin_in_euro();
    let sources = ["kraken", "coinbase", "bitstamp"].map(|name| listed(name, Trade::Coins, &["BTC/EUR"]));
    board.arrange(sources.to_vec(), vec!["bitstamp".to_owned()], vec![pair("BTC/EUR")]);
    all_tell(&mut board, ["58000", "58010", "58100"], START);
    assert_eq!(price(&board, START).unwrap(), "58100");
    all_tell(&mut board, ["58000", "58010", "70000"], START);
    assert_eq!(price(&board, START).unwrap(), "58005");
}

#[test]
fn what_is_older_than_a_minute_or_from_the_future_does_not_count() {
    for (offset, counts) in [(-FRESH_MS, true), (-FRESH_MS - 1, false), (60_000, true), (60_001, false)] {
        let mut board = board(&["kraken"], "BTC/EUR", "BTC/EUR");
        tell(&mut board, "kraken", "BTC/EUR", "58000", START.plus_millis(offset));
        let found = agrees_now(&board, START);
        assert_eq!(found, counts, "{offset}");
    }
}

fn agrees_now(board: &Board, now: Timestamp) -> bool {
    board.market(pair("BTC/EUR"), now).is_ok_and(|market| market.basis == Basis::Agreed)
}

#[test]
fn the_last_price_holds_for_fifteen_minutes_and_then_there_is_none() {
    let mut board = bitcoin_in_euro();
    all_tell(&mut board, ["58000", "58010", "58100"], START);
    let later = START.plus_millis(FRESH_MS + 1);
    let market = board.market(pair("BTC/EUR"), later).unwrap();
    assert_eq!((market.basis, market.rate.to_string().as_str()), (Basis::LastGood, "58010 EUR/BTC"));
    assert_eq!(market.trouble, Some(NoRate::TooFew { answered: 0, asked: 3, needed: 2 }));
    assert!(board.market(pair("BTC/EUR"), START.plus_millis(LAST_GOOD_MS)).is_ok());
    assert!(board.market(pair("BTC/EUR"), START.plus_millis(LAST_GOOD_MS + 1)).is_err());
}

fn stands(trouble: Option<NoRate>) -> Option<i64> {
    match trouble? {
        NoRate::Jumped(jump) => Some(jump.minutes),
        _ => None,
    }
}

#[test]
fn a_price_that_jumps_is_believed_when_it_has_stood_for_five_minutes() {
    let mut board = bitcoin_in_euro();
    all_tell(&mut board, ["58000"; 3], START);
    let mut now = START.plus_millis(1_000);
    all_tell(&mut board, ["28000"; 3], now);
    let market = board.market(pair("BTC/EUR"), now).unwrap();
    assert_eq!((market.basis, market.rate.to_string().as_str()), (Basis::LastGood, "58000 EUR/BTC"));
    assert_eq!(stands(market.trouble), Some(5));
    now = now.plus_millis(JUMP_STANDS_MS - 1);
    all_tell(&mut board, ["28100"; 3], now);
    assert_eq!(price(&board, now).unwrap(), "58000");
    now = now.plus_millis(1);
    all_tell(&mut board, ["28200"; 3], now);
    assert_eq!(price(&board, now).unwrap(), "28200");
}

#[test]
fn a_price_ten_times_as_high_is_not_believed_for_an_hour_although_every_source_says_so() {
    for wrong in ["580000", "5800"] {
        let mut board = bitcoin_in_euro();
        all_tell(&mut board, ["58000"; 3], START);
        all_tell(&mut board, [wrong; 3], START.plus_millis(1));
        let now = START.plus_millis(TENFOLD_STANDS_MS);
        all_tell(&mut board, [wrong; 3], now);
        assert_eq!(stands(price(&board, now).err()), Some(60), "{wrong}");
        all_tell(&mut board, [wrong; 3], now.plus_millis(1));
        assert_eq!(price(&board, now.plus_millis(1)).unwrap(), wrong);
    }
}

#[test]
fn a_jump_that_goes_away_begins_anew_when_it_comes_back() {
    let mut board = bitcoin_in_euro();
    all_tell(&mut board, ["58000"; 3], START);
    all_tell(&mut board, ["20000"; 3], START.plus_millis(1_000));
    all_tell(&mut board, ["58000"; 3], START.plus_millis(200_000));
    let now = START.plus_millis(JUMP_STANDS_MS + 2_000);
    all_tell(&mut board, ["20000"; 3], now);
    assert_eq!(price(&board, now).unwrap(), "58000");
}

fn tell_currencies(board: &mut Board, now: Timestamp) {
    for name in ["ecb", "coinbase-fiat"] {
        tell(board, name, "EUR/USD", "1.25", now);
        tell(board, name, "EUR/CHF", "0.95", now);
    }
}

#[test]
fn a_coin_without_a_price_in_the_shops_currency_is_crossed_through_the_dollar() {
    let mut board = board(&["kraken", "coinbase"], "ETH/USD", "ETH/CHF");
    for name in ["kraken", "coinbase"] {
        tell(&mut board, name, "ETH/USD", "2500", START);
    }
    let crossed = pair("ETH/CHF");
    assert_eq!(board.market(crossed, START), Err(NoRate::TooFew { answered: 0, asked: 2, needed: 2 }));
    tell_currencies(&mut board, START);
    let market = board.market(crossed, START).unwrap();
    // One dollar is 0.8 euro, which are 0.76 francs.
    assert_eq!(market.rate.to_string(), "1900 CHF/ETH");
    assert_eq!(market.answers[0].through, Currency::iso("USD").ok());
}

#[test]
fn a_stablecoin_at_par_is_worth_its_currency() {
    let mut board = board(&["kraken"], "USDC/USD", "USDC/USD");
    let usdc = Currency::asset("USDC.8453", 6).unwrap();
    let [usd, chf] = ["USD", "CHF"].map(|code| Currency::iso(code).unwrap());
    assert_eq!(board.par(usdc, usd, START).unwrap().rate.to_string(), "1 USD/USDC");
    assert!(board.par(usdc, chf, START).is_err(), "no price of the franc yet");
    tell_currencies(&mut board, START);
    let par = board.par(usdc, chf, START).unwrap();
    assert_eq!((par.rate.to_string().as_str(), par.basis), ("0.76 CHF/USDC", Basis::Par));
    assert!(matches!(board.par(Currency::BTC, usd, START), Err(NoRate::NoPar(_))));
}

#[test]
fn a_stablecoin_that_leaves_its_promise_by_more_than_one_percent_is_noticed() {
    let usdc = Currency::asset("USDC", 6).unwrap();
    for (told, off) in [("1.0101", true), ("1.01", false), ("0.99", false), ("0.9899", true)] {
        let mut board = board(&["kraken"], "USDC/USD", "USDC/USD");
        tell(&mut board, "kraken", "USDC/USD", told, START);
        assert_eq!(board.off_par(usdc, START).is_some(), off, "{told}");
    }
}

#[test]
fn a_coin_has_one_price_on_every_chain() {
    let eth = |code| Pair::of(Currency::asset(code, 18).unwrap(), Currency::iso("EUR").unwrap());
    assert_eq!(eth("ETH.8453"), eth("ETH.1"));
    assert_eq!(eth("ETH.8453").to_string(), "ETH/EUR");
    assert_eq!(eth("USDC.E.137").to_string(), "USDC.E/EUR");
}

#[test]
fn a_source_that_is_not_in_use_any_more_is_forgotten() {
    let mut board = bitcoin_in_euro();
    all_tell(&mut board, ["58000"; 3], START);
    board.arrange(vec![listed("kraken", Trade::Coins, &["BTC/EUR"])], Vec::new(), vec![pair("BTC/EUR")]);
    tell(&mut board, "coinbase", "BTC/EUR", "1", START);
    assert_eq!(board.market(pair("BTC/EUR"), START).unwrap().answers.len(), 1);
    assert_eq!(board.sources().len(), 1);
}
