//! Rails that take cards. For each there is a collector, which does the errands of card payments, one after the other for
//! one payment and a few payments side by side, and brings what the processor says back through the one door.
//!
//! Nothing that matters is kept here: what is to be asked next is a function of the sale (`CardErrand`), so a till that
//! starts again takes its errands from the books, and asks about each before it sends anything.

mod collector;
mod command;
mod errand;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use payment::card::{CardMemory, CardNotice, CardRail, CardReading, CardReport, CardSink, NoticeRefused};
use payment::rail::{NotCommitted, RailFuture};
use payment::{InvoiceId, PaymentId, RailError, RailId};
use store::DueCard;
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::Instrument;

use self::collector::Collector;
pub use self::command::CardCommand;
use crate::command::Command;
use crate::feed::Feed;
use crate::intake::Intake;
use crate::rails::Pause;
use crate::supervisor::Supervisor;

/// Events that were read for so long began well: the next failure is a new one.
const WATCHED_WELL: Duration = Duration::from_secs(30);

/// The rail, or why it can't be used.
pub type CardOpened = Result<Arc<dyn CardRail>, RailError>;

/// Opens a rail from what the books keep for it. When it can't be opened the till starts no card payments.
pub type OpenCardRail = dyn Fn(CardMemory) -> CardOpened + Send + Sync;

/// A rail this till may take cards with.
#[derive(Clone)]
pub struct CardSetup {
    /// Its name.
    pub id: RailId,
    /// How to open it.
    pub open: Arc<OpenCardRail>,
}

/// Every rail of the till that takes cards.
#[derive(Clone)]
pub(crate) struct Cards {
    slots: Arc<Vec<Slot>>,
}

struct Slot {
    id: RailId,
    rail: CardOpened,
    bell: Arc<Bell>,
}

/// Tells a collector which payments changed.
#[derive(Debug, Default)]
struct Bell {
    ring: Notify,
    changed: Mutex<BTreeSet<(PaymentId, InvoiceId)>>,
}

impl Cards {
    /// Opens each rail. One that can't be opened is kept with its reason: the till sells without it.
    pub(crate) fn open(setups: Vec<(CardSetup, CardMemory)>) -> Self {
        let open = |(setup, memory): (CardSetup, CardMemory)| {
            let rail = (setup.open)(memory);
            Slot { id: setup.id, rail, bell: Arc::default() }
        };
        Self { slots: Arc::new(setups.into_iter().map(open).collect()) }
    }

    /// A rail, or why it can't be used. `None` when this till has none of that name.
    pub(crate) fn get(&self, id: RailId) -> Option<&CardOpened> {
        self.slots.iter().find(|slot| slot.id == id).map(|slot| &slot.rail)
    }

    /// Takes a processor's letter through the door that its events take.
    pub(crate) async fn receive(
        &self,
        id: RailId,
        notice: CardNotice<'_>,
        intake: Intake,
    ) -> Result<(), NoticeRefused> {
        let rail = self.get(id).ok_or(NoticeRefused::NotSetUp)?.as_ref().map_err(RailError::clone)?;
        let report = rail.office().ok_or(NoticeRefused::NotSetUp)?.receive(notice).await?;
        if report.readings.is_empty() {
            return Ok(());
        }
        let committed = Sink(intake).report(id, report).await;
        committed.map_err(|lost| NoticeRefused::NotRead(RailError::Unknown(lost.to_string())))
    }

    /// Tells the collector of a rail that a payment changed.
    pub(crate) fn tend(&self, id: RailId, due: DueCard) {
        if let Some(slot) = self.slots.iter().find(|slot| slot.id == id) {
            slot.bell.ring(due);
        }
    }

    /// Lets a collector work for each rail, and its events be read, until the till closes.
    pub(crate) fn collect(&self, supervisor: &Supervisor, intake: &Intake, feed: &Feed) {
        for Slot { id, rail, bell } in self.slots.iter() {
            if let Ok(rail) = rail {
                let collector = Collector::new(rail.clone(), intake.clone(), feed.clone(), bell.clone());
                supervisor.run_until_stop(collector.collect());
                let span = tracing::debug_span!("card_events", rail = %id);
                supervisor.run_until_stop(watch(rail.clone(), intake.clone()).instrument(span));
            }
        }
    }
}

/// Reads a rail's events. When that fails it is begun again, from what was committed last.
async fn watch(rail: Arc<dyn CardRail>, intake: Intake) {
    let sink: Arc<dyn CardSink> = Arc::new(Sink(intake));
    let mut pause = Pause::new();
    loop {
        let began = Instant::now();
        let ended = rail.watch(sink.clone()).await;
        let Err(error) = ended else { return };
        tracing::warn!(%error, "a processor's events can't be read; it is tried again");
        if began.elapsed() > WATCHED_WELL {
            pause = Pause::new();
        }
        pause.take().await;
    }
}

/// Brings reports through the one door.
struct Sink(Intake);

impl CardSink for Sink {
    fn report<'a>(&'a self, rail: RailId, report: CardReport) -> RailFuture<'a, Result<(), NotCommitted>> {
        Box::pin(async move {
            let masked = |(payment, reading): (PaymentId, CardReading)| (payment, reading.masked());
            let readings = report.readings.into_iter().map(masked).collect();
            let report = CardReport { readings, ..report };
            match self.0.ask(Command::Card(CardCommand::TakeReport { rail, report })).await {
                Ok(_) => Ok(()),
                Err(error) => {
                    tracing::warn!(%rail, %error, "what a processor's events told was not recorded");
                    Err(NotCommitted)
                }
            }
        })
    }
}

impl Bell {
    fn ring(&self, due: DueCard) {
        let mut changed = self.changed.lock().unwrap_or_else(PoisonError::into_inner);
        changed.insert((due.payment, due.invoice));
        self.ring.notify_one();
    }

    /// The payments that changed since the last time.
    async fn rung(&self) -> Vec<DueCard> {
        self.ring.notified().await;
        let changed = std::mem::take(&mut *self.changed.lock().unwrap_or_else(PoisonError::into_inner));
        changed.into_iter().map(|(payment, invoice)| DueCard { invoice, payment }).collect()
    }
}
