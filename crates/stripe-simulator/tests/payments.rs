//! Payments through all their states.

use stripe::StripeError;
use stripe_core::charge::RetrieveCharge;
use stripe_core::customer::{CreateCustomer, RetrieveCustomer};
use stripe_core::payment_intent::{
    CancelPaymentIntent, CapturePaymentIntent, ConfirmPaymentIntent, CreatePaymentIntent,
    CreatePaymentIntentOffSession, ListPaymentIntent, RetrievePaymentIntent, UpdatePaymentIntent,
};
use stripe_core::setup_intent::{ConfirmSetupIntent, CreateSetupIntent, RetrieveSetupIntent};
use stripe_payment::payment_method::{AttachPaymentMethod, DetachPaymentMethod, ListPaymentMethod};
use stripe_shared::{
    ApiErrorsCode, ChargeStatus, PaymentIntentCaptureMethod, PaymentIntentStatus, SetupIntentStatus,
};
use stripe_types::Currency;

use crate::shop::{Shop, confirmed};

const DAY: i64 = 86_400;

/// The declines that Stripe's test cards give, by the card's name.
const DECLINES: &[(&str, ApiErrorsCode, &str)] = &[
    ("pm_card_chargeDeclined", ApiErrorsCode::CardDeclined, "generic_decline"),
    ("pm_card_visa_chargeDeclined", ApiErrorsCode::CardDeclined, "generic_decline"),
    ("pm_card_chargeDeclinedInsufficientFunds", ApiErrorsCode::CardDeclined, "insufficient_funds"),
    ("pm_card_visa_chargeDeclinedLostCard", ApiErrorsCode::CardDeclined, "lost_card"),
    ("pm_card_visa_chargeDeclinedStolenCard", ApiErrorsCode::CardDeclined, "stolen_card"),
    ("pm_card_chargeDeclinedExpiredCard", ApiErrorsCode::ExpiredCard, "expired_card"),
    ("pm_card_chargeDeclinedIncorrectCvc", ApiErrorsCode::IncorrectCvc, "incorrect_cvc"),
    ("pm_card_chargeDeclinedProcessingError", ApiErrorsCode::ProcessingError, "processing_error"),
    ("pm_card_chargeCustomerFail", ApiErrorsCode::CardDeclined, "generic_decline"),
];

#[tokio::test]
async fn a_card_that_approves_is_charged_once() {
    let shop = Shop::open();
    let intent = shop.pay(1_099, "pm_card_visa").await;
    assert_eq!(intent.status, PaymentIntentStatus::Succeeded);
    assert_eq!((intent.amount, intent.amount_received, intent.currency), (1_099, 1_099, Currency::EUR));
    let charges = shop.simulator.charges();
    assert_eq!(charges.len(), 1);
    assert_eq!((charges[0].amount, charges[0].captured, charges[0].status), (1_099, 1_099, "succeeded"));
    assert_eq!(shop.simulator.taken("eur"), 1_099);
}

#[tokio::test]
async fn each_card_that_is_declined_says_why_and_the_intent_stays_open() {
    let shop = Shop::open();
    for (card, code, decline_code) in DECLINES {
        let refused = confirmed(500, card).send(&shop.client).await;
        let Err(StripeError::Stripe(error, 402)) = refused else { panic!("{card}: {refused:?}") };
        assert_eq!(
            (error.code.as_ref(), error.decline_code.as_deref()),
            (Some(code), Some(*decline_code)),
            "{card}"
        );
        let intent = error.payment_intent.unwrap();
        assert_eq!(intent.status, PaymentIntentStatus::RequiresPaymentMethod);
        assert!(intent.last_payment_error.is_some());
        let charge = RetrieveCharge::new(error.charge.unwrap()).send(&shop.client).await.unwrap();
        assert_eq!(charge.status, ChargeStatus::Failed);
        let again = ConfirmPaymentIntent::new(intent.id).payment_method("pm_card_visa");
        assert_eq!(again.send(&shop.client).await.unwrap().status, PaymentIntentStatus::Succeeded);
    }
    assert_eq!(shop.simulator.taken("eur"), 500 * i64::try_from(DECLINES.len()).unwrap());
}

#[tokio::test]
async fn money_that_is_authorized_is_taken_only_when_it_is_captured() {
    let shop = Shop::open();
    let authorize = || confirmed(2_000, "pm_card_visa").capture_method(PaymentIntentCaptureMethod::Manual);
    let held = authorize().send(&shop.client).await.unwrap();
    assert_eq!(held.status, PaymentIntentStatus::RequiresCapture);
    assert_eq!((held.amount_capturable, held.amount_received), (2_000, 0));
    assert_eq!(shop.simulator.taken("eur"), 0);
    let part = CapturePaymentIntent::new(held.id).amount_to_capture(1_500).send(&shop.client).await.unwrap();
    assert_eq!((part.status, part.amount_received), (PaymentIntentStatus::Succeeded, 1_500));
    let too_much = authorize().send(&shop.client).await.unwrap();
    let refused =
        CapturePaymentIntent::new(too_much.id.clone()).amount_to_capture(2_001).send(&shop.client).await;
    assert!(refused.is_err());
    let full = CapturePaymentIntent::new(too_much.id).send(&shop.client).await.unwrap();
    assert_eq!(full.amount_received, 2_000);
    assert_eq!(shop.simulator.taken("eur"), 3_500);
}

#[tokio::test]
async fn an_authorization_that_nobody_captures_lapses_after_seven_days() {
    let shop = Shop::open();
    let held = confirmed(2_000, "pm_card_visa").capture_method(PaymentIntentCaptureMethod::Manual);
    let held = held.send(&shop.client).await.unwrap();
    shop.simulator.advance(7 * DAY - 1);
    let waiting = RetrievePaymentIntent::new(held.id.clone()).send(&shop.client).await.unwrap();
    assert_eq!(waiting.status, PaymentIntentStatus::RequiresCapture);
    shop.simulator.advance(1);
    let lapsed = RetrievePaymentIntent::new(held.id.clone()).send(&shop.client).await.unwrap();
    assert_eq!(lapsed.status, PaymentIntentStatus::Canceled);
    assert!(CapturePaymentIntent::new(held.id).send(&shop.client).await.is_err());
    assert_eq!(shop.simulator.taken("eur"), 0);
}

#[tokio::test]
async fn a_capture_fails_when_the_bank_took_the_authorization_back() {
    let shop = Shop::open();
    let held = confirmed(2_000, "pm_card_visa").capture_method(PaymentIntentCaptureMethod::Manual);
    let held = held.send(&shop.client).await.unwrap();
    shop.simulator.lapse(held.id.as_str());
    assert!(CapturePaymentIntent::new(held.id).send(&shop.client).await.is_err());
    assert_eq!(shop.simulator.taken("eur"), 0);
}

#[tokio::test]
async fn an_intent_that_is_cancelled_can_not_be_paid_any_more() {
    let shop = Shop::open();
    let open = CreatePaymentIntent::new(700, Currency::EUR).send(&shop.client).await.unwrap();
    let cancelled = CancelPaymentIntent::new(open.id.clone()).send(&shop.client).await.unwrap();
    assert_eq!(cancelled.status, PaymentIntentStatus::Canceled);
    let paid =
        ConfirmPaymentIntent::new(open.id.clone()).payment_method("pm_card_visa").send(&shop.client).await;
    let Err(StripeError::Stripe(error, 400)) = paid else { panic!("{paid:?}") };
    assert_eq!(error.code, Some(ApiErrorsCode::PaymentIntentUnexpectedState));
    assert!(CancelPaymentIntent::new(open.id).send(&shop.client).await.is_err());
    assert!(shop.simulator.charges().is_empty());
}

#[tokio::test]
async fn a_card_that_wants_to_see_its_holder_waits_for_him() {
    let shop = Shop::open();
    for succeeds in [true, false] {
        let asked = shop.pay(800, "pm_card_authenticationRequired").await;
        assert_eq!(asked.status, PaymentIntentStatus::RequiresAction);
        assert!(asked.next_action.is_some());
        assert_eq!(shop.simulator.authenticate(asked.id.as_str(), succeeds), succeeds);
        let after = RetrievePaymentIntent::new(asked.id).send(&shop.client).await.unwrap();
        let expected = if succeeds {
            PaymentIntentStatus::Succeeded
        } else {
            PaymentIntentStatus::RequiresPaymentMethod
        };
        assert_eq!(after.status, expected);
    }
    assert_eq!(shop.simulator.taken("eur"), 800);
}

#[tokio::test]
async fn a_bank_debit_is_processing_for_a_while_and_then_succeeds_or_fails() {
    let shop = Shop::open();
    for (debit, expected) in [
        ("pm_sepaDebit", PaymentIntentStatus::Succeeded),
        ("pm_sepaDebitFailed", PaymentIntentStatus::RequiresPaymentMethod),
    ] {
        let begun = shop.pay(900, debit).await;
        assert_eq!(begun.status, PaymentIntentStatus::Processing);
        shop.simulator.advance(5);
        let ended = RetrievePaymentIntent::new(begun.id).send(&shop.client).await.unwrap();
        assert_eq!(ended.status, expected);
    }
    assert_eq!(shop.simulator.taken("eur"), 900);
}

#[tokio::test]
async fn a_saved_card_is_charged_for_its_customer_and_nobody_else() {
    let shop = Shop::open();
    let customer =
        CreateCustomer::new().email("mira@example.com").name("Mira").send(&shop.client).await.unwrap();
    let setup =
        CreateSetupIntent::new().customer(customer.id.as_str()).payment_method("pm_card_visa").confirm(true);
    let setup = setup.send(&shop.client).await.unwrap();
    assert_eq!(setup.status, SetupIntentStatus::Succeeded);
    let methods = ListPaymentMethod::new().customer(customer.id.as_str()).send(&shop.client).await.unwrap();
    let [saved] = methods.data.as_slice() else { panic!("one method is saved") };
    let charge = confirmed(1_200, saved.id.as_str())
        .customer(customer.id.as_str())
        .off_session(CreatePaymentIntentOffSession::Bool(true));
    assert_eq!(charge.send(&shop.client).await.unwrap().status, PaymentIntentStatus::Succeeded);
    assert!(confirmed(1_200, saved.id.as_str()).send(&shop.client).await.is_err());
    DetachPaymentMethod::new(saved.id.clone()).send(&shop.client).await.unwrap();
    let left = ListPaymentMethod::new().customer(customer.id.as_str()).send(&shop.client).await.unwrap();
    assert!(left.data.is_empty());
    RetrieveCustomer::new(customer.id).send(&shop.client).await.unwrap();
}

#[tokio::test]
async fn a_card_can_be_attached_and_declined_later_or_is_declined_at_once() {
    let shop = Shop::open();
    let customer = CreateCustomer::new().send(&shop.client).await.unwrap();
    let attach = async |card: &str| {
        AttachPaymentMethod::new(card).customer(customer.id.as_str().to_owned()).send(&shop.client).await
    };
    let later = attach("pm_card_chargeCustomerFail").await.unwrap();
    let charge = confirmed(400, later.id.as_str())
        .customer(customer.id.as_str())
        .off_session(CreatePaymentIntentOffSession::Bool(true));
    assert!(matches!(charge.send(&shop.client).await, Err(StripeError::Stripe(_, 402))));
    assert!(matches!(attach("pm_card_chargeDeclined").await, Err(StripeError::Stripe(_, 402))));
}

#[tokio::test]
async fn a_setup_that_asks_its_holder_goes_on_when_he_answered() {
    let shop = Shop::open();
    let setup =
        CreateSetupIntent::new().payment_method("pm_card_authenticationRequired").send(&shop.client).await;
    let setup = setup.unwrap();
    let confirm = ConfirmSetupIntent::new(setup.id.clone()).return_url("https://shop.example/back");
    assert_eq!(confirm.send(&shop.client).await.unwrap().status, SetupIntentStatus::RequiresAction);
    assert!(shop.simulator.authenticate(setup.id.as_str(), true));
    let after = RetrieveSetupIntent::new(setup.id).send(&shop.client).await.unwrap();
    assert_eq!(after.status, SetupIntentStatus::Succeeded);
}

#[tokio::test]
async fn intents_are_listed_newest_first_page_by_page() {
    let shop = Shop::open();
    let mut made = Vec::new();
    for amount in 100..105 {
        made.push(CreatePaymentIntent::new(amount, Currency::EUR).send(&shop.client).await.unwrap().id);
    }
    made.reverse();
    let first = ListPaymentIntent::new().limit(3).send(&shop.client).await.unwrap();
    assert!(first.has_more);
    let last = first.data.last().unwrap().id.as_str().to_owned();
    let second = ListPaymentIntent::new().limit(3).starting_after(last).send(&shop.client).await.unwrap();
    assert!(!second.has_more);
    let listed: Vec<_> = first.data.into_iter().chain(second.data).map(|intent| intent.id).collect();
    assert_eq!(listed, made);
}

#[tokio::test]
async fn notes_and_the_amount_change_before_the_payment_and_the_charge_takes_them_over() {
    let shop = Shop::open();
    let open = CreatePaymentIntent::new(700, Currency::EUR)
        .metadata([("attempt".to_owned(), "a1".to_owned())])
        .send(&shop.client)
        .await
        .unwrap();
    let changed = UpdatePaymentIntent::new(open.id.clone()).amount(900).description("Two coffees");
    assert_eq!(changed.send(&shop.client).await.unwrap().amount, 900);
    let confirm = format!("/v1/payment_intents/{}/confirm", open.id.as_str());
    let paid = shop.post(&confirm, "payment_method=pm_card_visa&return_url=https://shop.example").await;
    assert_eq!(paid.text("status"), "succeeded");
    let charge = &shop.simulator.charges()[0];
    assert_eq!((charge.amount, charge.metadata["attempt"].as_str()), (900, "a1"));
}

#[tokio::test]
async fn objects_come_whole_where_the_request_expands_them() {
    let shop = Shop::open();
    let intent = shop.pay(1_000, "pm_card_visa").await;
    let path = format!("/v1/payment_intents/{}", intent.id.as_str());
    let expanded =
        shop.get(&format!("{path}?expand[]=latest_charge.balance_transaction&expand[]=payment_method")).await;
    assert_eq!(expanded.body["latest_charge"]["balance_transaction"]["object"], "balance_transaction");
    assert_eq!(expanded.body["payment_method"]["card"]["last4"], "4242");
    let list = shop.get("/v1/payment_intents?expand[]=data.latest_charge.refunds").await;
    assert_eq!(list.body["data"][0]["latest_charge"]["refunds"]["object"], "list");
    let refused = shop.get(&format!("{path}?expand[]=amount")).await;
    assert_eq!((refused.status, refused.body["error"]["param"].as_str()), (400, Some("expand")));
}

#[tokio::test]
async fn a_search_finds_an_intent_only_after_a_minute() {
    let shop = Shop::open();
    let make = "amount=500&currency=eur&metadata[attempt]=a7";
    let made = shop.post("/v1/payment_intents", make).await;
    let search = "/v1/payment_intents/search?query=metadata['attempt']:'a7'";
    assert_eq!(shop.get(search).await.body["data"], serde_json::json!([]));
    shop.simulator.advance(60);
    assert_eq!(shop.get(search).await.body["data"][0]["id"], made.body["id"]);
}

#[tokio::test]
async fn accounts_are_debited_in_euro_only() {
    let shop = Shop::open();
    for (currency, kinds) in [(Currency::EUR, vec!["card", "sepa_debit"]), (Currency::CHF, vec!["card"])] {
        let intent = CreatePaymentIntent::new(500, currency).send(&shop.client).await.unwrap();
        assert_eq!(intent.payment_method_types, kinds);
    }
}
