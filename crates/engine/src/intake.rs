//! The one way in: a bounded queue in front of the bookkeeper. A full queue slows whoever asks.

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tracing::Span;

use crate::command::{Command, EngineError, Reply};

/// Commands that may wait; with more, whoever asks waits too.
pub(crate) const INTAKE_COMMANDS_MAX: usize = 4_096;

/// Where an answer comes out.
pub(crate) type Answer = oneshot::Receiver<Result<Reply, EngineError>>;

/// What was asked, and where the answer goes.
pub(crate) struct Asked {
    pub(crate) command: Command,
    pub(crate) caller: Caller,
}

/// Who waits, and since when.
pub(crate) struct Caller {
    pub(crate) answer: oneshot::Sender<Result<Reply, EngineError>>,
    pub(crate) since: Instant,
    /// Everything done for the caller happens in it.
    pub(crate) span: Span,
}

/// A handle to the queue.
#[derive(Clone)]
pub(crate) struct Intake {
    queue: mpsc::Sender<Asked>,
}

impl Intake {
    pub(crate) fn new() -> (Self, mpsc::Receiver<Asked>) {
        let (queue, inbox) = mpsc::channel(INTAKE_COMMANDS_MAX);
        (Self { queue }, inbox)
    }

    /// For whoever looks how deep the queue is; does not keep it open.
    pub(crate) fn seen_from_outside(&self) -> mpsc::WeakSender<Asked> {
        self.queue.downgrade()
    }

    /// Asks and waits for the answer, which comes after the commit.
    pub(crate) async fn ask(&self, command: Command) -> Result<Reply, EngineError> {
        self.hand_in(command).await?.await.map_err(|_| EngineError::Unknown)?
    }

    /// Asks without waiting for the answer: what is handed in one after the other is served in that order.
    pub(crate) async fn hand_in(&self, command: Command) -> Result<Answer, EngineError> {
        let (answer, answered) = oneshot::channel();
        let caller = Caller { answer, since: Instant::now(), span: command.span() };
        self.queue.send(Asked { command, caller }).await.map_err(|_| EngineError::Closing)?;
        Ok(answered)
    }
}
