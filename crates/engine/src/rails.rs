//! The rails of this till: opened from what the journal remembers, watched, and opened anew when a report could not
//! be committed, because a rail's own memory may then be ahead of the journal.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payment::RailId;
use payment::rail::{NotCommitted, Rail, RailError, RailFuture, RailMemory, Report, ReportSink};
use store::Reader;
use tokio::sync::{RwLock, RwLockReadGuard};
use tokio::task::JoinError;
use tokio::time::Instant;
use tracing::Instrument;

use crate::command::Command;
use crate::feed::{Change, Feed};
use crate::intake::Intake;
use crate::supervisor::Supervisor;
use crate::threads::Threads;

/// Opens a rail from what it asked to be remembered. May block for seconds, as a keyring does.
pub type OpenRail = dyn Fn(RailMemory) -> Result<Arc<dyn Rail>, RailError> + Send + Sync;

/// A rail this till may use.
#[derive(Clone)]
pub struct RailSetup {
    /// Its name.
    pub id: RailId,
    /// How to open it.
    pub open: Arc<OpenRail>,
}

const PAUSE_FIRST: Duration = Duration::from_millis(500);
const PAUSE_LONGEST: Duration = Duration::from_secs(30);

/// A pause that doubles each time it is taken.
pub(crate) struct Pause(Duration);

impl Pause {
    pub(crate) const fn new() -> Self {
        Self(PAUSE_FIRST)
    }

    pub(crate) async fn take(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = (self.0 * 2).min(PAUSE_LONGEST);
    }
}

/// The rail as it is now: open, or why not.
type Opened = Result<Arc<dyn Rail>, RailError>;

/// Every rail of the till.
#[derive(Clone)]
pub(crate) struct Rails {
    slots: Arc<Vec<Slot>>,
    threads: Threads,
}

struct Slot {
    setup: RailSetup,
    rail: Mutex<Opened>,
    /// Read while an offer is on its way to the journal, written while the rail is opened anew: a rail opened from a
    /// journal that lacks an offer would make the same one again, for somebody else.
    offers: RwLock<()>,
}

impl Slot {
    fn now(&self) -> MutexGuard<'_, Opened> {
        self.rail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rails {
    /// Opens each rail. One that can't be opened is kept with its reason: the till sells without it.
    pub(crate) async fn open(setups: Vec<(RailSetup, RailMemory)>, threads: Threads) -> Self {
        let mut slots = Vec::with_capacity(setups.len());
        for (setup, memory) in setups {
            let open = setup.open.clone();
            let rail = Mutex::new(opened(threads.block(move || open(memory)).await));
            slots.push(Slot { setup, rail, offers: RwLock::new(()) });
        }
        Self { slots: Arc::new(slots), threads }
    }

    /// A rail, or why it can't be used. `None` when this till has no such rail.
    pub(crate) fn get(&self, id: RailId) -> Option<Opened> {
        self.slot(id).map(|slot| slot.now().clone())
    }

    /// Keeps a rail from being opened anew while the guard lives. `None` when this till has no such rail.
    pub(crate) async fn hold(&self, id: RailId) -> Option<RwLockReadGuard<'_, ()>> {
        match self.slot(id) {
            Some(slot) => Some(slot.offers.read().await),
            None => None,
        }
    }

    /// Watches every rail until the till closes.
    pub(crate) fn watch(&self, supervisor: &Supervisor, intake: &Intake, feed: &Feed, reader: &Reader) {
        for index in 0..self.slots.len() {
            let (rails, reader) = (self.clone(), reader.clone());
            let sink: Arc<dyn ReportSink> = Arc::new(Sink { intake: intake.clone(), feed: feed.clone() });
            let span = tracing::debug_span!("watch", rail = %self.slots[index].setup.id);
            let watching = async move { rails.watch_one(index, sink, reader).await };
            supervisor.run_until_stop(watching.instrument(span));
        }
    }

    async fn watch_one(&self, index: usize, sink: Arc<dyn ReportSink>, reader: Reader) {
        let slot = &self.slots[index];
        let mut pause = Pause::new();
        loop {
            let opened = slot.now().clone();
            let began = Instant::now();
            let problem = match opened {
                Ok(rail) => match rail.watch(sink.clone()).await {
                    Ok(()) => return,
                    Err(error) => error,
                },
                Err(error) => error,
            };
            tracing::warn!(rail = %slot.setup.id, error = %problem, "the watch ended; it is opened anew");
            if began.elapsed() > PAUSE_LONGEST {
                pause = Pause::new();
            }
            pause.take().await;
            slot.open_anew(self.threads, reader.clone()).await;
        }
    }

    fn slot(&self, id: RailId) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.setup.id == id)
    }
}

impl Slot {
    async fn open_anew(&self, threads: Threads, reader: Reader) {
        let _no_offer_is_pending = self.offers.write().await;
        let RailSetup { id, open } = self.setup.clone();
        match threads.block(move || reader.rail_memory(id).map(|memory| open(memory))).await {
            Ok(Ok(rail)) => *self.now() = opened(Ok(rail)),
            Ok(Err(error)) => tracing::warn!(rail = %id, %error, "the rail's memory can't be read"),
            Err(failure) => *self.now() = opened(Err(failure)),
        }
    }
}

fn opened(outcome: Result<Opened, JoinError>) -> Opened {
    let failed = |failure| Err(RailError::Protocol(format!("it could not be opened: {failure}")));
    outcome.unwrap_or_else(failed).map_err(RailError::masked)
}

struct Sink {
    intake: Intake,
    feed: Feed,
}

impl ReportSink for Sink {
    fn report<'a>(&'a self, rail: RailId, report: Report) -> RailFuture<'a, Result<(), NotCommitted>> {
        Box::pin(async move {
            let asked = self.intake.ask(Command::TakeReport { rail, report }).await;
            self.feed.publish(Change::Status);
            asked.map(|_| ()).map_err(|error| {
                tracing::warn!(%rail, %error, "a report was not committed");
                NotCommitted
            })
        })
    }
}
