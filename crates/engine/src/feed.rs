//! What changed, published after each commit. Screens re-read what they show; nothing here is a source of truth.
//! Micropayments are not told here: there are too many, and who wants to see them looks.

use payment::{InvoiceId, StrayId};
use tokio::sync::broadcast;

/// Changes a slow listener may fall behind by before it is told to re-read everything.
const CHANGES_MAX: usize = 1_024;

/// Something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A sale, with its version after the change.
    Sale(InvoiceId, u32),
    /// A stray payment, with its version after the change.
    Stray(StrayId, u32),
    /// The settings.
    Settings,
    /// Health, alerts, dead letters.
    Status,
}

/// The publishing side.
#[derive(Clone, Debug)]
pub struct Feed {
    sender: broadcast::Sender<Change>,
}

impl Feed {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::channel(CHANGES_MAX).0 }
    }

    /// Publishes a change; nobody listening is fine.
    pub(crate) fn publish(&self, change: Change) {
        let _nobody_listens = self.sender.send(change);
    }

    /// Listens from now on. A listener that lags gets `Lagged` and re-reads everything.
    #[must_use]
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.sender.subscribe()
    }
}
