//! Sales in coins of an EVM chain from the terminal, over a real node of this machine.

use counterparties::{Anvil, Token, TokenKind};
use serde_json::{Value, json};

use super::program::{Folder, objects};

/// Where USDC is on Base; the till knows it, so the shop's token must be there.
const USDC: &str = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
const BASE: u64 = 8_453;

/// A shop on Base that takes ether and USDC, and the chain with its customers.
struct Base {
    node: Anvil,
    usdc: Token,
    folder: Folder,
}

impl Base {
    fn open() -> Self {
        let node = Anvil::start(BASE).expect("a node");
        let usdc = Token::deploy_at(&node, TokenKind::Plain, "USDC", 6, USDC).expect("a token");
        let folder = Folder::new();
        let file = folder.file("shop.toml", &settings_file(BASE, node.url(), USDC, 6));
        folder.ok(&["--mode", "sandbox", "settings", "import", file.to_str().expect("text")]);
        Self { node, usdc, folder }
    }

    fn balance(&self, account: &str, code: &str) -> Value {
        let rows = objects(&self.folder.ok(&["--mode", "sandbox", "ledger", "balances", "--json"]));
        let row = rows.into_iter().find(|row| row["account"] == account && row["currency"] == code);
        row.map_or(Value::Null, |row| row["balance"].clone())
    }
}

/// The account m/44'/60'/0' of the words `abandon … about` (BIP-39), with its origin.
const ACCOUNT: &str = "[73c5da0a/44'/60'/0']xpub6DCoCpSuQZB2jawqnGMEPS63ePKWkwWPH4TU45Q7LPXWuNd8TMtVxRrgjtEshuqpK3mdhaWHPFsBngh5GFZaM6si3yZdUsT8ddYM3PwnATt";

fn settings_file(chain_id: u64, server: &str, contract: &str, decimals: u8) -> String {
    format!(
        "[rates]\n\
         fixed = {{ \"ETH/EUR\" = \"3000\", \"USDC/EUR\" = \"0.90\" }}\n\
         spread_percent = \"0\"\n\
         [[policy]]\n\
         rail = \"evm:8453\"\n\
         safe = 2\n\
         final = \"finalized\"\n\
         [[rail.evm]]\n\
         name = \"Base\"\n\
         chain_id = {chain_id}\n\
         account = \"{ACCOUNT}\"\n\
         rpc = [\"{server}\"]\n\
         native = {{ symbol = \"ETH\" }}\n\
         tokens = [{{ symbol = \"USDC\", address = \"{contract}\", decimals = {decimals} }}]\n"
    )
}

fn charge(way: &str) -> [&str; 9] {
    ["--mode", "sandbox", "charge", "4.50", "--with", way, "--wait", "120", "--json"]
}

#[test]
fn a_token_is_paid_seen_and_safe() {
    let base = Base::open();
    let mut charge = base.folder.start(&charge("evm:base/usdc"));
    let waiting = charge.object();
    assert_eq!(
        (&waiting["state"], &waiting["amount"], &waiting["currency"], &waiting["chain_id"]),
        (&json!("waiting"), &json!("5.000000"), &json!("USDC"), &json!(8453))
    );
    let address = waiting["address"].as_str().expect("an address").to_owned();
    let uri = format!("ethereum:{USDC}@8453/transfer?address={address}&uint256=5000000");
    assert_eq!(waiting["uri"], json!(uri));
    base.usdc.pay(&address, base.usdc.units(5)).expect("the customer pays");
    base.node.mine(1).expect("a block");
    let seen = charge.object();
    assert_eq!((&seen["state"], &seen["safe"]), (&json!("confirming"), &json!(false)));
    base.node.mine(1).expect("a block");
    let said = charge.end();
    let paid = objects(&said.out).pop().expect("a last line");
    assert_eq!((said.code, &paid["state"], &paid["final"]), (Some(0), &json!("paid"), &json!(false)));
    assert!(base.folder.ok(&["--mode", "sandbox", "ledger", "verify"]).starts_with("ok: "));
    assert_eq!(base.balance("evm-wallet", "USDC.8453"), json!("5.000000"));
}

#[test]
fn ether_is_paid_to_the_wei() {
    let base = Base::open();
    let mut charge = base.folder.start(&charge("evm:8453/ETH"));
    let waiting = charge.object();
    assert_eq!((&waiting["amount"], &waiting["currency"]), (&json!("0.001500000"), &json!("ETH")));
    let address = waiting["address"].as_str().expect("an address").to_owned();
    assert_eq!(waiting["uri"], json!(format!("ethereum:{address}@8453?value=1500000000000000")));
    let wei = "1500000000000000".parse().expect("a number");
    base.node.pay(&address, wei).expect("the customer pays");
    base.node.mine(2).expect("blocks");
    let said = charge.end();
    let paid = objects(&said.out).pop().expect("a last line");
    assert_eq!((said.code, &paid["state"]), (Some(0), &json!("paid")));
    assert_eq!(base.balance("evm-wallet", "ETH.8453"), json!("0.001500000"));
}

#[test]
fn a_chain_or_token_that_is_another_on_its_node_is_refused_with_both_values() {
    let node = Anvil::start(137).expect("a node");
    let folder = Folder::new();
    let import = |chain_id, contract: &str, decimals| {
        let text = settings_file(chain_id, node.url(), contract, decimals);
        let file = folder.file("shop.toml", &text);
        folder.run(&["--mode", "sandbox", "settings", "import", file.to_str().expect("text")])
    };
    import(BASE, USDC, 6).refuses_with("serves chain 137, but 8453 was to be set up");
    let node = Anvil::start(BASE).expect("a node");
    let import = |contract: &str, decimals| {
        let text = settings_file(BASE, node.url(), contract, decimals);
        let file = folder.file("shop.toml", &text);
        folder.run(&["--mode", "sandbox", "settings", "import", file.to_str().expect("text")])
    };
    import(USDC, 6).refuses_with("there is no token at that address on Base");
    let _usdc = Token::deploy_at(&node, TokenKind::Plain, "USDC", 6, USDC).expect("a token");
    import(USDC, 18).refuses_with("the contract has 6 decimals, but 18 were expected");
    let fake = Token::deploy(&node, TokenKind::Plain, "USDC", 6).expect("a look-alike");
    import(fake.address(), 6).refuses_with("this may be a look-alike");
    assert_eq!(folder.ok(&["--mode", "sandbox", "settings", "get", "rail.evm"]).trim(), "[]");
}

#[test]
fn a_way_to_pay_that_is_none_is_refused_with_what_there_is() {
    let folder = Folder::new();
    for (way, says) in [
        ("evm:moon/USDC", "use one of ethereum, polygon, bnb, arbitrum, optimism, base"),
        ("evm:base", "such as evm:base/USDC"),
        ("gold", "write cash, card, bitcoin"),
    ] {
        let refused = folder.run(&["charge", "4.50", "--with", way]);
        assert_eq!(refused.code, Some(2), "{refused:?}");
        assert!(refused.err.contains(says), "{refused:?}");
    }
    let unlisted = folder.run(&["charge", "4.50", "--with", "evm:base/DAI"]);
    assert_eq!(unlisted.code, Some(1), "{unlisted:?}");
    assert!(unlisted.err.contains("there is no way to pay named \"evm:8453/DAI\""), "{unlisted:?}");
}
