//! The one place where this rail reads the wall clock: BDK orders what it saw in the mempool by it.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since the Unix epoch; 0 for a clock set before it.
#[expect(
    clippy::disallowed_methods,
    reason = "when a chain server was asked is a fact of the world, like its answer"
)]
pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
