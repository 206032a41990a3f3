//! The rails of this till: opened from what the journal remembers, watched, and opened anew when a report could not
//! be committed, because a rail's own memory may then be ahead of the journal.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payment::rail::{Attempt, NotCommitted, Rail, RailError, RailFuture, RailMemory, Report, ReportSink};
use payment::{InvoiceId, RailId};
use store::Reader;

use crate::command::Command;
use crate::feed::{Change, Feed};
use crate::intake::Intake;
use crate::supervisor::Supervisor;

/// Opens a rail from what it asked to be remembered.
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

/// The rail as it is now: open, or why not.
type Opened = Result<Arc<dyn Rail>, RailError>;

/// Every rail of the till.
#[derive(Clone)]
pub(crate) struct Rails {
    slots: Arc<Vec<Slot>>,
}

struct Slot {
    setup: RailSetup,
    rail: Mutex<Opened>,
}

impl Slot {
    fn now(&self) -> MutexGuard<'_, Opened> {
        self.rail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rails {
    /// Opens each rail. One that can't be opened is kept with its reason: the till sells without it.
    pub(crate) fn open(
        setups: Vec<RailSetup>,
        mut memory: impl FnMut(RailId) -> Result<RailMemory, store::ReadError>,
    ) -> Result<Self, store::ReadError> {
        let mut slots = Vec::with_capacity(setups.len());
        for setup in setups {
            let rail = Mutex::new((setup.open)(memory(setup.id)?));
            slots.push(Slot { setup, rail });
        }
        Ok(Self { slots: Arc::new(slots) })
    }

    /// A rail, or why it can't be used. `None` when this till has no such rail.
    pub(crate) fn get(&self, id: RailId) -> Option<Opened> {
        self.slots.iter().find(|slot| slot.setup.id == id).map(|slot| slot.now().clone())
    }

    /// Watches every rail until the till closes.
    pub(crate) fn watch(&self, supervisor: &Supervisor, intake: &Intake, feed: &Feed, reader: &Reader) {
        for index in 0..self.slots.len() {
            let (rails, reader) = (self.clone(), reader.clone());
            let sink: Arc<dyn ReportSink> = Arc::new(Sink { intake: intake.clone(), feed: feed.clone() });
            supervisor.run_until_stop(async move { rails.watch_one(index, sink, reader).await });
        }
    }

    async fn watch_one(&self, index: usize, sink: Arc<dyn ReportSink>, reader: Reader) {
        let slot = &self.slots[index];
        let mut pause = PAUSE_FIRST;
        loop {
            let opened = slot.now().clone();
            let problem = match opened {
                Ok(rail) => match rail.watch(sink.clone()).await {
                    Ok(()) => return,
                    Err(error) => error,
                },
                Err(error) => error,
            };
            tracing::warn!(rail = %slot.setup.id, error = %problem, "the watch ended; it is opened anew");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_LONGEST);
            match reader.rail_memory(slot.setup.id).await {
                Ok(memory) => *slot.now() = (slot.setup.open)(memory),
                Err(error) => tracing::warn!(rail = %slot.setup.id, %error, "the rail's memory can't be read"),
            }
        }
    }

    /// Asks a rail for an address and brings the answer back through the one door.
    pub(crate) fn request_offer(
        &self,
        supervisor: &Supervisor,
        intake: &Intake,
        (invoice, rail_id): (InvoiceId, RailId),
        attempt: Attempt,
    ) {
        let (rails, intake) = (self.clone(), intake.clone());
        supervisor.run_to_end(async move {
            let answer = match rails.get(rail_id) {
                Some(Ok(rail)) => rail.offer(&attempt).await,
                Some(Err(error)) => Err(error),
                None => Err(RailError::Misconfigured("this till has no such rail".to_owned())),
            };
            let command = Command::TakeOffer { invoice, payment: attempt.payment, rail: rail_id, answer };
            if let Err(error) = intake.ask(command).await {
                tracing::warn!(payment = %attempt.payment, %error, "an offer was not recorded; the next start asks again");
            }
        });
    }
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
