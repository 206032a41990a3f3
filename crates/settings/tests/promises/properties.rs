//! Whatever settings a shop can have, the file and the rows bring them back unchanged, and no text makes them panic.

use std::collections::BTreeSet;

use money::{Currency, Money, Percent};
use payment::card::CaptureMode;
use payment::stream::{FeeRow, RouteRow, SettlementRow};
use payment::{Policy, RailId, Timestamp};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use settings::{
    Bitcoin, Cash, EvmChain, EvmToken, Language, Metrics, Mode, Network, PolicyRow, PolicyScope, Rates,
    Settings, Shop, Stripe, Tax, fixed_rate,
};

use crate::practice;

fn config() -> ProptestConfig {
    ProptestConfig { failure_persistence: None, cases: 300, ..ProptestConfig::default() }
}

fn percent(max: u32) -> impl Strategy<Value = Percent> {
    (0..max, 0..1_000_000_u32)
        .prop_map(|(whole, part)| Percent::parse(&format!("{whole}.{part:06}")).unwrap())
}

fn currency() -> impl Strategy<Value = Currency> {
    prop::sample::select(Currency::all_iso().collect::<Vec<_>>())
}

fn shop() -> impl Strategy<Value = Shop> {
    let texts = ("[^\\pC]{1,20}", "[^\\pC]{0,20}(\n[^\\pC]{0,20})?", "[^\\pC]{0,20}");
    let language = prop::sample::select(Language::ALL.to_vec());
    (texts, currency(), language, 1..=1440_u16, percent(5))
        .prop_map(|((name, receipt_header, receipt_footer), currency, language, quote_minutes, tolerance)| {
            Shop { name, currency, language, receipt_header, receipt_footer, quote_minutes, tolerance }
        })
        .prop_filter("a shop has a name", |shop| !shop.name.trim().is_empty())
}

fn tax() -> impl Strategy<Value = Tax> {
    let rates = btree_set(percent(100), 1..=5).prop_map(|rates| rates.into_iter().rev().collect());
    (any::<bool>(), rates).prop_map(|(included, rates)| Tax { included, rates })
}

fn cash(currency: Currency) -> impl Strategy<Value = Cash> {
    let notes = btree_set(1..=i64::MAX, 0..=12);
    (any::<bool>(), 1..=i64::MAX, notes).prop_map(move |(enabled, smallest_coin_minor, notes)| Cash {
        enabled,
        smallest_coin_minor,
        notes: notes.into_iter().map(|note| Money::new(note, currency)).collect(),
    })
}

fn rates() -> impl Strategy<Value = Rates> {
    let sources = prop::sample::subsequence(vec!["fixed", "kraken", "coinbase", "bitstamp"], 0..=4);
    let pair = (prop::sample::select(vec!["BTC", "ETH", "USDC"]), currency());
    let fixed = btree_map(
        pair.prop_map(|(coin, currency)| format!("{coin}/{currency}")),
        "[1-9][0-9]{0,9}(\\.[0-9]{1,9})?",
        0..5,
    );
    let since = option::of(any::<i64>());
    let coins = prop::sample::select(vec!["BTC", "USDC", "USDC.8453"]).prop_map(str::to_owned);
    let spreads = btree_map(coins, percent(20), 0..3);
    let at_par = prop::sample::subsequence(vec!["USDC", "USDT", "DAI", "EURC"], 0..=4);
    let owners = (percent(20), spreads, at_par);
    (sources, any::<bool>(), fixed, since, owners).prop_map(|(sources, prefers, fixed, since, owners)| {
        Rates {
            preferred: sources
                .iter()
                .filter(|name| prefers && **name != "fixed")
                .map(|name| (*name).to_owned())
                .collect(),
            sources: sources.into_iter().map(str::to_owned).collect(),
            fixed: fixed.iter().map(|(pair, price)| fixed_rate(pair, price).unwrap()).collect(),
            fixed_since: since.map(Timestamp::from_millis),
            spread: owners.0,
            spreads: owners.1,
            at_par: owners.2.into_iter().map(str::to_owned).collect(),
        }
    })
}

/// Without a limit, something must be confirmed.
fn policy(currency: Currency) -> impl Strategy<Value = Vec<PolicyRow>> {
    let levels = |least: u16| (least..=100_u16, 0..=900_u16);
    let limits = btree_map(1..=i64::MAX, levels(0), 0..4);
    (limits, option::of(levels(1))).prop_map(move |(limits, rest)| {
        let row = |up_to, (safe, more): (u16, u16)| PolicyRow {
            scope: PolicyScope::BITCOIN,
            policy: Policy { up_to, ..Policy::of_blocks(safe, (safe + more).max(1)) },
        };
        let bounded =
            limits.into_iter().map(|(limit, levels)| row(Some(Money::new(limit, currency)), levels));
        bounded.chain(rest.map(|levels| row(None, levels))).collect()
    })
}

/// A row's own currency, and an amount in it or else in the shop's.
fn amount_of(own: Option<Currency>, shop: Currency, minor: Option<i64>) -> Option<Money> {
    Some(Money::new(minor?, own.unwrap_or(shop)))
}

fn micropayment_rail() -> impl Strategy<Value = RailId> {
    prop::sample::select(vec![RailId::CASH, RailId::STRIPE])
}

fn method() -> impl Strategy<Value = String> {
    "[!-~]{1,20}( [!-~]{1,19})?"
}

fn limit() -> impl Strategy<Value = Option<i64>> {
    option::of(1..=i64::MAX)
}

/// Rows that never apply are left out, as an owner would.
fn applying<T: Clone>(rows: Vec<T>, hides: impl Fn(&T, &T) -> bool) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for row in rows {
        if !kept.iter().any(|earlier| hides(earlier, &row)) {
            kept.push(row);
        }
    }
    kept
}

fn routes(shop: Currency) -> impl Strategy<Value = Vec<RouteRow>> {
    let row = (method(), option::of(currency()), limit(), micropayment_rail(), any::<bool>());
    let row = row.prop_map(move |(method, currency, up_to, rail, falls_back)| RouteRow {
        method,
        currency,
        up_to: amount_of(currency, shop, up_to),
        rail,
        fallback: falls_back.then_some(if rail == RailId::CASH { RailId::STRIPE } else { RailId::CASH }),
    });
    vec(row, 0..6).prop_map(|rows| applying(rows, RouteRow::hides))
}

fn fees(shop: Currency) -> impl Strategy<Value = Vec<FeeRow>> {
    let row = (micropayment_rail(), option::of(method()), option::of(currency()), percent(100));
    let row = (row, limit(), limit(), limit());
    let row = row.prop_map(move |((rail, method, currency, percent), up_to, first, second)| FeeRow {
        rail,
        method,
        currency,
        up_to: amount_of(currency, shop, up_to),
        percent,
        fixed: amount_of(currency, shop, first.min(second)),
        cap: amount_of(currency, shop, first.max(second)),
    });
    vec(row, 0..6).prop_map(|rows| applying(rows, FeeRow::hides))
}

fn settlements() -> impl Strategy<Value = Vec<SettlementRow>> {
    let row = (currency(), 1..=i64::MAX, proptest::option::of(1_u16..=8_760));
    let row = row.prop_map(|(currency, at, after_hours)| SettlementRow {
        rail: RailId::STRIPE,
        at: Money::new(at, currency),
        after_hours,
    });
    let same = |row: &SettlementRow, later: &SettlementRow| row.at.currency() == later.at.currency();
    vec(row, 0..4).prop_map(move |rows| applying(rows, same))
}

fn bitcoin() -> impl Strategy<Value = Bitcoin> {
    let network = prop::sample::select(vec![Network::Testnet4, Network::Signet]);
    let schemes = prop::sample::select(vec![
        "electrum+tls://",
        "electrum+tcp://",
        "esplora+https://",
        "bitcoind+http://u@",
    ]);
    let server = (schemes, "[a-z]{1,12}", 1..=u16::MAX)
        .prop_map(|(scheme, host, port)| format!("{scheme}{host}:{port}"));
    let servers = btree_set(server, 0..=8).prop_map(|servers| servers.into_iter().collect());
    (any::<bool>(), network, option::of("[!-~]{1,90}"), servers)
        .prop_map(|(enabled, network, account, servers)| Bitcoin { enabled, network, account, servers })
}

/// Chains of one account, on this machine's servers, as every mode takes them.
fn evm() -> impl Strategy<Value = Vec<EvmChain>> {
    let token = ("0x[0-9a-fA-F]{40}", 0..=77_u8);
    let tokens = btree_map("[A-Z][A-Z0-9]{0,5}", token, 0..4).prop_map(|tokens| {
        let mut tokens: Vec<EvmToken> = tokens
            .into_iter()
            .map(|(symbol, (address, decimals))| EvmToken { symbol, address, decimals })
            .collect();
        tokens.dedup_by_key(|token| token.address.to_lowercase());
        tokens.retain(|token| token.symbol != "ETH");
        tokens
    });
    let servers = btree_set("(http|ws)://127\\.0\\.0\\.1:[1-9][0-9]{3}/[a-z]{0,9}", 0..=8);
    let chain = (any::<bool>(), "[A-Z][a-z]{1,12}", servers, tokens);
    let account = option::of("xpub[A-Za-z0-9]{107}");
    (btree_map(2_000..=999_999_u64, chain, 0..4), account).prop_map(|(chains, account)| {
        let chain = |(chain_id, (enabled, name, rpc, tokens)): (
            u64,
            (bool, String, BTreeSet<String>, Vec<EvmToken>),
        )| EvmChain {
            enabled,
            name,
            chain_id,
            account: account.clone(),
            rpc: rpc.into_iter().collect(),
            native: "ETH".to_owned(),
            tokens,
        };
        chains.into_iter().filter(|(chain_id, _)| *chain_id != 31_337).map(chain).collect()
    })
}

/// What every mode takes.
fn stripe() -> impl Strategy<Value = Stripe> {
    let api_base = prop::sample::select(vec!["https://api.stripe.com", "https://api.stripe.com/"]);
    let capture = prop::sample::select(vec![CaptureMode::AtOnce, CaptureMode::Later]);
    (any::<bool>(), api_base, option::of("tmr_[A-Za-z0-9]{1,20}"), capture).prop_map(
        |(enabled, api_base, reader, capture)| Stripe {
            enabled,
            api_base: api_base.to_owned(),
            reader,
            capture,
        },
    )
}

fn metrics() -> impl Strategy<Value = Metrics> {
    let address = (prop::sample::select(vec!["127.0.0.1", "[::1]", "127.9.9.9"]), 1..=u16::MAX);
    option::of(address.prop_map(|(host, port)| format!("{host}:{port}").parse().unwrap()))
        .prop_map(|listen| Metrics { listen })
}

prop_compose! {
    fn any_settings()(shop in shop())(
        mode in prop::sample::select(Mode::ALL.to_vec()),
        tax in tax(),
        cash in cash(shop.currency),
        rates in rates(),
        policy in policy(shop.currency),
        routes in routes(shop.currency),
        fees in fees(shop.currency),
        settlements in settlements(),
        bitcoin in bitcoin(),
        evm in evm(),
        stripe in stripe(),
        metrics in metrics(),
        setup_done in any::<bool>(),
        shop in Just(shop),
    ) -> Settings {
        Settings {
            mode, shop, tax, cash, rates, policy, routes, fees, settlements, bitcoin, evm, stripe, metrics,
            setup_done,
        }
    }
}

/// Settings of the same till, with the facts that are no settings and everything else at its default.
fn blank(settings: &Settings) -> Settings {
    let mut blank = Settings { setup_done: settings.setup_done, ..Settings::defaults(settings.mode) };
    blank.rates.fixed_since = settings.rates.fixed_since;
    blank
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn settings_come_back_from_their_printed_form(settings in any_settings()) {
        prop_assert_eq!(settings.check(), Ok(()));
        let printed = settings.to_toml();
        prop_assert_eq!(Settings::parse(&printed, &blank(&settings)), Ok(settings.clone()), "{}", printed);
        prop_assert_eq!(Settings::parse(&printed, &settings).map(|s| s.to_toml()), Ok(printed));
    }

    #[test]
    fn settings_come_back_from_their_rows(settings in any_settings()) {
        let rows = settings.to_rows();
        prop_assert_eq!(Settings::from_rows(&rows, &Settings::defaults(settings.mode)), Ok(settings));
    }

    #[test]
    fn no_file_makes_the_reader_panic_and_every_refusal_is_one_line(text in "(\\PC|\n){0,200}") {
        if let Err(refusal) = Settings::parse(&text, &practice()) {
            prop_assert_eq!(refusal.to_string().lines().count(), 1);
        }
    }

    #[test]
    fn a_damaged_file_is_refused_on_one_line_or_read(
        settings in any_settings(),
        at in any::<prop::sample::Index>(),
        junk in vec(prop::sample::select(vec!["\"", "[", "]", "=", "\n", ".", "{", "'", "#", "9", "x"]), 0..3),
    ) {
        let mut characters: Vec<char> = settings.to_toml().chars().collect();
        let at = at.index(characters.len());
        characters.splice(at..=at, junk.concat().chars());
        let text: String = characters.into_iter().collect();
        if let Err(refusal) = Settings::parse(&text, &blank(&settings)) {
            prop_assert_eq!(refusal.to_string().lines().count(), 1, "{}", refusal);
            prop_assert!(!refusal.to_string().chars().any(char::is_control), "{:?}", refusal);
        }
    }

    #[test]
    fn no_value_of_a_key_makes_it_panic(key in prop::sample::select(Settings::keys().collect::<Vec<_>>()), value in "\\PC{0,40}") {
        if let Ok(settings) = practice().with(key, &value) {
            prop_assert_eq!(settings.check(), Ok(()));
        }
    }
}
