//! Refunds for which the card is presented, with calls that fail in every way: the clerk may have to ask again, and the
//! money goes back once.

use payment::sale::{CardPayment, Refund, RefundState};
use stripe_simulator::{Often, ReaderTrouble, Target};
use tokio::task::JoinSet;

use super::CardTown;
use super::counter::{Carded, given_back, is_refused, refund_state};
use super::faults::FAULTS;
use super::judge::{judge_requests, until_the_books_agree};
use super::stripe::StripeTown;
use crate::contract::shop::Shop;

/// The customer presents the card as often as the clerk has to ask.
async fn gives_back_in_the_end(shop: Shop<StripeTown>, carded: Carded, what: &str) {
    let mut refund = shop.refund(carded, 200).await.unwrap();
    let is_settled = |card: &CardPayment, refund| {
        refund_state(card, refund) == Some(&RefundState::AtReader) || is_refused(card, refund)
    };
    let wish = format!("the reader asks, or it is certain that it does not, after {what}");
    shop.until_card(carded, &wish, |card| is_settled(card, refund)).await;
    if is_refused(&shop.card(carded).await, refund) {
        assert_eq!(shop.town.taken().await, 450, "{what}");
        refund = shop.refund_at_reader(carded, 200).await;
    }
    shop.town.present_interac(&shop.shown(carded).await);
    shop.until_card(carded, "it is given back", |card| given_back(card) == 200).await;
    assert!(shop.card(carded).await.refund(refund).is_some_and(Refund::is_off), "{what}");
    assert_eq!(shop.town.taken().await, 250, "{what}");
    until_the_books_agree(&shop).await;
    judge_requests(&shop.town);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_way_asking_for_the_card_of_a_refund_fails_the_money_goes_back_once() {
    let mut stories = JoinSet::new();
    for fault in FAULTS {
        stories.spawn(async move {
            let shop = Shop::open(StripeTown::in_canada()).await;
            let carded = shop.paid_by_interac(450).await;
            let path = Target::post("/v1/terminal/readers/:id/refund_payment");
            shop.town.simulator.plan(path, Often::Next(1), *fault);
            gives_back_in_the_end(shop, carded, &format!("{fault:?}")).await;
        });
    }
    while let Some(told) = stories.join_next().await {
        told.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refund_after_the_readers_answer_was_lost_goes_back_once() {
    let shop = Shop::open(StripeTown::in_canada()).await;
    let carded = shop.paid_by_interac(450).await;
    shop.town.simulator.trouble_reader(&shop.town.reader(), ReaderTrouble::AnswerIsLost);
    gives_back_in_the_end(shop, carded, "the reader's answer was lost").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refund_that_nobody_comes_for_gives_nothing_back_and_is_asked_for_again() {
    let shop = Shop::open(StripeTown::in_canada()).await;
    let carded = shop.paid_by_interac(450).await;
    let refund = shop.refund_at_reader(carded, 200).await;
    shop.town.simulator.time_out_reader(&shop.town.reader());
    shop.until_card(carded, "the reader gave up", |card| is_refused(card, refund)).await;
    gives_back_in_the_end(shop, carded, "nobody came").await;
}
