//! The single writer. A thread drains what waits in the intake (it never waits for more), lets the desk turn each
//! command into events, commits them all in one transaction, and only then answers. A refusal that rests on something
//! uncommitted waits for the commit like everybody else.

mod doubt;
mod parts;

use std::sync::Arc;

use settings::Settings;
use store::{Refusal, Store, WriteError, Writer};
use tokio::sync::mpsc;
use tokio::time::Instant;

use self::doubt::Doubt;
use crate::clock::Clock;
use crate::command::{Command, EngineError, Reply};
use crate::desk::Desk;
use crate::engine::Shared;
use crate::intake::{Asked, Caller};
use crate::meters::Tally;
use crate::offers::Wanted;
use crate::staged::Staged;
use crate::working_set::WorkingSet;

/// Commands committed together at most.
const BATCH_COMMANDS_MAX: usize = 1_024;

/// Everything the thread owns.
pub(crate) struct Bookkeeper {
    store: Store,
    writer: Option<Writer>,
    /// A batch that may or may not be in the journal, while the journal can't be opened to look.
    doubt: Option<Doubt>,
    inbox: mpsc::Receiver<Asked>,
    settings: Settings,
    clock: Arc<dyn Clock>,
    shared: Shared,
    /// What is noted of the batch being served.
    tally: Tally,
}

/// A command, what the desk made of it, and who waits.
struct Served {
    asked: Asked,
    outcome: Result<Reply, EngineError>,
}

impl Bookkeeper {
    pub(crate) fn new(
        (store, writer): (Store, Writer),
        inbox: mpsc::Receiver<Asked>,
        settings: Settings,
        clock: Arc<dyn Clock>,
        shared: Shared,
    ) -> Self {
        Self {
            store,
            writer: Some(writer),
            doubt: None,
            inbox,
            settings,
            clock,
            shared,
            tally: Tally::default(),
        }
    }

    /// Works until every intake handle is gone, then finishes what is queued and closes the writer.
    pub(crate) async fn work(mut self) {
        let mut waiting = Vec::with_capacity(BATCH_COMMANDS_MAX);
        while self.inbox.recv_many(&mut waiting, BATCH_COMMANDS_MAX).await > 0 {
            self.tally.found(waiting.len() + self.inbox.len());
            self.serve(std::mem::take(&mut waiting));
            self.shared.meters.note(&mut self.tally);
        }
    }

    /// Serves until everybody is answered: who was refused because of something that was then not recorded is served
    /// again, without it.
    fn serve(&mut self, mut waiting: Vec<Asked>) {
        while !waiting.is_empty() {
            if let Err(error) = self.ensure_writer() {
                waiting.into_iter().for_each(|asked| self.answer(asked.caller, Err(error.clone())));
                return;
            }
            let (staged, served) = self.stage(waiting);
            waiting = self.commit(staged, served);
        }
    }

    /// Lets the desk carry out each command. A refused one leaves nothing behind, and is answered at once when nothing
    /// uncommitted can be the reason.
    fn stage(&mut self, waiting: Vec<Asked>) -> (Staged, Vec<Served>) {
        let mut batch = Staged::default();
        let mut served = Vec::with_capacity(waiting.len());
        for asked in waiting {
            let command = asked.command.clone();
            let carry_out = || self.at_desk(&batch, |desk, work| desk.carry_out(work, command));
            match asked.caller.span.in_scope(carry_out) {
                Ok((reply, layer)) => {
                    batch.absorb(layer);
                    served.push(Served { asked, outcome: Ok(reply) });
                }
                Err(error) if batch.batch.is_empty() && !is_parcel(&asked.command) => {
                    self.answer(asked.caller, Err(error));
                }
                Err(error) => served.push(Served { asked, outcome: Err(error) }),
            }
        }
        (batch, served)
    }

    /// Lets the desk do something over what is committed and a batch that is not. Gives what it staged.
    fn at_desk<T>(
        &self,
        batch: &Staged,
        act: impl FnOnce(&Desk<'_>, &mut WorkingSet<'_>) -> Result<T, EngineError>,
    ) -> Result<(T, Staged), EngineError> {
        let writer = self.writer.as_ref().ok_or(EngineError::Closing)?;
        let desk = Desk {
            settings: batch.settings.as_ref().unwrap_or(&self.settings),
            rails: &self.shared.rails,
            charging: &self.shared.charging,
            cards: &self.shared.cards,
            rates: &self.shared.rates,
            now: self.clock.now().wall,
        };
        let mut work = WorkingSet::new(writer, batch);
        let done = act(&desk, &mut work)?;
        Ok((done, work.staged()))
    }

    /// Commits and answers. Gives back who must be served again.
    fn commit(&mut self, staged: Staged, served: Vec<Served>) -> Vec<Asked> {
        match self.write(&staged) {
            Ok(()) => {
                self.take_effect(staged, served);
                Vec::new()
            }
            Err(WriteError::Refused(refusal)) => {
                self.sort_out(served, refusal);
                Vec::new()
            }
            Err(WriteError::Unknown(failure)) => self.settle(failure, staged, served),
            Err(error) => self.not_recorded(&error.into(), served),
        }
    }

    fn write(&mut self, staged: &Staged) -> Result<(), WriteError> {
        match self.writer.as_mut() {
            Some(writer) if !staged.batch.is_empty() => {
                let began = Instant::now();
                let committed = writer.write(&staged.batch)?;
                let took = began.elapsed();
                self.tally.committed(took, &staged.batch);
                let (first, last) = (committed.first_event, committed.last_event);
                tracing::debug!(first, last, ?took, "a batch of events is on the disk");
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Committed: quotes run, whoever waits is answered, the feed tells, rails are asked.
    fn take_effect(&mut self, staged: Staged, served: Vec<Served>) {
        self.tally.booked(&staged.batch);
        if let Some(settings) = staged.settings {
            self.adopt(settings);
        }
        let now_ms = self.clock.now().monotonic_ms;
        for (invoice, payment, life_ms) in staged.quotes {
            self.shared.quotes.start(invoice, payment, now_ms + u64::from(life_ms));
        }
        served.into_iter().for_each(|s| self.conclude(s));
        staged.changes.into_iter().for_each(|change| self.shared.feed.publish(change));
        for (invoice, rail, attempt) in staged.offers {
            self.shared.request_offer(Wanted { invoice, rail, attempt });
        }
        staged.tends.into_iter().for_each(|(rail, due)| self.shared.cards.tend(rail, due));
        staged.rings.into_iter().for_each(|(rail, ring)| self.shared.charging.ring(rail, ring));
    }

    /// Answers. A parcel that could not be taken whole is taken one by one first.
    fn conclude(&mut self, served: Served) {
        let Served { asked, outcome } = served;
        let Asked { command, caller } = asked;
        let outcome = match (outcome, command) {
            (Err(error), Command::TakeParcel { source, instructions, again }) if !error.may_pass() => {
                self.take_apart(source, &instructions, again)
            }
            (outcome, _) => outcome,
        };
        self.answer(caller, outcome);
    }

    fn adopt(&mut self, settings: Settings) {
        self.shared.settings.send_replace(Arc::new(settings.clone()));
        self.settings = settings;
    }

    /// One command broke the batch: each is served alone, so that only the offender is refused, and a report only in
    /// the part that offends.
    fn sort_out(&mut self, mut served: Vec<Served>, refusal: Refusal) {
        if served.len() > 1 {
            served.into_iter().for_each(|s| self.serve(vec![s.asked]));
            return;
        }
        let Some(Served { asked: Asked { command, caller }, .. }) = served.pop() else { return };
        let outcome = match command {
            Command::TakeReport { rail, report } => self.take_in_parts(rail, report).map(|()| Reply::Done),
            Command::TakeParcel { source, instructions, again } => {
                self.take_apart(source, &instructions, again)
            }
            _ => Err(refusal.into()),
        };
        self.answer(caller, outcome);
    }

    /// Tells everybody whose wish was not recorded. Gives back who was refused because of those wishes.
    fn not_recorded(&mut self, error: &EngineError, served: Vec<Served>) -> Vec<Asked> {
        tracing::error!(%error, "a batch was not recorded");
        let mut again = Vec::new();
        for Served { asked, outcome } in served {
            match outcome {
                Ok(_) => self.answer(asked.caller, Err(error.clone())),
                Err(_) => again.push(asked),
            }
        }
        again
    }

    fn answer(&mut self, caller: Caller, with: Result<Reply, EngineError>) {
        let took = caller.since.elapsed();
        self.tally.answered(took, &with);
        match &with {
            Ok(_) => tracing::debug!(parent: &caller.span, ?took, "answered"),
            Err(error) => tracing::debug!(parent: &caller.span, ?took, %error, "refused"),
        }
        let _nobody_waits = caller.answer.send(with);
    }
}

const fn is_parcel(command: &Command) -> bool {
    matches!(command, Command::TakeParcel { .. })
}
