//! What every rail owes its port, and what this one is.

use money::{Currency, Money};
use payment::{Rail, RailError, RailId};
use rail_practice::Mining;

use crate::books::{Books, attempt, fresh, offered, rail, sat, watching};

#[tokio::test]
async fn the_same_attempt_gets_the_same_address_and_another_gets_another() {
    let rail = fresh();
    let first = rail.offer(&attempt(1, sat(10_000))).await.unwrap();
    assert_eq!(rail.offer(&attempt(1, sat(10_000))).await.unwrap(), first);
    assert_ne!(rail.offer(&attempt(2, sat(10_000))).await.unwrap().address, first.address);
    assert!(first.address.starts_with("bcrt1q") && first.change_set.is_some());
}

#[tokio::test]
async fn what_is_not_bitcoin_is_not_offered() {
    let euro = Money::new(450, Currency::iso("EUR").unwrap());
    assert!(matches!(fresh().offer(&attempt(1, euro)).await, Err(RailError::Misconfigured(_))));
}

#[tokio::test(start_paused = true)]
async fn the_first_report_of_a_watch_is_complete_even_when_empty() {
    let (rail, books) = (fresh(), Books::new());
    let kept = watching(&rail, &books, books.until(|kept| !kept.reports.is_empty())).await;
    let first = &kept.reports[0];
    assert!(first.complete && !first.scanned && first.observations.is_empty() && first.change_set.is_none());
}

#[tokio::test(start_paused = true)]
async fn after_a_restore_the_first_report_ends_the_scan() {
    let books = Books::new();
    offered(&fresh(), &books, 1).await;
    let restored = payment::rail::RailMemory { restored: true, ..books.kept().memory() };
    let rail = rail(&restored, Mining::OnDemand);
    let kept = watching(&rail, &books, books.until(|kept| !kept.reports.is_empty())).await;
    assert!(kept.reports[0].complete && kept.reports[0].scanned);
}

#[test]
fn it_stands_in_for_bitcoin_on_a_chain_of_its_own() {
    let rail = fresh();
    assert_eq!(
        (rail.id(), rail.coins(), rail.network(Currency::BTC).as_str()),
        (RailId::BITCOIN, vec![Currency::BTC], "regtest")
    );
    assert_eq!(rail.amount_min(Currency::BTC), sat(294));
    assert_eq!(rail.link("bcrt1qx", sat(7_759)).uri, "bitcoin:bcrt1qx?amount=0.00007759");
    assert!(rail.health(Currency::BTC).is_up());
}
