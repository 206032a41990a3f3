//! Providers on a bad day: down, wrong, behind, cut off, lying.

use counterparties::{Fault, FaultyProvider, Lie, Token, TokenKind, U256};
use payment::Level;

use crate::till::{Till, node, settings};

const FIVE: U256 = U256::from_limbs([5, 0, 0, 0]);

#[test]
fn a_provider_that_fails_in_any_way_is_left_for_the_next_one() {
    let node = node();
    let first = FaultyProvider::start(&node).unwrap();
    let till = Till::open(settings(&[&first.url(), node.url()], &[]), &std::sync::Arc::default());
    for fault in [Fault::Status(500), Fault::Garbage, Fault::Refuses, Fault::Status(429)] {
        let address = till.show();
        first.now(fault.clone());
        first.cut_lines();
        node.pay(&address, FIVE).unwrap();
        node.mine(1).unwrap();
        till.books.wait_until_standing(&address, &[("5", "ETH.42161")]);
        till.wait_for_problem(0, |problem| problem.is_some());
        first.now(Fault::None);
        till.wait_for_problem(0, |problem| problem.is_none());
    }
}

#[test]
fn a_provider_of_another_chain_is_named_with_both_ids() {
    let node = node();
    let first = FaultyProvider::start(&node).unwrap();
    first.now(Fault::OtherChain(1));
    let till = Till::open(settings(&[&first.url()], &[]), &std::sync::Arc::default());
    till.wait_for_problem(0, |problem| problem.is_some_and(|text| text.contains("chain 1 and not 42161")));
}

#[test]
fn a_websocket_that_is_cut_or_goes_down_loses_nothing() {
    let node = node();
    let provider = FaultyProvider::start(&node).unwrap();
    let till = Till::open(settings(&[&provider.ws_url()], &[]), &std::sync::Arc::default());
    let address = till.show();
    node.pay(&address, FIVE).unwrap();
    node.mine(1).unwrap();
    till.books.wait_until_standing(&address, &[("5", "ETH.42161")]);
    provider.cut_lines();
    node.pay(&address, FIVE).unwrap();
    node.mine(1).unwrap();
    till.books.wait_until_standing(&address, &[("5", "ETH.42161"), ("5", "ETH.42161")]);
    provider.go_down();
    till.wait_for_problem(0, |problem| problem.is_some());
    node.pay(&address, FIVE).unwrap();
    node.mine(40).unwrap();
    provider.come_back().unwrap();
    till.books.wait_until_standing(&address, &[("5", "ETH.42161"), ("5", "ETH.42161"), ("5", "ETH.42161")]);
}

#[test]
fn events_that_come_late_are_made_up_for_by_the_balance_and_counted_once() {
    let node = node();
    let usdc = Token::deploy(&node, TokenKind::Plain, "USDC", 6).unwrap();
    let provider = FaultyProvider::start(&node).unwrap();
    provider.now(Fault::LogsLag(3));
    let till = Till::open(settings(&[&provider.url()], &[("USDC", &usdc, 6)]), &std::sync::Arc::default());
    let address = till.show();
    till.wait_for_tip(&node);
    usdc.pay(&address, FIVE).unwrap();
    node.mine(1).unwrap();
    till.books.wait_until_standing(&address, &[("5", "USDC.42161")]);
    node.mine(10).unwrap();
    till.wait_for_tip(&node);
    till.books.wait_until_standing(&address, &[("5", "USDC.42161")]);
}

#[test]
fn a_head_that_goes_back_and_forth_withdraws_nothing() {
    let node = node();
    let provider = FaultyProvider::start(&node).unwrap();
    provider.now(Fault::Wavers(2));
    let till = Till::open(settings(&[&provider.url()], &[]), &std::sync::Arc::default());
    let address = till.show();
    node.pay(&address, FIVE).unwrap();
    node.mine(4).unwrap();
    till.books.wait_until_standing(&address, &[("5", "ETH.42161")]);
    node.mine(6).unwrap();
    let is_deep = |came: &[payment::Observation]| came.iter().all(|one| one.level.confirmations() >= 8);
    till.books.wait_for("it grows deeper", &address, is_deep);
    assert_eq!(till.books.came_to(&address).len(), 1);
}

#[test]
fn a_transfer_that_a_second_provider_contradicts_is_not_believed() {
    let node = node();
    node.mine(3).unwrap();
    let liar = FaultyProvider::start(&node).unwrap();
    let till = Till::open(settings(&[&liar.url(), node.url()], &[]), &std::sync::Arc::default());
    let address = till.show();
    till.wait_for_tip(&node);
    let block = node.head().unwrap() + 1;
    liar.now(Fault::Lies(Lie { block, token: None, to: address.clone(), amount: FIVE }));
    node.mine(2).unwrap();
    till.wait_for_problem(1, |problem| problem.is_some_and(|text| text.contains("contradicts")));
    let came = till.books.came_to(&address);
    assert!(!came.iter().any(|one| matches!(one.level, Level::Confirmed { .. })), "{came:?}");
    liar.now(Fault::None);
    node.mine(2).unwrap();
    let is_gone = |came: &[payment::Observation]| came.iter().all(|one| one.level.is_withdrawn());
    till.books.wait_for("the lie is gone", &address, is_gone);
}

#[test]
fn a_liar_against_two_is_left() {
    let node = node();
    node.mine(3).unwrap();
    let (liar, honest) = (FaultyProvider::start(&node).unwrap(), FaultyProvider::start(&node).unwrap());
    let till =
        Till::open(settings(&[&liar.url(), node.url(), &honest.url()], &[]), &std::sync::Arc::default());
    let address = till.show();
    till.wait_for_tip(&node);
    let block = node.head().unwrap() + 1;
    liar.now(Fault::Lies(Lie { block, token: None, to: address.clone(), amount: FIVE }));
    node.pay(&address, U256::from(7_u64)).unwrap();
    node.mine(2).unwrap();
    till.books.wait_until_standing(&address, &[("7", "ETH.42161")]);
    till.wait_for_problem(0, |problem| problem.is_some());
}

#[test]
fn receipts_that_come_late_hold_a_transfer_up_and_lose_nothing() {
    let node = node();
    let provider = FaultyProvider::start(&node).unwrap();
    provider.now(Fault::ReceiptsLag(2));
    let till = Till::open(settings(&[&provider.url()], &[]), &std::sync::Arc::default());
    let address = till.show();
    till.wait_for_tip(&node);
    node.pay(&address, FIVE).unwrap();
    node.mine(1).unwrap();
    till.wait_for_problem(0, |problem| problem == Some("it does not have the block it names"));
    node.mine(3).unwrap();
    till.books.wait_until_standing(&address, &[("5", "ETH.42161")]);
    assert_eq!(till.books.came_to(&address).len(), 1, "and it is no mere balance");
}

#[test]
fn a_provider_that_searches_few_blocks_at_once_is_asked_for_fewer() {
    let node = node();
    let usdc = Token::deploy(&node, TokenKind::Plain, "USDC", 6).unwrap();
    let provider = FaultyProvider::start(&node).unwrap();
    provider.now(Fault::RangeLimit(500));
    let till = Till::open(settings(&[&provider.url()], &[("USDC", &usdc, 6)]), &std::sync::Arc::default());
    let address = till.show();
    till.wait_for_tip(&node);
    let books = till.books.reopened();
    let closed = till.closed();
    node.mine(300).unwrap();
    let payment = usdc.pay(&address, FIVE).unwrap();
    node.mine(700).unwrap();
    let till = Till::open(closed, &books);
    till.books.wait_until_standing(&address, &[("5", "USDC.42161")]);
    assert!(
        till.books.came_to(&address)[0].reference.as_str().contains(&payment),
        "found, not only seen by its balance"
    );
}
