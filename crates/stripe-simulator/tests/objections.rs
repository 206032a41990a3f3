//! Disputes through all their states, and what they do to the balance.

use stripe_core::balance::RetrieveForMyAccountBalance;
use stripe_core::dispute::{
    CloseDispute, ListDispute, RetrieveDispute, UpdateDispute, UpdateDisputeEvidence,
};
use stripe_shared::{Dispute, DisputeStatus};
use stripe_simulator::Objection;

use crate::shop::Shop;

const DAY: i64 = 86_400;

async fn disputed(shop: &Shop, card: &str) -> Dispute {
    let intent = shop.pay(1_000, card).await;
    let disputes = ListDispute::new().payment_intent(intent.id.as_str()).send(&shop.client).await.unwrap();
    disputes.data.into_iter().next().unwrap()
}

async fn answer(shop: &Shop, dispute: &Dispute, evidence: &str) -> DisputeStatus {
    let mut bundle = UpdateDisputeEvidence::new();
    bundle.uncategorized_text = Some(evidence.to_owned());
    let update = UpdateDispute::new(dispute.id.clone()).evidence(bundle).submit(true);
    update.send(&shop.client).await.unwrap();
    status(shop, dispute).await
}

async fn status(shop: &Shop, dispute: &Dispute) -> DisputeStatus {
    RetrieveDispute::new(dispute.id.clone()).send(&shop.client).await.unwrap().status
}

/// What the balance holds, available or not.
async fn balance(shop: &Shop) -> i64 {
    let balance = RetrieveForMyAccountBalance::new().send(&shop.client).await.unwrap();
    balance.available[0].amount + balance.pending[0].amount
}

#[tokio::test]
async fn a_dispute_withdraws_the_money_and_its_fee_and_evidence_wins_it_back() {
    let shop = Shop::open();
    let dispute = disputed(&shop, "pm_card_createDispute").await;
    assert_eq!((dispute.status.clone(), dispute.amount), (DisputeStatus::NeedsResponse, 1_000));
    // The charge came with a fee of 58; what is left is the two fees.
    assert_eq!(balance(&shop).await, -2_058);
    assert_eq!(answer(&shop, &dispute, "winning_evidence").await, DisputeStatus::Won);
    assert_eq!(balance(&shop).await, -1_058);
}

#[tokio::test]
async fn evidence_that_does_not_convince_loses_and_so_does_silence() {
    let shop = Shop::open();
    let answered = disputed(&shop, "pm_card_createDispute").await;
    assert_eq!(answer(&shop, &answered, "losing_evidence").await, DisputeStatus::Lost);
    let silent = disputed(&shop, "pm_card_createDisputeProductNotReceived").await;
    shop.simulator.advance(9 * DAY);
    assert_eq!(status(&shop, &silent).await, DisputeStatus::Lost);
    let overdue = RetrieveDispute::new(silent.id).send(&shop.client).await.unwrap();
    assert!(overdue.evidence_details.past_due);
}

#[tokio::test]
async fn other_evidence_is_under_review_until_the_network_decides() {
    let shop = Shop::open();
    let dispute = disputed(&shop, "pm_card_createDispute").await;
    assert_eq!(answer(&shop, &dispute, "Receipt 17, picked up in person").await, DisputeStatus::UnderReview);
    shop.simulator.decide(dispute.id.as_str(), true);
    assert_eq!(status(&shop, &dispute).await, DisputeStatus::Won);
}

#[tokio::test]
async fn an_inquiry_moves_no_money_until_it_becomes_a_dispute() {
    let shop = Shop::open();
    let inquiry = disputed(&shop, "pm_card_createDisputeInquiry").await;
    assert_eq!(inquiry.status, DisputeStatus::WarningNeedsResponse);
    assert_eq!(balance(&shop).await, 942);
    assert_eq!(answer(&shop, &inquiry, "It was delivered").await, DisputeStatus::WarningUnderReview);
    shop.simulator.decide(inquiry.id.as_str(), true);
    assert_eq!(status(&shop, &inquiry).await, DisputeStatus::WarningClosed);
    let other = disputed(&shop, "pm_card_createDisputeInquiry").await;
    assert_eq!(answer(&shop, &other, "escalate_inquiry_evidence").await, DisputeStatus::NeedsResponse);
    assert_eq!(balance(&shop).await, 942 * 2 - 1_000 - 2_000);
}

#[tokio::test]
async fn a_dispute_can_be_given_up_or_prevented_and_is_closed_for_good() {
    let shop = Shop::open();
    let dispute = disputed(&shop, "pm_card_createDispute").await;
    assert_eq!(
        CloseDispute::new(dispute.id.clone()).send(&shop.client).await.unwrap().status,
        DisputeStatus::Lost
    );
    assert!(CloseDispute::new(dispute.id).send(&shop.client).await.is_err());
    shop.pay(500, "pm_card_visa").await;
    let charge = shop.simulator.charges()[1].id.clone();
    shop.simulator.object(&charge, Objection::Prevented);
    let disputes = ListDispute::new().charge(charge).send(&shop.client).await.unwrap();
    assert_eq!(disputes.data[0].status, DisputeStatus::Prevented);
}

#[tokio::test]
async fn a_charge_in_dispute_can_not_be_refunded_too() {
    let shop = Shop::open();
    let dispute = disputed(&shop, "pm_card_createDispute").await;
    let refused = shop.post("/v1/refunds", &format!("charge={}", dispute.charge.id().as_str())).await;
    assert_eq!(refused.error(), "charge_disputed");
}
