//! A till that dies, is closed for a while, or comes back from a backup.

use std::sync::Arc;

use counterparties::{Fate, Token, TokenKind, U256};
use payment::rail::RailMemory;
use payment::{Level, Rail};
use rail_evm::RESTORE_SKIP;

use crate::till::{Till, attempt, node, settings};

const FIVE: U256 = U256::from_limbs([5, 0, 0, 0]);

#[test]
fn what_was_reported_is_reported_again_and_what_came_meanwhile_is_found() {
    let node = node();
    let usdc = Token::deploy(&node, TokenKind::Plain, "USDC", 6).unwrap();
    let till = Till::over(&node, &[("USDC", &usdc, 6)]);
    let address = till.show();
    node.pay(&address, FIVE).unwrap();
    node.mine(1).unwrap();
    till.books.wait_until_standing(&address, &[("5", "ETH.42161")]);
    let books = till.books.reopened();
    let settings = till.closed();
    usdc.pay(&address, FIVE).unwrap();
    node.mine(20).unwrap();
    let till = Till::open(settings, &books);
    till.books.wait_until_standing(&address, &[("5", "ETH.42161"), ("5", "USDC.42161")]);
}

#[test]
fn after_long_outage_transfers_are_found_by_the_balance_and_a_search() {
    let node = node();
    let usdc = Token::deploy(&node, TokenKind::Plain, "USDC", 6).unwrap();
    let till = Till::over(&node, &[("USDC", &usdc, 6)]);
    let address = till.show();
    till.wait_for_tip(&node);
    let books = till.books.reopened();
    let settings = till.closed();
    let payment = usdc.pay(&address, FIVE).unwrap();
    node.pay(&address, FIVE).unwrap();
    node.mine(1_000).unwrap();
    let till = Till::open(settings, &books);
    till.books.wait_until_standing(&address, &[("5", "ETH.42161"), ("5", "USDC.42161")]);
    let references: Vec<_> =
        till.books.came_to(&address).into_iter().map(|one| one.reference.to_string()).collect();
    assert!(references.iter().any(|reference| reference.contains(&payment)), "{references:?}");
}

#[test]
fn a_payment_whose_block_was_replaced_while_the_till_was_closed_is_gone() {
    let node = node();
    let till = Till::over(&node, &[]);
    let address = till.show();
    till.wait_for_tip(&node);
    node.pay(&address, FIVE).unwrap();
    node.mine(2).unwrap();
    till.books.wait_until_standing(&address, &[("5", "ETH.42161")]);
    let books = till.books.reopened();
    let settings = till.closed();
    node.reorg(2, Fate::Gone).unwrap();
    node.mine(5).unwrap();
    let till = Till::open(settings, &books);
    till.books.wait_for("it is gone", &address, |came| came.iter().all(|one| one.level.is_withdrawn()));
}

#[test]
fn a_killed_node_that_comes_back_goes_on_where_it_was() {
    let node = node();
    let till = Till::over(&node, &[]);
    let address = till.show();
    node.pay(&address, FIVE).unwrap();
    node.mine(1).unwrap();
    till.books.wait_until_standing(&address, &[("5", "ETH.42161")]);
    node.stop().unwrap();
    till.wait_for_problem(0, |problem| problem == Some("it cannot be reached"));
    node.restart().unwrap();
    till.wait_for_problem(0, |problem| problem.is_none());
    node.pay(&address, FIVE).unwrap();
    node.mine(1).unwrap();
    till.books.wait_until_standing(&address, &[("5", "ETH.42161"), ("5", "ETH.42161")]);
}

#[test]
fn addresses_that_another_copy_may_have_shown_are_left_out_after_a_restore() {
    let node = node();
    let till = Till::over(&node, &[]);
    let backup = till.books.memory();
    let shown: Vec<String> = (0..3).map(|_| till.show()).collect();
    let settings = till.closed();
    let memory = RailMemory { restored: true, ..backup };
    let till = Till::open_with(settings, &Arc::default(), &memory);
    let fresh = till.show();
    assert!(!shown.contains(&fresh) && RESTORE_SKIP > 3);
    node.pay(&shown[2], FIVE).unwrap();
    node.mine(1).unwrap();
    till.books.wait_until_standing(&shown[2], &[("5", "ETH.42161")]);
}

#[test]
fn an_account_that_was_used_before_begins_behind_the_money_it_holds() {
    let node = node();
    let till = Till::over(&node, &[]);
    let used: Vec<String> = (0..3).map(|_| till.show()).collect();
    let settings = till.closed();
    node.pay(&used[1], FIVE).unwrap();
    node.mine(1).unwrap();
    let till = Till::open(settings, &Arc::default());
    assert_eq!(till.show(), used[2], "the account's first addresses hold money from before");
}

#[test]
fn without_a_provider_nothing_is_offered_until_the_account_was_compared_once() {
    let dead = settings(&["http://127.0.0.1:9"], &[]);
    let till = Till::open(dead, &Arc::default());
    till.wait_for_problem(0, |problem| problem == Some("it cannot be reached"));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let error = runtime.block_on(till.rail.offer(&attempt())).unwrap_err();
    assert!(error.to_string().contains("not compared with Arbitrum yet"), "{error}");
}

#[test]
fn the_same_payment_gets_the_same_address_in_the_tills_next_life() {
    let node = node();
    let till = Till::over(&node, &[]);
    let wish = attempt();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let first = runtime.block_on(till.rail.offer(&wish)).unwrap();
    till.books.commit_offer(first.change_set);
    let till = till.restarted();
    let again = runtime.block_on(till.rail.offer(&wish)).unwrap();
    assert_eq!(again.address, first.address);
    assert_ne!(till.show(), first.address);
    assert!(
        till.books.came_to(&first.address).iter().all(|one| !matches!(one.level, Level::Withdrawn { .. }))
    );
}
