//! The Esplora-shaped front, read by the client library `bdk_esplora` stands on.

use counterparties::{Bitcoind, EsploraShim, Fate};
use esplora_client::{BlockingClient, Builder};

use crate::{AMOUNT_SAT, script_of};

/// Esplora's own page length.
const CONFIRMED_PER_PAGE: usize = 25;

fn start() -> (Bitcoind, EsploraShim, BlockingClient) {
    let node = Bitcoind::start().unwrap();
    let esplora = EsploraShim::start(&node).unwrap();
    let client = Builder::new(esplora.esplora_url().trim_start_matches("esplora+"));
    let client = client.max_retries(0).build_blocking();
    (node, esplora, client)
}

#[test]
fn payment_is_seen_unconfirmed_and_then_confirmed() {
    let (node, _esplora, client) = start();
    let shop = node.new_address().unwrap();
    let payment = node.pay(&shop, AMOUNT_SAT).unwrap();
    let seen = &client.scripthash_txs(&script_of(&shop), None).unwrap()[0];
    assert_eq!(seen.txid, payment);
    assert!(!seen.status.confirmed);
    assert!(seen.fee > 0);
    assert_eq!(seen.to_tx().compute_txid(), payment);
    assert!(seen.vout.iter().any(|output| output.value == AMOUNT_SAT));

    let block = node.mine(1).unwrap()[0];
    let status = client.get_tx_status(&payment).unwrap();
    assert_eq!(status.block_hash, Some(block));
    assert_eq!(status.block_height, Some(node.height().unwrap()));
    assert_eq!(client.get_tx(&payment).unwrap().unwrap().compute_txid(), payment);
    assert!(client.get_merkle_block(&payment).unwrap().is_some());
}

#[test]
fn withdrawn_payment_is_not_seen_any_more() {
    let (node, _esplora, client) = start();
    let shop = node.new_address().unwrap();
    let payment = node.pay(&shop, AMOUNT_SAT).unwrap();
    let replacement = node.double_spend(payment).unwrap();
    assert!(client.scripthash_txs(&script_of(&shop), None).unwrap().is_empty());
    assert!(client.get_tx_info(&payment).unwrap().is_none());
    assert!(client.get_tx_info(&replacement).unwrap().is_some());
}

#[test]
fn blocks_are_described_from_the_tip_down() {
    let (node, _esplora, client) = start();
    let height = node.height().unwrap();
    let tip = node.tip().unwrap();
    assert_eq!(client.get_height().unwrap(), height);
    assert_eq!(client.get_tip_hash().unwrap(), tip);
    assert_eq!(client.get_block_hash(height).unwrap(), tip);
    assert_eq!(client.get_header_by_hash(&tip).unwrap().block_hash(), tip);
    assert_eq!(client.get_block_by_hash(&tip).unwrap().unwrap().block_hash(), tip);

    let page = client.get_block_infos(None).unwrap();
    let heights: Vec<u32> = page.iter().map(|block| block.height).collect();
    assert_eq!(heights, (height - 9..=height).rev().collect::<Vec<u32>>());
    assert_eq!(page[0].id, tip);
    assert_eq!(page[0].previousblockhash, Some(page[1].id));
    assert!(client.get_block_infos(Some(3)).unwrap().last().unwrap().previousblockhash.is_none());
}

#[test]
fn replaced_block_is_not_in_the_best_chain() {
    let (node, _esplora, client) = start();
    let replaced = node.tip().unwrap();
    node.reorg(1, Fate::MinedAgain).unwrap();
    assert!(!client.get_block_status(&replaced).unwrap().in_best_chain);
    let status = client.get_block_status(&client.get_block_hash(3).unwrap()).unwrap();
    assert!(status.in_best_chain);
    assert_eq!(status.next_best, Some(client.get_block_hash(4).unwrap()));
}

#[test]
fn long_history_comes_in_pages() {
    let (node, _esplora, client) = start();
    let shop = node.new_address().unwrap();
    let payments = CONFIRMED_PER_PAGE + 3;
    for _ in 0..payments {
        node.pay(&shop, AMOUNT_SAT).unwrap();
    }
    node.mine(1).unwrap();
    let first = client.scripthash_txs(&script_of(&shop), None).unwrap();
    assert_eq!(first.len(), CONFIRMED_PER_PAGE);
    let rest = client.scripthash_txs(&script_of(&shop), first.last().map(|seen| seen.txid)).unwrap();
    assert_eq!(rest.len(), payments - CONFIRMED_PER_PAGE);
    assert!(rest.iter().all(|seen| first.iter().all(|earlier| earlier.txid != seen.txid)));
}

#[test]
fn spent_output_names_its_spender() {
    let (node, _esplora, client) = start();
    let payment = node.pay(&node.new_address().unwrap(), AMOUNT_SAT).unwrap();
    let input = client.get_tx_info(&payment).unwrap().unwrap().vin[0].clone();
    let spent = client.get_output_status(&input.txid, u64::from(input.vout)).unwrap().unwrap();
    assert_eq!(spent.txid, Some(payment));
    let fresh = client.get_output_status(&payment, 0).unwrap().unwrap();
    assert!(!fresh.spent);
    assert_eq!(client.get_tx_outspends(&input.txid).unwrap().len(), 41, "forty coins and their change");
}

#[test]
fn transaction_is_broadcast_and_a_bad_one_refused() {
    let (node, _esplora, client) = start();
    let payment = node.pay(&node.new_address().unwrap(), AMOUNT_SAT).unwrap();
    let transaction = client.get_tx(&payment).unwrap().unwrap();
    client.broadcast(&transaction).unwrap();
    let mut tampered = transaction;
    tampered.output[0].value += bitcoin::Amount::from_sat(1);
    assert!(client.broadcast(&tampered).is_err());
    assert!(client.get_fee_estimates().unwrap().contains_key(&1));
}

#[test]
fn front_says_when_its_node_is_down_and_recovers() {
    let (node, _esplora, client) = start();
    node.stop().unwrap();
    assert!(client.get_height().is_err());
    node.restart().unwrap();
    assert_eq!(client.get_height().unwrap(), node.height().unwrap());
}
