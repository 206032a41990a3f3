//! The public that acts by itself.

use std::collections::{BTreeMap, BTreeSet};

use payment::{Level, Observation};
use rail_practice::{Act, Customer, Mining, PracticeRail, PracticeScript, Step, unreliable};

use crate::books::{Books, Kept, converged, fresh, offered, rail, sat, watching};

const ASKED: i64 = 10_000;
const OFFERS: u8 = 12;

/// Offers addresses, lets the script run to its end, and keeps what was reported and who came.
async fn run(seed: u64) -> (Kept, BTreeMap<String, Customer>) {
    let (rail, books) = (fresh(), Books::new());
    let mut script = PracticeScript::from_seed(seed);
    let mut customers = BTreeMap::new();
    for index in 0..OFFERS {
        let address = offered(&rail, &books, index).await;
        let customer = script.offered(&address, sat(ASKED)).expect("it fits");
        customers.insert(address, customer);
    }
    let kept = watching(&rail, &books, async {
        perform(&rail, &mut script);
        // The first report was the complete one; all that happened since is in the next.
        books.until(|kept| kept.reports.len() == 2).await
    })
    .await;
    (kept, customers)
}

/// Does every step; what comes too late or goes too deep is refused by the rail.
fn perform(rail: &PracticeRail, script: &mut PracticeScript) {
    while let Some(step) = script.next_step() {
        if let Step::Act(act) = step {
            let _may_be_refused = rail.act(&act);
        }
    }
}

/// What is there in the end of the payments to each address, in sat.
fn arrived(seen: &[Observation]) -> BTreeMap<String, i64> {
    let mut sums = BTreeMap::new();
    for observation in converged(seen).into_values().filter(|seen| !seen.level.is_withdrawn()) {
        *sums.entry(observation.address).or_insert(0) += observation.amount.minor();
    }
    sums
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_reports() {
    for seed in 0..20 {
        assert_eq!(run(seed).await, run(seed).await, "seed {seed}");
    }
    assert_ne!(run(1).await, run(2).await);
}

#[tokio::test(start_paused = true)]
async fn in_the_end_every_payment_is_final_or_gone() {
    for seed in 0..50 {
        let (kept, _) = run(seed).await;
        let is_at_rest = |level: &Level| level.is_withdrawn() || level.confirmations() >= 6;
        assert!(converged(kept.observations()).values().all(|seen| is_at_rest(&seen.level)), "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_customer_comes_and_pays_as_its_kind_does() {
    let mut kinds = BTreeSet::new();
    for seed in 0..50 {
        let (kept, customers) = run(seed).await;
        let seen: Vec<_> = kept.observations().cloned().collect();
        // A reorganisation may take anybody's payment; sent is what was ever seen.
        let sent = converged(&seen).into_values().fold(BTreeMap::new(), |mut sums, seen| {
            *sums.entry(seen.address).or_insert(0_i64) += seen.amount.minor();
            sums
        });
        for (address, customer) in customers {
            let sum = sent.get(&address).copied().unwrap_or(0);
            let is_right = match customer {
                Customer::Exact | Customer::Late | Customer::DoubleSpender | Customer::InParts => {
                    sum == ASKED
                }
                Customer::Short => 0 < sum && sum < ASKED,
                Customer::Over => ASKED < sum,
                Customer::Never => sum == 0,
                Customer::Twice => sum == 2 * ASKED,
            };
            assert!(is_right, "seed {seed}: {customer:?} sent {sum}");
            kinds.insert(customer);
        }
    }
    assert_eq!(kinds.len(), 8);
}

#[test]
fn a_late_customer_pays_after_its_quote_ended() {
    let (address, mut script) = ("bcrt1qlate", PracticeScript::from_seed(0));
    while script.offered(address, sat(ASKED)) != Ok(Customer::Late) {
        while script.next_step().is_some() {}
    }
    let steps: Vec<Step> = std::iter::from_fn(|| script.next_step()).collect();
    let ended = steps.iter().position(|step| matches!(step, Step::QuoteEnds { .. })).unwrap();
    let paid = steps.iter().position(|step| matches!(step, Step::Act(Act::Pay { .. }))).unwrap();
    assert!(ended < paid);
}

#[tokio::test(start_paused = true)]
async fn a_bad_network_changes_nothing_in_the_end() {
    for seed in 0..50 {
        let (kept, _) = run(seed).await;
        let seen: Vec<_> = kept.observations().cloned().collect();
        let delivered = unreliable(seen.clone(), seed);
        assert_eq!(arrived(&delivered), arrived(&seen), "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rail_reopened_after_the_script_tells_the_same_story() {
    let (kept, _) = run(3).await;
    let told = converged(kept.observations());
    let books = Books::after(kept.clone());
    let rail = rail(&kept.memory(), Mining::OnDemand);
    let after = watching(&rail, &books, books.until(|kept| kept.reports.len() > 1)).await;
    let complete = &after.reports.last().unwrap().observations;
    assert_eq!(complete.len(), told.len());
    for seen in complete {
        assert_eq!(told[seen.reference.as_str()].level, seen.level);
    }
}
