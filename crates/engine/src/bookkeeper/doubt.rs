//! A commit of unknown outcome. The connection can't be trusted after it: the journal is opened anew, and what is found
//! there is what is so. Until it can be opened nobody is told that nothing was recorded.

use settings::Settings;
use store::CommitFailure;

use super::{Bookkeeper, Served};
use crate::command::EngineError;
use crate::intake::Asked;
use crate::staged::Staged;

/// A batch that may or may not be in the journal.
pub(super) struct Doubt {
    staged: Staged,
    events_before: i64,
    failure: CommitFailure,
}

impl Bookkeeper {
    /// Opens the journal anew and answers by what is found. Gives back who must be served again.
    pub(super) fn settle(
        &mut self,
        failure: CommitFailure,
        staged: Staged,
        served: Vec<Served>,
    ) -> Vec<Asked> {
        tracing::error!(%failure, "the outcome of a commit is not known; the journal is opened anew");
        let events_before = self.writer.take().map_or(0, |writer| writer.head().0);
        let doubt = Doubt { staged, events_before, failure };
        match self.reopen() {
            Ok(()) => self.resolve(doubt, served),
            Err(error) => {
                tracing::error!(%error, "the journal can't be opened; the next command tries again");
                self.doubt = Some(doubt);
                self.unknown(served)
            }
        }
    }

    /// Makes sure that there is a writer, and that nothing is in doubt.
    pub(super) fn ensure_writer(&mut self) -> Result<(), EngineError> {
        if self.writer.is_some() {
            return Ok(());
        }
        self.reopen()?;
        if let Some(doubt) = self.doubt.take() {
            self.resolve(doubt, Vec::new());
        }
        Ok(())
    }

    fn reopen(&mut self) -> Result<(), EngineError> {
        let writer = self.store.reopen_writer()?;
        let mut defaults = Settings::defaults(self.settings.mode);
        defaults.rates.fixed_since = self.settings.rates.fixed_since;
        match writer.settings().map(|rows| Settings::from_rows(&rows, &defaults)) {
            Ok(Ok(stored)) if stored != self.settings => self.adopt(stored),
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, "the stored settings can't be read; the old ones stay in force")
            }
            Err(error) => {
                tracing::error!(%error, "the stored settings can't be read; the old ones stay in force")
            }
        }
        self.writer = Some(writer);
        Ok(())
    }

    fn resolve(&mut self, doubt: Doubt, served: Vec<Served>) -> Vec<Asked> {
        match self.is_recorded(&doubt) {
            Some(true) => {
                self.take_effect(doubt.staged, served);
                Vec::new()
            }
            Some(false) => self.not_recorded(&nothing_recorded(&doubt.failure), served),
            None => {
                doubt.staged.changes.into_iter().for_each(|change| self.shared.feed.publish(change));
                self.unknown(served)
            }
        }
    }

    /// Nobody knows.
    fn unknown(&mut self, served: Vec<Served>) -> Vec<Asked> {
        served.into_iter().for_each(|s| self.answer(s.asked.caller, Err(EngineError::Unknown)));
        Vec::new()
    }

    /// A batch is in the journal as a whole or not at all, and nobody else writes: any new event means that it is
    /// there. `None` when it had none and left nothing else that can be recognised.
    fn is_recorded(&self, doubt: &Doubt) -> Option<bool> {
        let writer = self.writer.as_ref()?;
        if doubt.staged.has_events() {
            return Some(writer.head().0 > doubt.events_before);
        }
        let wished = doubt.staged.batch.settings.as_ref()?;
        Some(writer.settings().ok()? == wished.rows)
    }
}

/// The commit failed, and it is known by now that it left nothing.
fn nothing_recorded(failure: &CommitFailure) -> EngineError {
    if failure.is_full() {
        EngineError::DiskFull
    } else {
        EngineError::Storage("the commit failed".to_owned())
    }
}
