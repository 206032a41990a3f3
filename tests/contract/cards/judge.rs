//! What must be so between the books and the processor when nothing is under way any more.

use std::collections::BTreeMap;
use std::time::Duration;

use counterparties::StripeClient;

use super::stripe::StripeTown;
use crate::contract::shop::Shop;

/// Longest wait until the books have heard of everything: events are looked for twice a minute at rest.
const PATIENCE: Duration = Duration::from_secs(90);
const GLANCE: Duration = Duration::from_millis(50);

/// What is wrong; nothing, if all is well.
pub async fn findings(shop: &Shop<StripeTown>) -> Vec<String> {
    let simulator = &shop.town.simulator;
    let mut findings = Vec::new();
    // The notes on a charge name the payment of ours that it belongs to.
    let mut charges: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for charge in simulator.charges().into_iter().filter(|charge| charge.status != "failed") {
        charges.entry(charge.metadata.clone()).or_default().push(charge.id);
    }
    for (payment, charges) in charges.into_iter().filter(|(_, charges)| charges.len() > 1) {
        findings.push(format!("{payment:?} was charged more than once: {charges:?}"));
    }
    let (booked, held) = (shop.clearing().await, simulator.holds(&shop.town.stripes_currency()));
    if booked != held {
        findings.push(format!("the books say that {booked} is at the processor, which has {held}"));
    }
    findings
}

/// Waits until nothing is wrong.
pub async fn until_the_books_agree(shop: &Shop<StripeTown>) {
    let deadline = tokio::time::Instant::now() + PATIENCE;
    loop {
        let findings = findings(shop).await;
        if findings.is_empty() {
            break;
        }
        assert!(tokio::time::Instant::now() < deadline, "{findings:#?}");
        tokio::time::sleep(GLANCE).await;
    }
    shop.check_books().await;
}

/// Every request of the adapter is one that Stripe's own types allow.
pub fn judge_requests(town: &StripeTown) {
    let objections = StripeClient::find().unwrap().objections(&town.simulator.requests()).unwrap();
    assert_eq!(objections, Vec::<String>::new());
}
