//! What tests make go wrong with the disk under a writer that somebody else holds. Nothing but tests asks for it.

use std::sync::{Arc, Mutex, PoisonError};

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
}

/// Makes trouble for one writer; one that is opened in its place has none.
#[doc(hidden)]
#[derive(Clone, Debug, Default)]
pub struct Troublemaker(Arc<Mutex<Option<Trouble>>>);

impl Troublemaker {
    /// From the next batch on there is this trouble, or none.
    pub fn make(&self, trouble: Option<Trouble>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
    }

    pub(super) fn now(&self) -> Option<Trouble> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
