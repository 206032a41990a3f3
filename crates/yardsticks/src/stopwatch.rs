//! How long something takes.

use std::time::{Duration, Instant};

/// Runs from its start on, by a clock that only grows.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts one.
    #[expect(clippy::disallowed_methods, reason = "what is measured here is the real clock")]
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Since its start.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}
