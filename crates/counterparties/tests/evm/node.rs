//! The node: payments, blocks, and blocks that are replaced.

use counterparties::{Anvil, AnvilSetup, EvmMining, Fate, U256};

const SHOP: &str = "0x00000000000000000000000000000000005470b5";
const WEI: U256 = U256::from_limbs([1_500_000_000_000_007, 0, 0, 0]);
const BASE: u64 = 8453;

fn block_of(node: &Anvil, payment: &str) -> Option<String> {
    let receipt = node.receipt(payment).unwrap()?;
    Some(receipt["blockHash"].as_str().unwrap().to_owned())
}

fn waits(node: &Anvil, payment: &str) -> bool {
    node.signed(payment).is_ok() && block_of(node, payment).is_none()
}

#[test]
fn payment_waits_until_a_block_is_found() {
    let node = Anvil::start(BASE).unwrap();
    assert_eq!(node.chain_id().unwrap(), BASE);
    let payment = node.pay(SHOP, WEI).unwrap();
    assert!(waits(&node, &payment));
    assert_eq!(node.balance(SHOP).unwrap(), U256::ZERO);
    node.mine(1).unwrap();
    assert_eq!(block_of(&node, &payment), Some(node.block_hash(1).unwrap()));
    assert_eq!(node.balance(SHOP).unwrap(), WEI);
}

#[test]
fn safe_and_finalized_follow_the_head_at_a_distance() {
    let node = Anvil::start(1).unwrap();
    node.mine(20).unwrap();
    assert_eq!(["latest", "safe", "finalized"].map(|tag| node.tagged(tag).unwrap()), [20, 16, 12]);
}

#[test]
fn replaced_payments_are_mined_again_or_wait_again_or_are_gone() {
    let node = Anvil::start(1).unwrap();
    for depth in [1, 3, 12, 64] {
        for fate in [Fate::MinedAgain, Fate::BackInMempool, Fate::Gone] {
            let before = node.balance(SHOP).unwrap();
            let payment = node.pay(SHOP, WEI).unwrap();
            node.mine(depth).unwrap();
            let (head, block) = (node.head().unwrap(), block_of(&node, &payment).unwrap());
            node.reorg(depth, fate).unwrap();
            assert_eq!(node.head().unwrap(), head, "the new chain is as long");
            let now = block_of(&node, &payment);
            match fate {
                Fate::MinedAgain => assert_ne!(now.unwrap(), block, "in another block"),
                Fate::BackInMempool => assert!(waits(&node, &payment)),
                Fate::Gone => assert!(now.is_none() && !waits(&node, &payment)),
            }
            node.mine(1).unwrap();
            let received = node.balance(SHOP).unwrap() - before;
            assert_eq!(received, if fate == Fate::Gone { U256::ZERO } else { WEI }, "{depth} {fate:?}");
        }
    }
}

#[test]
fn head_that_goes_back_takes_its_blocks_along() {
    let node = Anvil::start(1).unwrap();
    let payment = node.pay(SHOP, WEI).unwrap();
    node.mine(5).unwrap();
    node.go_back(5).unwrap();
    assert_eq!((node.head().unwrap(), block_of(&node, &payment)), (0, None));
}

#[test]
fn waiting_payment_is_replaced_by_a_dearer_one_or_taken_back() {
    let node = Anvil::start(1).unwrap();
    let (bumped, taken) = (node.pay(SHOP, WEI).unwrap(), node.pay(SHOP, WEI).unwrap());
    let dearer = node.bump_fee(&bumped).unwrap();
    node.take_back(&taken).unwrap();
    node.mine(1).unwrap();
    assert_eq!(node.balance(SHOP).unwrap(), WEI);
    assert!(block_of(&node, &dearer).is_some());
    assert!(node.take_back(&dearer).is_err(), "it is in a block");
}

#[test]
fn stopped_node_comes_back_with_its_chain_and_can_still_be_reorganised() {
    let node = Anvil::start(1).unwrap();
    let payment = node.pay(SHOP, WEI).unwrap();
    node.mine(3).unwrap();
    let block = block_of(&node, &payment);
    node.stop().unwrap();
    assert!(node.head().is_err(), "nobody answers");
    node.restart().unwrap();
    assert_eq!((node.head().unwrap(), block_of(&node, &payment)), (3, block));
    node.reorg(3, Fate::Gone).unwrap();
    assert_eq!(node.balance(SHOP).unwrap(), U256::ZERO);
}

#[test]
fn twin_has_the_same_chain_and_goes_its_own_way_from_there() {
    let node = Anvil::start(1).unwrap();
    node.pay(SHOP, WEI).unwrap();
    node.mine(3).unwrap();
    let twin = node.twin().unwrap();
    assert_eq!(twin.block_hash(3).unwrap(), node.block_hash(3).unwrap());
    twin.pay(SHOP, WEI).unwrap();
    node.mine(1).unwrap();
    twin.mine(1).unwrap();
    assert_ne!(twin.block_hash(4).unwrap(), node.block_hash(4).unwrap());
    assert_eq!([&node, &twin].map(|node| node.balance(SHOP).unwrap()), [WEI, WEI + WEI]);
}

#[test]
fn node_mines_by_itself_when_it_is_told_to() {
    let setup = AnvilSetup { mining: EvmMining::Instantly, is_pruned: true, ..AnvilSetup::on_demand(137) };
    let node = Anvil::start_with(setup).unwrap();
    let payment = node.pay(SHOP, WEI).unwrap();
    assert!(block_of(&node, &payment).is_some());
}

#[test]
fn signed_transaction_is_handed_in_when_its_owner_likes() {
    let node = Anvil::start(1).unwrap();
    let from = node.customer().unwrap();
    let signed = node.sign(&serde_json::json!({ "from": from, "to": SHOP, "value": WEI })).unwrap();
    node.mine(1).unwrap();
    assert_eq!(node.balance(SHOP).unwrap(), U256::ZERO);
    node.send_raw(&signed).unwrap();
    node.mine(1).unwrap();
    assert_eq!(node.balance(SHOP).unwrap(), WEI);
}
