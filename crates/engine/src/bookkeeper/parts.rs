//! What the books refuse as a whole is recorded in parts, and what is refused even then is set aside. Of a report each
//! sighting is a part: levels converge, so a report that stops half-way can be brought again. Of a parcel each
//! instruction is one: it is known by its id, so a parcel that stops half-way can be handed in again.

use std::sync::Arc;

use payment::RailId;
use payment::rail::Report;
use payment::stream::Instruction;
use store::{Source, WriteError};

use super::Bookkeeper;
use crate::command::{EngineError, Outcome, Reply};
use crate::desk::Desk;
use crate::staged::Staged;
use crate::working_set::WorkingSet;

impl Bookkeeper {
    /// Records what can be recorded of a report. What the rail must remember comes last: with it all the rest is there.
    pub(super) fn take_in_parts(&mut self, rail: RailId, report: Report) -> Result<(), EngineError> {
        let nothing = Staged::default();
        let (sightings, _) = self.at_desk(&nothing, |desk, work| desk.sightings(work, rail, &report))?;
        for sighting in &sightings {
            let taken = self.record(|desk, work| {
                desk.note_numbers(work, rail, &report)?;
                desk.take_sighting(work, rail, sighting)
            });
            match taken {
                Err(error) if !error.may_pass() => {
                    tracing::warn!(%rail, %error, "a sighting was set aside");
                    self.record(|desk, work| desk.set_aside(work, rail, sighting, &error))?;
                }
                taken => taken?,
            }
        }
        self.record(|desk, work| desk.remember(work, rail, report))
    }

    /// Takes the instructions of a parcel one by one. The one that offends becomes a dead letter.
    pub(super) fn take_apart(
        &mut self,
        source: Source,
        instructions: &[Instruction],
        again: bool,
    ) -> Result<Reply, EngineError> {
        let mut outcomes = Vec::with_capacity(instructions.len());
        for instruction in instructions {
            let alone: Arc<[Instruction]> = [instruction.clone()].into();
            let taken = self.record(|desk, work| desk.take_parcel(work, source, alone, again));
            match taken {
                Ok(Reply::Parcel(outcome)) => outcomes.extend(outcome),
                Err(error) if !error.may_pass() => {
                    tracing::warn!(instruction = instruction.id(), %error, "an instruction was set aside");
                    let reason = error.to_string();
                    outcomes.push(Outcome::DeadLetter { reason: reason.clone() });
                    self.record(|desk, work| {
                        desk.set_instruction_aside(work, instruction, reason);
                        Ok(())
                    })?;
                }
                other => return other,
            }
        }
        Ok(Reply::Parcel(outcomes))
    }

    /// Stages one thing and commits it.
    fn record<T>(
        &mut self,
        stage: impl FnOnce(&Desk<'_>, &mut WorkingSet<'_>) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        self.ensure_writer()?;
        let (staged_well, staged) = self.at_desk(&Staged::default(), stage)?;
        match self.write(&staged) {
            Ok(()) => {
                self.take_effect(staged, Vec::new());
                Ok(staged_well)
            }
            Err(WriteError::Unknown(failure)) => {
                self.settle(failure, staged, Vec::new());
                Err(EngineError::Unknown)
            }
            Err(error) => Err(error.into()),
        }
    }
}
