//! Reports and commits: what is not committed is said again, and what is said is numbered for ever.

use std::sync::Arc;
use std::time::Duration;

use bdk_wallet::WalletPersister;
use counterparties::wait_until;
use payment::{Level, RailError};
use rail_bitcoin::ChangeLog;

use crate::books::{Books, has_confirmations, is_unconfirmed};
use crate::till::{Till, settings};
use crate::town::{Kind, Town};

fn open(town: &Town, books: &Arc<Books>) -> Till {
    Till::open(&settings(&[&town.server], town.node.rpc_password()), books)
}

#[test]
fn a_payment_whose_report_was_never_committed_is_reported_again() {
    let town = Town::with(Kind::ElectrumTcp);
    let books = Arc::new(Books::default());
    let mut till = open(&town, &books);
    let address = till.show(7_759);
    books.refuse();
    let txid = town.node.pay(&address, 7_759).unwrap();
    assert!(matches!(till.end(), Err(RailError::NotSent(_))), "watching ends when a report is not committed");
    let lost = books.refused();
    assert_eq!((lost.len(), lost[0].observations.len()), (1, 1));
    assert!(lost[0].change_set.is_some(), "the wallet had moved on");
    assert!(books.latest(txid, &address).is_none());
    drop(till);

    let books = books.reopened();
    let _till = open(&town, &books);
    books.wait_for("the payment is reported again", txid, &address, is_unconfirmed);
    town.mine(1);
    books.wait_for("and followed on", txid, &address, has_confirmations(1));
}

#[test]
fn the_same_till_watching_again_says_what_was_not_committed() {
    let town = Town::with(Kind::Bitcoind);
    let books = Arc::new(Books::default());
    let mut till = open(&town, &books);
    let address = till.show(7_759);
    books.refuse();
    let txid = town.node.pay(&address, 7_759).unwrap();
    till.end().unwrap_err();
    let said = books.reports().len();
    books.accept();
    till.watch_again();
    books.wait_for("the payment is reported", txid, &address, is_unconfirmed);
    let first = &books.reports()[said];
    assert!(first.complete);
    let Ok(stored) =
        WalletPersister::initialize(&mut ChangeLog::of_stored(&books.memory().change_sets).unwrap());
    let mut transactions = stored.tx_graph.txs.iter().map(|transaction| transaction.compute_txid());
    assert!(transactions.any(|stored| stored == txid), "what was staged is handed over again");
}

#[test]
fn the_first_report_of_every_start_is_complete_and_later_ones_say_only_what_changed() {
    let town = Town::with(Kind::ElectrumTcp);
    let books = Arc::new(Books::default());
    let till = open(&town, &books);
    let (one, other) = (till.show(1_000), till.show(2_000));
    let paid_one = town.node.pay(&one, 1_000).unwrap();
    town.mine(1);
    books.wait_for("the first is confirmed", paid_one, &one, has_confirmations(1));
    let paid_other = town.node.pay(&other, 2_000).unwrap();
    town.catch_up();
    books.wait_for("the second is seen", paid_other, &other, is_unconfirmed);
    let reports = books.reports();
    assert!(reports[0].complete && reports[0].scanned && reports[1..].iter().all(|report| !report.complete));
    assert_eq!(reports.last().unwrap().observations.len(), 1, "the first did not change");
    let last_number = books.memory().last_observation;
    drop(till);

    let said = books.reports().len();
    let _till = open(&town, &books);
    let report = books.wait("the till reports again", || books.reports().get(said).cloned());
    assert!(report.complete && !report.scanned);
    assert_eq!(report.observations.len(), 2);
    assert!(report.observations.iter().all(|observation| observation.number > last_number));
}

#[test]
fn what_happened_while_the_till_was_off_is_found() {
    let town = Town::with(Kind::ElectrumTcp);
    let books = Arc::new(Books::default());
    let till = open(&town, &books);
    let (kept, taken, late) = (till.show(1_000), till.show(2_000), till.show(3_000));
    let paid_kept = town.node.pay(&kept, 1_000).unwrap();
    let paid_taken = town.node.pay(&taken, 2_000).unwrap();
    town.catch_up();
    books.wait_for("one is seen", paid_kept, &kept, is_unconfirmed);
    books.wait_for("the other is seen", paid_taken, &taken, is_unconfirmed);
    drop(till);

    town.node.double_spend(paid_taken).unwrap();
    let paid_late = town.node.pay(&late, 3_000).unwrap();
    town.mine(2);
    let _till = open(&town, &books);
    books.wait_for("one was confirmed", paid_kept, &kept, has_confirmations(2));
    books.wait_for("the other was taken back", paid_taken, &taken, Level::is_withdrawn);
    books.wait_for("a third came", paid_late, &late, has_confirmations(2));
}

#[test]
fn dropping_the_watch_ends_it_promptly_and_leaves_the_servers() {
    let town = Town::with(Kind::ElectrumTcp);
    let books = Arc::new(Books::default());
    let till = open(&town, &books);
    books.wait("the till watches", || (!books.reports().is_empty()).then_some(()));
    till.watch.abort();
    wait_until("the watch is gone", Duration::from_secs(2), || {
        Ok(till.problem(0).filter(|problem| problem == "not asked yet"))
    })
    .unwrap();
    assert!(till.runtime_ended_within(Duration::from_secs(2)));
}
