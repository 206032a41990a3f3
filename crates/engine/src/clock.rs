//! Time and randomness as inputs. The engine is given a [`Clock`]; tests give one they can turn.

use std::time::Duration;

use payment::Timestamp;

/// Two readings that answer different questions: when was it, and how long has it been?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// Wall-clock time, for people and records. May jump.
    pub wall: Timestamp,
    /// Milliseconds that only ever grow, also while the machine sleeps: for the life of a quote.
    pub monotonic_ms: u64,
}

/// A source of time.
pub trait Clock: Send + Sync {
    /// Reads it.
    fn now(&self) -> Now;
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Now {
        let since_epoch =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let wall = Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX));
        Now { wall, monotonic_ms: monotonic_ms() }
    }
}

/// Linux counts sleep in `CLOCK_BOOTTIME` only: a quote must not outlive a closed lid.
#[cfg(target_os = "linux")]
fn monotonic_ms() -> u64 {
    let reading = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let seconds = u64::try_from(reading.tv_sec).unwrap_or(0);
    let millis = u64::try_from(reading.tv_nsec / 1_000_000).unwrap_or(0);
    seconds * 1_000 + millis
}

/// Elsewhere the standard library's monotonic clock is the best there is.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::disallowed_methods, reason = "the one place that reads the monotonic clock")]
fn monotonic_ms() -> u64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(u64::MAX)
}
