//! What the customer's bank does later, told by events alone: refunds that come back, and disputes.

use payment::card::{CaptureMode, DisputeStatus};
use payment::sale::CardPayment;
use stripe_simulator::Objection;

use super::CardTown;
use super::counter::{Carded, given_back};
use super::judge::{judge_requests, until_the_books_agree};
use super::stripe::StripeTown;
use crate::contract::shop::Shop;

async fn paid_sale() -> (Shop<StripeTown>, Carded) {
    let shop = Shop::open(StripeTown::start()).await;
    let carded = shop.at_reader(450, CaptureMode::AtOnce).await;
    shop.pay_card(carded).await;
    (shop, carded)
}

fn dispute_is(card: &CardPayment, status: DisputeStatus) -> bool {
    let disputes = card.reading.iter().flat_map(|reading| &reading.disputes);
    disputes.last().is_some_and(|dispute| dispute.status == status)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refund_that_fails_later_is_owed_again() {
    let (shop, carded) = paid_sale().await;
    shop.refund(carded, 200).await.unwrap();
    let sale = shop.until_card(carded, "the money is on its way back", |card| given_back(card) == 200).await;
    until_the_books_agree(&shop).await;
    let refund = sale.card(carded.payment).unwrap().refunds[0].reference.clone().unwrap();
    shop.town.simulator.fail_refund(&refund);
    shop.until_card(carded, "it came back", |card| given_back(card) == 0).await;
    assert_eq!(shop.town.taken().await, 450);
    until_the_books_agree(&shop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dispute_takes_the_money_and_only_one_that_is_won_brings_it_back() {
    for (won, end) in [(true, DisputeStatus::Won), (false, DisputeStatus::Lost)] {
        let (shop, carded) = paid_sale().await;
        let simulator = &shop.town.simulator;
        simulator.object(&simulator.charges()[0].id, Objection::Dispute);
        let sale = shop.until_card(carded, "it is disputed", CardPayment::is_taken_back).await;
        until_the_books_agree(&shop).await;
        let disputes = &sale.card(carded.payment).unwrap().reading.as_ref().unwrap().disputes;
        simulator.decide(&disputes[0].reference, won);
        shop.until_card(carded, "the dispute is decided", |card| dispute_is(card, end)).await;
        until_the_books_agree(&shop).await;
        judge_requests(&shop.town);
    }
}
