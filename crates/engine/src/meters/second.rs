//! What happened in one second.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::tally::{Tally, count};

/// Seconds that are kept: five minutes, what a person looks at.
pub const SECONDS_KEPT: usize = 300;

/// What happened in a second.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Second {
    /// When it began, in seconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// What became of instructions of the stream.
    pub outcomes: Outcomes,
    /// Commands answered, parcels and rails' reports among them.
    pub commands: u32,
    /// Transactions committed.
    pub commits: u32,
    /// Micropayments and records of any other kind that were committed.
    pub commit_rows: u32,
    /// The deepest the intake's queue was seen.
    pub queue_max: u32,
    /// From handing a command in to its answer; `None` when nothing was answered.
    pub latency: Option<Latency>,
    /// From beginning a commit to its being on the disk; `None` when nothing was committed.
    pub commit: Option<Latency>,
}

/// Instructions by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Booked.
    pub accepted: u32,
    /// Answered as before.
    pub duplicate: u32,
    /// Refused: the id was used for something else.
    pub conflict: u32,
    /// The shop does not take them.
    pub rejected: u32,
    /// Kept for somebody to decide.
    pub dead_letter: u32,
}

/// How long something took, to one part in a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Latency {
    /// Half took no longer than this many microseconds.
    pub p50_us: u32,
    /// 99 of a hundred took no longer than this many microseconds.
    pub p99_us: u32,
    /// None took longer than this many microseconds.
    pub max_us: u32,
}

/// A second that is not over: it still knows every duration.
pub(super) struct Running {
    second: Second,
    latencies: Histogram<u32>,
    commits: Histogram<u32>,
}

impl Running {
    pub(super) fn new() -> Self {
        Self { second: Second::default(), latencies: durations(), commits: durations() }
    }

    /// Its number.
    pub(super) const fn at(&self) -> i64 {
        self.second.at
    }

    pub(super) fn add(&mut self, tally: &Tally) {
        let second = &mut self.second;
        second.outcomes.add(&tally.outcomes());
        second.commands = second.commands.saturating_add(count(tally.latencies.len()));
        second.commits = second.commits.saturating_add(count(tally.commits.len()));
        for commit in &tally.commits {
            second.commit_rows = second.commit_rows.saturating_add(commit.rows);
            self.commits.saturating_record(commit.took_us.into());
        }
        for took_us in &tally.latencies {
            self.latencies.saturating_record((*took_us).into());
        }
        second.queue_max = second.queue_max.max(tally.queue_max);
    }

    /// What is known of it so far.
    pub(super) fn so_far(&self) -> Second {
        Second { latency: latency(&self.latencies), commit: latency(&self.commits), ..self.second.clone() }
    }

    /// Begins another second, and gives what this one was.
    pub(super) fn turn(&mut self, at: i64) -> Second {
        let over = self.so_far();
        self.second = Second { at, ..Second::default() };
        self.latencies.reset();
        self.commits.reset();
        over
    }
}

impl Outcomes {
    fn add(&mut self, more: &Self) {
        self.accepted = self.accepted.saturating_add(more.accepted);
        self.duplicate = self.duplicate.saturating_add(more.duplicate);
        self.conflict = self.conflict.saturating_add(more.conflict);
        self.rejected = self.rejected.saturating_add(more.rejected);
        self.dead_letter = self.dead_letter.saturating_add(more.dead_letter);
    }
}

fn durations() -> Histogram<u32> {
    let longest = Duration::from_secs(60).as_micros();
    let bounds = Histogram::new_with_bounds(1, u64::try_from(longest).unwrap_or(u64::MAX), 2);
    bounds.expect("from 1 to sixty million in two digits is what histograms are made for")
}

fn latency(durations: &Histogram<u32>) -> Option<Latency> {
    let micros = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
    (!durations.is_empty()).then(|| Latency {
        p50_us: micros(durations.value_at_percentile(50.0)),
        p99_us: micros(durations.value_at_percentile(99.0)),
        max_us: micros(durations.max()),
    })
}
