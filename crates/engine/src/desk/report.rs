//! What a rail saw: a report is taken sighting by sighting, in the order that keeps money where it belongs. One sighting
//! that can't be taken is set aside for the owner and stops nobody else's money.

use std::collections::HashSet;

use payment::rail::Report;
use payment::sale::Refused;
use payment::{Observation, RailId, TransferRef};
use store::{FindingRecord, TransferOwner};

use super::Desk;
use crate::command::{EngineError, Reply};
use crate::working_set::WorkingSet;

/// One thing that a report says.
#[derive(Clone, Debug)]
pub(crate) enum Sighting {
    /// A transfer was seen.
    Named {
        /// The reading, its number spread out.
        observation: Observation,
        /// The report names all transfers there are.
        complete: bool,
    },
    /// A transfer that the books hold open was not named by a complete report: it is gone.
    Missing {
        /// The transfer.
        reference: TransferRef,
        /// Whose it is.
        owner: TransferOwner,
        /// Above every number in the report.
        number: u64,
    },
}

/// When a sighting is taken. What takes money away comes before what brings some, so that a payment whose fee was raised
/// finds its sale uncovered, whichever of its two transactions the report names first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    Withdrawn,
    Missing,
    WithdrawnAtFirstSight,
    Known,
    FirstSight,
}

impl Desk<'_> {
    /// Commits what was seen together with what the rail must remember of it.
    pub(super) fn take_report(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        report: Report,
    ) -> Result<Reply, EngineError> {
        let sightings = self.sightings(work, rail, &report)?;
        self.remember(work, rail, report)?;
        for sighting in &sightings {
            match work.attempt(|work| self.take_sighting(work, rail, sighting)) {
                Err(error) if !error.may_pass() => self.set_aside(work, rail, sighting, &error)?,
                taken => taken?,
            }
        }
        Ok(Reply::Done)
    }

    /// What a report says, in the order in which it is taken.
    pub(crate) fn sightings(
        &self,
        work: &WorkingSet<'_>,
        rail: RailId,
        report: &Report,
    ) -> Result<Vec<Sighting>, EngineError> {
        let mut turns = Vec::with_capacity(report.observations.len());
        for observation in &report.observations {
            let is_known = match work.owner_of_transfer(rail, &observation.reference) {
                Err(error) if error.may_pass() => return Err(error),
                found => found.is_ok_and(|owner| owner.is_some()),
            };
            let turn = match (observation.level.is_withdrawn(), is_known) {
                (true, true) => Turn::Withdrawn,
                (true, false) => Turn::WithdrawnAtFirstSight,
                (false, true) => Turn::Known,
                (false, false) => Turn::FirstSight,
            };
            let observation = Observation { number: spread(observation.number), ..observation.clone() };
            let number = observation.number;
            turns.push((turn, number, Sighting::Named { observation, complete: report.complete }));
        }
        if report.complete {
            let number = spread(highest(report).max(work.last_observation(rail)?)) + 1;
            let missing = missing(work, rail, report, number)?;
            turns.extend(missing.into_iter().map(|sighting| (Turn::Missing, number, sighting)));
        }
        turns.sort_by_key(|(turn, number, _)| (*turn, *number));
        Ok(turns.into_iter().map(|(.., sighting)| sighting).collect())
    }

    /// Stages what the rail must remember, and which numbers it has used.
    pub(crate) fn remember(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        report: Report,
    ) -> Result<(), EngineError> {
        let highest = highest(&report);
        work.remember_report(rail, report.change_set, highest, report.scanned)
    }

    /// Notes the numbers a report has used, when its sightings are recorded before it is.
    pub(crate) fn note_numbers(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        report: &Report,
    ) -> Result<(), EngineError> {
        work.remember_report(rail, None, highest(report), false)
    }

    /// Keeps what could not be taken where the owner sees it, with the reason.
    pub(crate) fn set_aside(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        sighting: &Sighting,
        reason: &EngineError,
    ) -> Result<(), EngineError> {
        let (reference, payload) = match sighting {
            Sighting::Named { observation, .. } => (&observation.reference, format!("{observation:?}")),
            Sighting::Missing { reference, .. } => (reference, "it is gone".to_owned()),
        };
        work.find(FindingRecord {
            subject: format!("{rail} {reference}"),
            kind: finding_kind(reason),
            reason: reason.to_string(),
            payload,
            at: self.now,
        })
    }
}

/// What the books hold open and a complete report does not name.
fn missing(
    work: &WorkingSet<'_>,
    rail: RailId,
    report: &Report,
    number: u64,
) -> Result<Vec<Sighting>, EngineError> {
    let named: HashSet<&TransferRef> = report.observations.iter().map(|o| &o.reference).collect();
    let open = work.open_transfers(rail)?.into_iter();
    let missing = open.filter(|(reference, _)| !named.contains(reference));
    Ok(missing.map(|(reference, owner)| Sighting::Missing { reference, owner, number }).collect())
}

fn highest(report: &Report) -> u64 {
    report.observations.iter().map(|observation| observation.number).max().unwrap_or(0)
}

/// Leaves a gap after each number of a rail, for what the engine itself concludes from a complete report.
const fn spread(number: u64) -> u64 {
    number.saturating_mul(2)
}

/// A mismatch between what was asked and what came posts nothing; anything else is a dead letter.
const fn finding_kind(reason: &EngineError) -> &'static str {
    match reason {
        EngineError::Refused(Refused::Stray(_) | Refused::WrongState) => "mismatch",
        _ => "dead_letter",
    }
}
