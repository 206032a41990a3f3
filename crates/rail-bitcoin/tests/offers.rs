//! Addresses: one for every payment, never twice.

use money::Currency;
use std::sync::Arc;

use payment::rail::{RailMemory, RailNotice};
use payment::{Rail, RailError};
use rail_bitcoin::{BitcoinRail, GAP_LIMIT, GAP_WARNING, OpenError, StoredError};

use crate::books::{Books, has_confirmations};
use crate::till::{Till, attempt, btc, settings, wall_clock};
use crate::town::{Kind, Town};

/// The account's first receive addresses, derived by another implementation.
const FIRST: [&str; 3] = [
    "bcrt1q6rz28mcfaxtmd6v789l9rrlrusdprr9pz3cppk",
    "bcrt1qd7spv5q28348xl4myc8zmh983w5jx32cs707jh",
    "bcrt1qxdyjf6h5d6qxap4n2dap97q4j5ps6ua8jkxz0z",
];
/// A port nobody listens on.
const NOWHERE: &str = "electrum+tcp://127.0.0.1:1";

#[test]
fn every_payment_gets_the_next_address_and_asking_again_the_same_one() {
    let town = Town::with(Kind::Bitcoind);
    let till = Till::open(&settings(&[&town.server], town.node.rpc_password()), &Arc::new(Books::default()));
    let (first, second) = (attempt(1_000), attempt(1_000));
    assert_eq!(till.offer(&first).unwrap().address, FIRST[0]);
    assert_eq!(till.offer(&second).unwrap().address, FIRST[1]);
    assert_eq!(till.offer(&first).unwrap().address, FIRST[0]);
    assert_eq!(till.offer(&attempt(1_000)).unwrap().address, FIRST[2]);
}

#[test]
fn only_an_address_whose_offer_was_stored_counts_as_shown() {
    let town = Town::with(Kind::Bitcoind);
    let settings = settings(&[&town.server], town.node.rpc_password());
    let books = Arc::new(Books::default());
    let till = Till::open(&settings, &books);
    let (shown, lost) = (attempt(1_000), attempt(1_000));
    let offer = till.offer(&shown).unwrap();
    books.commit_offer(offer.change_set);
    assert_eq!(till.offer(&lost).unwrap().address, FIRST[1]);
    // The next block's report stores that the second address was revealed, but not that it was shown.
    let said = books.reports().len();
    town.mine(1);
    books.wait("a report is committed", || (books.reports().len() > said).then_some(()));
    drop(till);

    let till = Till::open(&settings, &books);
    assert_eq!(till.offer(&attempt(1_000)).unwrap().address, FIRST[1], "the unshown one is used first");
    assert_eq!(till.offer(&shown).unwrap().address, FIRST[0], "the payment keeps its address");
    assert_eq!(till.offer(&attempt(1_000)).unwrap().address, FIRST[2]);
}

#[test]
fn addresses_are_offered_while_every_server_is_down() {
    let town = Town::with(Kind::Bitcoind);
    let books = Arc::new(Books::default());
    let till = Till::open(&settings(&[&town.server], town.node.rpc_password()), &books);
    assert_eq!(till.show(1_000), FIRST[0]);
    drop(till);
    let till = Till::open(&settings(&[NOWHERE], ""), &books);
    assert_eq!(till.show(1_000), FIRST[1]);
    assert!(!till.rail.health(Currency::BTC).is_up());
}

#[test]
fn an_account_never_compared_with_the_network_offers_nothing() {
    let till = Till::open(&settings(&[NOWHERE], ""), &Arc::new(Books::default()));
    let error = till.offer(&attempt(1_000)).unwrap_err();
    assert!(
        matches!(&error, RailError::NotSent(reason) if reason.contains("until a bitcoin server answers"))
    );
}

#[test]
fn an_account_in_use_elsewhere_never_offers_a_used_address() {
    let town = Town::with(Kind::ElectrumTcp);
    town.node.pay(FIRST[2], 5_000).unwrap();
    town.mine(1);
    let till = Till::open(&settings(&[&town.server], ""), &Arc::new(Books::default()));
    let fresh = till.show(1_000);
    assert!(!FIRST.contains(&fresh.as_str()));
    let paid = till.books.wait("the old payment is known", || {
        let reports = till.books.reports();
        reports.into_iter().flat_map(|report| report.observations).find(|seen| seen.address == FIRST[2])
    });
    assert!(has_confirmations(1)(&paid.level));
}

#[test]
fn dust_and_other_money_are_not_asked_for() {
    let till = Till::open(&settings(&[NOWHERE], ""), &Arc::new(Books::default()));
    assert_eq!(till.rail.amount_min(Currency::BTC), btc(294));
    assert!(matches!(till.offer(&attempt(293)), Err(RailError::Declined(_))));
    let mut euros = attempt(1_000);
    euros.amount = money::Money::new(1_000, money::Currency::iso("EUR").unwrap());
    assert!(matches!(till.offer(&euros), Err(RailError::Misconfigured(_))));
}

#[test]
fn the_owner_is_told_of_many_unpaid_addresses_in_a_row_until_one_is_paid() {
    let town = Town::with(Kind::Bitcoind);
    let till = Till::open(&settings(&[&town.server], town.node.rpc_password()), &Arc::new(Books::default()));
    let addresses: Vec<String> = (1..GAP_WARNING).map(|_| till.show(1_000)).collect();
    assert_eq!(till.rail.health(Currency::BTC).notices, []);
    till.show(1_000);
    let notices = || till.rail.health(Currency::BTC).notices;
    assert_eq!(notices(), [RailNotice::UnpaidInARow { count: GAP_WARNING, limit: GAP_LIMIT }]);
    town.node.pay(&addresses[10], 1_000).unwrap();
    till.books.wait("the payment shortens the row", || notices().is_empty().then_some(()));
}

#[test]
fn the_books_of_another_account_are_refused() {
    let town = Town::with(Kind::Bitcoind);
    let books = Arc::new(Books::default());
    let mut settings = settings(&[&town.server], town.node.rpc_password());
    let till = Till::open(&settings, &books);
    till.show(1_000);
    drop(till);
    settings.account = town.node.till_account().unwrap();
    let refused = BitcoinRail::open(&settings, &books.memory(), wall_clock()).err();
    assert_eq!(refused, Some(OpenError::Stored(StoredError::OtherAccount)));
    assert!(BitcoinRail::open(&settings, &RailMemory::default(), wall_clock()).is_ok());
}
