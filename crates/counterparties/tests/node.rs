//! The node and its customer.

use counterparties::{Bitcoind, CounterpartyError, Node};
use serde_json::json;

use crate::{AMOUNT_SAT, confirmations, paid_to, waits_in_mempool};

#[test]
fn payment_waits_in_the_mempool_until_a_block_is_mined() {
    let node = Bitcoind::start().unwrap();
    let shop = node.new_address().unwrap();
    let height = node.height().unwrap();
    let payment = node.pay(&shop, AMOUNT_SAT).unwrap();
    assert!(waits_in_mempool(&node, payment));
    assert_eq!(paid_to(&node, payment, &shop), AMOUNT_SAT);

    let blocks = node.mine(2).unwrap();
    assert_eq!(node.tip().unwrap(), blocks[1]);
    assert_eq!(node.height().unwrap(), height + 2);
    assert_eq!(confirmations(&node, payment), Some(2));
}

/// A wallet draws the lock time of a payment from the last hundred heights, and at some of them nodes are choosy.
#[test]
fn payment_is_taken_whatever_lock_time_the_wallet_draws() {
    let node = Bitcoind::start().unwrap();
    let to = node.new_address().unwrap();
    for lock_time in 0..=node.height().unwrap() {
        let call = |method: &str, parameters| node.raw(method, &parameters).unwrap();
        let raw = call("createrawtransaction", json!([[], [{ to.as_str(): "0.001" }], lock_time]));
        let funded = call("fundrawtransaction", json!([raw]));
        let signed = call("signrawtransactionwithwallet", json!([funded["hex"]]));
        let verdict = node.raw("testmempoolaccept", &json!([[signed["hex"]]])).unwrap();
        assert_eq!(verdict[0]["allowed"], true, "lock time {lock_time}: {verdict}");
    }
}

#[test]
fn one_transaction_pays_several_addresses() {
    let node = Bitcoind::start().unwrap();
    let shops = [node.new_address().unwrap(), node.new_address().unwrap()];
    let payment = node.pay_many(&[(&shops[0], 1_000), (&shops[1], 2_000)]).unwrap();
    assert_eq!(paid_to(&node, payment, &shops[0]), 1_000);
    assert_eq!(paid_to(&node, payment, &shops[1]), 2_000);
}

#[test]
fn payments_are_independent_of_each_other() {
    let node = Bitcoind::start().unwrap();
    let shop = node.new_address().unwrap();
    let first = node.pay(&shop, AMOUNT_SAT).unwrap();
    let second = node.pay(&shop, AMOUNT_SAT).unwrap();
    node.double_spend(first).unwrap();
    assert!(!waits_in_mempool(&node, first));
    assert!(waits_in_mempool(&node, second));
}

#[test]
fn double_spend_gives_the_money_back_to_the_customer() {
    let node = Bitcoind::start().unwrap();
    let shop = node.new_address().unwrap();
    let payment = node.pay_with_fee(&shop, AMOUNT_SAT, 1).unwrap();
    let replacement = node.double_spend(payment).unwrap();
    assert!(!waits_in_mempool(&node, payment));
    assert_eq!(paid_to(&node, replacement, &shop), 0);
    node.mine(1).unwrap();
    assert_eq!(confirmations(&node, replacement), Some(1));
}

#[test]
fn confirmed_payment_cannot_be_double_spent() {
    let node = Bitcoind::start().unwrap();
    let payment = node.pay(&node.new_address().unwrap(), AMOUNT_SAT).unwrap();
    node.mine(1).unwrap();
    let refusal = node.double_spend(payment).unwrap_err();
    assert!(matches!(refusal, CounterpartyError::Rpc { .. }), "{refusal}");
}

#[test]
fn bumped_payment_still_pays_the_shop() {
    let node = Bitcoind::start().unwrap();
    let shop = node.new_address().unwrap();
    let payment = node.pay_with_fee(&shop, AMOUNT_SAT, 2).unwrap();
    let bumped = node.bump_fee(payment).unwrap();
    assert!(!waits_in_mempool(&node, payment));
    assert_eq!(paid_to(&node, bumped, &shop), AMOUNT_SAT);
}

#[test]
fn restarted_node_keeps_its_chain_its_mempool_and_its_ports() {
    let node = Bitcoind::start().unwrap();
    let payment = node.pay(&node.new_address().unwrap(), AMOUNT_SAT).unwrap();
    let tip = node.tip().unwrap();
    node.stop().unwrap();
    assert!(node.tip().is_err());
    assert_eq!(node.process_id(), None);

    node.restart().unwrap();
    assert_eq!(node.tip().unwrap(), tip);
    counterparties::wait_until("the mempool is loaded", std::time::Duration::from_secs(10), || {
        Ok(waits_in_mempool(&node, payment).then_some(()))
    })
    .unwrap();
    node.mine(1).unwrap();
    assert_eq!(confirmations(&node, payment), Some(1));
}

#[test]
fn node_in_a_kept_folder_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let tip = Bitcoind::start_in(folder.path()).unwrap().tip().unwrap();
    let again = Bitcoind::start_in(folder.path()).unwrap();
    let block = again.raw("getblockheader", &json!([again.tip().unwrap().to_string()])).unwrap();
    assert_eq!(block["previousblockhash"], tip.to_string());
}

#[test]
fn several_nodes_run_side_by_side() {
    let (one, other) = (Bitcoind::start().unwrap(), Bitcoind::start().unwrap());
    assert_ne!(one.tip().unwrap(), other.tip().unwrap());
    let stranger = Node::at(one.rpc_url(), one.rpc_user(), other.rpc_password()).unwrap();
    assert!(stranger.height().is_err(), "one node's password opens another");
}

#[test]
fn till_account_is_a_segwit_account_of_the_test_network() {
    let node = Bitcoind::start().unwrap();
    let account = node.till_account().unwrap();
    assert!(account.starts_with('[') && account.contains("/84'/1'/0']tpub"), "{account}");
    assert_eq!(node.till_account().unwrap(), account);
    let checked = node.raw("getdescriptorinfo", &json!([format!("wpkh({account}/0/*)")])).unwrap();
    assert_eq!(checked["isrange"], true);
}

#[test]
fn dropped_node_leaves_no_process_and_no_folder() {
    let node = Bitcoind::start().unwrap();
    let process = format!("/proc/{}", node.process_id().unwrap());
    assert!(std::fs::exists(&process).unwrap());
    drop(node);
    assert!(!std::fs::exists(&process).unwrap());
}
