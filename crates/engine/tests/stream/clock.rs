//! The clock that a test turns.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use engine::{Clock, Now};
use payment::Timestamp;

/// A morning in 2026.
pub(crate) const MORNING: i64 = 1_790_000_000_000;
/// Longer than a quote lives.
pub(crate) const QUOTE_LIFE: Duration = Duration::from_secs(15 * 60);
pub(crate) const HOUR: Duration = Duration::from_secs(3_600);

/// Time that passes only when a test turns it.
pub(crate) struct TurnedClock {
    wall_ms: AtomicI64,
    monotonic_ms: AtomicU64,
}

impl TurnedClock {
    pub(crate) fn at(wall_ms: i64) -> Arc<Self> {
        Arc::new(Self { wall_ms: AtomicI64::new(wall_ms), monotonic_ms: AtomicU64::new(5_000) })
    }

    /// Time passes.
    pub(crate) fn turn(&self, by: Duration) {
        self.wall_ms.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
        self.monotonic_ms.fetch_add(u64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }

    /// Somebody moves the wall clock; no time passes.
    pub(crate) fn jump(&self, by_ms: i64) {
        self.wall_ms.fetch_add(by_ms, Ordering::SeqCst);
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> Now {
        Now {
            wall: Timestamp::from_millis(self.wall_ms.load(Ordering::SeqCst)),
            monotonic_ms: self.monotonic_ms.load(Ordering::SeqCst),
        }
    }
}
