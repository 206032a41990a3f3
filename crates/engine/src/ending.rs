//! How an engine ends: in order, or because its bookkeeper broke. Nothing can be recorded after either.

use tokio::sync::watch;

use crate::supervisor::Supervisor;

/// How an engine ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It was stopped, and everything that was queued is recorded.
    InOrder,
    /// The bookkeeper failed. Nothing is sold any more: say so in one line, close the program and start it again.
    Broken,
}

/// Held by the bookkeeper while it works; tells how it ended when it is dropped.
pub(crate) struct Farewell {
    ended: watch::Sender<Option<Ending>>,
    supervisor: Supervisor,
}

impl Farewell {
    /// For the bookkeeper, and for whoever wants to hear it.
    pub(crate) fn of(supervisor: &Supervisor) -> (Self, watch::Receiver<Option<Ending>>) {
        let (ended, hears) = watch::channel(None);
        (Self { ended, supervisor: supervisor.clone() }, hears)
    }
}

impl Drop for Farewell {
    fn drop(&mut self) {
        let ending = if std::thread::panicking() { Ending::Broken } else { Ending::InOrder };
        if ending == Ending::Broken {
            tracing::error!(
                "the bookkeeper failed: nothing can be recorded, close the till and start it again"
            );
            self.supervisor.ask_to_stop();
        }
        self.ended.send_replace(Some(ending));
    }
}
