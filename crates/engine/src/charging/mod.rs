//! Rails that the till charges. For each there is a collector, which takes the settlements under way from the books and
//! brings back what became of them; the books are the queue, so nothing is lost that does not fit into memory.

mod collector;
mod errand;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use payment::charging::ChargingRail;
use payment::{RailError, RailId};
use tokio::sync::Notify;

use self::collector::Collector;
use crate::intake::Intake;
use crate::supervisor::Supervisor;

/// The rail, or why it can't be used.
pub type ChargingOpened = Result<Arc<dyn ChargingRail>, RailError>;

/// A rail this till may charge.
#[derive(Clone)]
pub struct ChargingSetup {
    /// Its name.
    pub id: RailId,
    /// The rail, or why it can't be used: the till takes no micropayments for it then.
    pub rail: ChargingOpened,
}

/// Every rail of the till that is charged.
#[derive(Clone)]
pub(crate) struct Charging {
    slots: Arc<Vec<Slot>>,
}

struct Slot {
    setup: ChargingSetup,
    bell: Arc<Bell>,
}

/// What a collector is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ring {
    /// A settlement was opened.
    Opened,
    /// One that was set aside is to be tried again.
    TriedAgain,
}

/// Tells a collector that there is something to do.
#[derive(Debug, Default)]
struct Bell {
    ring: Notify,
    from_the_start: AtomicBool,
}

impl Charging {
    pub(crate) fn new(setups: Vec<ChargingSetup>) -> Self {
        let slots = setups.into_iter().map(|ChargingSetup { id, rail }| {
            let setup = ChargingSetup { id, rail: rail.map_err(RailError::masked) };
            Slot { setup, bell: Arc::default() }
        });
        Self { slots: Arc::new(slots.collect()) }
    }

    /// A rail, or why it can't be used. `None` when this till charges no such rail.
    pub(crate) fn get(&self, id: RailId) -> Option<&ChargingOpened> {
        self.slots.iter().find(|slot| slot.setup.id == id).map(|slot| &slot.setup.rail)
    }

    /// Tells the collector of a rail.
    pub(crate) fn ring(&self, id: RailId, ring: Ring) {
        if let Some(slot) = self.slots.iter().find(|slot| slot.setup.id == id) {
            slot.bell.ring(ring);
        }
    }

    /// Lets a collector work for each rail until the till closes. What was opened up to `last_event` may have been sent
    /// by an earlier life of the till.
    pub(crate) fn collect(&self, supervisor: &Supervisor, intake: &Intake, last_event: i64) {
        for Slot { setup, bell } in self.slots.iter() {
            if let Ok(rail) = &setup.rail {
                let collector = Collector::new(rail.clone(), intake.clone(), bell.clone(), last_event);
                supervisor.run_until_stop(collector.collect());
            }
        }
    }
}

impl Bell {
    fn ring(&self, ring: Ring) {
        if ring == Ring::TriedAgain {
            self.from_the_start.store(true, Ordering::SeqCst);
        }
        self.ring.notify_one();
    }

    async fn rung(&self) -> Ring {
        self.ring.notified().await;
        let is_again = self.from_the_start.swap(false, Ordering::SeqCst);
        if is_again { Ring::TriedAgain } else { Ring::Opened }
    }
}
