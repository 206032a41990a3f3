//! The single writer. A thread drains what waits in the intake (it never waits for more), lets the desk turn each
//! command into events, commits them all in one transaction, and only then answers.

use std::sync::Arc;

use payment::InvoiceId;
use settings::Settings;
use store::{Store, WriteError, Writer};
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::command::{Command, EngineError, Reply};
use crate::desk::Desk;
use crate::engine::Shared;
use crate::intake::Asked;
use crate::working_set::{Staged, WorkingSet};

/// Commands committed together at most.
const BATCH_COMMANDS_MAX: usize = 1_024;

/// Everything the thread owns.
pub(crate) struct Bookkeeper {
    pub(crate) store: Store,
    pub(crate) writer: Option<Writer>,
    pub(crate) inbox: mpsc::Receiver<Asked>,
    pub(crate) settings: Settings,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) shared: Shared,
}

/// A command, what it was answered by the desk, and who waits.
struct Served {
    asked: Asked,
    reply: Reply,
}

impl Bookkeeper {
    /// Works until every intake handle is gone, then finishes what is queued and closes the writer.
    pub(crate) fn work(mut self) {
        let mut waiting = Vec::with_capacity(BATCH_COMMANDS_MAX);
        while self.inbox.blocking_recv_many(&mut waiting, BATCH_COMMANDS_MAX) > 0 {
            self.serve(std::mem::take(&mut waiting));
        }
    }

    fn serve(&mut self, waiting: Vec<Asked>) {
        if let Err(error) = self.ensure_writer() {
            for asked in waiting {
                answer(asked.answer, Err(error.clone()));
            }
            return;
        }
        let (staged, served) = self.stage(waiting);
        self.commit(staged, served);
    }

    /// Lets the desk carry out each command; refused ones are answered at once and leave nothing behind.
    fn stage(&mut self, waiting: Vec<Asked>) -> (Staged, Vec<Served>) {
        let mut batch = Staged::default();
        let mut served = Vec::with_capacity(waiting.len());
        for asked in waiting {
            match self.carry_out(&batch, asked.command.clone()) {
                Ok((reply, layer)) => {
                    batch.absorb(layer);
                    served.push(Served { asked, reply });
                }
                Err(error) => answer(asked.answer, Err(error)),
            }
        }
        (batch, served)
    }

    fn carry_out(&mut self, batch: &Staged, command: Command) -> Result<(Reply, Staged), EngineError> {
        let writer = self.writer.as_mut().ok_or(EngineError::Closing)?;
        let desk = Desk {
            settings: batch.settings.as_ref().unwrap_or(&self.settings),
            rails: &self.shared.rails,
            now: self.clock.now().wall,
        };
        let mut work = WorkingSet::new(writer, batch);
        let reply = desk.carry_out(&mut work, command)?;
        Ok((reply, work.layer))
    }

    fn commit(&mut self, staged: Staged, served: Vec<Served>) {
        let Some(writer) = self.writer.as_mut() else { return };
        let written = if staged.batch.is_empty() { Ok(()) } else { writer.write(&staged.batch).map(|_| ()) };
        match written {
            Ok(()) => self.acknowledge(staged, served),
            Err(WriteError::Refused(_)) if served.len() > 1 => self.serve_singly(served),
            Err(WriteError::Unknown(reason)) => self.settle_unknown(&reason, served),
            Err(error) => {
                let error = refusal(error);
                tracing::error!(%error, "a batch was not recorded");
                served.into_iter().for_each(|s| answer(s.asked.answer, Err(error.clone())));
            }
        }
    }

    /// Committed: answer, publish, start quotes, ask rails.
    fn acknowledge(&mut self, staged: Staged, served: Vec<Served>) {
        if let Some(settings) = staged.settings {
            self.shared.settings.send_replace(Arc::new(settings.clone()));
            self.settings = settings;
        }
        let now_ms = self.clock.now().monotonic_ms;
        for (invoice, payment, life_ms) in staged.quotes {
            self.shared.quotes.start(invoice, payment, now_ms + u64::from(life_ms));
        }
        for s in served {
            answer(s.asked.answer, Ok(s.reply));
        }
        for change in staged.changes {
            self.shared.feed.publish(change);
        }
        for (invoice, rail, attempt) in staged.offers {
            self.shared.request_offer((invoice, rail), attempt);
        }
    }

    /// One command broke the batch: each is tried alone, so that only the offender is refused.
    fn serve_singly(&mut self, served: Vec<Served>) {
        for Served { asked, .. } in served {
            let (staged, served) = self.stage(vec![asked]);
            self.commit(staged, served);
        }
    }

    /// After a commit of unknown outcome the connection can't be trusted: reopen, look each thing up, then answer.
    fn settle_unknown(&mut self, reason: &str, served: Vec<Served>) {
        tracing::error!(reason, "the outcome of a commit is not known; the journal is reopened");
        self.writer = None;
        let reopened = self.ensure_writer();
        for Served { asked, reply } in served {
            let settled = reopened.clone().and_then(|()| self.look_up(&reply));
            answer(asked.answer, settled.map(|()| reply));
        }
    }

    /// Is the state that was about to be answered in the journal?
    fn look_up(&mut self, reply: &Reply) -> Result<(), EngineError> {
        let writer = self.writer.as_mut().ok_or(EngineError::Unknown)?;
        let is_there = match reply {
            Reply::Sale(sale) => version_of(writer, sale.id)? >= sale.version,
            Reply::Stray(stray) => {
                let found = writer.stray(stray.id).map_err(|_| EngineError::Unknown)?;
                found.is_some_and(|found| found.version >= stray.version)
            }
            Reply::Done => return Err(EngineError::Unknown),
        };
        if is_there { Ok(()) } else { Err(EngineError::Storage("the commit failed".to_owned())) }
    }

    fn ensure_writer(&mut self) -> Result<(), EngineError> {
        if self.writer.is_none() {
            let writer = self.store.reopen_writer().map_err(|e| EngineError::Storage(e.to_string()))?;
            self.writer = Some(writer);
        }
        Ok(())
    }
}

fn version_of(writer: &mut Writer, id: InvoiceId) -> Result<u32, EngineError> {
    let found = writer.sale(id).map_err(|_| EngineError::Unknown)?;
    Ok(found.map_or(0, |sale| sale.version))
}

fn refusal(error: WriteError) -> EngineError {
    match error {
        WriteError::Full => EngineError::DiskFull,
        other => EngineError::Storage(other.to_string()),
    }
}

fn answer(to: oneshot::Sender<Result<Reply, EngineError>>, with: Result<Reply, EngineError>) {
    let _nobody_waits = to.send(with);
}
