//! The one way in: a bounded queue in front of the bookkeeper. A full queue slows whoever asks.

use tokio::sync::{mpsc, oneshot};

use crate::command::{Command, EngineError, Reply};

/// Commands that may wait; with more, whoever asks waits too.
pub(crate) const INTAKE_COMMANDS_MAX: usize = 4_096;

/// Where an answer comes out.
pub(crate) type Answer = oneshot::Receiver<Result<Reply, EngineError>>;

/// What was asked, and where the answer goes.
pub(crate) struct Asked {
    pub(crate) command: Command,
    pub(crate) answer: oneshot::Sender<Result<Reply, EngineError>>,
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

    /// Asks and waits for the answer, which comes after the commit.
    pub(crate) async fn ask(&self, command: Command) -> Result<Reply, EngineError> {
        self.hand_in(command).await?.await.map_err(|_| EngineError::Unknown)?
    }

    /// Asks without waiting for the answer: what is handed in one after the other is served in that order.
    pub(crate) async fn hand_in(&self, command: Command) -> Result<Answer, EngineError> {
        let (answer, answered) = oneshot::channel();
        self.queue.send(Asked { command, answer }).await.map_err(|_| EngineError::Closing)?;
        Ok(answered)
    }
}
