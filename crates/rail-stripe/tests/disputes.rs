//! Disputes are answered with evidence, once and for all.

use payment::RailError;
use payment::card::{CaptureMode, CardAttempt, CardOffice, CardRail, DisputeStatus, Evidence};
use stripe_simulator::{Fault, Objection, Often, Target};

use crate::books::reports_until_it_fails;
use crate::shop::{Shop, known};

fn evidence(text: &str) -> Evidence {
    Evidence {
        product_description: "2 x Coffee: 4.50 EUR".to_owned(),
        service_date: "2026-11-21".to_owned(),
        customer_name: String::new(),
        customer_email_address: String::new(),
        refund_policy_disclosure: String::new(),
        refund_refusal_explanation: String::new(),
        uncategorized_text: text.to_owned(),
    }
}

/// A payment that the customer's bank objects to, and the name of the dispute.
async fn disputed(shop: &Shop) -> (CardAttempt, String) {
    let attempt = shop.at_reader(450, CaptureMode::AtOnce);
    let opened = shop.rail.open(&attempt).await.unwrap();
    assert!(shop.simulator.present_card(&shop.reader, "visa"));
    shop.simulator.object(&shop.simulator.charges()[0].id, Objection::Dispute);
    let attempt = known(&attempt, &opened);
    let reading = shop.read(&attempt).await;
    assert_eq!(reading.disputes[0].status, DisputeStatus::NeedsResponse);
    (attempt, reading.disputes[0].reference.clone())
}

#[tokio::test]
async fn a_dispute_is_answered_and_the_bank_decides() {
    let shop = Shop::open().await;
    let (attempt, dispute) = disputed(&shop).await;
    shop.rail.submit_evidence(&dispute, &evidence("Receipt 7")).await.unwrap();
    assert_eq!(shop.read(&attempt).await.disputes[0].status, DisputeStatus::UnderReview);
    shop.simulator.decide(&dispute, true);
    assert_eq!(shop.read(&attempt).await.disputes[0].status, DisputeStatus::Won);
    let late = shop.rail.submit_evidence(&dispute, &evidence("And another thing")).await;
    assert!(matches!(late, Err(RailError::Declined(_))), "{late:?}");
}

#[tokio::test]
async fn a_word_that_nobody_knows_keeps_no_other_payment_from_being_told() {
    let shop = Shop::open().await;
    for _ in 0..3 {
        shop.rail.open(&shop.at_reader(450, CaptureMode::AtOnce)).await.unwrap();
        assert!(shop.simulator.present_card(&shop.reader, "visa"));
    }
    shop.simulator.object(&shop.simulator.charges()[1].id, Objection::Novel);
    for _again in 0..2 {
        let (reports, why) = reports_until_it_fails(&shop.rail).await;
        assert!(why.to_string().contains("under_reconsideration"), "{why}");
        let told: usize = reports.iter().map(|report| report.readings.len()).sum();
        assert_eq!(told, 2, "the other two");
        assert!(reports.iter().all(|report| report.cursor.is_none()), "it is read again");
    }
}

#[tokio::test]
async fn an_answer_whose_receipt_is_lost_can_be_sent_again() {
    let shop = Shop::open().await;
    let (attempt, dispute) = disputed(&shop).await;
    shop.simulator.plan(Target::post("/v1/disputes/:id"), Often::Next(1), Fault::DropAfter);
    let lost = shop.rail.submit_evidence(&dispute, &evidence("Receipt 7")).await;
    assert!(matches!(lost, Err(RailError::Unknown(_))), "{lost:?}");
    shop.rail.submit_evidence(&dispute, &evidence("Receipt 7")).await.unwrap();
    assert_eq!(shop.read(&attempt).await.disputes[0].status, DisputeStatus::UnderReview);
}
