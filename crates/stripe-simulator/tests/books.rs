//! Refunds, fees, the balance and payouts: what the books of a shop must agree with.

use stripe_core::balance::RetrieveForMyAccountBalance;
use stripe_core::balance_transaction::{ListBalanceTransaction, RetrieveBalanceTransaction};
use stripe_core::charge::RetrieveCharge;
use stripe_core::payout::{CreatePayout, ListPayout, RetrievePayout};
use stripe_core::refund::{CancelRefund, CreateRefund, ListRefund, RetrieveRefund};
use stripe_simulator::Defect;
use stripe_types::Currency;

use crate::shop::Shop;

const DAY: i64 = 86_400;

/// What went out in a payout, and what the parts of it come to.
async fn payout_and_its_parts(shop: &Shop) -> (i64, i64) {
    let id = shop.simulator.pay_out("eur").unwrap();
    let payout = RetrievePayout::new(id.as_str()).send(&shop.client).await.unwrap();
    let movements = ListBalanceTransaction::new().payout(id).limit(100).send(&shop.client).await.unwrap();
    let parts = movements.data.iter().filter(|movement| movement.amount != -payout.amount);
    (payout.amount, parts.map(|movement| movement.net).sum())
}

#[tokio::test]
async fn a_charge_can_be_refunded_in_parts_and_never_above_what_was_taken() {
    let shop = Shop::open();
    let intent = shop.pay(1_000, "pm_card_visa").await;
    let refund = |amount| CreateRefund::new().payment_intent(intent.id.as_str().to_owned()).amount(amount);
    let first = refund(300).send(&shop.client).await.unwrap();
    assert_eq!((first.amount, first.status.as_deref()), (300, Some("succeeded")));
    assert!(refund(701).send(&shop.client).await.is_err());
    refund(700).send(&shop.client).await.unwrap();
    assert!(refund(1).send(&shop.client).await.is_err());
    let charge =
        RetrieveCharge::new(shop.simulator.charges()[0].id.as_str()).send(&shop.client).await.unwrap();
    assert_eq!((charge.amount_refunded, charge.refunded), (1_000, true));
    assert_eq!(shop.simulator.taken("eur"), 0);
    let listed = ListRefund::new().payment_intent(intent.id.as_str()).send(&shop.client).await.unwrap();
    assert_eq!(listed.data.iter().map(|refund| refund.amount).collect::<Vec<_>>(), [700, 300]);
}

#[tokio::test]
async fn what_is_not_taken_or_already_given_back_can_not_be_refunded() {
    let shop = Shop::open();
    let held = shop
        .post(
            "/v1/payment_intents",
            "amount=900&currency=eur&payment_method=pm_card_visa&confirm=true&capture_method=manual",
        )
        .await;
    let refused = shop.post("/v1/refunds", &format!("payment_intent={}", held.text("id"))).await;
    assert_eq!((refused.status, refused.error()), (400, "charge_not_refundable"));
    let paid = shop.pay(900, "pm_card_visa").await;
    let form = format!("payment_intent={}", paid.id.as_str());
    assert_eq!(shop.post("/v1/refunds", &form).await.status, 200);
    assert_eq!(shop.post("/v1/refunds", &form).await.error(), "charge_already_refunded");
}

#[tokio::test]
async fn a_refund_takes_every_status_that_a_bank_can_give_it() {
    let shop = Shop::open();
    let refund = async |card| {
        let intent = shop.pay(600, card).await;
        CreateRefund::new().payment_intent(intent.id.as_str().to_owned()).send(&shop.client).await.unwrap()
    };
    let status = async |id| RetrieveRefund::new(id).send(&shop.client).await.unwrap().status.unwrap();
    let pending = refund("pm_card_pendingRefund").await;
    assert_eq!(pending.status.as_deref(), Some("pending"));
    let failing = refund("pm_card_refundFail").await;
    assert_eq!(failing.status.as_deref(), Some("succeeded"));
    let stalled = refund("pm_card_visa").await;
    shop.simulator.stall_refund(stalled.id.as_str());
    assert_eq!(status(stalled.id.clone()).await, "requires_action");
    let cancelled = CancelRefund::new(stalled.id).send(&shop.client).await.unwrap();
    assert_eq!(cancelled.status.as_deref(), Some("canceled"));
    shop.simulator.advance(DAY);
    assert_eq!(status(pending.id).await, "succeeded");
    assert_eq!(status(failing.id.clone()).await, "failed");
    let failed = RetrieveRefund::new(failing.id).send(&shop.client).await.unwrap();
    assert!(failed.failure_balance_transaction.is_some() && failed.failure_reason.is_some());
    // The pending one arrived; the failed and the cancelled one are the shop's again.
    assert_eq!(shop.simulator.taken("eur"), 1_200);
}

#[tokio::test]
async fn the_fee_of_a_charge_is_known_only_after_the_answer() {
    let shop = Shop::open();
    let intent = shop.pay(10_000, "pm_card_de").await;
    let charge =
        RetrieveCharge::new(intent.latest_charge.unwrap().id().as_str()).send(&shop.client).await.unwrap();
    let movement = RetrieveBalanceTransaction::new(charge.balance_transaction.unwrap().id().as_str());
    let movement = movement.send(&shop.client).await.unwrap();
    assert_eq!((movement.amount, movement.fee, movement.net), (10_000, 175, 9_825));
    let kinds: Vec<String> = kinds_of_events(&shop).await;
    assert_eq!(
        kinds,
        ["charge.updated", "payment_intent.succeeded", "charge.succeeded", "payment_intent.created"]
    );
}

async fn kinds_of_events(shop: &Shop) -> Vec<String> {
    let events = shop.get("/v1/events").await;
    events.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn money_is_pending_for_two_days_and_then_available() {
    let shop = Shop::open();
    shop.pay(10_000, "pm_card_de").await;
    let sums = async || {
        let balance = RetrieveForMyAccountBalance::new().send(&shop.client).await.unwrap();
        (balance.available[0].amount, balance.pending[0].amount)
    };
    assert_eq!(sums().await, (0, 9_825));
    shop.simulator.advance(2 * DAY);
    assert_eq!(sums().await, (9_825, 0));
}

#[tokio::test]
async fn the_parts_of_a_payout_add_up_to_it_to_the_cent() {
    let shop = Shop::open();
    for amount in [1_033, 1_034, 777, 12_345] {
        shop.pay(amount, "pm_card_de").await;
    }
    let refunded = shop.pay(5_000, "pm_card_visa").await;
    CreateRefund::new()
        .payment_intent(refunded.id.as_str().to_owned())
        .amount(1_234)
        .send(&shop.client)
        .await
        .unwrap();
    shop.simulator.advance(2 * DAY);
    let (payout, parts) = payout_and_its_parts(&shop).await;
    assert_eq!(payout, parts);
    assert!(shop.simulator.pay_out("eur").is_none());
    let balance = RetrieveForMyAccountBalance::new().send(&shop.client).await.unwrap();
    assert_eq!(balance.available[0].amount, 0);
}

#[tokio::test]
async fn a_payout_that_is_a_cent_short_is_planted_and_seen() {
    let shop = Shop::open();
    shop.simulator.plant(Defect::PaysOutTooLittle);
    shop.pay(1_000, "pm_card_de").await;
    shop.simulator.advance(2 * DAY);
    let (payout, parts) = payout_and_its_parts(&shop).await;
    assert_eq!(payout, parts - 1);
}

#[tokio::test]
async fn a_payout_arrives_after_two_days_or_comes_back() {
    let shop = Shop::open();
    shop.pay(5_000, "pm_card_bypassPending").await;
    let pay_out = async |amount| CreatePayout::new(amount, Currency::EUR).send(&shop.client).await;
    let (paid, failed) = (pay_out(1_000).await.unwrap(), pay_out(500).await.unwrap());
    assert!(pay_out(100_000).await.is_err());
    shop.simulator.advance(2 * DAY);
    shop.simulator.fail_payout(failed.id.as_str());
    let status = async |id| RetrievePayout::new(id).send(&shop.client).await.unwrap().status;
    assert_eq!(status(paid.id).await, "paid");
    assert_eq!(status(failed.id).await, "failed");
    let listed = ListPayout::new().status("failed").send(&shop.client).await.unwrap();
    assert_eq!(listed.data.len(), 1);
}
