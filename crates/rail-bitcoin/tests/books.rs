//! The engine's side of the rail, in memory: what it committed, and the latest reading of every transfer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use counterparties::{Txid, wait_until};
use payment::rail::{NotCommitted, RailFuture, RailMemory, Report, ReportSink};
use payment::{Level, Observation, RailId};

const PATIENCE: Duration = Duration::from_secs(90);

#[derive(Default)]
pub(crate) struct Books(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    change_sets: Vec<Vec<u8>>,
    reports: Vec<Report>,
    latest: HashMap<String, Observation>,
    last_number: u64,
    refusing: bool,
    refused: Vec<Report>,
}

impl ReportSink for Books {
    fn report<'a>(&'a self, rail: RailId, report: Report) -> RailFuture<'a, Result<(), NotCommitted>> {
        assert_eq!(rail, RailId::BITCOIN);
        Box::pin(async move { self.take(report) })
    }
}

impl Books {
    /// Books restored from a backup.
    pub(crate) fn restored(backup: &RailMemory) -> Arc<Self> {
        let change_sets = backup.change_sets.clone();
        let last_number = backup.last_observation;
        Arc::new(Self(Mutex::new(Pages { change_sets, last_number, ..Pages::default() })))
    }

    /// What the rail is given back at its next start.
    pub(crate) fn memory(&self) -> RailMemory {
        let pages = self.0.lock().unwrap();
        let change_sets = pages.change_sets.clone();
        RailMemory { change_sets, last_observation: pages.last_number, restored: false }
    }

    /// Commits an offer's change set.
    pub(crate) fn commit_offer(&self, change_set: Option<Vec<u8>>) {
        self.0.lock().unwrap().change_sets.extend(change_set);
    }

    /// From now on no report of a payment is committed any more, as if the disk were full.
    pub(crate) fn refuse(&self) {
        self.0.lock().unwrap().refusing = true;
    }

    /// The disk has room again.
    pub(crate) fn accept(&self) {
        self.0.lock().unwrap().refusing = false;
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

    pub(crate) fn reports(&self) -> Vec<Report> {
        self.0.lock().unwrap().reports.clone()
    }

    pub(crate) fn refused(&self) -> Vec<Report> {
        self.0.lock().unwrap().refused.clone()
    }

    /// The latest reading of what a transaction pays to an address.
    pub(crate) fn latest(&self, txid: Txid, address: &str) -> Option<Observation> {
        let pages = self.0.lock().unwrap();
        let of_transaction = format!("{txid}:");
        let mut readings = pages.latest.values();
        readings
            .find(|reading| {
                reading.reference.as_str().starts_with(&of_transaction) && reading.address == address
            })
            .cloned()
    }

    /// How many transfers to an address are known.
    pub(crate) fn transfers_to(&self, address: &str) -> usize {
        let pages = self.0.lock().unwrap();
        pages.latest.values().filter(|reading| reading.address == address).count()
    }

    /// Waits until the latest reading of a transfer is at a level that satisfies.
    pub(crate) fn wait_for(
        &self,
        what: &str,
        txid: Txid,
        address: &str,
        satisfies: impl Fn(&Level) -> bool,
    ) -> Observation {
        self.wait(what, || self.latest(txid, address).filter(|reading| satisfies(&reading.level)))
    }

    /// Waits until there is something.
    pub(crate) fn wait<T>(&self, what: &str, probe: impl Fn() -> Option<T>) -> T {
        wait_until(what, PATIENCE, || Ok(probe())).unwrap()
    }

    fn take(&self, report: Report) -> Result<(), NotCommitted> {
        let mut pages = self.0.lock().unwrap();
        if pages.refusing && !report.observations.is_empty() {
            pages.refused.push(report);
            return Err(NotCommitted);
        }
        for observation in &report.observations {
            assert!(observation.number > pages.last_number, "numbers rise for ever");
            pages.last_number = observation.number;
            pages.latest.insert(observation.reference.to_string(), observation.clone());
        }
        pages.change_sets.extend(report.change_set.clone());
        pages.reports.push(report);
        Ok(())
    }
}

pub(crate) fn is_unconfirmed(level: &Level) -> bool {
    matches!(level, Level::Unconfirmed { .. })
}

pub(crate) fn has_confirmations(wanted: u32) -> impl Fn(&Level) -> bool {
    move |level| level.confirmations() == wanted
}
