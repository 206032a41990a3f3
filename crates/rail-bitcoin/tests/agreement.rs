//! Before an unconfirmed payment is trusted, a second server must know it.

use money::Currency;
use std::net::TcpListener;
use std::sync::Arc;

use counterparties::{Bitcoind, EsploraShim};
use payment::{Level, Rail};

use crate::books::{Books, has_confirmations, is_unconfirmed};
use crate::till::{Till, settings};
use crate::town::{Kind, Town, rpc_server};

fn agreed_by(wanted: u8) -> impl Fn(&Level) -> bool {
    move |level| matches!(level, Level::Unconfirmed { agreeing_servers } if *agreeing_servers == wanted)
}

#[test]
fn servers_of_every_kind_agree_on_a_payment_they_all_know() {
    let town = Town::with(Kind::ElectrumTcp);
    let shim = EsploraShim::start(&town.node).unwrap();
    let servers = [town.server.as_str(), &shim.esplora_url(), &rpc_server(&town.node)];
    let till = Till::open(&settings(&servers, town.node.rpc_password()), &Arc::new(Books::default()));
    let address = till.show(7_759);
    let txid = town.node.pay(&address, 7_759).unwrap();
    town.catch_up();
    till.books.wait_for("three servers agree", txid, &address, agreed_by(3));
    town.node.double_spend(txid).unwrap();
    town.catch_up();
    till.books.wait_for("it is withdrawn", txid, &address, Level::is_withdrawn);
    assert_eq!([0, 1, 2].map(|server| till.problem(server)), [None, None, None]);
}

#[test]
fn a_server_that_does_not_know_the_payment_does_not_agree() {
    let town = Town::with(Kind::Bitcoind);
    let stranger = Bitcoind::start().unwrap();
    let ignorant = EsploraShim::start(&stranger).unwrap();
    let servers = [town.server.as_str(), &ignorant.esplora_url()];
    let till = Till::open(&settings(&servers, town.node.rpc_password()), &Arc::new(Books::default()));
    let address = till.show(7_759);
    let txid = town.node.pay(&address, 7_759).unwrap();
    till.books.wait_for("it is seen", txid, &address, is_unconfirmed);
    till.books.wait("the second server was asked", || till.problem(1).is_none().then_some(()));
    town.mine(1);
    till.books.wait_for("it is confirmed", txid, &address, has_confirmations(1));
    let readings = till.books.reports().into_iter().flat_map(|report| report.observations);
    assert!(
        readings.filter(|reading| is_unconfirmed(&reading.level)).all(|reading| agreed_by(1)(&reading.level))
    );
}

/// The readings of all unconfirmed transfers, in the order they were reported.
fn unconfirmed_readings(books: &Books) -> Vec<Level> {
    let observations = books.reports().into_iter().flat_map(|report| report.observations);
    observations.map(|observation| observation.level).filter(is_unconfirmed).collect()
}

#[test]
fn a_restart_takes_no_agreement_back() {
    let town = Town::with(Kind::Bitcoind);
    let shim = EsploraShim::start(&town.node).unwrap();
    let settings = settings(&[&town.server, &shim.esplora_url()], town.node.rpc_password());
    let before = Till::open(&settings, &Arc::new(Books::default()));
    let address = before.show(7_759);
    let txid = town.node.pay(&address, 7_759).unwrap();
    before.books.wait_for("both servers agree", txid, &address, agreed_by(2));
    let books = before.books.reopened();
    drop(before);

    let _after = Till::open(&settings, &books);
    books.wait("the restarted till reports", || (!books.reports().is_empty()).then_some(()));
    assert!(books.reports()[0].complete);
    assert_eq!(unconfirmed_readings(&books), [Level::Unconfirmed { agreeing_servers: 2 }]);
}

#[test]
fn a_silent_server_does_not_hold_up_the_first_report_for_long() {
    let town = Town::with(Kind::Bitcoind);
    let alone = settings(&[&town.server], town.node.rpc_password());
    let before = Till::open(&alone, &Arc::new(Books::default()));
    let address = before.show(7_759);
    let txid = town.node.pay(&address, 7_759).unwrap();
    before.books.wait_for("it is seen", txid, &address, is_unconfirmed);
    let books = before.books.reopened();
    drop(before);

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let mute = format!("electrum+tcp://{}", silent.local_addr().unwrap());
    let both = settings(&[&town.server, &mute], town.node.rpc_password());
    let after = Till::open(&both, &books);
    books.wait("the restarted till reports", || (!books.reports().is_empty()).then_some(()));
    assert_eq!(after.problem(1).as_deref(), Some("not asked yet"), "it was not waited for until it failed");
    assert_eq!(unconfirmed_readings(&books), [Level::Unconfirmed { agreeing_servers: 1 }]);
}

#[test]
fn an_outage_takes_no_agreement_back() {
    let town = Town::with(Kind::Bitcoind);
    let shim = EsploraShim::start(&town.node).unwrap();
    let servers = [shim.esplora_url(), town.server.clone()];
    let settings = settings(&[&servers[0], &servers[1]], town.node.rpc_password());
    let till = Till::open(&settings, &Arc::new(Books::default()));
    let address = till.show(7_759);
    let txid = town.node.pay(&address, 7_759).unwrap();
    till.books.wait_for("both servers agree", txid, &address, agreed_by(2));
    let complete = || till.books.reports().iter().filter(|report| report.complete).count();
    let said = complete();
    drop(shim);
    till.books.wait("the other server is followed", || (complete() > said).then_some(()));
    assert!(till.problem(0).is_some());
    let readings = unconfirmed_readings(&till.books);
    let agreed = readings.iter().position(agreed_by(2)).unwrap();
    assert!(readings[agreed..].iter().all(agreed_by(2)), "{readings:?}");
}

#[test]
fn one_server_under_two_names_agrees_with_nobody() {
    let town = Town::with(Kind::Bitcoind);
    let twice = [town.server.as_str(), &town.server];
    let till = Till::open(&settings(&twice, town.node.rpc_password()), &Arc::new(Books::default()));
    let address = till.show(7_759);
    let txid = town.node.pay(&address, 7_759).unwrap();
    till.books.wait_for("it is seen", txid, &address, is_unconfirmed);
    till.books.wait("the second name was asked", || till.problem(1).is_none().then_some(()));
    assert!(agreed_by(1)(&till.books.latest(txid, &address).unwrap().level));
    assert!(till.rail.health(Currency::BTC).is_up());
}
