//! Reorganisations, and what becomes of the transactions in the replaced blocks.

use counterparties::{Bitcoind, Fate};
use serde_json::json;

use crate::{AMOUNT_SAT, confirmations, waits_in_mempool};

fn check_mined_again(depth: u32) {
    let node = Bitcoind::start().unwrap();
    let payment = node.pay(&node.new_address().unwrap(), AMOUNT_SAT).unwrap();
    let replaced = node.mine(depth).unwrap();
    let height = node.height().unwrap();
    let new = node.reorg(depth, Fate::MinedAgain).unwrap();
    assert_eq!(node.height().unwrap(), height + 1);
    assert!(new.iter().all(|block| !replaced.contains(block)));
    assert_eq!(confirmations(&node, payment), Some(u64::from(depth) + 1));
}

fn check_gone(depth: u32) {
    let node = Bitcoind::start().unwrap();
    let payment = node.pay(&node.new_address().unwrap(), AMOUNT_SAT).unwrap();
    node.mine(depth).unwrap();
    node.reorg(depth, Fate::Gone).unwrap();
    node.mine(1).unwrap();
    assert_eq!(confirmations(&node, payment), None);
    assert!(!waits_in_mempool(&node, payment));
}

#[test]
fn payment_is_mined_again_after_a_reorg_of_one_block() {
    check_mined_again(1);
}

#[test]
fn payment_is_mined_again_after_a_reorg_of_six_blocks() {
    check_mined_again(6);
}

#[test]
fn payment_is_gone_for_good_after_a_reorg_of_one_block() {
    check_gone(1);
}

#[test]
fn payment_is_gone_for_good_after_a_reorg_of_six_blocks() {
    check_gone(6);
}

#[test]
fn payments_that_spend_each_other_are_gone_together() {
    let node = Bitcoind::start().unwrap();
    // Once all coins are one, the next payment can only spend its change.
    node.raw("sendall", &json!([[node.new_address().unwrap()]])).unwrap();
    let chained = node.pay(&node.new_address().unwrap(), AMOUNT_SAT).unwrap();
    node.mine(1).unwrap();
    node.reorg(1, Fate::Gone).unwrap();
    assert_eq!(confirmations(&node, chained), None);
    assert!(!waits_in_mempool(&node, chained));
}

#[test]
fn reorganised_payment_waits_in_the_mempool_again() {
    let node = Bitcoind::start().unwrap();
    let payment = node.pay(&node.new_address().unwrap(), AMOUNT_SAT).unwrap();
    node.mine(2).unwrap();
    node.reorg(2, Fate::BackInMempool).unwrap();
    assert!(waits_in_mempool(&node, payment));
    assert_eq!(confirmations(&node, payment), None);
    node.mine(1).unwrap();
    assert_eq!(confirmations(&node, payment), Some(1));
}
