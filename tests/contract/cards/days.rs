//! Days at a shop with Stripe's adapter on the stand-in, each drawn from one seed: who pays how, what clerk and bank do,
//! what fails on the line and inside Stripe, what becomes of events, and whether the till is started anew in between. At
//! the end of each no card was charged twice, and the books say what the processor says.
//!
//! What is drawn follows from the seed; which call meets which fault follows from the hour as well, as calls are real.

use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use payment::card::{CaptureMode, CardWay};
use payment::sale::CardPayment;
use rail_practice::Draws;
use stripe_simulator::{EventFault, Objection, Often, Target};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::counter::{Carded, given_back, is_waiting};
use super::faults::FAULTS;
use super::judge::until_the_books_agree;
use super::stripe::StripeTown;
use crate::contract::shop::Shop;

/// Days of `./test`.
const DAYS: u64 = 500;
/// Days of `./test soak`.
const DAYS_OF_A_SOAK: u64 = 5_000;
/// They wait for each other's clocks most of the time.
const SIDE_BY_SIDE: usize = 40;
const PAYMENTS_MAX: u32 = 3;
/// Longest wait for a payment to be as far as it gets by itself, faults and all. A day goes on with whatever is.
const LULL: Duration = Duration::from_secs(6);

const CARDS: &[&str] =
    &["visa", "visa", "visa", "mastercard", "chargeDeclined", "refundFail", "createDispute"];

/// What must happen on some day, or the days are too quiet.
const SIGHTS: &[&str] =
    &["captured", "held", "ended", "given back", "disputed", "waiting", "charged after trouble"];

/// What happens on so few days that only a soak must see it: which call meets which fault is the hour's to say. The promise
/// behind it has tests of its own in `faults`.
const RARE_SIGHTS: &[&str] = &["never opened"];

/// What happened on a day.
type Sights = BTreeSet<&'static str>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_day_ends_with_no_card_charged_twice_and_books_that_agree() {
    let given = std::env::var("TILLSTREAM_SEED").ok().and_then(|seed| seed.parse::<u64>().ok());
    let is_soak = std::env::var_os("TILLSTREAM_SOAK").is_some();
    let days = if is_soak { DAYS_OF_A_SOAK } else { DAYS };
    let seeds = given.map_or(0..days, |seed| seed..seed + 1);
    let (room, mut running) = (Arc::new(Semaphore::new(SIDE_BY_SIDE)), JoinSet::new());
    let mut sights = Sights::new();
    for seed in seeds {
        let place = room.clone().acquire_owned().await.unwrap();
        running.spawn(async move {
            let ended = AssertUnwindSafe(day(seed)).catch_unwind().await;
            drop(place);
            (seed, ended)
        });
        while let Some(ended) = running.try_join_next() {
            sights.extend(judged(ended.unwrap()));
        }
    }
    while let Some(ended) = running.join_next().await {
        sights.extend(judged(ended.unwrap()));
    }
    let rare = if is_soak { RARE_SIGHTS } else { &[] };
    let unseen: Vec<_> = SIGHTS.iter().chain(rare).filter(|sight| !sights.contains(*sight)).collect();
    assert!(given.is_some() || unseen.is_empty(), "some things never happened: {unseen:?}");
}

/// The story of a day that went wrong was printed by its panic.
fn judged((seed, ended): (u64, std::thread::Result<Sights>)) -> Sights {
    ended.unwrap_or_else(|_| {
        panic!(
            "the day of seed {seed} went wrong; repeat it with: TILLSTREAM_SEED={seed} cargo nextest run -p tillstream \
             --test main -E 'test(contract::cards::days)'"
        )
    })
}

async fn day(seed: u64) -> Sights {
    let mut draws = Draws::from_seed(seed);
    let mut shop = Shop::open(StripeTown::with_seed(seed)).await;
    let is_troubled = trouble(&shop, &mut draws);
    let mut begun = Vec::new();
    for _ in 0..=draws.below(PAYMENTS_MAX) {
        begun.extend(begin(&shop, &mut draws).await);
    }
    for carded in &begun {
        customer_acts(&shop, *carded, &mut draws).await;
    }
    if draws.chance(30) {
        shop.restart().await;
    }
    for carded in &begun {
        clerk_acts(&shop, *carded, &mut draws).await;
    }
    for carded in &begun {
        bank_acts(&shop, *carded, &mut draws).await;
    }
    shop.town.simulator.clear_faults();
    shop.town.simulator.release_events();
    for carded in &begun {
        shop.until_card(*carded, "nothing is unknown", |card| card.doubt.is_none() && !card.is_refunding())
            .await;
    }
    until_the_books_agree(&shop).await;
    let mut sights = Sights::new();
    for carded in &begun {
        sights.extend(seen(&shop.card(*carded).await, is_troubled));
    }
    sights
}

/// How a payment ended.
fn seen(card: &CardPayment, is_troubled: bool) -> Vec<&'static str> {
    let all = [
        ("captured", card.captured().is_some()),
        ("held", card.held().is_some()),
        ("ended", card.end().is_some()),
        ("never opened", card.failure.is_some()),
        ("given back", given_back(card) > 0),
        ("disputed", card.is_taken_back()),
        ("waiting", is_waiting(card)),
        ("charged after trouble", is_troubled && card.captured().is_some()),
    ];
    all.into_iter().filter(|(_, is_so)| *is_so).map(|(sight, _)| sight).collect()
}

/// What goes wrong that day; whether anything may.
fn trouble(shop: &Shop<StripeTown>, draws: &mut Draws) -> bool {
    let simulator = &shop.town.simulator;
    let faults = draws.below(3);
    for _ in 0..faults {
        let share = u16::try_from(10 + draws.below(90)).unwrap();
        simulator.plan(Target::any(), Often::PerMille(share), FAULTS[draws.place(FAULTS.len())]);
    }
    for fault in [EventFault::HoldBack, EventFault::Duplicate, EventFault::Reorder] {
        if draws.chance(30) {
            simulator.plan_events(Often::PerMille(200), fault);
        }
    }
    faults > 0
}

/// A sale for a card. Each has a reader of its own, as nobody waits for another's.
async fn begin(shop: &Shop<StripeTown>, draws: &mut Draws) -> Option<Carded> {
    let invoice = shop.open_sale(100 + i64::from(draws.below(5_000))).await.id;
    let capture = if draws.chance(30) { CaptureMode::Later } else { CaptureMode::AtOnce };
    let way = if draws.chance(40) {
        CardWay::Phone
    } else {
        CardWay::Reader(shop.town.simulator.register_reader("Counter"))
    };
    // A till that can't reach the processor refuses to begin.
    shop.start_card(invoice, way, capture).await.ok()
}

/// Waits until the payment is as wished, or a lull is over.
async fn lull(shop: &Shop<StripeTown>, carded: Carded, is_so: impl Fn(&CardPayment) -> bool + Send) {
    let wished = shop.until_card(carded, "as wished", is_so);
    let _as_wished_or_not = tokio::time::timeout(LULL, wished).await;
}

async fn customer_acts(shop: &Shop<StripeTown>, carded: Carded, draws: &mut Draws) {
    let (is_there, card) = (draws.chance(85), CARDS[draws.place(CARDS.len())]);
    lull(shop, carded, |card| card.reading.is_some() || card.failure.is_some()).await;
    if is_there {
        let _asked_for = shop.town.present(&shop.shown(carded).await, card);
    }
}

/// What is refused here was not wished in time.
async fn clerk_acts(shop: &Shop<StripeTown>, carded: Carded, draws: &mut Draws) {
    let (act, share) = (draws.below(3), i64::from(1 + draws.below(100)));
    lull(shop, carded, |card| {
        card.held().is_some() || card.captured().is_some() || card.end().is_some() || card.failure.is_some()
    })
    .await;
    let card = shop.card(carded).await;
    let part = |amount: money::Money| (amount.minor() * share / 100).max(50).min(amount.minor());
    let _done_or_refused = match (act, card.held(), card.captured()) {
        (0 | 1, Some(held), _) => shop.capture(carded, part(held)).await,
        (0, None, Some(taken)) => shop.refund(carded, part(taken)).await.map(|_| ()),
        (_, _, None) => shop.call_off(carded).await,
        _ => Ok(()),
    };
}

async fn bank_acts(shop: &Shop<StripeTown>, carded: Carded, draws: &mut Draws) {
    let (objects, decides, won) = (draws.chance(15), draws.chance(50), draws.chance(50));
    let card = shop.card(carded).await;
    let Some(charge) = card.reading.and_then(|reading| reading.charge).filter(|_| objects) else { return };
    if !card.terms.amount.is_positive() || shop.card(carded).await.captured().is_none() {
        return;
    }
    shop.town.simulator.object(&charge.reference, Objection::Dispute);
    lull(shop, carded, CardPayment::is_taken_back).await;
    let disputes = shop.card(carded).await.reading.map(|reading| reading.disputes).unwrap_or_default();
    if let Some(dispute) = disputes.first().filter(|_| decides) {
        shop.town.simulator.decide(&dispute.reference, won);
    }
}
