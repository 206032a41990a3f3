//! Whatever a shop, its payers and their banks do in whatever order: the simulator's own books add up.

use serde_json::Value;
use stripe_simulator::{Defect, Objection, Setup};

use crate::shop::Shop;

const SEEDS: u64 = 12;
const DEEDS: u32 = 60;
const CARDS: &[&str] = &[
    "pm_card_visa",
    "pm_card_de",
    "pm_card_amex",
    "pm_card_chargeDeclined",
    "pm_card_refundFail",
    "pm_card_pendingRefund",
    "pm_card_createDispute",
    "pm_card_createDisputeInquiry",
    "pm_card_bypassPending",
    "pm_sepaDebit",
    "pm_sepaDebitFailed",
];

/// Numbers that follow from a seed.
struct Draws(u64);

impl Draws {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn of<'all, T>(&mut self, all: &'all [T]) -> Option<&'all T> {
        let count = u64::try_from(all.len()).unwrap();
        if count == 0 { None } else { all.get(usize::try_from(self.below(count)).unwrap()) }
    }
}

/// Every object of a list, over all its pages.
async fn all(shop: &Shop, path: &str) -> Vec<Value> {
    let mut all: Vec<Value> = Vec::new();
    loop {
        let after = all.last().map(|last| format!("&starting_after={}", last["id"].as_str().unwrap()));
        let page = shop.get(&format!("{path}limit=100{}", after.unwrap_or_default())).await;
        all.extend(page.body["data"].as_array().unwrap().iter().cloned());
        if page.body["has_more"] != true {
            return all;
        }
    }
}

fn sum(objects: &[Value], name: &str) -> i64 {
    objects.iter().map(|object| object[name].as_i64().unwrap()).sum()
}

async fn deed(shop: &Shop, draws: &mut Draws) {
    let charges = shop.simulator.charges();
    match draws.below(9) {
        0..=2 => {
            let (amount, card) = (50 + draws.below(100_000), draws.of(CARDS).unwrap());
            let manual = if draws.below(4) == 0 { "&capture_method=manual" } else { "" };
            let kinds = "payment_method_types[]=card&payment_method_types[]=sepa_debit";
            let form =
                format!("amount={amount}&currency=eur&payment_method={card}&confirm=true&{kinds}{manual}");
            shop.post("/v1/payment_intents", &form).await;
        }
        3 | 4 => {
            if let Some(charge) = draws.of(&charges) {
                let amount = 1 + draws.below(u64::try_from(charge.amount).unwrap());
                shop.post("/v1/refunds", &format!("charge={}&amount={amount}", charge.id)).await;
            }
        }
        5 => {
            if let Some(intent) = draws.of(&charges).and_then(|charge| charge.payment_intent.as_ref()) {
                let deed = if draws.below(2) == 0 { "capture" } else { "cancel" };
                shop.post(&format!("/v1/payment_intents/{intent}/{deed}"), "").await;
            }
        }
        6 => {
            let disputes = all(shop, "/v1/disputes?").await;
            match (draws.of(&disputes), draws.of(&charges)) {
                (Some(dispute), _) => {
                    shop.simulator.decide(dispute["id"].as_str().unwrap(), draws.below(2) == 0);
                }
                (None, Some(charge)) if charge.captured > 0 => {
                    shop.simulator.object(&charge.id, Objection::Dispute)
                }
                _ => (),
            }
        }
        7 => {
            let payout = shop.simulator.pay_out("eur");
            if let Some(payout) = payout.filter(|_| draws.below(3) == 0) {
                shop.simulator.fail_payout(&payout);
            }
        }
        _ => shop.simulator.advance(i64::try_from(draws.below(200_000)).unwrap()),
    }
}

/// What does not add up; nothing, if all is well.
async fn findings(shop: &Shop) -> Vec<String> {
    let movements = all(shop, "/v1/balance_transactions?").await;
    let balance = shop.get("/v1/balance").await.body;
    let held = |name: &str| {
        let of_euro =
            |sums: &Value| sums.as_array().unwrap().iter().find(|sum| sum["currency"] == "eur").cloned();
        of_euro(&balance[name]).map_or(0, |sum| sum["amount"].as_i64().unwrap())
    };
    let mut findings = Vec::new();
    if sum(&movements, "net") != held("available") + held("pending") {
        findings.push("the balance is not the sum of its movements".to_owned());
    }
    if sum(&movements, "amount") - sum(&movements, "fee") != sum(&movements, "net") {
        findings.push("what is net is not what is left after the fees".to_owned());
    }
    for payout in all(shop, "/v1/payouts?").await {
        let id = payout["id"].as_str().unwrap();
        let parts = all(shop, &format!("/v1/balance_transactions?payout={id}&")).await;
        let parts: Vec<Value> =
            parts.into_iter().filter(|part| part["id"] != payout["balance_transaction"]).collect();
        if sum(&parts, "net") != payout["amount"].as_i64().unwrap() {
            findings.push(format!("{id} is not the sum of its parts"));
        }
    }
    let refunds = all(shop, "/v1/refunds?").await;
    for charge in shop.simulator.charges() {
        let stands = |refund: &&Value| {
            let came_back = ["failed", "canceled"].contains(&refund["status"].as_str().unwrap());
            refund["charge"] == charge.id.as_str() && !came_back
        };
        let back: i64 = refunds.iter().filter(stands).map(|refund| refund["amount"].as_i64().unwrap()).sum();
        if back > charge.captured {
            findings.push(format!("{back} went back of {}, which took {}", charge.id, charge.captured));
        }
    }
    findings
}

async fn findings_after_any_deeds(seed: u64, defects: &[Defect]) -> Vec<String> {
    let shop = Shop::with(Setup { seed, ..Setup::default() });
    defects.iter().for_each(|defect| shop.simulator.plant(*defect));
    let mut draws = Draws(seed);
    for _ in 0..DEEDS {
        deed(&shop, &mut draws).await;
    }
    findings(&shop).await
}

#[tokio::test]
async fn the_books_of_the_simulator_add_up_after_any_deeds() {
    for seed in 1..=SEEDS {
        assert_eq!(findings_after_any_deeds(seed, &[]).await, Vec::<String>::new(), "seed {seed}");
    }
}

#[tokio::test]
async fn books_that_do_not_add_up_are_planted_and_found() {
    for (defect, words) in [
        (Defect::PaysOutTooLittle, "is not the sum of its parts"),
        (Defect::RefundsAboveTheCharge, "went back of"),
    ] {
        let mut found = Vec::new();
        for seed in 1..=SEEDS {
            found.extend(findings_after_any_deeds(seed, &[defect]).await);
        }
        assert!(found.iter().any(|finding| finding.contains(words)), "{defect:?}: {found:?}");
    }
}
