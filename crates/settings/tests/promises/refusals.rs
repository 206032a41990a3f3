//! Every refusal with its line: where it is, what is wrong, what to write instead.

use settings::{Mode, Settings};

#[track_caller]
fn refused_in(mode: Mode, text: &str, expected: &str) {
    let refusal = Settings::parse(text, &Settings::defaults(mode)).unwrap_err();
    assert_eq!(refusal.to_string(), expected);
    assert_eq!(refusal.to_string().lines().count(), 1, "a refusal is one line");
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    refused_in(Mode::Practice, text, expected);
}

#[test]
fn unknown_keys_name_the_key_that_was_probably_meant() {
    refused(
        "[rail.bitcoin]\nenabled = true\nservrs = []\n",
        "line 3: unknown key \"servrs\" in [rail.bitcoin]; did you mean \"servers\"?",
    );
    refused("[shp]\nname = \"Bar\"", "line 1: unknown key \"shp\" in the file; did you mean \"shop\"?");
    refused(
        "\n[cash]\ncoins = 1",
        "line 3: unknown key \"coins\" in [cash]; known are enabled, smallest_coin, notes",
    );
    refused(
        "[rail.lightning]",
        "line 1: unknown key \"lightning\" in [rail]; known are bitcoin, evm, stripe",
    );
    refused(
        "[[policy]]\nrail = \"bitcoin\"\nupto = \"5\"",
        "line 3: policy.1.upto: unknown key; did you mean \"up_to\"?",
    );
}

#[test]
fn a_chain_that_cannot_be_is_refused() {
    let chain = |more: &str| {
        format!("[[rail.evm]]\nname = \"Base\"\nchain_id = 8453\nnative = {{ symbol = \"ETH\" }}\n{more}\n")
    };
    let private = format!("account = \"xprv{}\"", "9".repeat(107));
    refused(
        &chain(&private),
        "line 5: rail.evm.1.account: this is a private key, which settings never hold: write the account's xpub",
    );
    refused(
        &chain("rpc = [\"127.0.0.1:8545\"]"),
        "line 5: rail.evm.1.rpc.1: begin with https://, wss://, http:// or ws://",
    );
    refused(
        &chain("rpc = [\"https://me:secret@host/\"]"),
        "line 5: rail.evm.1.rpc.1: take user and password out of the address",
    );
    let token = |symbol: &str, address: &str| {
        chain(&format!("tokens = [{{ symbol = \"{symbol}\", address = \"{address}\", decimals = 6 }}]"))
    };
    refused(
        &token("USDC", "0x12"),
        "line 5: rail.evm.1.tokens.1.address: write 0x and 40 hexadecimal digits",
    );
    refused(
        &token("ETH", &format!("0x{}", "ab".repeat(20))),
        "line 5: rail.evm.1.tokens.1.symbol: ETH stands here twice: name one of them otherwise",
    );
    refused(
        &(chain("") + &chain("")),
        "line 8: rail.evm.2.chain_id: this chain stands here twice: put its tokens together",
    );
    refused("[[rail.evm]]\nname = \"Base\"\nchain_id = 8453", "line 1: rail.evm.1: write native too");
}

#[test]
fn chains_have_one_account() {
    let chain = |id: u32, letter: &str| {
        let account = format!("xpub{}", letter.repeat(107));
        format!(
            "[[rail.evm]]\nname = \"X\"\nchain_id = {id}\nnative = {{ symbol = \"ETH\" }}\naccount = \"{account}\"\n"
        )
    };
    refused(
        &(chain(1, "a") + &chain(10, "b")),
        "line 10: rail.evm.2.account: another chain has another account: write the same one everywhere, because what a \
         customer sends on the wrong chain is looked for at the same address",
    );
}

#[test]
fn each_mode_keeps_to_its_own_chains_and_servers() {
    let chain = |id: u32, server: &str| {
        format!(
            "[[rail.evm]]\nname = \"X\"\nchain_id = {id}\nrpc = [\"{server}\"]\nnative = {{ symbol = \"ETH\" }}\n"
        )
    };
    refused_in(
        Mode::Live,
        &chain(31_337, "http://127.0.0.1:8545"),
        "line 3: rail.evm.1.chain_id: live mode refuses a chain whose coins are worth nothing",
    );
    refused_in(
        Mode::Sandbox,
        &chain(1, "https://rpc.example"),
        "line 4: rail.evm.1.rpc.1: sandbox mode asks only servers of this machine: write 127.0.0.1",
    );
}

#[test]
fn what_is_no_toml_is_refused_with_its_line() {
    refused("[shop]\nname = \"Bar\"\nname = \"Pub\"", "line 3: duplicate key");
    let torn = Settings::parse("[shop]\nname = \"Bar\n", &Settings::defaults(Mode::Live)).unwrap_err();
    assert_eq!(torn.line(), Some(2), "{torn}");
    let section = Settings::parse("[shop]\n[tax]\n[shop]\n", &Settings::defaults(Mode::Live)).unwrap_err();
    assert_eq!(section.line(), Some(3), "{section}");
}

#[test]
fn numbers_of_money_and_percent_are_written_in_quotes() {
    refused(
        "[rates.fixed]\n\"BTC/EUR\" = 58000.00",
        "line 2: rates.fixed.BTC/EUR: write it in quotes: \"58000.00\"",
    );
    refused("rates.spread_percent = 0.5", "line 1: rates.spread_percent: write it in quotes: \"0.5\"");
    refused("tax.rates = [\n  \"20\",\n  10,\n]", "line 3: tax.rates.2: write it in quotes: \"10\"");
    refused("cash.smallest_coin = 0.05", "line 1: cash.smallest_coin: write it in quotes: \"0.05\"");
    refused(
        "[[policy]]\nrail = \"bitcoin\"\nup_to = 50.00\nsafe = 0\nfinal = 1",
        "line 3: policy.1.up_to: write it in quotes: \"50.00\"",
    );
}

#[test]
fn values_of_another_kind_are_refused() {
    refused("shop = \"Bar\"", "line 1: shop: write it as a section: [shop]");
    refused("[shop]\nname = true", "line 2: shop.name: write a text in quotes, not true or false");
    refused(
        "[tax]\nincluded = \"yes\"",
        "line 2: tax.included: write true or false, without quotes, not a text",
    );
    refused(
        "[shop]\nquote_minutes = \"15\"",
        "line 2: shop.quote_minutes: write a whole number, without quotes, not a text",
    );
    refused(
        "[shop]\nquote_minutes = 1.5",
        "line 2: shop.quote_minutes: write a whole number, without quotes, not a number with a point",
    );
    refused("[shop]\nquote_minutes = -1", "line 2: shop.quote_minutes: write a whole number from 0 to 65535");
    refused("[tax]\nrates = \"20\"", "line 2: tax.rates: write a list in brackets, not a text");
    refused("[rates]\nfixed = []", "line 2: rates.fixed: write a table in braces, not a list");
    refused("[policy]\nrail = \"bitcoin\"", "line 1: policy: write a list in brackets, not a table");
    refused("[shop]\nname = 2026-11-21", "line 2: shop.name: write a text in quotes, not a date");
}

#[test]
fn a_shop_that_cannot_be_is_refused() {
    refused("[shop]\nname = \" \"", "line 2: shop.name: write the name of the shop");
    refused("[shop]\nname = \"A\\u0007\"", "line 2: shop.name: take out the control characters");
    let long = format!("[shop]\nreceipt_header = \"{}\"", "x".repeat(501));
    refused(&long, "line 2: shop.receipt_header: write at most 500 characters");
    refused(
        "[shop]\ncurrency = \"EURO\"",
        "line 2: shop.currency: unknown currency EURO: write an ISO 4217 code, such as EUR",
    );
    refused(
        "[shop]\ncurrency = \"BTC\"",
        "line 2: shop.currency: unknown currency BTC: write an ISO 4217 code, such as EUR",
    );
    refused("[shop]\nlanguage = \"fr\"", "line 2: shop.language: write \"en\" or \"de\"");
    let minutes = "shop.quote_minutes: write a whole number of minutes from 1 to 1440";
    refused("[shop]\nquote_minutes = 0", &format!("line 2: {minutes}"));
    refused("[shop]\nquote_minutes = 1441", &format!("line 2: {minutes}"));
    let tolerance = "shop.tolerance_percent: write a percentage from 0 to 5, such as \"5\"";
    refused("[shop]\ntolerance_percent = \"5.000001\"", &format!("line 2: {tolerance}"));
    refused(
        "[shop]\ntolerance_percent = \"-1\"",
        "line 2: shop.tolerance_percent: write the percentage in digits with a point, such as 20 or 0.5",
    );
}

#[test]
fn tax_that_cannot_be_is_refused() {
    refused(
        "[tax]\nrates = []",
        "line 2: tax.rates: write 1 to 10 rates, the usual one first; \"0\" for no tax",
    );
    refused(
        "[tax]\nrates = [\"20\", \"101\"]",
        "line 2: tax.rates.2: write a percentage from 0 to 100, such as \"100\"",
    );
    refused(
        "[tax]\nrates = [\"20\", \"20.0\"]",
        "line 2: tax.rates.2: the rate 20 stands here twice: remove one",
    );
}

#[test]
fn cash_that_cannot_be_is_refused() {
    refused("[cash]\nsmallest_coin = \"0\"", "line 2: cash.smallest_coin: write an amount of EUR above zero");
    refused(
        "[cash]\nsmallest_coin = \"0.005\"",
        "line 2: cash.smallest_coin: EUR has 2 digits after the decimal mark: write no more",
    );
    refused("[cash]\nnotes = [\"-5\"]", "line 2: cash.notes.1: write an amount of EUR above zero");
    refused(
        "[cash]\nnotes = [\"10\", \"5\"]",
        "line 2: cash.notes.2: write the notes in ascending order, each once",
    );
    let many: Vec<String> = (1..=13).map(|note| format!("\"{note}\"")).collect();
    refused(&format!("cash.notes = [{}]", many.join(",")), "line 1: cash.notes: write at most 12 notes");
}

#[test]
fn rates_that_cannot_be_are_refused() {
    refused(
        "[rates]\nsources = [\"fixed\", \"kraeken\"]",
        "line 2: rates.sources.2: unknown source \"kraeken\": known are fixed, kraken, coinbase, bitstamp, \
         binance, bitfinex, coingecko, ecb, coinbase-fiat",
    );
    refused(
        "[rates]\nsources = [\"fixed\", \"fixed\"]",
        "line 2: rates.sources.2: fixed stands here twice: remove one",
    );
    refused(
        "[rates.fixed]\nBTC = \"1\"",
        "line 2: rates.fixed.BTC: write the pair as coin/currency: \"BTC/EUR\"",
    );
    refused(
        "[rates.fixed]\n\"BTX/EUR\" = \"1\"",
        "line 2: rates.fixed.BTX/EUR: unknown currency BTX: write an ISO 4217 code such as EUR, or BTC",
    );
    refused(
        "[rates.fixed]\n\"BTC/EUR\" = \"0\"",
        "line 2: rates.fixed.BTC/EUR: a rate must be more than zero: write the price of one unit, such as 58000.00",
    );
    refused(
        "[rates.fixed]\n\"BTC/EUR\" = \"1\"\n\"btc/eur\" = \"2\"",
        "line 3: rates.fixed.btc/eur: this pair stands here twice: remove one",
    );
    refused(
        "[rates]\nspread_percent = \"20.5\"",
        "line 2: rates.spread_percent: write a percentage from 0 to 20, such as \"20\"",
    );
    refused(
        "[rates]\nsources = [\"kraken\"]\npreferred = [\"binance\"]",
        "line 3: rates.preferred.1: unknown source in rates.sources \"binance\": known are kraken",
    );
    refused(
        "[rates]\nat_par = [\"USDC\", \"BTC\"]",
        "line 2: rates.at_par.2: unknown stablecoin \"BTC\": known are USDC, USDT, DAI, EURC",
    );
    refused(
        "[rates.spreads]\nUSDC = \"0.1\"\nEUR = \"1\"",
        "line 3: rates.spreads.EUR: write a coin: BTC, USDC, or USDC.8453 for one chain",
    );
    refused(
        "[rates.spreads]\nUSDC = \"21\"",
        "line 2: rates.spreads.USDC: write a percentage from 0 to 20, such as \"20\"",
    );
}

#[test]
fn odd_characters_of_a_key_are_shown_so_that_a_refusal_stays_one_line() {
    refused(
        "rates.fixed.\"A\\nB\" = \"1\"",
        "line 1: rates.fixed.A\\nB: write the pair as coin/currency: \"BTC/EUR\"",
    );
    refused(
        "\"a\\nb\" = 1",
        "line 1: unknown key \"a\\nb\" in the file; known are shop, tax, cash, rates, policy, route, fee, settlement, rail, metrics",
    );
}

#[test]
fn a_policy_that_cannot_be_is_refused() {
    let row = |up_to: &str, safe: u32, r#final: u32| {
        format!("[[policy]]\nrail = \"bitcoin\"\nup_to = \"{up_to}\"\nsafe = {safe}\nfinal = {final}\n")
    };
    refused(
        &row("50", 3, 2),
        "line 5: policy.1.final: a payment can't be final before it is safe: write 3 or more",
    );
    refused(&row("50", 0, 0), "line 5: policy.1.final: write 1 to 1000 confirmations");
    refused(&row("50", 101, 200), "line 4: policy.1.safe: write 0 to 100 confirmations");
    refused(&row("0", 1, 6), "line 3: policy.1.up_to: write an amount above zero, or leave it out");
    let hidden = "never applies, because row 1 matches first: remove it or move it up";
    refused(&(row("50", 1, 6) + &row("50.00", 2, 6)), &format!("line 6: policy.2: {hidden}"));
    refused(
        "[[policy]]\nrail = \"gold\"",
        "line 2: policy.1.rail: unknown rail: write \"bitcoin\", \"evm\" or a chain such as \"evm:8453\"",
    );
    refused("[[policy]]\nrail = \"bitcoin\"\nsafe = 1", "line 1: policy.1: write final too");
}

#[test]
fn a_new_currency_asks_for_the_policys_amounts_anew() {
    let policy = "[[policy]]\nrail = \"bitcoin\"\nup_to = \"50.00\"\nsafe = 0\nfinal = 1\n";
    let current = crate::read(policy, Mode::Practice);
    let refusal = Settings::parse("shop.currency = \"JPY\"", &current).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "policy.1.up_to: 50.00 EUR is not in the shop's currency: write it in JPY"
    );
}

#[test]
fn servers_are_named_by_scheme_host_and_port() {
    let server = |address: &str, expected: &str| {
        let text = format!("[rail.bitcoin]\nservers = [\"{address}\"]");
        refused(&text, &format!("line 2: rail.bitcoin.servers.1: {expected}"));
    };
    let schemes = "begin with electrum+tls://, electrum+tcp://, esplora+https:// or bitcoind+http://";
    server("127.0.0.1:50001", schemes);
    server("http://127.0.0.1:50001", schemes);
    server("electrum+tls://host", "write the address as electrum+tls://host:port");
    server("electrum+tcp://host:0", "write the address as electrum+tls://host:port");
    server("electrum+tcp://host:99999", "write the address as electrum+tls://host:port");
    server("electrum+tcp://host:1/path", "write the address as electrum+tls://host:port");
    server("bitcoind+http://127.0.0.1:8332", "write the address as bitcoind+http://user@host:port");
    server("esplora+https://", "write the address as esplora+https://host/path");
    server("electrum tcp", "write the server's address without blanks");
    refused(
        "rail.bitcoin.servers = [\"electrum+tcp://a:1\", \"electrum+tcp://a:1\"]",
        "line 1: rail.bitcoin.servers.2: this server stands here twice: remove one",
    );
    refused(
        "[rail.bitcoin]\nnetwork = \"testnet3\"",
        "line 2: rail.bitcoin.network: unknown network: write one of bitcoin, testnet4, signet, regtest",
    );
}

#[test]
fn secrets_are_refused_and_never_repeated() {
    let refusal = |text: &str| {
        let refusal = Settings::parse(text, &Settings::defaults(Mode::Sandbox)).unwrap_err();
        assert!(!format!("{refusal} {refusal:?}").contains("hunter2"), "the secret shows: {refusal}");
        refusal.to_string()
    };
    assert_eq!(
        refusal("rail.bitcoin.servers = [\"bitcoind+http://user:hunter2@127.0.0.1:8332\"]"),
        "line 1: rail.bitcoin.servers.1: take the password out and keep it with \
         `tillstream secret set bitcoind.password`"
    );
    assert_eq!(
        refusal("[rail.bitcoin]\nmnemonic = \"hunter2 hunter2\""),
        "line 2: unknown key \"mnemonic\" in [rail.bitcoin]; secrets are kept by `tillstream secret set`, \
         never in settings"
    );
    assert!(
        refusal("rail.bitcoin.account = \"hunter2 abandon about\"").contains("secret set bitcoin.mnemonic")
    );
    let private = format!("[d34db33f/84'/1'/0']tprvhunter2{}", "8".repeat(100));
    assert_eq!(
        refusal(&format!("rail.bitcoin.account = \"{private}\"")),
        "line 1: rail.bitcoin.account: this is a private key, which settings never hold: write the account's xpub"
    );
    refusal("rail.bitcoin.servers = [\"bitcoind+http://user:hunter2@127.0.0.1:8332\"");
}

#[test]
fn real_money_and_play_money_never_meet() {
    refused_in(
        Mode::Live,
        "[rail.bitcoin]\nnetwork = \"regtest\"",
        "line 2: rail.bitcoin.network: live mode refuses regtest, whose coins are worth nothing: write \"bitcoin\"",
    );
    refused_in(
        Mode::Sandbox,
        "\n[rail.bitcoin]\nnetwork = \"bitcoin\"",
        "line 3: rail.bitcoin.network: sandbox mode refuses the network of real money: write \"regtest\", or import \
         this in live mode",
    );
    assert!(Settings::parse("rail.bitcoin.network = \"signet\"", &Settings::defaults(Mode::Live)).is_ok());
}

#[test]
fn live_mode_asks_stripe_itself_and_no_stand_in() {
    let stand_in = "[rail.stripe]\napi_base = \"http://127.0.0.1:8430\"";
    assert!(Settings::parse(stand_in, &Settings::defaults(Mode::Sandbox)).is_ok());
    refused_in(
        Mode::Live,
        stand_in,
        "line 2: rail.stripe.api_base: live mode asks Stripe itself: write \"https://api.stripe.com\"",
    );
}

#[test]
fn stripe_is_asked_by_an_address_and_a_reader_is_named_as_stripe_does() {
    let address = |address: &str, expected: &str| {
        let text = format!("rail.stripe.api_base = \"{address}\"");
        refused(&text, &format!("line 1: rail.stripe.api_base: {expected}"));
    };
    let example = "write the address as https://api.stripe.com, or a stand-in's on this machine as \
                   http://127.0.0.1:8430";
    for wrong in
        ["", "api.stripe.com", "ftp://api.stripe.com", "https://", "https://key@host", "https://host/v1"]
    {
        address(wrong, example);
    }
    address("http://192.168.1.5", "only this machine is asked without encryption: begin with https://");
    refused(
        "rail.stripe.reader = \"counter\"",
        "line 1: rail.stripe.reader: write Stripe's name of the reader, such as tmr_1",
    );
    refused("rail.stripe.capture = \"soon\"", "line 1: rail.stripe.capture: write \"at_once\" or \"later\"");
    refused(
        "[rail.stripe]\nkey = \"rk_test_hunter2\"",
        "line 2: unknown key \"key\" in [rail.stripe]; known are enabled, api_base, reader, capture",
    );
}

#[test]
fn figures_are_served_to_this_machine_alone() {
    let example = "write \"127.0.0.1:9464\"";
    for others in ["0.0.0.0:9464", "192.168.1.5:9464", "[::]:9464"] {
        refused(
            &format!("[metrics]\nlisten = \"{others}\""),
            &format!("line 2: metrics.listen: {others} can be reached from other machines: {example}"),
        );
    }
    refused(
        "metrics.listen = \"127.0.0.1:0\"",
        &format!("line 1: metrics.listen: nobody would find it without a port: {example}"),
    );
    for nonsense in ["9464", "localhost:9464", "127.0.0.1", "127.0.0.1:99999"] {
        refused(
            &format!("metrics.listen = \"{nonsense}\""),
            "line 1: metrics.listen: write an address and a port such as \"127.0.0.1:9464\", or \"\" for none",
        );
    }
    for fine in ["127.0.0.1:9464", "[::1]:9464", ""] {
        assert!(
            Settings::parse(&format!("metrics.listen = \"{fine}\""), &Settings::defaults(Mode::Live)).is_ok()
        );
    }
}
