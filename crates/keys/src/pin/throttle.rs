//! How long nobody may guess. Pure: the clocks are inputs, and what is counted is text that is kept.

use std::fmt;

/// Wrong guesses in a row before the first wait.
const FREE_GUESSES: u32 = 3;
/// The first wait; each further wrong guess doubles it.
const FIRST_WAIT_MS: u64 = 30_000;
/// The longest wait: a million guesses would take a century, and a prankster locks the owner out for an hour at most.
const LONGEST_WAIT_MS: u64 = 3_600_000;

/// Two readings of the machine's clocks, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moment {
    /// Since 1970. May be set.
    pub wall_ms: u64,
    /// Since the machine was started; only ever grows until it is started again.
    pub uptime_ms: u64,
}

/// Wrong guesses in a row, and when the last was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Guesses {
    wrong: u32,
    last: Moment,
}

impl Guesses {
    /// Counts one more.
    pub(super) fn count(&mut self, now: Moment) {
        self.wrong = self.wrong.saturating_add(1);
        self.last = now;
    }

    /// Seconds until the next guess, rounded up; 0 when there is no wait.
    pub(super) fn wait_seconds(&self, now: Moment) -> u64 {
        self.wait_ms().saturating_sub(self.elapsed_ms(now)).div_ceil(1_000)
    }

    /// Was the machine started again, and its clock turned back, since the last guess?
    pub(super) const fn is_ahead_of(&self, now: Moment) -> bool {
        now.uptime_ms < self.last.uptime_ms && now.wall_ms < self.last.wall_ms
    }

    /// Lets the whole wait begin now. Without it, a clock that once ran years ahead would lock the owner out for years.
    pub(super) const fn begin_anew(&mut self, now: Moment) {
        self.last = now;
    }

    const fn wait_ms(&self) -> u64 {
        let Some(doublings) = self.wrong.checked_sub(FREE_GUESSES) else { return 0 };
        // A shift of 20 is far beyond the longest wait.
        let doublings = if doublings < 20 { doublings } else { 20 };
        let wait = FIRST_WAIT_MS << doublings;
        if wait < LONGEST_WAIT_MS { wait } else { LONGEST_WAIT_MS }
    }

    /// Of the two clocks, the one that can't be set; after a restart of the machine it says nothing, and the other counts.
    const fn elapsed_ms(&self, now: Moment) -> u64 {
        match now.uptime_ms.checked_sub(self.last.uptime_ms) {
            Some(elapsed) => elapsed,
            None => now.wall_ms.saturating_sub(self.last.wall_ms),
        }
    }

    /// Reads `WRONG WALL UPTIME`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut numbers = text.split(' ');
        let wrong = numbers.next()?.parse().ok()?;
        let wall_ms = numbers.next()?.parse().ok()?;
        let uptime_ms = numbers.next()?.parse().ok()?;
        numbers.next().is_none().then_some(Self { wrong, last: Moment { wall_ms, uptime_ms } })
    }
}

impl fmt::Display for Guesses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.wrong, self.last.wall_ms, self.last.uptime_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOT: u64 = 1_800_000_000_000;

    /// So many milliseconds after the machine was started.
    fn at(uptime_ms: u64) -> Moment {
        Moment { wall_ms: BOOT + uptime_ms, uptime_ms }
    }

    fn wrong(times: u32, last: Moment) -> Guesses {
        Guesses { wrong: times, last }
    }

    #[test]
    fn the_wait_begins_with_the_third_wrong_guess_and_doubles_up_to_an_hour() {
        let mut guesses = Guesses::default();
        let waits: Vec<u64> = (0..12)
            .map(|_| {
                guesses.count(at(5_000));
                guesses.wait_seconds(at(5_000))
            })
            .collect();
        assert_eq!(waits, [0, 0, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600, 3_600]);
        assert_eq!(wrong(u32::MAX, at(0)).wait_seconds(at(0)), 3_600);
    }

    #[test]
    fn a_wait_ends_when_it_is_over_and_not_a_millisecond_earlier() {
        let guesses = wrong(3, at(5_000));
        assert_eq!(guesses.wait_seconds(at(34_999)), 1);
        assert_eq!(guesses.wait_seconds(at(35_000)), 0);
    }

    #[test]
    fn setting_the_clock_in_either_direction_does_not_shorten_a_wait() {
        let guesses = wrong(3, at(100_000));
        for wall_ms in [0, BOOT, BOOT * 2, u64::MAX] {
            assert_eq!(guesses.wait_seconds(Moment { wall_ms, uptime_ms: 110_000 }), 20);
        }
    }

    #[test]
    fn after_a_restart_of_the_machine_the_wall_clock_counts() {
        let guesses = wrong(3, at(100_000));
        let restarted = |after_ms| Moment { wall_ms: BOOT + 100_000 + after_ms, uptime_ms: 10 };
        assert_eq!(guesses.wait_seconds(restarted(20_000)), 10);
        assert_eq!(guesses.wait_seconds(restarted(30_000)), 0);
    }

    #[test]
    fn a_restart_with_the_clock_turned_back_begins_the_wait_anew() {
        let mut guesses = wrong(3, at(100_000));
        let turned_back = Moment { wall_ms: 0, uptime_ms: 10 };
        assert_eq!(guesses.wait_seconds(turned_back), 30);
        assert!(guesses.is_ahead_of(turned_back));
        guesses.begin_anew(turned_back);
        assert!(!guesses.is_ahead_of(turned_back));
        assert_eq!(guesses.wait_seconds(Moment { wall_ms: 0, uptime_ms: 10_010 }), 20);
    }

    #[test]
    fn what_is_kept_reads_back_and_anything_else_does_not() {
        let guesses = wrong(4, at(77));
        assert_eq!(Guesses::read(&guesses.to_string()), Some(guesses));
        for text in ["", "1", "1 2", "1 2 3 4", "1 2 x", "-1 2 3", "1  2 3"] {
            assert_eq!(Guesses::read(text), None, "{text:?}");
        }
    }
}
