//! The counterparties, tried against the client libraries the till uses.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by panicking, its helpers too")]

mod electrum;
mod esplora;
mod evm;
mod node;
mod reorg;
mod sandbox;
mod stripe;

use counterparties::{Node, Txid};
use serde_json::json;

/// An amount nobody else pays by chance, in sats.
const AMOUNT_SAT: u64 = 7_759;

/// The number of blocks of the best chain a transaction is buried under, the one it is in included; nothing while it is
/// in none.
fn confirmations(node: &Node, txid: Txid) -> Option<u64> {
    let answer = node.raw("getrawtransaction", &json!([txid.to_string(), true])).unwrap();
    // The node goes on showing what was in a replaced block, with zero.
    answer["confirmations"].as_u64().filter(|count| *count > 0)
}

fn waits_in_mempool(node: &Node, txid: Txid) -> bool {
    node.raw("getmempoolentry", &json!([txid.to_string()])).is_ok()
}

/// The sats one transaction pays to an address.
fn paid_to(node: &Node, txid: Txid, address: &str) -> u64 {
    let hex = node.raw("getrawtransaction", &json!([txid.to_string()])).unwrap();
    let transaction: bitcoin::Transaction =
        bitcoin::consensus::encode::deserialize_hex(hex.as_str().unwrap()).unwrap();
    let script = script_of(address);
    let ours = transaction.output.iter().filter(|output| output.script_pubkey == script);
    ours.map(|output| output.value.to_sat()).sum()
}

fn script_of(address: &str) -> bitcoin::ScriptBuf {
    let address: bitcoin::Address<bitcoin::address::NetworkUnchecked> = address.parse().unwrap();
    address.require_network(bitcoin::Network::Regtest).unwrap().script_pubkey()
}
