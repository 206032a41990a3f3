//! A report that the books refuse as a whole: each thing it says is recorded by itself, and what is refused even then is
//! set aside. Levels converge, so a report that stops half-way can be brought again.

use payment::RailId;
use payment::rail::Report;
use store::WriteError;

use super::Bookkeeper;
use crate::command::EngineError;
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

    /// Stages one thing and commits it.
    fn record(
        &mut self,
        stage: impl FnOnce(&Desk<'_>, &mut WorkingSet<'_>) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        self.ensure_writer()?;
        let ((), staged) = self.at_desk(&Staged::default(), stage)?;
        match self.write(&staged) {
            Ok(()) => {
                self.take_effect(staged, Vec::new());
                Ok(())
            }
            Err(WriteError::Unknown(reason)) => {
                self.settle(&reason, staged, Vec::new());
                Err(EngineError::Unknown)
            }
            Err(error) => Err(error.into()),
        }
    }
}
