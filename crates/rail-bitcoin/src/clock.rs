//! Time is an input: when a payment was seen decides whether it came in time, and BDK orders by it what it saw in the
//! mempool.

use std::sync::Arc;

use payment::Timestamp;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Seconds since the Unix epoch; 0 for a clock set before it.
pub(crate) fn unix_seconds(clock: &Clock) -> u64 {
    u64::try_from(clock().millis() / 1_000).unwrap_or(0)
}
