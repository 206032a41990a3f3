//! Idempotency keys, as Stripe documents them.

use stripe::{StripeError, StripeRequest};
use stripe_shared::ApiErrorsType;
use stripe_simulator::{Defect, Fault, Often, Target};

use crate::shop::{Shop, confirmed, key};

const DAY: i64 = 86_400;
const FORM: &str = "amount=500&currency=eur&payment_method=pm_card_visa&confirm=true";

#[tokio::test]
async fn a_repeated_key_replays_the_answer_and_charges_nothing_more() {
    let shop = Shop::open();
    let pay = || confirmed(500, "pm_card_visa").customize().request_strategy(key("a1"));
    let first = pay().send(&shop.client).await.unwrap();
    assert_eq!(pay().send(&shop.client).await.unwrap().id, first.id);
    assert_eq!(shop.simulator.charges_by_key()["a1"].len(), 1);
}

#[tokio::test]
async fn a_replay_says_that_it_is_one_and_of_which_request() {
    let shop = Shop::open();
    let post = async || shop.post_with("/v1/payment_intents", FORM, &[("idempotency-key", "a1")]).await;
    let (first, second) = (post().await, post().await);
    assert_eq!(first.header("idempotent-replayed"), None);
    assert_eq!(second.header("idempotent-replayed"), Some("true"));
    assert_eq!(second.header("original-request"), first.header("request-id"));
    assert_eq!(second.body, first.body);
}

#[tokio::test]
async fn other_parameters_under_a_used_key_are_an_error() {
    let shop = Shop::open();
    let pay = |amount| confirmed(amount, "pm_card_visa").customize().request_strategy(key("a1"));
    pay(500).send(&shop.client).await.unwrap();
    let Err(StripeError::Stripe(error, 400)) = pay(600).send(&shop.client).await else {
        panic!("it is refused")
    };
    assert_eq!(error.type_, ApiErrorsType::IdempotencyError);
    assert_eq!(shop.simulator.charges().len(), 1);
}

#[tokio::test]
async fn a_decline_and_a_500_are_kept_too() {
    let shop = Shop::open();
    let post = async |form: &str, key| {
        shop.post_with("/v1/payment_intents", form, &[("idempotency-key", key)]).await
    };
    let declined = "amount=500&currency=eur&payment_method=pm_card_chargeDeclined&confirm=true";
    assert_eq!((post(declined, "a1").await.status, post(declined, "a1").await.status), (402, 402));
    assert_eq!(shop.simulator.charges().len(), 1);
    for (fault, charged) in [(Fault::ErrorBefore, 0), (Fault::ErrorAfter, 1)] {
        let shop = Shop::open();
        let post = async || shop.post_with("/v1/payment_intents", FORM, &[("idempotency-key", "a2")]).await;
        shop.simulator.plan(Target::post("/v1/payment_intents"), Often::Next(1), fault);
        assert_eq!((post().await.status, post().await.status), (500, 500));
        assert_eq!(shop.simulator.charges().len(), charged, "{fault:?}");
    }
}

#[tokio::test]
async fn what_was_never_begun_leaves_the_key_free() {
    let shop = Shop::open();
    let post =
        async |form: &str| shop.post_with("/v1/payment_intents", form, &[("idempotency-key", "a1")]).await;
    assert_eq!(post("amuont=500&currency=eur").await.error(), "parameter_missing");
    shop.simulator.plan(Target::any(), Often::Next(1), Fault::TooMany);
    assert_eq!(post(FORM).await.status, 429);
    let wrong_key = [("idempotency-key", "a1"), ("authorization", "Bearer sk_test_unknown_unknown")];
    assert_eq!(shop.post_with("/v1/payment_intents", FORM, &wrong_key).await.status, 401);
    assert_eq!(post(FORM).await.status, 200);
}

#[tokio::test]
async fn a_key_is_forgotten_after_a_day() {
    let shop = Shop::open();
    let post = async || shop.post_with("/v1/payment_intents", FORM, &[("idempotency-key", "a1")]).await;
    let first = post().await;
    shop.simulator.advance(DAY - 1);
    assert_eq!(post().await.body["id"], first.body["id"]);
    shop.simulator.advance(1);
    assert_ne!(post().await.body["id"], first.body["id"]);
}

#[tokio::test]
async fn a_key_in_use_conflicts_until_its_request_is_answered() {
    let shop = Shop::open();
    shop.simulator.plan(Target::post("/v1/payment_intents"), Often::Next(1), Fault::Hold);
    let post = || shop.post_with("/v1/payment_intents", FORM, &[("idempotency-key", "a1")]);
    let second_then_release = async {
        // The first request is held; as soon as it is seen, the second one is sent.
        while shop.simulator.requests().is_empty() {
            tokio::task::yield_now().await;
        }
        let second = post().await;
        shop.simulator.release();
        second
    };
    let (first, second) = tokio::join!(post(), second_then_release);
    assert_eq!((first.status, second.status, second.error()), (200, 409, "idempotency_key_in_use"));
    assert_eq!(second.header("stripe-should-retry"), Some("true"));
    assert_eq!(post().await.header("idempotent-replayed"), Some("true"));
    assert_eq!(shop.simulator.charges().len(), 1);
}

#[tokio::test]
async fn a_simulator_that_ignores_keys_or_charges_twice_is_planted_and_seen() {
    let shop = Shop::open();
    shop.simulator.plant(Defect::IgnoresIdempotencyKeys);
    let post = async || shop.post_with("/v1/payment_intents", FORM, &[("idempotency-key", "a1")]).await;
    post().await;
    post().await;
    assert_eq!(shop.simulator.charges_by_key()["a1"].len(), 2);
    let shop = Shop::open();
    shop.simulator.plant(Defect::ChargesTwice);
    shop.post_with("/v1/payment_intents", FORM, &[("idempotency-key", "a1")]).await;
    assert_eq!(shop.simulator.charges_by_key()["a1"].len(), 2);
    assert_eq!(shop.simulator.taken("eur"), 1_000);
}
