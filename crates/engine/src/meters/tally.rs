//! What the bookkeeper notes while it serves one batch.

use std::time::Duration;

use payment::stream::SettlementEvent;
use payment::{Level, RailId, SaleEvent, StrayEvent};
use store::{Batch, Record, SaleRecord, SettlementRecord, StrayRecord};

use super::Totals;
use super::second::Outcomes;
use crate::command::{EngineError, Outcome, Reply};

/// Notes of one batch; the bookkeeper's alone until it hands them over.
#[derive(Default)]
pub(crate) struct Tally {
    pub(super) latencies: Vec<u32>,
    pub(super) commits: Vec<Commit>,
    pub(super) queue_max: u32,
    accepted: Vec<(RailId, u32)>,
    /// Without those that are accepted: only the books know how many these are.
    answered: Outcomes,
    charges: Vec<(RailId, &'static str)>,
    withdrawn: u32,
    reversed: u32,
}

/// One transaction.
pub(super) struct Commit {
    pub(super) took_us: u32,
    pub(super) rows: u32,
}

impl Tally {
    /// So many commands were found in the intake.
    pub(crate) fn found(&mut self, waiting: usize) {
        self.queue_max = self.queue_max.max(count(waiting));
    }

    /// A command is answered.
    pub(crate) fn answered(&mut self, took: Duration, answer: &Result<Reply, EngineError>) {
        self.latencies.push(micros(took));
        if let Ok(Reply::Parcel(outcomes)) = answer {
            for outcome in outcomes {
                match outcome {
                    Outcome::Accepted { .. } => {}
                    Outcome::Duplicate { .. } => self.answered.duplicate += 1,
                    Outcome::Conflict { .. } => self.answered.conflict += 1,
                    Outcome::Rejected { .. } => self.answered.rejected += 1,
                    Outcome::DeadLetter { .. } => self.answered.dead_letter += 1,
                }
            }
        }
    }

    /// A transaction was committed.
    pub(crate) fn committed(&mut self, took: Duration, batch: &Batch) {
        let rows = batch.records.iter().map(|record| match record {
            Record::Parcel(parcel) => count(parcel.taken.len()),
            Record::Sale(_)
            | Record::Stray(_)
            | Record::Settlement(_)
            | Record::Payout(_)
            | Record::Sweep(_)
            | Record::DeadLetter(_)
            | Record::Finding(_) => 1,
        });
        self.commits.push(Commit { took_us: micros(took), rows: rows.sum() });
    }

    /// A batch is in the books.
    pub(crate) fn booked(&mut self, batch: &Batch) {
        for record in &batch.records {
            match record {
                Record::Parcel(parcel) => {
                    self.accepted.extend(parcel.groups.iter().map(|group| (group.rail, group.count)));
                }
                Record::Sale(sale) => self.seen(withdrawn_from_sale(sale)),
                Record::Stray(stray) => self.seen(withdrawn_from_stray(stray)),
                Record::Settlement(settlement) => self.charges.extend(charge_of(settlement)),
                Record::Payout(_) | Record::Sweep(_) | Record::DeadLetter(_) | Record::Finding(_) => {}
            }
        }
    }

    fn seen(&mut self, gone: Option<WasSafe>) {
        if let Some(WasSafe(was_safe)) = gone {
            self.withdrawn += 1;
            self.reversed += u32::from(was_safe);
        }
    }

    pub(super) fn outcomes(&self) -> Outcomes {
        Outcomes { accepted: self.accepted.iter().map(|(_, count)| count).sum(), ..self.answered }
    }

    pub(super) fn add_to(&self, totals: &mut Totals) {
        totals.commands += u64::from(count(self.latencies.len()));
        totals.commits += u64::from(count(self.commits.len()));
        for (rail, count) in &self.accepted {
            *totals.accepted.entry(*rail).or_default() += u64::from(*count);
        }
        for charge in &self.charges {
            *totals.charges.entry(*charge).or_default() += 1;
        }
        totals.duplicates += u64::from(self.answered.duplicate);
        totals.conflicts += u64::from(self.answered.conflict);
        totals.rejected += u64::from(self.answered.rejected);
        totals.dead_letters += u64::from(self.answered.dead_letter);
        totals.withdrawn += u64::from(self.withdrawn);
        totals.reversed += u64::from(self.reversed);
        totals.queue_max = totals.queue_max.max(self.queue_max);
        self.latencies.iter().for_each(|took_us| totals.latency.add(*took_us));
        for commit in &self.commits {
            totals.commit.add(commit.took_us);
            totals.commit_rows.add(commit.rows);
        }
    }

    /// Empties it and keeps its memory, which is bounded by what a batch holds.
    pub(super) fn clear(&mut self) {
        self.latencies.clear();
        self.commits.clear();
        self.accepted.clear();
        self.charges.clear();
        (self.queue_max, self.answered, self.withdrawn, self.reversed) = (0, Outcomes::default(), 0, 0);
    }
}

/// What became of a charge, if that is known now.
fn charge_of(record: &SettlementRecord) -> Option<(RailId, &'static str)> {
    let became = match &record.event {
        SettlementEvent::Charged { .. } => "charged",
        SettlementEvent::Doubted { .. } => "doubted",
        SettlementEvent::SetAside { trouble, .. } => trouble.name(),
        SettlementEvent::Opened { .. } | SettlementEvent::NeverArrived | SettlementEvent::TriedAgain => {
            return None;
        }
    };
    Some((record.after.bill.tab.rail, became))
}

/// Of a transfer that is gone.
struct WasSafe(bool);

fn withdrawn_from_sale(record: &SaleRecord) -> Option<WasSafe> {
    let SaleEvent::TransferObserved { payment, observation } = &record.event else { return None };
    if !observation.level.is_withdrawn() {
        return None;
    }
    let chain = record.after.payment(*payment).and_then(payment::sale::Payment::chain);
    let transfer = chain.and_then(|chain| chain.transfers.get(&observation.reference));
    Some(WasSafe(transfer.is_some_and(|transfer| transfer.was_safe)))
}

fn withdrawn_from_stray(record: &StrayRecord) -> Option<WasSafe> {
    match &record.event {
        StrayEvent::Observed { observation } if matches!(observation.level, Level::Withdrawn { .. }) => {
            Some(WasSafe(record.after.transfer.was_safe))
        }
        _ => None,
    }
}

fn micros(took: Duration) -> u32 {
    u32::try_from(took.as_micros()).unwrap_or(u32::MAX)
}

pub(super) fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
