//! Faults on request: what the client sees, and what happened all the same.

use std::time::Duration;

use stripe_simulator::{Clock, Fault, Often, Setup, Target};

use crate::shop::Shop;

const FORM: &str = "amount=500&currency=eur&payment_method=pm_card_visa&confirm=true";

#[tokio::test]
async fn a_line_that_breaks_tells_nothing_about_the_charge() {
    for (fault, charged) in [(Fault::DropBefore, 0), (Fault::DropAfter, 1), (Fault::BreakWithin, 1)] {
        let shop = Shop::open();
        shop.simulator.plan(Target::post("/v1/payment_intents"), Often::Next(1), fault);
        let broken = shop.try_post("/v1/payment_intents", FORM, &[("idempotency-key", "a1")]).await;
        assert!(broken.is_err(), "{fault:?}: {broken:?}");
        assert_eq!(shop.simulator.charges().len(), charged, "{fault:?}");
        let again = shop.post_with("/v1/payment_intents", FORM, &[("idempotency-key", "a1")]).await;
        assert_eq!((again.status, shop.simulator.charges().len()), (200, 1), "{fault:?}");
    }
}

#[tokio::test]
async fn a_client_that_gave_up_waiting_is_charged_all_the_same() {
    let shop = Shop::open();
    shop.simulator.plan(Target::post("/v1/payment_intents"), Often::Next(1), Fault::Hold);
    let post = || shop.post_with("/v1/payment_intents", FORM, &[("idempotency-key", "a1")]);
    let seen = async {
        while shop.simulator.requests().is_empty() {
            tokio::task::yield_now().await;
        }
    };
    // Whichever ends first: the request never does, so its client gives up when it was seen.
    tokio::select! {
        answered = post() => panic!("it is held: {answered:?}"),
        () = seen => (),
    }
    assert_eq!(post().await.status, 409);
    shop.simulator.release();
    let settled = async {
        loop {
            let again = post().await;
            if again.status != 409 {
                return again;
            }
        }
    };
    let again = tokio::time::timeout(Duration::from_secs(10), settled).await.unwrap();
    assert_eq!((again.status, again.header("idempotent-replayed")), (200, Some("true")));
    assert_eq!(shop.simulator.charges().len(), 1);
}

#[tokio::test]
async fn a_conflict_and_too_many_requests_ask_to_be_tried_again() {
    let shop = Shop::open();
    for (fault, status, code) in
        [(Fault::Conflict, 409, "idempotency_key_in_use"), (Fault::TooMany, 429, "rate_limit")]
    {
        shop.simulator.plan(Target::post("/v1/payment_intents"), Often::Next(1), fault);
        let refused = shop.post("/v1/payment_intents", FORM).await;
        assert_eq!((refused.status, refused.error()), (status, code));
        assert_eq!(refused.header("stripe-should-retry"), Some("true"));
    }
    assert!(shop.simulator.charges().is_empty());
}

#[tokio::test]
async fn a_fault_meets_the_path_it_was_planned_for_and_can_be_forgotten() {
    let shop = Shop::open();
    shop.simulator.plan(Target::post("/v1/payment_intents/:id/confirm"), Often::Next(9), Fault::ErrorBefore);
    let made = shop.post("/v1/payment_intents", "amount=500&currency=eur&payment_method=pm_card_visa").await;
    let confirm = format!("/v1/payment_intents/{}/confirm", made.text("id"));
    assert_eq!((made.status, shop.post(&confirm, "").await.status), (200, 500));
    shop.simulator.clear_faults();
    assert_eq!(shop.post(&confirm, "").await.status, 200);
}

#[tokio::test]
async fn more_requests_in_a_second_than_the_rate_are_refused_until_the_next_one() {
    let shop = Shop::with(Setup { rate: Some(2), ..Setup::default() });
    let get = async || shop.get("/v1/balance").await.status;
    assert_eq!((get().await, get().await, get().await), (200, 200, 429));
    assert_eq!(shop.post("/v1/customers", "").await.status, 200);
    shop.simulator.advance(1);
    assert_eq!(get().await, 200);
}

#[tokio::test]
async fn one_seed_answers_alike_to_the_byte() {
    let answers = async |seed| {
        let shop = Shop::with(Setup { seed, clock: Clock::Standing(1_800_000_000), ..Setup::default() });
        shop.simulator.plan(Target::any(), Often::PerMille(300), Fault::ErrorBefore);
        let mut answers = Vec::new();
        for _ in 0..10 {
            answers.push(shop.post("/v1/payment_intents", FORM).await.body.to_string());
        }
        answers.push(shop.get("/v1/events").await.body.to_string());
        answers
    };
    assert_eq!(answers(7).await, answers(7).await);
    assert_ne!(answers(7).await, answers(8).await);
}

#[tokio::test]
async fn every_request_is_seen_with_its_parameters_and_without_its_key() {
    let shop = Shop::open();
    shop.post_with("/v1/payment_intents", FORM, &[("idempotency-key", "a1")]).await;
    shop.get("/v1/events?limit=3").await;
    let seen = shop.simulator.requests();
    let lines: Vec<_> =
        seen.iter().map(|seen| (seen.method.as_str(), seen.path.as_str(), seen.body.as_str())).collect();
    assert_eq!(lines, [("POST", "/v1/payment_intents", FORM), ("GET", "/v1/events", "limit=3")]);
    assert_eq!(seen[0].idempotency_key.as_deref(), Some("a1"));
    assert!(!format!("{seen:?}").contains("sk_test"));
}
