//! What tests make go wrong with the disk under a writer that somebody else holds, and where they watch its commits.
//! Nothing but tests asks for it.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{Batch, Committed};

/// A kind of trouble.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Every batch finds the disk full.
    DiskFull,
    /// Every commit fails and leaves nothing.
    CommitLost,
    /// Every commit succeeds, and looks as if it had failed.
    AnswerLost,
    /// Every commit leaves nothing, and looks as if it had succeeded: the defect that judges must find.
    Forgotten,
}

/// Is told of every commit on the thread that commits. One that unwinds ends the writer there, as a crash would.
#[doc(hidden)]
pub trait Witness: Send + Sync {
    /// The batch is written and not committed.
    fn before(&self, batch: &Batch);
    /// It is committed, and nobody has been told.
    fn after(&self, batch: &Batch, committed: &Committed);
}

/// Makes trouble for a writer. One that is opened in its place has none, and the same witness.
#[doc(hidden)]
#[derive(Clone, Default)]
pub struct Troublemaker(Arc<Mutex<Plan>>);

#[derive(Clone, Default)]
struct Plan {
    trouble: Option<Trouble>,
    witness: Option<Arc<dyn Witness>>,
}

impl Troublemaker {
    /// From the next batch on there is this trouble, or none.
    pub fn make(&self, trouble: Option<Trouble>) {
        self.plan().trouble = trouble;
    }

    /// From the next batch on somebody watches.
    pub fn watch(&self, witness: Arc<dyn Witness>) {
        self.plan().witness = Some(witness);
    }

    pub(super) fn now(&self) -> Option<Trouble> {
        self.plan().trouble
    }

    pub(super) fn tell(&self, of: impl FnOnce(&dyn Witness)) {
        let witness = self.plan().witness.clone();
        if let Some(witness) = witness {
            of(witness.as_ref());
        }
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Troublemaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.now().fmt(f)
    }
}
