//! The engine's side of the rail, in memory: what it committed, and the latest reading of every transfer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use counterparties::wait_until;
use payment::rail::{NotCommitted, RailFuture, RailMemory, Report, ReportSink};
use payment::{Level, Observation, RailId};

const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Default)]
pub(crate) struct Books(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    change_sets: Vec<Vec<u8>>,
    reports: usize,
    latest: BTreeMap<String, Observation>,
    last_number: u64,
}

impl ReportSink for Books {
    fn report<'a>(&'a self, rail: RailId, report: Report) -> RailFuture<'a, Result<(), NotCommitted>> {
        assert_eq!(rail, RailId::EVM);
        self.take(report);
        Box::pin(async { Ok(()) })
    }
}

impl Books {
    fn take(&self, report: Report) {
        let mut pages = self.0.lock().unwrap();
        assert_eq!(
            report.complete,
            pages.reports == 0,
            "the first report of a watch is complete, and no other"
        );
        for observation in report.observations {
            assert!(observation.number > pages.last_number, "every reading has a higher number");
            pages.last_number = observation.number;
            pages.latest.insert(observation.reference.to_string(), observation);
        }
        pages.change_sets.extend(report.change_set);
        pages.reports += 1;
    }

    /// What the rail is given back at its next start.
    pub(crate) fn memory(&self) -> RailMemory {
        let pages = self.0.lock().unwrap();
        let change_sets = pages.change_sets.clone();
        RailMemory { change_sets, last_observation: pages.last_number, restored: false }
    }

    /// Books that hold what these had committed, as after a crash.
    pub(crate) fn reopened(&self) -> Arc<Self> {
        let pages = self.0.lock().unwrap();
        let kept = Pages {
            change_sets: pages.change_sets.clone(),
            latest: pages.latest.clone(),
            last_number: pages.last_number,
            ..Pages::default()
        };
        Arc::new(Self(Mutex::new(kept)))
    }

    /// Commits an offer's change set.
    pub(crate) fn commit_offer(&self, change_set: Option<Vec<u8>>) {
        self.0.lock().unwrap().change_sets.extend(change_set);
    }

    /// The latest readings of what came to an address, in the order of their references.
    pub(crate) fn came_to(&self, address: &str) -> Vec<Observation> {
        let pages = self.0.lock().unwrap();
        pages.latest.values().filter(|reading| reading.address == address).cloned().collect()
    }

    /// What came to an address and stands in a block, as `amount in base units, code of the currency`.
    pub(crate) fn standing(&self, address: &str) -> Vec<(String, String)> {
        let standing = self
            .came_to(address)
            .into_iter()
            .filter(|reading| matches!(reading.level, Level::Confirmed { .. }));
        let mut standing: Vec<_> = standing.map(|reading| described(&reading)).collect();
        standing.sort();
        standing
    }

    /// Waits until what came to an address satisfies.
    pub(crate) fn wait_for(
        &self,
        what: &str,
        address: &str,
        is_met: impl Fn(&[Observation]) -> bool,
    ) -> Vec<Observation> {
        wait_until(what, PATIENCE, || {
            let came = self.came_to(address);
            Ok(is_met(&came).then_some(came))
        })
        .unwrap_or_else(|error| panic!("{error}: {:?}", self.came_to(address)))
    }

    /// Waits until exactly this stands.
    pub(crate) fn wait_until_standing(&self, address: &str, expected: &[(&str, &str)]) {
        let mut expected: Vec<_> =
            expected.iter().map(|(amount, code)| ((*amount).to_owned(), (*code).to_owned())).collect();
        expected.sort();
        wait_until("what came stands", PATIENCE, || Ok((self.standing(address) == expected).then_some(())))
            .unwrap_or_else(|error| panic!("{error}: {expected:?} but {:?}", self.came_to(address)));
    }
}

fn described(reading: &Observation) -> (String, String) {
    let exact = reading.exact.as_ref().expect("this rail says what is exact");
    (exact.base_units.clone(), reading.amount.currency().code().to_owned())
}
