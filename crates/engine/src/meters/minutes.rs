//! The last minutes, second by second. Only seconds in which something happened are stored; the others are made up as
//! what they were: nothing.

use std::collections::VecDeque;

use super::second::{Running, SECONDS_KEPT, Second};

/// The seconds that are kept, by their numbers from the engine's start.
pub(super) struct Minutes {
    over: VecDeque<Second>,
    running: Running,
}

impl Minutes {
    pub(super) fn new() -> Self {
        Self { over: VecDeque::with_capacity(SECONDS_KEPT), running: Running::new() }
    }

    /// The second with this number, to add to. One that is over already is not opened again: what comes late counts
    /// for the second that runs.
    pub(super) fn at(&mut self, number: i64) -> &mut Running {
        if number > self.running.at() {
            if self.over.len() == SECONDS_KEPT {
                self.over.pop_front();
            }
            self.over.push_back(self.running.turn(number));
        }
        &mut self.running
    }

    /// The last seconds up to this one, oldest first, without a gap.
    pub(super) fn until(&self, last: i64) -> Vec<Second> {
        let kept = i64::try_from(SECONDS_KEPT).unwrap_or(i64::MAX);
        let first = (last + 1 - kept).max(0);
        let running = self.running.so_far();
        let mut known = self.over.iter().chain([&running]).skip_while(|second| second.at < first).peekable();
        let second = |at| match known.next_if(|known| known.at == at) {
            Some(known) => known.clone(),
            None => Second { at, ..Second::default() },
        };
        (first..=last).map(second).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meters::Tally;

    fn numbers(minutes: &Minutes, last: i64) -> Vec<(i64, u32)> {
        minutes.until(last).iter().map(|second| (second.at, second.queue_max)).collect()
    }

    fn depth(waiting: usize) -> Tally {
        let mut tally = Tally::default();
        tally.found(waiting);
        tally
    }

    #[test]
    fn idle_seconds_stand_between_busy_ones_with_their_zeros() {
        let mut minutes = Minutes::new();
        assert_eq!(numbers(&minutes, 1), [(0, 0), (1, 0)]);
        minutes.at(1).add(&depth(7));
        minutes.at(4).add(&depth(9));
        assert_eq!(numbers(&minutes, 5), [(0, 0), (1, 7), (2, 0), (3, 0), (4, 9), (5, 0)]);
    }

    #[test]
    fn no_more_than_five_minutes_are_kept() {
        let mut minutes = Minutes::new();
        for number in 0..1_000 {
            minutes.at(number).add(&depth(1));
        }
        assert_eq!(minutes.over.len(), SECONDS_KEPT);
        let seconds = minutes.until(999);
        assert_eq!((seconds.len(), seconds[0].at), (SECONDS_KEPT, 700));
        assert!(seconds.iter().all(|second| second.queue_max == 1));
        assert!(minutes.until(5_000).iter().all(|second| second.queue_max == 0));
    }

    #[test]
    fn what_comes_late_counts_for_the_second_that_runs() {
        let mut minutes = Minutes::new();
        minutes.at(3).add(&depth(1));
        minutes.at(2).add(&depth(5));
        assert_eq!(numbers(&minutes, 3), [(0, 0), (1, 0), (2, 0), (3, 5)]);
    }
}
