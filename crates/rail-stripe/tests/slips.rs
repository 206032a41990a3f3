//! Bugs that an adapter may have, each shown to the checker over the official client's types. They are made on the line
//! behind the rail, so the rail has no switch for them.

use counterparties::{CarelessLine, Slip, StripeClient};
use payment::RailError;
use payment::card::{CaptureMode, CardMemory, CardRail};
use rail_stripe::StripeConfig;
use stripe_simulator::{Defect, SECRET_KEY};

use crate::shop::{Shop, open};

/// What comes of a payment at the reader whose requests are changed on their way, and what the checker objects to.
async fn judged(shop: &Shop, slip: Slip) -> (Result<(), RailError>, Vec<String>) {
    let line = CarelessLine::start(&shop.simulator.url(), slip).unwrap();
    let config = StripeConfig {
        key: SECRET_KEY.to_owned(),
        elsewhere: Some(format!("{}/", line.url())),
        webhook_secret: None,
    };
    let rail = open(&config, &CardMemory::default(), &shop.simulator);
    let before = shop.simulator.requests().len();
    let opened = rail.open(&shop.at_reader(450, CaptureMode::AtOnce)).await.map(|_| ());
    let requests = shop.simulator.requests().split_off(before);
    (opened, StripeClient::find().unwrap().objections(&requests).unwrap())
}

#[tokio::test]
async fn a_misspelt_parameter_is_refused_by_the_stand_in_and_named_by_the_checker() {
    let shop = Shop::unjudged().await;
    let (opened, objections) = judged(&shop, Slip::MisspellsTheAmount).await;
    assert!(opened.is_err());
    assert_eq!(
        objections,
        ["POST /v1/payment_intents: amount is missing; amuont is not known"],
        "the checker names it"
    );
    // A stand-in that lets everything pass would have hidden it; the checker does not ask the stand-in.
    let lax = Shop::unjudged().await;
    lax.simulator.plant(Defect::IgnoresUnknownParameters);
    assert_eq!(judged(&lax, Slip::MisspellsTheAmount).await.1, objections);
}

#[tokio::test]
async fn a_request_without_its_key_is_named_by_the_checker() {
    let shop = Shop::unjudged().await;
    let (opened, objections) = judged(&shop, Slip::DropsTheKey).await;
    assert!(opened.is_ok(), "nothing else would have told");
    assert!(
        objections[0].starts_with("POST /v1/payment_intents: there is no idempotency key"),
        "{objections:?}"
    );
}
