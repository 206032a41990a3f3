//! What providers do to a till: go, come back, lag, disagree, lie.

use counterparties::{Fault, FaultyProvider, Token, TokenKind, U256};
use ledger::Account;
use payment::State;
use payment::rail::RailHealth;

use super::town::{EvmTown, Ground};
use crate::contract::shop::{Shop, eur, is_final, state};
use crate::contract::town::Town;

/// USDC on Base behind so many providers.
fn behind_providers(count: usize) -> (EvmTown, Vec<FaultyProvider>) {
    let mut ground = Ground::start(8_453, &["USDC"]);
    let fronts: Vec<_> = (0..count).map(|_| FaultyProvider::start(&ground.node).unwrap()).collect();
    ground.providers = fronts.iter().map(FaultyProvider::ws_url).collect();
    (EvmTown::on(vec![ground], "USDC"), fronts)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payment_made_while_the_line_was_cut_or_the_provider_down_is_found() {
    let (town, fronts) = behind_providers(1);
    let shop = Shop::open(town).await;
    for is_down in [false, true] {
        let code = shop.charge(450).await;
        if is_down {
            fronts[0].go_down();
            shop.until_health("the outage is noticed", |health| !health.is_up()).await;
        } else {
            fronts[0].cut_lines();
        }
        shop.town.pay(&code.address, code.coins);
        shop.town.mine(2);
        fronts[0].come_back().unwrap();
        shop.until_state(code.invoice, State::Paid).await;
        shop.check_books_at_rest().await;
    }
    assert!(shop.alerts().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn node_that_is_stopped_and_started_again_takes_nothing_back() {
    let shop = Shop::open(EvmTown::start(8_453, "USDC")).await;
    let code = shop.charge(450).await;
    shop.town.pay(&code.address, code.coins);
    shop.town.mine(1);
    let paid = shop.until_state(code.invoice, State::Paid).await;
    let node = &shop.town.ground().node;
    node.stop().unwrap();
    shop.until_health("the outage is noticed", |health| !health.is_up()).await;
    assert_eq!(state(&shop.sale(code.invoice).await), State::Paid, "an outage says nothing");
    node.restart().unwrap();
    shop.until_health("it is back", RailHealth::is_up).await;
    shop.town.mine(5);
    let sale = shop.until(code.invoice, "final", is_final).await;
    assert_eq!(sale.receipt, paid.receipt);
    assert!(shop.alerts().await.is_empty());
    shop.check_books_at_rest().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_provider_takes_over_and_one_that_lags_loses_nothing() {
    let (town, fronts) = behind_providers(2);
    let shop = Shop::open(town).await;
    for fault in [Fault::Status(429), Fault::Garbage, Fault::Lags(3), Fault::Wavers(2), Fault::LogsLag(1)] {
        fronts[0].now(fault.clone());
        let code = shop.charge(450).await;
        shop.town.pay(&code.address, code.coins);
        shop.town.mine(4);
        let sale = shop.until_state(code.invoice, State::Paid).await;
        assert!(sale.was_safe, "{fault:?}");
        fronts[0].now(Fault::None);
    }
    assert!(shop.alerts().await.is_empty(), "nothing was taken back");
    shop.check_books_at_rest().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn liar_loses_as_soon_as_a_second_provider_disagrees() {
    let mut ground = Ground::start(8_453, &["USDC"]);
    let (liar, honest) = (ground.node.twin().unwrap(), FaultyProvider::start(&ground.node).unwrap());
    ground.providers = vec![liar.ws_url(), honest.ws_url()];
    honest.go_down();
    let shop = Shop::open(EvmTown::on(vec![ground], "USDC")).await;
    let code = shop.charge(450).await;
    let real = shop.town.ground().token("USDC").unwrap();
    let invented = Token::at(&liar, TokenKind::Plain, real.address()).unwrap();
    invented.pay(&code.address, U256::from(u64::try_from(code.coins.minor()).unwrap())).unwrap();
    liar.mine(2).unwrap();
    shop.until_state(code.invoice, State::Paid).await;
    shop.town.mine(3);
    honest.come_back().unwrap();
    shop.until_state(code.invoice, State::Detected).await;
    let told = |health: &RailHealth| {
        !health.notices.is_empty() || health.servers.iter().any(|server| server.problem.is_some())
    };
    shop.until_health("the disagreement is told", told).await;
    assert_eq!(shop.wallet().await, 0, "it does not count while they disagree");
    assert_eq!(shop.balance(Account::Sales, eur(0).currency()).await, 0);
    liar.stop().unwrap();
    shop.until_state(code.invoice, State::Reversed).await;
    assert_eq!((shop.wallet().await, shop.pending().await), (0, 0), "nothing is left of it");
    shop.check_books_at_rest().await;
}
