//! The settings file: what it may say, what it keeps, and how it is printed.

use money::{Currency, Money};
use settings::{Language, Mode, Network, Problem, Settings};

use crate::{practice, read};

/// The account m/44'/60'/0' of the words `test test … junk`, as other wallets show it.
const XPUB: &str = "xpub6CR14mRktfMPR2pvKTvFqyQtk3TJnCuXpG7oPBiEPuRp57E6RyLPZuvJMkSwB4YWmKwA6SFgVZFNA6X9Grzdx6QMU2BqbQnNhbHZbtYUGWy";

/// The example of the product's description.
const EXAMPLE: &str = r#"
[shop]
name = "Corner Café"
currency = "EUR"                                   # ISO 4217, the unit of account
[rates]
sources = ["kraken", "coinbase", "bitstamp"]       # live; "fixed" in practice and sandbox
fixed = { "BTC/EUR" = "58000.00", "ETH/EUR" = "2900.00", "USDC/EUR" = "0.92" }
preferred = ["bitstamp"]                           # their own price, while it agrees with the others
spread_percent = "0.5"
spreads = { USDC = "0.1", "USDC.8453" = "0" }
at_par = ["USDC"]
[[policy]]                                         # amount × rail → what is safe, what is final; first match wins
rail = "bitcoin"
up_to = "50.00"
safe = 0
final = 1
[rail.bitcoin]
enabled = true
network = "regtest"                                # bitcoin | testnet4 | signet | regtest
account = "[d34db33f/84'/1'/0']tpub…"              # key origin and account xpub: watch-only
servers = ["electrum+tcp://127.0.0.1:50001"]       # electrum+tls://  electrum+tcp://  esplora+https://
[[rail.evm]]
enabled = true
name = "Base"
chain_id = 8453
account = "xpub6CR14mRktfMPR2pvKTvFqyQtk3TJnCuXpG7oPBiEPuRp57E6RyLPZuvJMkSwB4YWmKwA6SFgVZFNA6X9Grzdx6QMU2BqbQnNhbHZbtYUGWy" # m/44'/60'/0'
rpc = ["http://127.0.0.1:18545"]
native = { symbol = "ETH" }
tokens = [{ symbol = "USDC", address = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", decimals = 6 }]
[rail.stripe]
enabled = true
api_base = "https://api.stripe.com"                # the simulator's address in sandbox
reader = "tmr_1"                                   # optional
"#;

#[test]
fn the_example_of_the_product_is_read() {
    let settings = read(&EXAMPLE.replace("tpub…", "tpubD6NzVbkrYhZ4X"), Mode::Sandbox);
    assert_eq!(settings.shop.name, "Corner Café");
    assert_eq!(settings.rates.fixed["ETH/EUR"].price().to_string(), "2900.00");
    assert_eq!(settings.policy.len(), 1);
    assert_eq!(settings.bitcoin.network, Network::Regtest);
    assert_eq!(settings.bitcoin.account.as_deref(), Some("[d34db33f/84'/1'/0']tpubD6NzVbkrYhZ4X"));
    assert_eq!(settings.bitcoin.servers, ["electrum+tcp://127.0.0.1:50001"]);
    let [base] = settings.evm.as_slice() else { panic!("one chain: {:?}", settings.evm) };
    assert_eq!((base.name.as_str(), base.chain_id, base.account.as_deref()), ("Base", 8_453, Some(XPUB)));
    assert_eq!(base.native_coin().unwrap().code(), "ETH.8453");
    assert_eq!(base.coin_of(&base.tokens[0]).unwrap().code(), "USDC.8453");
    assert!(settings.stripe.enabled && settings.stripe.elsewhere().is_none());
    assert_eq!(settings.stripe.reader.as_deref(), Some("tmr_1"));
}

#[test]
fn keys_in_the_file_replace_and_the_others_stay() {
    let current = read("[shop]\nname = \"Bar\"\nquote_minutes = 5\n[tax]\nincluded = false", Mode::Practice);
    let settings = Settings::parse("shop.quote_minutes = 30", &current).unwrap();
    let mut expected = current;
    expected.shop.quote_minutes = 30;
    assert_eq!(settings, expected);
}

#[test]
fn an_empty_file_changes_nothing() {
    assert_eq!(read("", Mode::Live), Settings::defaults(Mode::Live));
    assert_eq!(read("[shop]\n[rail.bitcoin]\n", Mode::Live), Settings::defaults(Mode::Live));
}

#[test]
fn a_list_is_replaced_as_a_whole() {
    let current = read(EXAMPLE.replace("tpub…", "tpub").as_str(), Mode::Sandbox);
    let settings =
        Settings::parse("policy = []\nrates.fixed = {}\nrail.bitcoin.servers = []", &current).unwrap();
    assert!(
        settings.policy.is_empty() && settings.rates.fixed.is_empty() && settings.bitcoin.servers.is_empty()
    );
}

#[test]
fn an_empty_account_means_that_there_is_no_wallet() {
    let current = read(EXAMPLE.replace("tpub…", "tpub").as_str(), Mode::Sandbox);
    assert_eq!(Settings::parse("rail.bitcoin.account = \"\"", &current).unwrap().bitcoin.account, None);
}

#[test]
fn a_new_currency_brings_its_own_coins_and_notes() {
    let settings = read("shop.currency = \"CHF\"", Mode::Practice);
    let chf = Currency::iso("CHF").unwrap();
    assert_eq!(settings.cash.smallest_coin_minor, 5);
    assert_eq!(settings.cash.notes[0], Money::new(1000, chf));
}

#[test]
fn amounts_are_in_the_files_currency_even_when_it_stands_below_them() {
    let settings = read("cash.notes = [\"1000\"]\nshop.currency = \"JPY\"", Mode::Practice);
    assert_eq!(settings.cash.notes, [Money::new(1000, Currency::iso("JPY").unwrap())]);
}

#[test]
fn windows_line_ends_are_read() {
    let settings =
        read("[shop]\r\nlanguage = \"de\"\r\nreceipt_footer = \"Danke\\nund bis bald\"\r\n", Mode::Live);
    assert_eq!(settings.shop.language, Language::De);
    assert_eq!(settings.shop.receipt_footer, "Danke\nund bis bald");
}

#[test]
fn the_printed_form_is_stable() {
    let printed = read(&EXAMPLE.replace("tpub…", "tpub"), Mode::Sandbox).to_toml();
    let expected = r#"route = []
fee = []
settlement = []

[shop]
name = "Corner Café"
currency = "EUR"
language = "en"
receipt_header = ""
receipt_footer = ""
quote_minutes = 15
tolerance_percent = "0"

[tax]
included = true
rates = ["20", "10", "0"]

[cash]
enabled = true
smallest_coin = "0.01"
notes = ["5.00", "10.00", "20.00", "50.00", "100.00", "200.00"]

[rates]
sources = ["kraken", "coinbase", "bitstamp"]
preferred = ["bitstamp"]
fixed = { "BTC/EUR" = "58000.00", "ETH/EUR" = "2900.00", "USDC/EUR" = "0.92" }
spread_percent = "0.5"
spreads = { USDC = "0.1", "USDC.8453" = "0" }
at_par = ["USDC"]

[[policy]]
rail = "bitcoin"
up_to = "50.00"
safe = 0
final = 1

[rail.bitcoin]
enabled = true
network = "regtest"
account = "[d34db33f/84'/1'/0']tpub"
servers = ["electrum+tcp://127.0.0.1:50001"]

[[rail.evm]]
enabled = true
name = "Base"
chain_id = 8453
account = "xpub6CR14mRktfMPR2pvKTvFqyQtk3TJnCuXpG7oPBiEPuRp57E6RyLPZuvJMkSwB4YWmKwA6SFgVZFNA6X9Grzdx6QMU2BqbQnNhbHZbtYUGWy"
rpc = ["http://127.0.0.1:18545"]
native = { symbol = "ETH" }
tokens = [{ symbol = "USDC", address = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", decimals = 6 }]

[rail.stripe]
enabled = true
api_base = "https://api.stripe.com"
reader = "tmr_1"
capture = "at_once"

[metrics]
listen = ""
"#;
    assert_eq!(printed, expected);
}

#[test]
fn an_empty_policy_is_printed_so_that_importing_it_clears_the_table() {
    assert!(practice().to_toml().starts_with("policy = []\n\n[shop]\n"));
}

#[test]
fn what_a_rail_finds_wrong_is_reported_on_the_line_of_its_key() {
    let rail =
        |key: &'static str| move |_: &Settings| Err::<(), _>(Problem::new(key, "is for another network"));
    let refusal = |text: &str, key: &'static str| {
        let refused = Settings::parse_with(text, &practice(), &rail(key)).unwrap_err();
        refused.to_string()
    };
    let file = "[shop]\nname = \"Bar\"\n\n[rail.bitcoin]\nnetwork = \"signet\"\nservers = [\n  \
                \"electrum+tcp://a:1\",\n  \"electrum+tcp://b:1\",\n]\n";
    let message = "is for another network";
    assert_eq!(refusal(file, "rail.bitcoin.network"), format!("line 5: rail.bitcoin.network: {message}"));
    assert_eq!(refusal(file, "rail.bitcoin.servers.2"), format!("line 8: rail.bitcoin.servers.2: {message}"));
    // The account is not in the file, so the section that makes it wrong is named.
    assert_eq!(refusal(file, "rail.bitcoin.account"), format!("line 4: rail.bitcoin.account: {message}"));
    assert_eq!(refusal("", "rail.bitcoin.account"), format!("rail.bitcoin.account: {message}"));
}

#[test]
fn what_a_rail_accepts_is_taken() {
    let settings = Settings::parse_with("shop.name = \"Bar\"", &practice(), &|_| Ok(())).unwrap();
    assert_eq!(settings.shop.name, "Bar");
}
