//! A till that was away: for a week it reads the events, page by page, and for a month it looks at every payment itself.

use std::collections::BTreeMap;

use payment::PaymentId;
use payment::card::{CardCursor, CardMemory, CardReading, CardReport};
use stripe_core::payment_intent::CreatePaymentIntent;
use stripe_core::refund::CreateRefund;
use stripe_shared::PaymentIntentAllowedPaymentMethodTypes;
use stripe_simulator::{Objection, SECRET_KEY};
use stripe_types::Currency;

use crate::books::{first_report, reports};
use crate::phone::paid;
use crate::shop::{Shop, captured, config, eur, open};

const DAY: i64 = 86_400;

/// What a till finds that starts where another stopped.
async fn found(shop: &Shop, cursor: Option<CardCursor>) -> Vec<CardReport> {
    let memory = CardMemory { last_number: 1_000, cursor };
    reports(&open(&config(&shop.simulator, SECRET_KEY), &memory, &shop.simulator)).await
}

fn readings(reports: &[CardReport]) -> BTreeMap<PaymentId, CardReading> {
    reports.iter().flat_map(|report| report.readings.iter().cloned()).collect()
}

/// How often a list was asked for.
fn listed(shop: &Shop, path: &str) -> usize {
    shop.simulator.requests().iter().filter(|seen| seen.method == "GET" && seen.path == path).count()
}

#[tokio::test]
async fn what_happened_within_31_days_is_found_without_events() {
    let shop = Shop::open().await;
    let ((refunded, _), (disputed, _)) = (paid(&shop).await, paid(&shop).await);
    let cursor = first_report(&shop.rail).await.cursor;
    let charges = shop.simulator.charges();
    let refund = CreateRefund::new().charge(charges[0].id.clone()).amount(200);
    refund.send(&shop.client()).await.unwrap();
    shop.simulator.object(&charges[1].id, Objection::Dispute);
    let (late, _) = paid(&shop).await;
    shop.simulator.advance(31 * DAY);
    let reports = found(&shop, cursor.clone()).await;
    let found_now = readings(&reports);
    assert_eq!(found_now[&refunded.payment].refunds[0].amount, eur(200));
    assert_eq!(found_now[&disputed.payment].disputes.len(), 1);
    assert_eq!(found_now[&late.payment].level, captured(450));
    assert!(found_now.values().all(|reading| reading.number > 1_000));
    let moved = reports.last().unwrap().cursor.clone().unwrap();
    assert!(moved.as_of >= cursor.unwrap().as_of, "{moved:?}");
}

#[tokio::test]
async fn after_a_week_the_events_are_enough() {
    let shop = Shop::open().await;
    paid(&shop).await;
    let cursor = first_report(&shop.rail).await.cursor;
    let (late, _) = paid(&shop).await;
    shop.simulator.advance(7 * DAY);
    let found = readings(&found(&shop, cursor).await);
    assert_eq!(found[&late.payment].level, captured(450));
    assert_eq!(listed(&shop, "/v1/disputes") + listed(&shop, "/v1/payment_intents"), 0);
}

#[tokio::test]
async fn many_events_are_read_page_by_page_and_payments_of_others_are_let_pass() {
    let shop = Shop::open().await;
    let (first, _) = paid(&shop).await;
    let client = shop.client();
    for _ in 0..150 {
        let other = CreatePaymentIntent::new(500_i64, Currency::EUR).confirm(true);
        let by_card = vec![PaymentIntentAllowedPaymentMethodTypes::Card];
        let other = other.allowed_payment_method_types(by_card).payment_method("pm_card_visa");
        other.send(&client).await.unwrap();
    }
    let (last, _) = paid(&shop).await;
    let before = listed(&shop, "/v1/events");
    let found = readings(&found(&shop, None).await);
    assert_eq!(found.into_keys().collect::<Vec<_>>(), [first.payment, last.payment]);
    assert!(listed(&shop, "/v1/events") - before >= 2);
}
