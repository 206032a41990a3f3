//! What it takes to hear of what happens at Stripe: looks and requests, which no faster machine changes. How long it takes,
//! `benches/cards.rs` measures.

use std::time::Duration;

use payment::card::CaptureMode;
use payment::sale::CardPayment;
use stripe_simulator::{Objection, SECRET_KEY, Simulator};
use tokio::task::JoinSet;

use super::judge::until_the_books_agree;
use super::stripe::StripeTown;
use crate::contract::shop::Shop;

const TAPS: usize = 5;
/// Two reads of the intent make a look, and the list of events tells of the tap as well.
const LOOKS_MAX: usize = 6;
/// Payments of another program on the same account, which come to 10,000 events.
const PAYMENTS_OF_OTHERS: usize = 2_500;
const EVENTS: usize = 10_000;
/// Each hundred events once, and a few for what the till was at: nobody else's payment is looked at.
const REQUESTS_MAX: usize = EVENTS / 100 + 50;

/// The till looks at a payment that waits once a second: the look after the tap is the one that tells it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tap_on_the_reader_is_told_by_the_next_look_or_the_one_after() {
    let shop = Shop::open(StripeTown::start()).await;
    for _ in 0..TAPS {
        let carded = shop.at_reader(450, CaptureMode::AtOnce).await;
        let reference = shop.card(carded).await.reading.unwrap().reference;
        let before = looks_at(&shop, &reference);
        shop.pay_card(carded).await;
        let looks = looks_at(&shop, &reference) - before;
        assert!(looks <= LOOKS_MAX, "{looks} looks");
    }
}

/// How often the intent was read.
fn looks_at(shop: &Shop<StripeTown>, intent: &str) -> usize {
    let path = format!("/v1/payment_intents/{intent}");
    shop.town.simulator.requests().iter().filter(|seen| seen.method == "GET" && seen.path == path).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_events_of_a_week_offline_are_caught_up() {
    let mut shop = Shop::open(StripeTown::start()).await;
    let carded = shop.at_reader(450, CaptureMode::AtOnce).await;
    shop.pay_card(carded).await;
    until_the_books_agree(&shop).await;
    shop.restart_after(async |town: &StripeTown| {
        others_sell(&town.simulator).await;
        // What the till must find behind all of it, and nothing but an event tells.
        town.simulator.object(&town.simulator.charges()[0].id, Objection::Dispute);
    })
    .await;
    let requests = shop.town.simulator.requests().len();
    let disputed = shop.until_card(carded, "the dispute is found", CardPayment::is_taken_back);
    tokio::time::timeout(Duration::from_secs(240), disputed).await.unwrap();
    let used = shop.town.simulator.requests().len() - requests;
    assert!(used <= REQUESTS_MAX, "{used} requests for {EVENTS} events");
    shop.check_books().await;
}

/// Another program sells on the same account.
async fn others_sell(simulator: &Simulator) {
    let (http, url) = (reqwest::Client::new(), format!("{}/v1/payment_intents", simulator.url()));
    let mut sales = JoinSet::new();
    for _ in 0..PAYMENTS_OF_OTHERS {
        let form = "amount=900&currency=usd&payment_method=pm_card_visa&confirm=true&return_url=https://shop.example";
        let sale = http.post(&url).bearer_auth(SECRET_KEY).body(form);
        sales.spawn(async move { sale.send().await.unwrap().error_for_status().map(|_| ()) });
        if sales.len() == 16 {
            sales.join_next().await.unwrap().unwrap().unwrap();
        }
    }
    while let Some(sold) = sales.join_next().await {
        sold.unwrap().unwrap();
    }
}
