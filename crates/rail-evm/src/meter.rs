//! Counts what is asked of the providers of one chain: companies bill by the request, and so do their limits.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many requests were sent. The calls of a batch count one by one, as companies count them; a repeated one counts
/// again.
#[derive(Debug, Default)]
pub(crate) struct Meter(AtomicU64);

impl Meter {
    /// So many more.
    pub(crate) fn count(&self, requests: u64) {
        self.0.fetch_add(requests, Ordering::Relaxed);
    }

    /// All since the till was started.
    pub(crate) fn total(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
