//! A card on the customer's own phone, and what is told by events later.

use payment::RailError;
use payment::card::{CaptureMode, CardAttempt, CardEnd, CardLevel, CardRail, CardWay};
use stripe_simulator::{Fault, Often, Target};

use crate::books::first_report;
use crate::shop::{Shop, captured, eur, known};

#[tokio::test]
async fn a_customer_pays_on_the_page_that_the_code_leads_to() {
    let shop = Shop::open().await;
    let attempt = shop.attempt(450, CardWay::Phone, CaptureMode::AtOnce);
    let opened = shop.rail.open(&attempt).await.unwrap();
    let CardLevel::Waiting { link: Some(url) } = &opened.level else { panic!("{opened:?}") };
    let again = shop.rail.open(&attempt).await.unwrap();
    assert_eq!(again.level, opened.level, "the same wish has the same page");
    let _page = shop.simulator.pay_on_page(url, "pm_card_visa");
    let paid = shop.read(&known(&attempt, &opened)).await;
    assert_eq!((paid.level, paid.reference, shop.taken()), (captured(450), opened.reference, 450));
}

#[tokio::test]
async fn a_card_that_is_declined_on_the_page_is_told_and_another_one_may_be_tried_there() {
    let shop = Shop::open().await;
    let attempt = shop.attempt(450, CardWay::Phone, CaptureMode::AtOnce);
    let opened = shop.rail.open(&attempt).await.unwrap();
    let CardLevel::Waiting { link: Some(url) } = &opened.level else { panic!("{opened:?}") };
    let _page = shop.simulator.pay_on_page(url, "pm_card_chargeDeclined");
    let declined = shop.rail.find(&attempt).await.unwrap().unwrap();
    assert_eq!((&declined.level, &declined.reference), (&opened.level, &opened.reference));
    assert!(declined.declined.as_ref().is_some_and(|why| why.contains("declined")), "{declined:?}");
    assert_eq!(declined.charge, None);
    let _page = shop.simulator.pay_on_page(url, "pm_card_visa");
    let paid = shop.rail.find(&attempt).await.unwrap().unwrap();
    assert_eq!((paid.captured(), paid.declined), (Some(eur(450)), None));
}

#[tokio::test]
async fn a_page_whose_address_was_lost_is_found_by_the_payment() {
    let shop = Shop::open().await;
    let attempt = shop.attempt(450, CardWay::Phone, CaptureMode::AtOnce);
    shop.simulator.plan(Target::post("/v1/payment_links"), Often::Next(1), Fault::DropAfter);
    assert!(matches!(shop.rail.open(&attempt).await, Err(RailError::Unknown(_))));
    assert!(matches!(shop.read(&attempt).await.level, CardLevel::Waiting { link: Some(_) }));
    let other = shop.attempt(450, CardWay::Phone, CaptureMode::AtOnce);
    assert_eq!(shop.rail.find(&other).await.unwrap(), None, "this one never arrived");
}

#[tokio::test]
async fn a_page_that_is_called_off_can_not_be_paid_any_more() {
    let shop = Shop::open().await;
    let attempt = shop.attempt(450, CardWay::Phone, CaptureMode::AtOnce);
    let opened = shop.rail.open(&attempt).await.unwrap();
    let CardLevel::Waiting { link: Some(url) } = &opened.level else { panic!("{opened:?}") };
    let ended = shop.rail.cancel(&known(&attempt, &opened)).await.unwrap();
    assert_eq!(ended.level, CardLevel::Ended(CardEnd::Cancelled));
    let _page = shop.simulator.pay_on_page(url, "pm_card_visa");
    assert_eq!(shop.taken(), 0);
}

/// A payment that was made on a phone.
pub(crate) async fn paid(shop: &Shop) -> (CardAttempt, String) {
    let attempt = shop.attempt(450, CardWay::Phone, CaptureMode::AtOnce);
    let opened = shop.rail.open(&attempt).await.unwrap();
    let CardLevel::Waiting { link: Some(url) } = &opened.level else { panic!("{opened:?}") };
    let _page = shop.simulator.pay_on_page(url, "pm_card_visa");
    (attempt, opened.reference)
}

#[tokio::test]
async fn what_changes_at_stripe_is_told_by_its_events_once() {
    let shop = Shop::open().await;
    let (first, reference) = paid(&shop).await;
    let report = first_report(&shop.rail).await;
    let [(payment, reading)] = report.readings.as_slice() else { panic!("{report:?}") };
    assert_eq!((*payment, &reading.level), (first.payment, &captured(450)));
    assert_eq!(reading.reference, reference);
    assert!(report.cursor.as_ref().is_some_and(|cursor| cursor.place.starts_with("evt_")), "{report:?}");
    let (second, _) = paid(&shop).await;
    let report = first_report(&shop.rail).await;
    let told: Vec<_> = report.readings.iter().map(|(payment, _)| *payment).collect();
    assert_eq!(told, [second.payment], "the watch goes on where it was, not where the till began");
}
