//! What the engine measures of itself: how much it took, how long that took, how deep its queue was.
//!
//! The bookkeeper tallies while it serves, for itself alone, and hands the tally over once per batch: measuring costs
//! no lock on any command's path, and nothing here decides anything. Memory is bounded by [`SECONDS_KEPT`]. Seconds
//! follow the clock that only grows and are named by the wall clock, so a clock that is set makes no gap.

mod distribution;
mod minutes;
mod second;
mod tally;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use payment::RailId;
use tokio::sync::mpsc;

use self::distribution::{COUNTS, MICROSECONDS};
use self::minutes::Minutes;
use crate::clock::{Clock, Now};
use crate::intake::{Asked, INTAKE_COMMANDS_MAX};

pub use self::distribution::Distribution;
pub use self::second::{Latency, Outcomes, SECONDS_KEPT, Second};
pub(crate) use self::tally::Tally;

/// The meters of an engine. Cheap to clone; they outlive it and stand still then.
#[derive(Clone)]
pub struct Meters {
    face: Arc<Face>,
}

struct Face {
    clock: Arc<dyn Clock>,
    began: Now,
    intake: mpsc::WeakSender<Asked>,
    read: Mutex<Readings>,
}

struct Readings {
    totals: Totals,
    minutes: Minutes,
}

/// What happened since the engine started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Commands answered, parcels and rails' reports among them.
    pub commands: u64,
    /// Transactions committed.
    pub commits: u64,
    /// Micropayments booked, by rail.
    pub accepted: BTreeMap<RailId, u64>,
    /// Instructions answered as before.
    pub duplicates: u64,
    /// Instructions refused because their id was used for something else.
    pub conflicts: u64,
    /// Instructions the shop does not take.
    pub rejected: u64,
    /// Instructions answered with a dead letter.
    pub dead_letters: u64,
    /// What became of charges of payers' tabs: `charged`, `doubted` (asked about since), or the class of the failure that
    /// set one aside.
    pub charges: BTreeMap<(RailId, &'static str), u64>,
    /// Transfers that were seen and are gone: replaced, dropped, or reorganised away.
    pub withdrawn: u64,
    /// Those of them that were safe before: booked money that the shop has no more.
    pub reversed: u64,
    /// The deepest the intake's queue was.
    pub queue_max: u32,
    /// From handing a command in to its answer, in microseconds.
    pub latency: Distribution,
    /// From beginning a commit to its being on the disk, in microseconds.
    pub commit: Distribution,
    /// What each commit wrote together: micropayments, and records of any other kind.
    pub commit_rows: Distribution,
}

impl Default for Totals {
    fn default() -> Self {
        Self {
            commands: 0,
            commits: 0,
            accepted: BTreeMap::new(),
            duplicates: 0,
            conflicts: 0,
            rejected: 0,
            dead_letters: 0,
            charges: BTreeMap::new(),
            withdrawn: 0,
            reversed: 0,
            queue_max: 0,
            latency: Distribution::over(MICROSECONDS),
            commit: Distribution::over(MICROSECONDS),
            commit_rows: Distribution::over(COUNTS),
        }
    }
}

impl Meters {
    pub(crate) fn new(clock: Arc<dyn Clock>, intake: mpsc::WeakSender<Asked>) -> Self {
        let began = clock.now();
        let read = Mutex::new(Readings { totals: Totals::default(), minutes: Minutes::new() });
        Self { face: Arc::new(Face { clock, began, intake, read }) }
    }

    /// The last [`SECONDS_KEPT`] seconds of this engine's life, oldest first, the one that runs now last. A second in
    /// which nothing happened is there with its zeros.
    #[must_use]
    pub fn seconds(&self) -> Vec<Second> {
        let now = self.face.clock.now();
        let first = self.face.unix_second_of_the_first(now);
        let mut seconds = self.readings().minutes.until(self.face.second(now));
        seconds.iter_mut().for_each(|second| second.at += first);
        seconds
    }

    /// What happened since the engine started.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.readings().totals.clone()
    }

    /// Commands that wait in the intake now, and how many may.
    #[must_use]
    pub fn queue(&self) -> (usize, usize) {
        let waiting = self.face.intake.upgrade().map_or(0, |queue| queue.max_capacity() - queue.capacity());
        (waiting, INTAKE_COMMANDS_MAX)
    }

    /// Takes over what was tallied, and leaves it empty.
    pub(crate) fn note(&self, tally: &mut Tally) {
        let second = self.face.second(self.face.clock.now());
        let mut readings = self.readings();
        tally.add_to(&mut readings.totals);
        readings.minutes.at(second).add(tally);
        drop(readings);
        tally.clear();
    }

    fn readings(&self) -> MutexGuard<'_, Readings> {
        self.face.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Face {
    /// How far into a second of the wall clock the engine started: its seconds change with the wall clock's.
    const fn phase_ms(&self) -> i64 {
        self.began.wall.millis().rem_euclid(1_000)
    }

    fn passed_ms(&self, now: Now) -> i64 {
        let passed = now.monotonic_ms.saturating_sub(self.began.monotonic_ms);
        i64::try_from(passed).unwrap_or(i64::MAX).saturating_add(self.phase_ms())
    }

    /// The number of the second that runs now, from 0.
    fn second(&self, now: Now) -> i64 {
        self.passed_ms(now) / 1_000
    }

    /// What the wall clock, as it stands now, calls the engine's first second. Rounded: two clocks are never read at
    /// the same moment.
    fn unix_second_of_the_first(&self, now: Now) -> i64 {
        (now.wall.millis().saturating_sub(self.passed_ms(now)).saturating_add(500)).div_euclid(1_000)
    }
}
