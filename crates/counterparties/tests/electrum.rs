//! The indexer and its TLS front, asked by the Electrum client.

use std::time::Duration;

use counterparties::{Bitcoind, Electrs, Fate, TlsFront, Txid, wait_until};
use electrum_client::{Client, ConfigBuilder, ElectrumApi};

use crate::{AMOUNT_SAT, script_of};

const SEEN_LIMIT: Duration = Duration::from_secs(10);

fn history(client: &Client, address: &str) -> Vec<(Txid, i32)> {
    let history = client.script_get_history(&script_of(address)).unwrap();
    history.into_iter().map(|item| (item.tx_hash, item.height)).collect()
}

fn wait_for_history(electrs: &Electrs, client: &Client, address: &str, wanted: &[(Txid, i32)]) {
    wait_until(&format!("the history is {wanted:?}"), SEEN_LIMIT, || {
        electrs.nudge()?;
        Ok((history(client, address) == wanted).then_some(()))
    })
    .unwrap();
}

fn height_i32(node: &Bitcoind) -> i32 {
    i32::try_from(node.height().unwrap()).unwrap()
}

#[test]
fn indexer_sees_the_mempool_the_block_and_the_double_spend() {
    let node = Bitcoind::start().unwrap();
    let electrs = Electrs::start(&node).unwrap();
    let client = Client::new(&electrs.electrum_url().replace("electrum+", "")).unwrap();
    let shop = node.new_address().unwrap();

    let withdrawn = node.pay(&shop, AMOUNT_SAT).unwrap();
    wait_for_history(&electrs, &client, &shop, &[(withdrawn, 0)]);
    node.double_spend(withdrawn).unwrap();
    wait_for_history(&electrs, &client, &shop, &[]);

    let payment = node.pay(&shop, AMOUNT_SAT).unwrap();
    node.mine(1).unwrap();
    electrs.wait_for_height(node.height().unwrap()).unwrap();
    assert_eq!(history(&client, &shop), [(payment, height_i32(&node))]);
}

#[test]
fn indexer_follows_reorganisations() {
    let node = Bitcoind::start().unwrap();
    let electrs = Electrs::start(&node).unwrap();
    let client = Client::new(&electrs.electrum_url().replace("electrum+", "")).unwrap();
    let shop = node.new_address().unwrap();
    let payment = node.pay(&shop, AMOUNT_SAT).unwrap();
    node.mine(2).unwrap();
    let height = height_i32(&node) - 1;
    electrs.catch_up(&node).unwrap();
    assert_eq!(history(&client, &shop), [(payment, height)]);

    node.reorg(2, Fate::MinedAgain).unwrap();
    electrs.catch_up(&node).unwrap();
    assert_eq!(history(&client, &shop), [(payment, height)]);

    node.reorg(6, Fate::Gone).unwrap();
    electrs.catch_up(&node).unwrap();
    wait_for_history(&electrs, &client, &shop, &[]);
}

#[test]
fn indexer_comes_back_with_its_node() {
    let node = Bitcoind::start().unwrap();
    let electrs = Electrs::start(&node).unwrap();
    let url = electrs.electrum_url();
    node.restart().unwrap();
    node.mine(1).unwrap();
    electrs.restart(&node).unwrap();
    assert_eq!(electrs.electrum_url(), url);
    electrs.wait_for_height(node.height().unwrap()).unwrap();
}

#[test]
fn tls_front_hands_the_connection_on() {
    let node = Bitcoind::start().unwrap();
    let electrs = Electrs::start(&node).unwrap();
    let front = TlsFront::start(&electrs.address()).unwrap();
    assert!(front.certificate_pem().starts_with("-----BEGIN CERTIFICATE-----"));
    let url = front.electrum_url().replace("electrum+tls", "ssl");

    let trusting = ConfigBuilder::new().validate_domain(false).build();
    let client = Client::from_config(&url, trusting).unwrap();
    let tip = client.block_headers_subscribe().unwrap();
    assert_eq!(tip.header.block_hash(), node.tip().unwrap());

    let strict = ConfigBuilder::new().validate_domain(true).build();
    assert!(Client::from_config(&url, strict).is_err(), "a self-signed certificate was trusted");
}

#[test]
fn stopped_indexer_says_so() {
    let node = Bitcoind::start().unwrap();
    let electrs = Electrs::start(&node).unwrap();
    electrs.stop().unwrap();
    assert_eq!(electrs.nudge().unwrap_err().to_string(), "electrs is stopped: call restart() first");
}
