//! How many requests following costs, counted turn by turn on a real node.

use std::collections::BTreeMap;

use alloy::primitives::{Address, U256 as Word};
use counterparties::{Anvil, U256};
use payment::Timestamp;
use payment::rail::RailMemory;

use super::*;
use crate::coin::Coin;
use crate::memory::Memory;
use crate::record::Record;
use crate::stored::{Shown, Stored, StoredChain};
use crate::{Clock, TokenConfig, check_account, check_endpoint};

/// Requests that one chain costs at rest in a minute, whatever the number of addresses ever shown: its ceiling.
const REQUESTS_PER_MINUTE_AT_REST: u64 = 12;
const ACCOUNT: &str = "xpub6DCoCpSuQZB2jawqnGMEPS63ePKWkwWPH4TU45Q7LPXWuNd8TMtVxRrgjtEshuqpK3mdhaWHPFsBngh5GFZaM6si3yZdUsT8ddYM3PwnATt";
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1_000;
const NOW: i64 = 1_790_000_000_000;

/// A follower of Base, of whose addresses so many were shown long ago and so many a moment ago.
fn follower(node: &Anvil, old: u32, open: u32) -> Follower {
    let shown = |index: u32| {
        let is_old = index < old;
        let mut address = Address::repeat_byte(0x51);
        address.0[16..].copy_from_slice(&index.to_be_bytes());
        (index, Shown { address, payment: None, at: if is_old { NOW - 9 * DAY_MILLIS } else { NOW } })
    };
    let chain = Chain::named("base").unwrap();
    let compared = StoredChain { compared: true, ..StoredChain::default() };
    let stored = Stored {
        shown: (0..old + open).map(shown).collect(),
        chains: BTreeMap::from([(chain.id, compared)]),
        ..Stored::default()
    };
    let token = |known: &crate::BuiltInToken| TokenConfig {
        symbol: known.symbol.to_owned(),
        contract: known.contract(),
        decimals: known.decimals,
    };
    let tokens: Vec<TokenConfig> = chain.tokens().iter().map(token).collect();
    let coins = Coin::all_of(chain, &tokens).unwrap();
    let clock: Clock = Arc::new(|| Timestamp::from_millis(NOW));
    let memory = RailMemory { change_sets: vec![stored.encode()], ..RailMemory::default() };
    let account = check_account(ACCOUNT).unwrap();
    let records = |chains: &mut BTreeMap<u64, StoredChain>| {
        vec![Record::open(chain, coins, chains.remove(&chain.id).unwrap_or_default())]
    };
    let memory = Memory::open(account, Address::ZERO, &memory, clock, records).unwrap();
    let endpoints = vec![check_endpoint(node.url()).unwrap()];
    Follower::new(chain, endpoints, Arc::new(Shared::new(memory)), Arc::default())
}

/// Requests of the turns of one minute.
async fn a_minute(follower: &Follower, node: &Anvil, blocks_between: u32) -> u64 {
    let provider = follower.connect(0).await.unwrap();
    let mut progress = Progress::default();
    follower.turn(0, &provider, &mut progress).await.unwrap();
    let before = follower.meter.total();
    let pace = follower.pace();
    let mut past = Duration::ZERO;
    while past < Duration::from_secs(60) {
        node.mine(blocks_between).unwrap();
        past += pace;
        progress.pass(pace);
        follower.turn(0, &provider, &mut progress).await.unwrap();
    }
    follower.meter.total() - before
}

#[tokio::test]
async fn at_rest_a_hundred_thousand_addresses_cost_as_many_requests_as_a_hundred() {
    let node = Anvil::start(8_453).unwrap();
    let few = a_minute(&follower(&node, 100, 0), &node, 15).await;
    let many = a_minute(&follower(&node, 100_000, 0), &node, 15).await;
    println!("requests a minute at rest: {few} with 100 addresses, {many} with 100,000");
    assert_eq!(few, many);
    assert!(many <= REQUESTS_PER_MINUTE_AT_REST, "{many}");
}

#[tokio::test]
async fn with_fifty_open_payments_the_requests_do_not_grow_with_the_addresses_of_long_ago() {
    let node = Anvil::start(8_453).unwrap();
    let few = a_minute(&follower(&node, 100, 50), &node, 1).await;
    let many = a_minute(&follower(&node, 100_000, 50), &node, 1).await;
    println!("requests a minute with 50 open payments: {few} with 100 addresses, {many} with 100,000");
    assert_eq!(few, many);
}

#[tokio::test]
async fn money_to_an_address_of_long_ago_is_found_at_rest() {
    let node = Anvil::start(8_453).unwrap();
    let follower = follower(&node, 250, 0);
    let address = follower.memory.lock().wallet.round(200, 1).0[0];
    node.pay(&address.to_checksum(None), U256::from(5_u64)).unwrap();
    node.mine(1).unwrap();
    a_minute(&follower, &node, 1).await;
    let found: Vec<Word> =
        follower.memory.lock().record(8_453).sightings().map(|sighting| sighting.known.base_units).collect();
    assert_eq!(found, [Word::from(5)]);
}
