//! Charging tabs: what a payer saved is charged once for a key, whatever is lost or repeated.

use std::collections::HashMap;

use payment::charging::{Charge, ChargeStatus, ChargingRail};
use payment::{RailError, SettlementId};
use rail_stripe::StripeCharging;
use stripe_client_core::{RequestBuilder, StripeMethod};
use stripe_core::customer::CreateCustomer;
use stripe_simulator::{Fault, Often, SECRET_KEY, Target};

use crate::shop::{Shop, clock, config, eur};

struct Tabs {
    shop: Shop,
    rail: StripeCharging,
}

impl Tabs {
    async fn open() -> Self {
        let shop = Shop::open().await;
        let rail =
            StripeCharging::open(&config(&shop.simulator, SECRET_KEY), clock(&shop.simulator)).unwrap();
        Self { shop, rail }
    }

    /// A payer becomes a customer at Stripe, with a saved card where one is named.
    async fn saves(&self, payer: &str, card: Option<&str>) {
        let client = self.shop.client();
        let metadata = HashMap::from([("tillstream_payer".to_owned(), payer.to_owned())]);
        let customer = CreateCustomer::new().metadata(metadata).send(&client).await.unwrap();
        if let Some(card) = card {
            let path = format!("/payment_methods/{card}/attach");
            let mut attach = RequestBuilder::new(StripeMethod::Post, path);
            attach.body = Some(format!("customer={}", customer.id.as_str()));
            let _attached: miniserde::json::Object = attach.customize().send(&client).await.unwrap();
        }
    }

    fn charge(&self, payer: &str, cents: i64) -> Charge {
        Charge {
            settlement: SettlementId::generate(self.shop.now(), [7; 10]),
            attempt: 1,
            payer: payer.to_owned(),
            method: "card".to_owned(),
            amount: eur(cents),
        }
    }
}

#[tokio::test]
async fn a_saved_card_is_charged_once_for_a_key() {
    let tabs = Tabs::open().await;
    tabs.saves("other", Some("pm_card_visa")).await;
    tabs.saves("mira", Some("pm_card_visa")).await;
    let charge = tabs.charge("mira", 1_250);
    assert_eq!(tabs.rail.find(&charge).await.unwrap(), None, "it never arrived");
    let taken = tabs.rail.charge(&charge).await.unwrap();
    let ChargeStatus::Taken(told) = &taken else { panic!("{taken:?}") };
    assert_eq!((told.amount, told.reference.starts_with("pi_")), (eur(1_250), true));
    assert_eq!(tabs.rail.charge(&charge).await.unwrap(), taken, "the same again takes nothing more");
    assert_eq!(tabs.rail.find(&charge).await.unwrap(), Some(taken));
    assert_eq!(tabs.shop.taken(), 1_250);
}

#[tokio::test]
async fn whichever_answer_is_lost_the_charge_is_found_and_made_once() {
    for fault in [Fault::DropBefore, Fault::DropAfter, Fault::ErrorBefore, Fault::ErrorAfter] {
        let tabs = Tabs::open().await;
        tabs.saves("mira", Some("pm_card_visa")).await;
        let charge = tabs.charge("mira", 1_250);
        tabs.shop.simulator.plan(Target::post("/v1/payment_intents"), Often::Next(1), fault);
        let lost = tabs.rail.charge(&charge).await;
        assert!(matches!(lost, Err(RailError::Unknown(_))), "{fault:?}: {lost:?}");
        if tabs.rail.find(&charge).await.unwrap().is_none() {
            tabs.rail.charge(&charge).await.unwrap();
        }
        assert!(matches!(tabs.rail.find(&charge).await, Ok(Some(ChargeStatus::Taken(_)))), "{fault:?}");
        assert_eq!(tabs.shop.taken(), 1_250, "{fault:?}");
    }
}

#[tokio::test]
async fn what_a_bank_refuses_is_declined_with_what_the_owner_can_do() {
    for (card, words) in [
        ("pm_card_chargeCustomerFail", "declined"),
        ("pm_card_authenticationRequired", "wants the payer to confirm"),
    ] {
        let tabs = Tabs::open().await;
        tabs.saves("mira", Some(card)).await;
        let charge = tabs.charge("mira", 1_250);
        let refused = tabs.rail.charge(&charge).await;
        assert!(matches!(&refused, Err(RailError::Declined(why)) if why.contains(words)), "{refused:?}");
        let found = tabs.rail.find(&charge).await;
        assert!(matches!(&found, Err(RailError::Declined(_))), "{card}: {found:?}");
        assert_eq!(tabs.shop.taken(), 0);
    }
}

#[tokio::test]
async fn a_payer_who_saved_nothing_is_told_of_and_nothing_is_sent() {
    let tabs = Tabs::open().await;
    tabs.saves("empty", None).await;
    for payer in ["stranger", "empty"] {
        let charge = tabs.charge(payer, 1_250);
        let refused = tabs.rail.charge(&charge).await;
        assert!(matches!(&refused, Err(RailError::Declined(why)) if why.contains("saved no card")));
        assert_eq!(tabs.rail.find(&charge).await.unwrap(), None);
    }
}

#[tokio::test]
async fn the_smallest_charge_is_stripes() {
    let tabs = Tabs::open().await;
    assert_eq!(tabs.rail.charge_min(eur(0).currency()), Some(eur(50)));
    let refused = tabs.rail.charge(&tabs.charge("mira", 49)).await;
    assert!(matches!(&refused, Err(RailError::Declined(why)) if why.contains("0.50 EUR")), "{refused:?}");
}
