//! The wallet without any server: transactions made by hand.

use std::collections::HashSet;
use std::sync::Arc;

use bdk_wallet::bitcoin::absolute::LockTime;
use bdk_wallet::bitcoin::hashes::Hash;
use bdk_wallet::bitcoin::transaction::Version;
use bdk_wallet::bitcoin::{Amount, BlockHash, OutPoint, Sequence, Transaction, TxIn, TxOut, Txid};
use bdk_wallet::chain::spk_client::SyncResponse;
use bdk_wallet::chain::{BlockId, CheckPoint};
use payment::Timestamp;
use payment::rail::Report;
use payment::transfer::WithdrawnReason;

use super::*;
use crate::check_account;

const ACCOUNT: &str = "tpubDC8msFGeGuwnKG9Upg7DM2b4DaRqg3CUZa5g8v2SRQ6K4NSkxUgd7HsL2XVWbVm39yBA4LAxysQAm397zwQSQoQgewGiYZqrA9DsP4zbQ1M";

const NOON: i64 = 1_790_000_000_000;

fn open(change_sets: Vec<Vec<u8>>) -> Wallet {
    let account = check_account(ACCOUNT, Network::Regtest).unwrap();
    let memory = RailMemory { change_sets, last_observation: 0, restored: false };
    Wallet::open(&account, &memory, Arc::new(|| Timestamp::from_millis(NOON))).unwrap()
}

fn payment(number: u8) -> PaymentId {
    PaymentId::generate(Timestamp::from_millis(1), [number; 10])
}

/// A transaction that spends a coin of somebody and pays an address of ours.
fn paying(wallet: &Wallet, coin: u8, index: u32, sat: u64) -> Arc<Transaction> {
    let previous_output = OutPoint::new(Txid::from_byte_array([coin; 32]), 0);
    let input = TxIn { previous_output, sequence: Sequence::ENABLE_RBF_NO_LOCKTIME, ..TxIn::default() };
    let output = TxOut { value: Amount::from_sat(sat), script_pubkey: wallet.script(index) };
    Arc::new(Transaction {
        version: Version::TWO,
        lock_time: LockTime::ZERO,
        input: vec![input],
        output: vec![output],
    })
}

fn levels(wallet: &mut Wallet) -> Vec<Level> {
    let report: Option<Report> = wallet.report(true, |_| 1);
    report.into_iter().flat_map(|report| report.observations).map(|observation| observation.level).collect()
}

const SEEN: Level = Level::Unconfirmed { agreeing_servers: 1 };

#[test]
fn a_missed_transaction_is_withdrawn_even_when_the_clock_went_back() {
    let mut wallet = open(Vec::new());
    let transaction = paying(&wallet, 1, 0, 1_000);
    let ahead = wallet.now() + 1_000_000;
    wallet.apply_mempool(vec![Arc::clone(&transaction)], ahead).unwrap();
    assert_eq!(levels(&mut wallet), [SEEN]);
    wallet.evict_all_but(&HashSet::new(), wallet.sync_time());
    assert_eq!(levels(&mut wallet), [Level::Withdrawn { reason: WithdrawnReason::Dropped }]);
    wallet.apply_mempool(vec![transaction], wallet.sync_time()).unwrap();
    assert_eq!(levels(&mut wallet), [SEEN], "it came back within the same second");
}

#[test]
fn a_transaction_whose_coin_went_into_another_one_of_ours_was_replaced() {
    let mut wallet = open(Vec::new());
    let (first, second) = (paying(&wallet, 1, 0, 1_000), paying(&wallet, 1, 0, 900));
    wallet.apply_mempool(vec![first], wallet.sync_time()).unwrap();
    wallet.evict_all_but(&HashSet::from([second.compute_txid()]), wallet.sync_time());
    wallet.apply_mempool(vec![second], wallet.sync_time()).unwrap();
    let mut levels = levels(&mut wallet);
    levels.sort_by_key(Level::is_withdrawn);
    assert_eq!(levels, [SEEN, Level::Withdrawn { reason: WithdrawnReason::Replaced }]);
}

#[test]
fn more_bitcoin_than_there_can_be_is_refused_whole() {
    const ALL_BITCOIN_SAT: u64 = 2_100_000_000_000_000;
    let mut wallet = open(Vec::new());
    let honest = paying(&wallet, 1, 0, ALL_BITCOIN_SAT);
    for sat in [ALL_BITCOIN_SAT + 1, u64::MAX] {
        let impossible = paying(&wallet, 2, 1, sat);
        let together = vec![Arc::clone(&honest), Arc::clone(&impossible)];
        assert_eq!(wallet.apply_mempool(together.clone(), 1), Err(Impossible::Amount));
        let mut response = SyncResponse::default();
        response.tx_update.txs = together;
        assert_eq!(wallet.apply(response), Err(Impossible::Amount));
        assert!(wallet.transactions().is_empty());
    }
    wallet.apply_mempool(vec![honest], wallet.sync_time()).unwrap();
    assert_eq!(levels(&mut wallet), [SEEN]);
}

#[test]
fn an_impossible_output_of_an_unknown_transaction_is_refused() {
    let mut wallet = open(Vec::new());
    let impossible = paying(&wallet, 1, 0, u64::MAX);
    let mut response = SyncResponse::default();
    let outpoint = OutPoint::new(impossible.compute_txid(), 0);
    response.tx_update.txouts.insert(outpoint, impossible.output[0].clone());
    assert_eq!(wallet.apply(response), Err(Impossible::Amount));
}

#[test]
fn outputs_that_are_impossible_only_together_are_refused_too() {
    let mut wallet = open(Vec::new());
    let mut transaction = paying(&wallet, 1, 0, 2_000_000_000_000_000);
    let twice = transaction.output[0].clone();
    Arc::make_mut(&mut transaction).output.push(twice);
    assert_eq!(wallet.apply_mempool(vec![transaction], 1), Err(Impossible::Amount));
}

#[test]
fn the_time_a_payment_was_first_seen_survives_a_restart() {
    let mut wallet = open(Vec::new());
    let transaction = paying(&wallet, 1, 0, 1_000);
    for at in [1_790_000_000, 1_790_000_500] {
        wallet.apply_mempool(vec![Arc::clone(&transaction)], at).unwrap();
    }
    let stored = wallet.report(true, |_| 1).unwrap().change_set.unwrap();
    let report = open(vec![stored]).report(true, |_| 1).unwrap();
    assert_eq!(report.observations[0].seen_at, Timestamp::from_millis(1_790_000_000_000));
}

#[test]
fn a_look_that_shows_nothing_new_asks_for_no_commit() {
    let mut wallet = open(Vec::new());
    let transaction = paying(&wallet, 1, 0, 1_000);
    wallet.apply_mempool(vec![Arc::clone(&transaction)], 1_790_000_000).unwrap();
    assert!(wallet.report(false, |_| 1).is_some());
    wallet.committed();
    wallet.apply_mempool(vec![transaction], 1_790_000_001).unwrap();
    assert_eq!(wallet.report(false, |_| 1), None, "only the time it was last seen has changed");
    assert!(wallet.report(false, |_| 2).is_some(), "another server agrees");
}

#[test]
fn nonsense_of_another_chain_does_not_connect() {
    let mut wallet = open(Vec::new());
    let block = |height, byte| BlockId { height, hash: BlockHash::from_byte_array([byte; 32]) };
    let tip = CheckPoint::from_block_ids([block(0, 7), block(5, 8)]).unwrap();
    let response = SyncResponse { chain_update: Some(tip), ..SyncResponse::default() };
    assert_eq!(wallet.apply(response), Err(Impossible::Chain));
}

#[test]
fn old_addresses_are_looked_at_in_turn_for_ever() {
    const SHOWN: u32 = 230;
    let mut wallet = open(Vec::new());
    let offers: Vec<Vec<u8>> = (0..SHOWN)
        .map(|_| {
            wallet
                .offer(PaymentId::generate(
                    Timestamp::from_millis(i64::from(wallet.revealed_count())),
                    [0; 10],
                ))
                .1
        })
        .collect();
    assert_eq!(wallet.hot().len(), 230, "all were shown a moment ago");
    let long_ago = offers.iter().map(|offer| {
        let mut stored = Stored::decode(offer).unwrap();
        stored.shown.values_mut().for_each(|shown| shown.at = 0);
        stored.encode()
    });
    let wallet = open(long_ago.collect());
    assert_eq!((wallet.hot().len(), wallet.recent(1_000).len()), (0, 200));
    assert_eq!(wallet.recent(3), [SHOWN - 1, SHOWN - 2, SHOWN - 3]);
    let (first, cursor) = wallet.batch(0, 100);
    let (second, cursor) = wallet.batch(cursor, 100);
    let (third, cursor) = wallet.batch(cursor, 100);
    let (again, _) = wallet.batch(cursor, 100);
    assert_eq!([first.clone(), second, third].concat(), (0..SHOWN).collect::<Vec<_>>());
    assert_eq!(again, first);
}

#[test]
fn a_scan_ends_fifty_addresses_behind_the_last_one_in_use() {
    let mut wallet = open(Vec::new());
    assert!(wallet.scan_due());
    assert_eq!(wallet.scan_window(0), (0..50).collect::<Vec<_>>());
    let transaction = paying(&wallet, 1, 30, 1_000);
    wallet.apply_mempool(vec![transaction], wallet.sync_time()).unwrap();
    assert_eq!(wallet.scan_window(50), (50..81).collect::<Vec<_>>());
    assert!(wallet.scan_window(81).is_empty());
    wallet.scanned();
    assert!(!wallet.may_offer(), "not before the scan is committed");
    assert!(wallet.report(true, |_| 1).unwrap().scanned);
    wallet.committed();
    assert!(wallet.may_offer());
    let (address, _) = wallet.offer(payment(1));
    assert_eq!(address, wallet.address_of(&wallet.script(30 + 1 + RESTORE_SKIP)));
}
