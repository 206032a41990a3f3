//! What only real servers can do to a till: be down, come back, and disagree.

use std::time::Duration;

use payment::{Policy, Sale, State};

use super::bitcoin::RegtestTown;
use super::shop::{Charged, QUOTE_LIFE, Shop, eur, is_final, quote_ended, state};
use super::town::Town;

const A_MINUTE: Duration = Duration::from_secs(60);

fn is_late(sale: &Sale) -> bool {
    sale.coverage().unwrap().is_late
}

/// Seen by nobody here while it happened, a payment was made when its block says so, else when it was found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payment_made_while_the_servers_were_down_is_found_when_they_are_back() {
    let shop = Shop::open(RegtestTown::start()).await;
    for (is_mined, quote_ends, wished) in
        [(true, false, State::Paid), (true, true, State::Paid), (false, true, State::Late)]
    {
        let code = shop.charge(450).await;
        shop.turn(A_MINUTE);
        shop.town.indexer.stop().unwrap();
        shop.town.pay(&code.address, code.coins);
        if is_mined {
            shop.town.mine(1);
        }
        if quote_ends {
            shop.turn(QUOTE_LIFE);
            shop.until_state(code.invoice, State::Expired).await;
        }
        shop.town.indexer.restart(&shop.town.node).unwrap();
        if !is_mined {
            let sale = shop.until_state(code.invoice, State::Detected).await;
            assert!(is_late(&sale), "nobody can say that it came in time");
            shop.town.mine(1);
        }
        let sale = shop.until_state(code.invoice, wished).await;
        assert_eq!(is_late(&sale), wished == State::Late);
        shop.check_books_at_rest().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node_that_is_down_while_a_payment_confirms_loses_nothing_and_makes_nothing_late() {
    let shop = Shop::open(RegtestTown::start()).await;
    shop.change_policy([(None, Policy::of_blocks(3, 6))]).await;
    for (receipt, quote_ends) in [(1, false), (2, true)] {
        let code = shop.charge(450).await;
        shop.town.pay(&code.address, code.coins);
        shop.until_state(code.invoice, State::Detected).await;
        shop.town.mine(1);
        let confirming = shop.until_state(code.invoice, State::Confirming).await;
        shop.town.go_down();
        shop.until_health("the outage is noticed", |health| !health.is_up()).await;
        if quote_ends {
            shop.turn(QUOTE_LIFE);
            shop.until(code.invoice, "its quote is over", |sale| quote_ended(sale, code.payment)).await;
        }
        let sale = shop.sale(code.invoice).await;
        assert_eq!((state(&sale), is_late(&sale)), (State::Confirming, false), "an outage says nothing");
        assert_eq!(sale.coverage().unwrap(), confirming.coverage().unwrap());

        shop.town.come_back();
        shop.town.mine(2);
        let sale = shop.until_state(code.invoice, State::Paid).await;
        assert_eq!((sale.receipt, is_late(&sale)), (Some(receipt), false));
        shop.check_books_at_rest().await;
    }
    assert!(shop.alerts().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payment_without_a_confirmation_is_safe_once_two_servers_agree_and_an_outage_takes_nothing_back() {
    let mut shop = Shop::open(RegtestTown::with_two_servers()).await;
    shop.change_policy([(Some(eur(5_000)), Policy::of_blocks(0, 1)), (None, Policy::of_blocks(1, 6))]).await;
    shop.town.indexer.stop().unwrap();
    shop.until_health("the second server is missed", |health| health.servers[1].problem.is_some()).await;
    let first = seen_by_one_server(&shop).await;

    shop.town.indexer.restart(&shop.town.node).unwrap();
    let paid = shop.until_state(first.invoice, State::Paid).await;
    assert!(!is_final(&paid));

    shop.town.indexer.stop().unwrap();
    shop.restart().await;
    let second = seen_by_one_server(&shop).await;
    assert_eq!(shop.sale(first.invoice).await, paid, "a restart with one server takes no agreement back");
    shop.town.indexer.restart(&shop.town.node).unwrap();
    let also_paid = shop.until_state(second.invoice, State::Paid).await;

    drop(shop.town.front.lock().unwrap().take());
    shop.until_health("the first server is missed", |health| health.servers[0].problem.is_some()).await;
    shop.restart().await;
    let third = seen_by_one_server(&shop).await;
    assert_eq!(shop.sale(first.invoice).await, paid);
    assert_eq!(shop.sale(second.invoice).await, also_paid);

    shop.town.mine(1);
    for code in [first, second, third] {
        shop.until(code.invoice, "final", is_final).await;
    }
    assert!(shop.alerts().await.is_empty());
    shop.check_books_at_rest().await;
}

/// A payment that one server knows, the other being down: seen, and not safe.
async fn seen_by_one_server(shop: &Shop<RegtestTown>) -> Charged {
    let code = shop.charge(450).await;
    shop.town.pay(&code.address, code.coins);
    let sale = shop.until_state(code.invoice, State::Detected).await;
    assert!(!sale.was_safe, "one server is not enough");
    code
}
