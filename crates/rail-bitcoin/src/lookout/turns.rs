//! Whose turn it is to be followed, and how long to wait before: no server is connected a second time without a pause.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

const PAUSE_MIN: Duration = Duration::from_millis(250);
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// The servers' turns, in their configured order.
pub(super) struct Turns {
    servers: usize,
    server: usize,
    failures: usize,
    pauses: ExponentialBackoff,
}

impl Turns {
    /// The first of so many servers, of which there is at least one, has its turn.
    pub(super) fn of(servers: usize) -> Self {
        Self { servers, server: 0, failures: 0, pauses: pauses() }
    }

    /// The server to follow now.
    pub(super) fn server(&self) -> usize {
        self.server
    }

    /// The server failed, perhaps after it had served: the next one's turn, with a pause once every server failed.
    pub(super) fn failed(&mut self, served: bool) -> Duration {
        if served {
            self.pauses = pauses();
        }
        self.server = (self.server + 1) % self.servers;
        self.failures = (self.failures + 1) % self.servers;
        if self.failures == 0 { self.pauses.next().unwrap_or(PAUSE_MAX) } else { Duration::ZERO }
    }

    /// The server is to be connected anew.
    pub(super) fn worn(&mut self) -> Duration {
        self.pauses = pauses();
        self.pauses.next().unwrap_or(PAUSE_MAX)
    }

    /// A server that stands before the one that was followed answers again.
    pub(super) fn better(&mut self, server: usize) {
        self.server = server;
    }
}

/// Longer and longer pauses with chance in them, so that servers coming back are not stormed.
pub(super) fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::default()
        .with_min_delay(PAUSE_MIN)
        .with_max_delay(PAUSE_MAX)
        .with_jitter()
        .without_max_times()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_server_is_connected_again_without_a_pause() {
        for servers in 1..=3 {
            for served in [[true, true], [true, false], [false, true], [false, false]] {
                let mut turns = Turns::of(servers);
                let mut is_rested = vec![true; servers];
                for served in served.iter().cycle().take(12) {
                    assert!(is_rested[turns.server()], "of {servers} servers");
                    is_rested[turns.server()] = false;
                    if turns.failed(*served) >= PAUSE_MIN {
                        is_rested.fill(true);
                    }
                }
            }
        }
    }

    #[test]
    fn a_worn_connection_is_renewed_after_a_pause() {
        let mut turns = Turns::of(2);
        assert!(turns.worn() >= PAUSE_MIN);
        assert_eq!(turns.server(), 0);
    }

    #[test]
    fn pauses_grow_until_a_server_has_served() {
        let mut turns = Turns::of(1);
        let longest = (0..9).map(|_| turns.failed(false)).last();
        assert!(longest >= Some(PAUSE_MAX));
        assert!(turns.failed(true) <= 2 * PAUSE_MIN);
    }
}
