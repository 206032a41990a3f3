//! The same story over every kind of server.

use money::Currency;
use std::sync::Arc;
use std::time::Duration;

use counterparties::{Fate, wait_until};
use payment::transfer::WithdrawnReason;
use payment::{Level, Rail};

use crate::books::{Books, has_confirmations, is_unconfirmed};
use crate::till::{Till, btc, settings};
use crate::town::{Kind, Town};

fn open(town: &Town) -> Till {
    Till::open(&settings(&[&town.server], town.node.rpc_password()), &Arc::new(Books::default()))
}

fn block_of(level: &Level) -> Option<String> {
    match level {
        Level::Confirmed { block_hash, .. } => Some(block_hash.clone()),
        _ => None,
    }
}

fn exact_payment(kind: Kind) {
    let town = Town::with(kind);
    let till = open(&town);
    let address = till.show(7_759);
    let txid = town.node.pay(&address, 7_759).unwrap();
    let seen = till.books.wait_for("the payment is seen", txid, &address, is_unconfirmed);
    assert_eq!((seen.amount, seen.level), (btc(7_759), Level::Unconfirmed { agreeing_servers: 1 }));
    town.mine(1);
    let mined = till.books.wait_for("it is confirmed", txid, &address, has_confirmations(1));
    let tip = town.node.tip().unwrap().to_string();
    assert_eq!(block_of(&mined.level), Some(tip.clone()));
    town.mine(5);
    till.books.wait_for("it is deep", txid, &address, has_confirmations(6));
    assert_eq!(till.books.transfers_to(&address), 1);
    let health = till.rail.health(Currency::BTC);
    assert!(health.is_up());
    assert_eq!(health.tip.unwrap().height, town.node.height().unwrap());
}

/// The indexer reads the mempool once a second; what the till adds to that is small.
#[test]
fn an_indexers_payments_are_seen_within_a_second_and_a_half() {
    const ROUNDS: usize = 5;
    let town = Town::with(Kind::ElectrumTcp);
    let till = open(&town);
    let in_time = (0..ROUNDS).filter(|_| {
        let address = till.show(7_759);
        let txid = town.node.pay(&address, 7_759).unwrap();
        let limit = Duration::from_millis(1_500);
        wait_until("the payment is seen", limit, || Ok(till.books.latest(txid, &address))).is_ok()
    });
    assert!(in_time.count() > ROUNDS / 2);
}

fn several_payments(kind: Kind) {
    let town = Town::with(kind);
    let till = open(&town);
    let (one, other) = (till.show(5_000), till.show(5_000));
    let both = town.node.pay_many(&[(&one, 5_000), (&other, 5_000)]).unwrap();
    let more = town.node.pay(&one, 1_234).unwrap();
    town.catch_up();
    for (txid, address, sat) in [(both, &one, 5_000), (both, &other, 5_000), (more, &one, 1_234)] {
        let seen = till.books.wait_for("each is seen", txid, address, is_unconfirmed);
        assert_eq!(seen.amount, btc(sat));
    }
    assert_eq!((till.books.transfers_to(&one), till.books.transfers_to(&other)), (2, 1));
}

fn replacement(kind: Kind) {
    let town = Town::with(kind);
    let till = open(&town);
    let (stolen_from, bumped_to) = (till.show(10_000), till.show(20_000));
    let payment = town.node.pay(&stolen_from, 10_000).unwrap();
    let cheap = town.node.pay_with_fee(&bumped_to, 20_000, 2).unwrap();
    town.catch_up();
    till.books.wait_for("the payment is seen", payment, &stolen_from, is_unconfirmed);
    till.books.wait_for("the cheap one is seen", cheap, &bumped_to, is_unconfirmed);

    town.node.double_spend(payment).unwrap();
    town.catch_up();
    till.books.wait_for("the double-spent one is withdrawn", payment, &stolen_from, Level::is_withdrawn);

    let dear = town.node.bump_fee(cheap).unwrap();
    town.catch_up();
    till.books.wait_for("the bumped one is seen", dear, &bumped_to, is_unconfirmed);
    let replaced = till.books.wait_for("the cheap one is withdrawn", cheap, &bumped_to, Level::is_withdrawn);
    assert_eq!(replaced.level, Level::Withdrawn { reason: WithdrawnReason::Replaced });
    town.mine(1);
    till.books.wait_for("the bumped one is confirmed", dear, &bumped_to, has_confirmations(1));
    assert!(till.books.latest(payment, &stolen_from).unwrap().level.is_withdrawn());
}

fn reorganisation(kind: Kind) {
    let town = Town::with(kind);
    let till = open(&town);
    let address = till.show(30_000);
    let txid = town.node.pay(&address, 30_000).unwrap();
    town.mine(2);
    let before = till.books.wait_for("it is confirmed", txid, &address, has_confirmations(2));

    town.node.reorg(2, Fate::MinedAgain).unwrap();
    town.catch_up();
    let mined_again =
        |level: &Level| block_of(level).is_some_and(|hash| Some(hash) != block_of(&before.level));
    let again = till.books.wait_for("it is in another block", txid, &address, mined_again);
    assert_eq!(again.level.confirmations(), 3);

    town.node.reorg(3, Fate::BackInMempool).unwrap();
    town.catch_up();
    till.books.wait_for("it is unconfirmed again", txid, &address, is_unconfirmed);
    town.mine(1);
    till.books.wait_for("it is confirmed once more", txid, &address, has_confirmations(1));

    town.node.reorg(1, Fate::Gone).unwrap();
    town.catch_up();
    till.books.wait_for("it is withdrawn", txid, &address, Level::is_withdrawn);
    assert_eq!(till.books.transfers_to(&address), 1);
}

fn outage(kind: Kind) {
    let town = Town::with(kind);
    let till = open(&town);
    let address = till.show(40_000);
    town.stop();
    till.books.wait("the outage is noticed", || till.problem(0));
    assert!(!till.rail.health(Currency::BTC).is_up());
    let offered_in_the_dark = till.show(50_000);
    town.restart();
    let early = town.node.pay(&address, 40_000).unwrap();
    let dark = town.node.pay(&offered_in_the_dark, 50_000).unwrap();
    town.mine(1);
    till.books.wait_for("the payment is found", early, &address, has_confirmations(1));
    till.books.wait_for("that of the new address too", dark, &offered_in_the_dark, has_confirmations(1));
    assert_eq!(till.problem(0), None);
}

macro_rules! stories {
    ($($module:ident = $kind:ident;)+) => {$(
        mod $module {
            use super::Kind;

            #[test]
            fn an_exact_payment_is_seen_and_then_confirmed() {
                super::exact_payment(Kind::$kind);
            }

            #[test]
            fn every_output_to_every_address_is_a_transfer_of_its_own() {
                super::several_payments(Kind::$kind);
            }

            #[test]
            fn a_double_spend_is_withdrawn_and_a_fee_bump_goes_on_paying() {
                super::replacement(Kind::$kind);
            }

            #[test]
            fn a_reorganisation_changes_the_block_or_takes_the_payment_away() {
                super::reorganisation(Kind::$kind);
            }

            #[test]
            fn a_node_that_was_down_loses_nothing() {
                super::outage(Kind::$kind);
            }
        }
    )+};
}

stories! {
    electrum_tcp = ElectrumTcp;
    electrum_tls = ElectrumTls;
    esplora = Esplora;
    bitcoind = Bitcoind;
}
