//! Calls that fail in every way there is: whatever the till hears, a card is charged at most once, and in the end the
//! books say what the processor says.

use std::future::Future;
use std::time::Duration;

use counterparties::{CarelessLine, Slip};
use payment::State;
use payment::card::{CaptureMode, CardWay};
use stripe_simulator::{Defect, EventFault, Fault, Often, ReaderTrouble, RequestSeen, Target};
use tokio::task::JoinSet;

use super::CardTown;
use super::counter::{given_back, is_waiting};
use super::judge::{findings, judge_requests, until_the_books_agree};
use super::stripe::StripeTown;
use crate::contract::shop::{Shop, eur};

/// Every way in which a call can fail.
pub(super) const FAULTS: &[Fault] = &[
    Fault::DropBefore,
    Fault::DropAfter,
    Fault::BreakWithin,
    Fault::ErrorBefore,
    Fault::ErrorAfter,
    Fault::Conflict,
    Fault::TooMany,
];

/// A till is switched off for as long.
const KEY_FORGOTTEN: Duration = Duration::from_secs(25 * 60 * 60);

/// A shop for each fault, side by side: they wait most of the time.
async fn each_fault<Story: Future<Output = ()> + Send + 'static>(
    path: &'static str,
    story: impl Fn(Shop<StripeTown>, Fault) -> Story,
) {
    let mut stories = JoinSet::new();
    for fault in FAULTS {
        let shop = Shop::open(StripeTown::start()).await;
        shop.town.simulator.plan(Target::post(path), Often::Next(1), *fault);
        stories.spawn(story(shop, *fault));
    }
    while let Some(told) = stories.join_next().await {
        told.unwrap();
    }
}

async fn pays_in_the_end(shop: Shop<StripeTown>, way: CardWay, fault: Fault) {
    let invoice = shop.open_sale(450).await.id;
    let carded = shop.start_card(invoice, way, CaptureMode::AtOnce).await.unwrap();
    shop.until_card(carded, &format!("it waits for the customer after {fault:?}"), is_waiting).await;
    shop.pay_card(carded).await;
    shop.until_state(invoice, State::Paid).await;
    assert_eq!(shop.town.taken().await, 450, "{fault:?}");
    until_the_books_agree(&shop).await;
    judge_requests(&shop.town);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_way_making_a_payment_fails_it_is_charged_once() {
    each_fault("/v1/payment_intents", |shop, fault| async move {
        let way = CardWay::Reader(shop.town.reader());
        pays_in_the_end(shop, way, fault).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_way_telling_the_reader_fails_the_card_is_charged_once() {
    each_fault("/v1/terminal/readers/:id/process_payment_intent", |shop, fault| async move {
        let way = CardWay::Reader(shop.town.reader());
        pays_in_the_end(shop, way, fault).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_way_making_a_page_fails_the_phone_pays_once() {
    each_fault("/v1/payment_links", |shop, fault| pays_in_the_end(shop, CardWay::Phone, fault)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_way_a_capture_fails_the_money_is_taken_once() {
    each_fault("/v1/payment_intents/:id/capture", |shop, fault| async move {
        let carded = shop.at_reader(450, CaptureMode::Later).await;
        shop.pay_card(carded).await;
        shop.capture(carded, 450).await.unwrap();
        shop.until_state(carded.invoice, State::Paid).await;
        assert_eq!(shop.town.taken().await, 450, "{fault:?}");
        until_the_books_agree(&shop).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whichever_way_a_refund_fails_the_money_goes_back_once() {
    each_fault("/v1/refunds", |shop, fault| async move {
        let carded = shop.at_reader(450, CaptureMode::AtOnce).await;
        shop.pay_card(carded).await;
        shop.refund(carded, 200).await.unwrap();
        let wish = format!("the money is on its way back after {fault:?}");
        shop.until_card(carded, &wish, |card| given_back(card) == 200).await;
        assert_eq!(shop.town.taken().await, 250, "{fault:?}");
        until_the_books_agree(&shop).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn card_that_is_tapped_after_the_readers_answer_was_lost_is_charged_once() {
    let shop = Shop::open(StripeTown::start()).await;
    let reader = shop.town.reader();
    shop.town.simulator.trouble_reader(&reader, ReaderTrouble::AnswerIsLost);
    pays_in_the_end(shop, CardWay::Reader(reader), Fault::DropAfter).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_come_late_doubled_or_out_of_order_come_to_the_same() {
    for fault in [EventFault::HoldBack, EventFault::Duplicate, EventFault::Reorder] {
        let shop = Shop::open(StripeTown::start()).await;
        shop.town.simulator.plan_events(Often::PerMille(1_000), fault);
        let (carded, shown) = (shop.at_reader(450, CaptureMode::AtOnce).await, shop.on_phone(300).await);
        shop.pay_card(carded).await;
        shop.pay_card(shown).await;
        shop.refund(carded, 200).await.unwrap();
        shop.until_card(carded, "the money is on its way back", |card| given_back(card) == 200).await;
        shop.town.simulator.release_events();
        until_the_books_agree(&shop).await;
        assert_eq!(shop.town.taken().await, 550, "{fault:?}");
    }
}

/// Stripe forgets a key after 24 hours (<https://docs.stripe.com/api/idempotent_requests>): the till looks then for what it
/// asked for before the line broke, and does not ask again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_done_unheard_is_not_done_again_when_its_key_was_forgotten() {
    let mut stories = JoinSet::new();
    stories.spawn(opened_unheard(false));
    stories.spawn(opened_unheard(true));
    stories.spawn(captured_unheard());
    stories.spawn(refunded_unheard());
    while let Some(told) = stories.join_next().await {
        told.unwrap();
    }
}

async fn opened_unheard(by_phone: bool) {
    let shop = Shop::open(StripeTown::start()).await;
    let way = if by_phone { CardWay::Phone } else { CardWay::Reader(shop.town.reader()) };
    let path = if by_phone { "/v1/payment_links" } else { "/v1/payment_intents" };
    let invoice = shop.open_sale(450).await.id;
    break_line_after(&shop, path);
    let carded = shop.start_card(invoice, way, CaptureMode::AtOnce).await.unwrap();
    let (shop, asked) = a_day_later(shop, path).await;
    shop.until_card(carded, "it waits for the customer", is_waiting).await;
    shop.pay_card(carded).await;
    assert_eq!((shop.town.taken().await, times_asked(&shop, path)), (450, asked));
    until_the_books_agree(&shop).await;
}

async fn captured_unheard() {
    let path = "/v1/payment_intents/:id/capture";
    let shop = Shop::open(StripeTown::start()).await;
    let carded = shop.at_reader(450, CaptureMode::Later).await;
    shop.pay_card(carded).await;
    break_line_after(&shop, path);
    shop.capture(carded, 300).await.unwrap();
    let (shop, asked) = a_day_later(shop, path).await;
    shop.until_card(carded, "it is captured", |card| card.captured() == Some(eur(300))).await;
    assert_eq!((shop.town.taken().await, times_asked(&shop, path)), (300, asked));
    until_the_books_agree(&shop).await;
}

async fn refunded_unheard() {
    let path = "/v1/refunds";
    let shop = Shop::open(StripeTown::start()).await;
    let carded = shop.at_reader(450, CaptureMode::AtOnce).await;
    shop.pay_card(carded).await;
    break_line_after(&shop, path);
    shop.refund(carded, 200).await.unwrap();
    let (shop, asked) = a_day_later(shop, path).await;
    shop.until_card(carded, "the money is on its way back", |card| given_back(card) == 200).await;
    assert_eq!((shop.town.taken().await, times_asked(&shop, path)), (250, asked));
    until_the_books_agree(&shop).await;
}

/// The next request of the path is carried out, and nothing is heard from then on.
fn break_line_after(shop: &Shop<StripeTown>, path: &'static str) {
    shop.town.simulator.plan(Target::post(path), Often::Next(1), Fault::DropAfter);
    shop.town.simulator.plan(Target::any(), Often::PerMille(1_000), Fault::DropBefore);
}

/// Once the path was asked for, the till is switched off; it is on again after its keys were forgotten, with the line as
/// it should be. Tells as well how often the path had been asked for until then.
async fn a_day_later(mut shop: Shop<StripeTown>, path: &'static str) -> (Shop<StripeTown>, usize) {
    let asking = async {
        while times_asked(&shop, path) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asking).await.expect("the line breaks");
    let clock = shop.clock.clone();
    shop.restart_after(async move |town: &StripeTown| {
        clock.turn(KEY_FORGOTTEN);
        town.simulator.advance(i64::try_from(KEY_FORGOTTEN.as_secs()).unwrap());
        town.simulator.clear_faults();
    })
    .await;
    let asked = times_asked(&shop, path);
    (shop, asked)
}

/// `POST`s of the path that arrived. Each id in it counts as any.
fn times_asked(shop: &Shop<StripeTown>, path: &str) -> usize {
    let requests = shop.town.simulator.requests();
    let is_it = |request: &&RequestSeen| request.method == "POST" && is_like(&request.path, path);
    requests.iter().filter(is_it).count()
}

fn is_like(path: &str, pattern: &str) -> bool {
    let (path, pattern): (Vec<_>, Vec<_>) = (path.split('/').collect(), pattern.split('/').collect());
    path.len() == pattern.len()
        && path.iter().zip(pattern).all(|(part, wanted)| wanted == ":id" || *part == wanted)
}

/// A bug of the adapter's, made on the line behind it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payment_of_another_amount_than_was_wished_is_never_booked() {
    let town = StripeTown::start();
    let line = CarelessLine::start(&town.simulator.url(), Slip::AsksForAHundredTimes).unwrap();
    let shop = Shop::open(town.by(&line.url())).await;
    let invoice = shop.open_sale(450).await.id;
    let way = CardWay::Reader(shop.town.reader());
    let carded = shop.start_card(invoice, way, CaptureMode::AtOnce).await.unwrap();
    shop.until_card(carded, "it waits for the customer", is_waiting).await;
    shop.town.pay(&shop.shown(carded).await);
    shop.until_state(invoice, State::Unknown).await;
    assert_eq!((shop.town.taken().await, shop.clearing().await), (45_000, 0));
    assert!(findings(&shop).await[0].contains("the books say that 0 is at the processor"));
    shop.check_books().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processor_that_charges_twice_is_found_out() {
    let shop = Shop::open(StripeTown::start()).await;
    shop.town.simulator.plant(Defect::ChargesTwice);
    let carded = shop.at_reader(450, CaptureMode::AtOnce).await;
    shop.town.pay(&shop.shown(carded).await);
    shop.until_card(carded, "it is read", |card| card.captured().is_some() || card.doubt.is_some()).await;
    let findings = findings(&shop).await;
    assert!(findings.iter().any(|found| found.contains("was charged more than once")), "{findings:?}");
}
