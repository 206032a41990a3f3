//! What the other rooms ask the settings.

use money::{Currency, Money, Percent};
use payment::{Depth, Mark, Policy, RailId, Timestamp};
use settings::{Mode, Settings};

use crate::{practice, read};

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::iso("EUR").unwrap())
}

fn safe_for(settings: &Settings, minor: i64) -> (u16, u16) {
    let policy = settings.policy_for(RailId::BITCOIN, Currency::BTC, eur(minor));
    let blocks = |depth: Depth| depth.confirmations().unwrap();
    (blocks(policy.safe), blocks(policy.r#final))
}

#[test]
fn the_first_row_that_matches_decides() {
    let row = |up_to: &str, safe, r#final| {
        format!("[[policy]]\nrail = \"bitcoin\"\n{up_to}\nsafe = {safe}\nfinal = {final}\n")
    };
    let rows = [row("up_to = \"50.00\"", 0, 1), row("up_to = \"1000\"", 1, 6), row("", 6, 12)];
    let settings = read(&rows.concat(), Mode::Practice);
    assert_eq!(safe_for(&settings, 1), (0, 1));
    assert_eq!(safe_for(&settings, 5_000), (0, 1));
    assert_eq!(safe_for(&settings, 5_001), (1, 6));
    assert_eq!(safe_for(&settings, 100_001), (6, 12));
}

#[test]
fn without_a_row_the_default_policy_holds() {
    assert_eq!(practice().policy_for(RailId::BITCOIN, Currency::BTC, eur(1)), Policy::DEFAULT);
    let bounded = "[[policy]]\nrail = \"bitcoin\"\nup_to = \"50.00\"\nsafe = 0\nfinal = 1\n";
    assert_eq!(safe_for(&read(bounded, Mode::Practice), 5_001), (1, 6));
}

#[test]
fn a_row_may_be_about_one_chain_and_wait_for_the_networks_own_word() {
    let text = "[[policy]]\nrail = \"evm:8453\"\nup_to = \"50.00\"\nsafe = 0\nfinal = \"safe\"\n\
                [[policy]]\nrail = \"evm\"\nsafe = \"safe\"\nfinal = \"finalized\"\n";
    let settings = read(text, Mode::Practice);
    let policy = |chain, minor| {
        let coin = Currency::on_chain("USDC", chain, 6).unwrap();
        settings.policy_for(RailId::EVM, coin, eur(minor))
    };
    assert_eq!(
        (policy(8453, 5_000).safe, policy(8453, 5_000).r#final),
        (Depth::Confirmations(0), Depth::Marked(Mark::Safe))
    );
    for policy in [policy(8453, 5_001), policy(1, 1)] {
        assert_eq!(
            (policy.safe, policy.r#final),
            (Depth::Marked(Mark::Safe), Depth::Marked(Mark::Finalized))
        );
    }
    assert_eq!(settings.policy_for(RailId::BITCOIN, Currency::BTC, eur(1)), Policy::DEFAULT);
}

#[test]
fn without_a_row_each_chain_has_its_usual_rule_and_much_money_waits_for_the_networks_own_word() {
    let settings = practice();
    let safe = |symbol, chain, minor| {
        let coin = Currency::on_chain(symbol, chain, 18).unwrap();
        let policy = settings.policy_for(RailId::EVM, coin, eur(minor));
        assert_eq!(policy.r#final, Depth::Marked(Mark::Finalized));
        policy.safe
    };
    assert_eq!(safe("ETH", 1, 450), Depth::Confirmations(2));
    assert_eq!(safe("POL", 137, 450), Depth::Confirmations(16));
    assert_eq!(safe("ETH", 8453, 100_000), Depth::Confirmations(5));
    assert_eq!(safe("ETH", 8453, 100_001), Depth::Marked(Mark::Safe));
    assert_eq!(safe("ETH", 31_337, 450), Depth::Confirmations(1));
    let unknown = settings.usual_policy(Currency::on_chain("ETH", 1, 18).unwrap());
    assert_eq!(unknown.safe, Depth::Confirmations(2));
}

#[test]
fn the_price_of_a_coin_holds_on_every_chain() {
    let settings = practice().with("rates.fixed.ETH/EUR", "2900").unwrap();
    let now = Timestamp::from_millis(1_790_000_000_000);
    for chain in [1, 10, 8453, 42_161] {
        let coin = Currency::on_chain("ETH", chain, 18).unwrap();
        let rate = settings.rate(coin, Currency::iso("EUR").unwrap(), now).unwrap();
        assert_eq!((rate.market.base(), rate.market.price().to_string().as_str()), (coin, "2900"));
    }
}

#[test]
fn a_fixed_rate_is_quoted_with_the_shops_spread() {
    let now = Timestamp::from_millis(1_790_000_000_000);
    let eur = Currency::iso("EUR").unwrap();
    let rate = practice().rate(Currency::BTC, eur, now).unwrap();
    assert_eq!(rate.market.to_string(), "58000.00 EUR/BTC");
    assert_eq!(rate.applied().unwrap().to_string(), "57710.00 EUR/BTC");
    assert_eq!(
        (rate.spread, rate.source.as_str(), rate.as_of),
        (Percent::parse("0.5").unwrap(), "fixed", now)
    );
    assert_eq!(practice().rate(Currency::BTC, Currency::iso("CHF").unwrap(), now), None);
}

#[test]
fn a_fixed_rate_is_as_old_as_the_last_change_of_a_price() {
    let (monday, tuesday) =
        (Timestamp::from_millis(1_790_000_000_000), Timestamp::from_millis(1_790_086_400_000));
    let thursday = Timestamp::from_millis(1_790_259_200_000);
    let as_of = |settings: &Settings| {
        settings.rate(Currency::BTC, settings.shop.currency, thursday).map(|rate| rate.as_of)
    };
    let mut priced = practice().with("rates.fixed.BTC/EUR", "61000").unwrap();
    priced.date_prices(&practice(), monday);
    assert_eq!(as_of(&priced), Some(monday));
    let mut renamed = priced.with("shop.name", "Bar").unwrap();
    renamed.date_prices(&priced, tuesday);
    assert_eq!(as_of(&renamed), Some(monday), "another setting is no new price");
    let mut stored = Settings::from_rows(&renamed.to_rows(), &practice()).unwrap();
    assert_eq!(as_of(&stored), Some(monday), "and a restart is none");
    stored = stored.with("rates.fixed.BTC/EUR", "62000").unwrap();
    stored.date_prices(&renamed, tuesday);
    assert_eq!(as_of(&stored), Some(tuesday));
}

#[test]
fn where_coins_are_worth_nothing_bitcoin_has_a_price_in_every_currency_a_shop_chooses() {
    let now = Timestamp::from_millis(1_790_000_000_000);
    let price = |mode, code: &str| {
        let settings = Settings::defaults(mode).with("shop.currency", code).unwrap();
        settings.check().unwrap();
        settings.rate(Currency::BTC, settings.shop.currency, now).map(|rate| rate.market.to_string())
    };
    assert_eq!(price(Mode::Practice, "CHF").as_deref(), Some("58000.00 CHF/BTC"));
    assert_eq!(price(Mode::Sandbox, "JPY").as_deref(), Some("9000000 JPY/BTC"));
    assert_eq!(price(Mode::Live, "CHF"), None, "real money has the price its owner fixes");
    let own =
        practice().with("rates.fixed.BTC/CHF", "61234.5").unwrap().with("shop.currency", "CHF").unwrap();
    assert_eq!(own.get("rates.fixed.BTC/CHF").as_deref(), Some("61234.5"), "the owner's own stays");
}

#[test]
fn live_asks_three_exchanges_and_two_sources_of_currencies_and_play_money_asks_nobody() {
    let sources =
        |mode| Settings::defaults(mode).rates.public_sources().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(sources(Mode::Live), ["kraken", "coinbase", "bitstamp", "ecb", "coinbase-fiat"]);
    assert!(sources(Mode::Practice).is_empty() && sources(Mode::Sandbox).is_empty());
}

#[test]
fn a_coin_has_one_fixed_price_on_every_chain_and_may_have_a_spread_of_its_own_on_each() {
    let text =
        "[rates]\nfixed = { \"USDC/EUR\" = \"0.92\" }\nspreads = { USDC = \"0.1\", \"USDC.8453\" = \"0\" }";
    let settings = Settings::parse(text, &practice()).unwrap();
    let spread = |code: &str| {
        let coin = Currency::asset(code, 6).unwrap();
        let rate = settings.rate(coin, Currency::iso("EUR").unwrap(), Timestamp::from_millis(0)).unwrap();
        assert_eq!(rate.market.to_string(), format!("0.92 EUR/{code}"));
        rate.spread.to_string()
    };
    assert_eq!((spread("USDC.1"), spread("USDC.8453")), ("0.1".to_owned(), "0".to_owned()));
    assert_eq!(settings.rates.spread_of(Currency::BTC).to_string(), "0.5");
}

#[test]
fn only_stablecoins_on_the_list_are_taken_at_par() {
    let settings = practice().with("rates.at_par", "[\"USDC\"]").unwrap();
    let is_at_par = |code: &str| settings.rates.is_at_par(Currency::asset(code, 6).unwrap());
    assert!(is_at_par("USDC.8453") && is_at_par("USDC") && !is_at_par("USDT.1") && !is_at_par("USDC.E.137"));
}

#[test]
fn live_sells_no_bitcoin_before_its_owner_sets_it_up() {
    let live = Settings::defaults(Mode::Live);
    assert!(!live.bitcoin.enabled && live.rates.fixed.is_empty());
    assert_eq!(live.get("rail.bitcoin.network").as_deref(), Some("bitcoin"));
}

#[test]
fn the_defaults_of_every_mode_pass_their_own_checks() {
    for mode in Mode::ALL {
        assert_eq!(Settings::defaults(*mode).check(), Ok(()), "{mode}");
    }
}

#[test]
fn every_currency_has_coins_and_notes_that_pass_the_checks() {
    for currency in Currency::all_iso() {
        let settings = practice().with("shop.currency", currency.code()).unwrap();
        assert_eq!(settings.cash.notes[0].currency(), currency);
    }
}

#[test]
fn a_quote_lives_as_long_as_the_shop_says() {
    assert_eq!(practice().quote_life_ms(), 900_000);
    assert_eq!(read("shop.quote_minutes = 1440", Mode::Live).quote_life_ms(), 86_400_000);
}
