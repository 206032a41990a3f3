//! Blocks that are replaced under a payment.

use counterparties::{Anvil, Fate, Token, TokenKind, U256};
use payment::{Level, Mark};

use crate::till::{ARBITRUM, Till, node};

fn is_standing(came: &[payment::Observation]) -> bool {
    came.iter().any(|one| matches!(one.level, Level::Confirmed { .. }))
}

fn is_gone(came: &[payment::Observation]) -> bool {
    !came.is_empty() && came.iter().all(|one| one.level.is_withdrawn())
}

#[test]
fn a_payment_in_replaced_blocks_is_gone_or_stands_again_at_any_depth() {
    let node = node();
    let usdc = Token::deploy(&node, TokenKind::Plain, "USDC", 6).unwrap();
    let till = Till::over(&node, &[("USDC", &usdc, 6)]);
    for depth in [1, 3, 12, 64] {
        for fate in [Fate::MinedAgain, Fate::Gone] {
            let address = till.show();
            till.wait_for_tip(&node);
            usdc.pay(&address, U256::from(5_u64)).unwrap();
            node.mine(depth).unwrap();
            let before = till.books.wait_for("it stands", &address, is_standing);
            node.reorg(depth, fate).unwrap();
            node.mine(1).unwrap();
            match fate {
                Fate::Gone => {
                    till.books.wait_for("it is gone", &address, is_gone);
                }
                _ => {
                    let block = |came: &[payment::Observation]| match &came[0].level {
                        Level::Confirmed { block_hash, .. } => Some(block_hash.clone()),
                        _ => None,
                    };
                    let after = till.books.wait_for("it stands elsewhere", &address, |came| {
                        is_standing(came) && block(came) != block(&before)
                    });
                    assert_eq!(after.len(), 1, "the same transfer, {depth} deep: {after:?}");
                }
            }
        }
    }
}

#[test]
fn a_payment_that_is_back_in_the_pool_is_open_again_and_then_stands() {
    let node = node();
    let till = Till::over(&node, &[]);
    let address = till.show();
    till.wait_for_tip(&node);
    node.pay(&address, U256::from(5_u64)).unwrap();
    node.mine(2).unwrap();
    till.books.wait_for("it stands", &address, is_standing);
    node.reorg(2, Fate::BackInMempool).unwrap();
    let is_open =
        |came: &[payment::Observation]| came.iter().all(|one| matches!(one.level, Level::Unconfirmed { .. }));
    till.books.wait_for("it is open", &address, is_open);
    node.mine(1).unwrap();
    till.books.wait_until_standing(&address, &[("5", "ETH.42161")]);
}

#[test]
fn a_head_that_goes_back_and_grows_again_loses_and_doubles_nothing() {
    let node = node();
    let till = Till::over(&node, &[]);
    let address = till.show();
    till.wait_for_tip(&node);
    node.pay(&address, U256::from(5_u64)).unwrap();
    node.mine(1).unwrap();
    node.mine(5).unwrap();
    till.books.wait_for("it stands", &address, is_standing);
    node.go_back(3).unwrap();
    till.wait_for_tip(&node);
    node.mine(7).unwrap();
    till.wait_for_tip(&node);
    till.books.wait_until_standing(&address, &[("5", "ETH.42161")]);
    assert_eq!(till.books.came_to(&address).len(), 1);
}

#[test]
fn a_chain_that_breaks_its_promise_is_an_alarm_and_what_was_final_stays() {
    let node = Anvil::start(ARBITRUM).unwrap();
    let till = Till::over(&node, &[]);
    let address = till.show();
    till.wait_for_tip(&node);
    node.pay(&address, U256::from(5_u64)).unwrap();
    node.mine(12).unwrap();
    let is_final = |came: &[payment::Observation]| {
        came.iter().any(|one| matches!(one.level, Level::Confirmed { mark: Mark::Finalized, .. }))
    };
    till.books.wait_for("it is final", &address, is_final);
    node.reorg(12, Fate::Gone).unwrap();
    node.mine(1).unwrap();
    till.wait_for_problem(0, |problem| {
        problem.is_some_and(|text| text.contains("contradicts a finalized block"))
    });
    till.wait_for_problem(0, |problem| problem.is_none());
    assert!(is_final(&till.books.came_to(&address)));
}
