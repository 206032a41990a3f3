//! The test clock: it stands still until somebody moves it, or runs with the machine's.

use std::time::{SystemTime, UNIX_EPOCH};

/// A day in seconds.
pub(crate) const DAY: i64 = 86_400;

/// Where the simulator takes its time from, in Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Stands at this time until [`crate::Simulator::advance`] moves it.
    Standing(i64),
    /// Runs with the machine's clock, so many seconds ahead of it.
    Running {
        /// How far ahead it is.
        ahead: i64,
    },
}

impl Clock {
    pub(crate) fn now(self) -> i64 {
        match self {
            Self::Standing(now) => now,
            Self::Running { ahead } => machine_time().saturating_add(ahead),
        }
    }

    pub(crate) fn advance(&mut self, seconds: i64) {
        let (Self::Standing(time) | Self::Running { ahead: time }) = self;
        *time = time.saturating_add(seconds);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a sandbox that runs with the machine is what this clock is for"
)]
fn machine_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since).unwrap_or(i64::MAX)
}
