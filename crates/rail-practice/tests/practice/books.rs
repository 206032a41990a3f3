//! The till's side of the port: books that commit reports and remember what a rail asks for, and a rail to test.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use money::{Currency, Money};
use payment::rail::{Attempt, NotCommitted, RailFuture, RailMemory, Report, ReportSink};
use payment::transfer::WithdrawnReason;
use payment::{Level, Observation, PaymentId, Rail, RailError, RailId, Timestamp};
use rail_practice::{Act, Clock, Mining, Nature, PracticeRail};
use tokio::sync::watch;

const DEADLINE: Duration = Duration::from_secs(60);

/// What was committed.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Kept {
    pub(crate) reports: Vec<Report>,
    pub(crate) change_sets: Vec<Vec<u8>>,
}

impl Kept {
    pub(crate) fn observations(&self) -> impl Iterator<Item = &Observation> {
        self.reports.iter().flat_map(|report| &report.observations)
    }

    /// Every level told about payments to an address, in the order it was told.
    pub(crate) fn levels(&self, address: &str) -> Vec<Level> {
        self.observations().filter(|seen| seen.address == address).map(|seen| seen.level.clone()).collect()
    }

    pub(crate) fn memory(&self) -> RailMemory {
        let last_observation = self.observations().map(|seen| seen.number).max().unwrap_or(0);
        RailMemory { change_sets: self.change_sets.clone(), last_observation, restored: false }
    }
}

/// Commits every report, unless told to refuse it, or to fall silent after committing it.
pub(crate) struct Books {
    kept: watch::Sender<Kept>,
    refusing: AtomicBool,
    silent: AtomicBool,
}

impl Books {
    pub(crate) fn new() -> Arc<Self> {
        Self::after(Kept::default())
    }

    pub(crate) fn after(kept: Kept) -> Arc<Self> {
        let kept = watch::Sender::new(kept);
        Arc::new(Self { kept, refusing: AtomicBool::new(false), silent: AtomicBool::new(false) })
    }

    pub(crate) fn refuse(&self, refuse: bool) {
        self.refusing.store(refuse, Ordering::SeqCst);
    }

    pub(crate) fn fall_silent(&self, silent: bool) {
        self.silent.store(silent, Ordering::SeqCst);
    }

    pub(crate) fn kept(&self) -> Kept {
        self.kept.borrow().clone()
    }

    /// Waits until what is kept fulfils a condition.
    pub(crate) async fn until(&self, fulfils: impl FnMut(&Kept) -> bool) -> Kept {
        let mut kept = self.kept.subscribe();
        let waited = tokio::time::timeout(DEADLINE, kept.wait_for(fulfils)).await;
        waited
            .unwrap_or_else(|_| panic!("in vain: {:#?}", self.kept()))
            .expect("books outlive the wait")
            .clone()
    }

    /// Waits until the newest reading of an address is at this level.
    pub(crate) async fn until_level(&self, address: &str, level: &Level) -> Kept {
        self.until(|kept| kept.levels(address).last() == Some(level)).await
    }

    fn keep_change_set(&self, change_set: Vec<u8>) {
        self.kept.send_modify(|kept| kept.change_sets.push(change_set));
    }
}

impl ReportSink for Books {
    fn report<'a>(&'a self, rail: RailId, report: Report) -> RailFuture<'a, Result<(), NotCommitted>> {
        Box::pin(async move {
            assert_eq!(rail, RailId::BITCOIN);
            if self.refusing.load(Ordering::SeqCst) {
                return Err(NotCommitted);
            }
            self.kept.send_modify(|kept| {
                kept.change_sets.extend(report.change_set.clone());
                kept.reports.push(report);
            });
            if self.silent.load(Ordering::SeqCst) {
                std::future::pending::<()>().await;
            }
            Ok(())
        })
    }
}

/// A rail whose clock moves one second with every look.
pub(crate) fn rail(memory: &RailMemory, mining: Mining) -> PracticeRail {
    PracticeRail::open(Nature::Bitcoin, memory, ticking(), mining).expect("the memory is whole")
}

/// A fresh rail where blocks come on demand only.
pub(crate) fn fresh() -> PracticeRail {
    rail(&RailMemory::default(), Mining::OnDemand)
}

fn ticking() -> Clock {
    let millis = AtomicI64::new(1_790_000_000_000);
    Arc::new(move || Timestamp::from_millis(millis.fetch_add(1_000, Ordering::SeqCst)))
}

/// The `index`th payment's attempt.
pub(crate) fn attempt(index: u8, amount: Money) -> Attempt {
    let payment = PaymentId::generate(Timestamp::from_millis(1_790_000_000_000), [index; 10]);
    Attempt { payment, amount }
}

/// Offers an address for the `index`th payment and commits the offer.
pub(crate) async fn offered(rail: &PracticeRail, books: &Books, index: u8) -> String {
    let offer = rail.offer(&attempt(index, sat(10_000))).await.expect("it is offered");
    books.keep_change_set(offer.change_set.expect("an offer is stored"));
    offer.address
}

/// Runs a test while the rail watches.
pub(crate) async fn watching<T>(rail: &PracticeRail, books: &Arc<Books>, test: impl Future<Output = T>) -> T {
    let sink: Arc<dyn ReportSink> = Arc::<Books>::clone(books);
    tokio::select! {
        biased;
        ended = rail.watch(sink) => panic!("the watch ended: {ended:?}"),
        done = test => done,
    }
}

/// Watches until the watch ends.
pub(crate) async fn watch_to_its_end(rail: &PracticeRail, books: &Arc<Books>) -> Result<(), RailError> {
    let sink: Arc<dyn ReportSink> = Arc::<Books>::clone(books);
    rail.watch(sink).await
}

/// The newest reading of each transfer, by its number alone: `(address, amount in sat) -> level`.
pub(crate) fn converged<'a>(
    seen: impl IntoIterator<Item = &'a Observation>,
) -> BTreeMap<String, Observation> {
    let mut newest: BTreeMap<String, Observation> = BTreeMap::new();
    for observation in seen {
        let known = newest.entry(observation.reference.to_string()).or_insert_with(|| observation.clone());
        if observation.number > known.number {
            *known = observation.clone();
        }
    }
    newest
}

pub(crate) fn sat(minor: i64) -> Money {
    Money::new(minor, Currency::BTC)
}

pub(crate) fn pay(address: &str, minor: i64) -> Act {
    Act::Pay { address: address.to_owned(), amount: sat(minor) }
}

pub(crate) fn unconfirmed() -> Level {
    Level::Unconfirmed { agreeing_servers: 2 }
}

pub(crate) fn withdrawn(reason: WithdrawnReason) -> Level {
    Level::Withdrawn { reason }
}
