//! A sale from the terminal, over a real node and indexer of this machine.

use counterparties::{Bitcoind, Electrs};
use serde_json::json;

use super::program::{Folder, objects};

/// The shop's settings as its owner writes them.
pub fn settings_file(account: &str, server: &str) -> String {
    format!(
        "[shop]\n\
         name = \"Corner Café\"\n\
         currency = \"EUR\"\n\
         [rates]\n\
         fixed = {{ \"BTC/EUR\" = \"58000.00\" }}\n\
         spread_percent = \"0\"\n\
         [rail.bitcoin]\n\
         enabled = true\n\
         network = \"regtest\"\n\
         account = \"{account}\"\n\
         servers = [\"{server}\"]\n"
    )
}

#[test]
fn a_whole_shop_runs_from_a_terminal() {
    let node = Bitcoind::start().expect("a node");
    let indexer = Electrs::start(&node).expect("an indexer");
    let account = node.till_account().expect("an account of the shop");
    let folder = Folder::new();
    let file = folder.file("shop.toml", &settings_file(&account, &indexer.electrum_url()));
    folder.ok(&["--mode", "sandbox", "settings", "import", file.to_str().expect("text")]);

    let charge = ["--mode", "sandbox", "charge", "4.50", "--with", "bitcoin", "--wait", "120", "--json"];
    let mut charge = folder.start(&charge);
    let waiting = charge.object();
    // 4.50 / 58000 is 7758.6 satoshi, and a quote is rounded up.
    assert_eq!((&waiting["state"], &waiting["amount"]), (&json!("waiting"), &json!("0.00007759")));
    node.pay(waiting["address"].as_str().expect("an address"), 7_759).expect("the customer pays");
    indexer.nudge().expect("the indexer looks");
    let detected = charge.object();
    assert_eq!((&detected["state"], &detected["safe"]), (&json!("detected"), &json!(false)));
    node.mine(1).expect("a block");
    indexer.nudge().expect("the indexer looks");
    let said = charge.end();
    let paid = objects(&said.out).pop().expect("a last line");
    assert_eq!((said.code, &paid["state"], &paid["final"]), (Some(0), &json!("paid"), &json!(false)));

    assert!(folder.ok(&["--mode", "sandbox", "ledger", "verify"]).starts_with("ok: "));
    let rows = objects(&folder.ok(&["--mode", "sandbox", "ledger", "balances", "--json"]));
    let wallet = rows.iter().find(|row| row["account"] == "bitcoin-wallet").expect("the wallet's balance");
    assert_eq!((&wallet["balance"], &wallet["currency"]), (&json!("0.00007759"), &json!("BTC")));
}
