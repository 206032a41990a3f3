//! Planted defects that no other test plants: each is off until it is planted, and then there for a judge to find.

use stripe_core::payment_intent::CreatePaymentIntent;
use stripe_shared::{PaymentIntentCaptureMethod, PaymentIntentStatus};
use stripe_simulator::Defect;
use stripe_types::Currency;

use crate::shop::{Shop, confirmed};

#[tokio::test]
async fn a_refund_above_the_charge_is_made_only_where_that_is_planted() {
    for (is_planted, status, taken) in [(false, 400, 500), (true, 200, -500)] {
        let shop = Shop::open();
        if is_planted {
            shop.simulator.plant(Defect::RefundsAboveTheCharge);
        }
        let intent = shop.pay(500, "pm_card_visa").await;
        let form = format!("payment_intent={}&amount=1000", intent.id.as_str());
        assert_eq!(shop.post("/v1/refunds", &form).await.status, status);
        assert_eq!(shop.simulator.taken("eur"), taken);
    }
}

#[tokio::test]
async fn an_authorized_payment_is_called_paid_only_where_that_is_planted() {
    for (is_planted, status) in
        [(false, PaymentIntentStatus::RequiresCapture), (true, PaymentIntentStatus::Succeeded)]
    {
        let shop = Shop::open();
        if is_planted {
            shop.simulator.plant(Defect::CallsAuthorizedPaid);
        }
        let held = confirmed(500, "pm_card_visa").capture_method(PaymentIntentCaptureMethod::Manual);
        assert_eq!(held.send(&shop.client).await.unwrap().status, status);
        assert_eq!(shop.simulator.taken("eur"), 0);
    }
}

#[tokio::test]
async fn an_answer_names_another_amount_only_where_that_is_planted() {
    let shop = Shop::open();
    let make = async || CreatePaymentIntent::new(500, Currency::EUR).send(&shop.client).await.unwrap().amount;
    assert_eq!(make().await, 500);
    shop.simulator.plant(Defect::AnswersAnotherAmount);
    assert_eq!(make().await, 501);
}

#[tokio::test]
async fn a_key_of_another_request_is_replayed_only_where_that_is_planted() {
    let shop = Shop::open();
    let post =
        async |form: &str| shop.post_with("/v1/customers", form, &[("idempotency-key", "a1")]).await.status;
    assert_eq!((post("name=Mira").await, post("name=Ana").await), (200, 400));
    shop.simulator.plant(Defect::ReplaysWhateverIsAsked);
    assert_eq!(post("name=Ana").await, 200);
}
