//! What was measured, and how it is summed up: percentiles of one run, medians and spread of the rounds.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use yardsticks::Shape;

use super::instructions::Ids;
use super::profile::Profile;
use super::task::Measured;

/// What every round measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// The stream into a new file.
    Fresh(Ids),
    /// The stream into a file that has millions.
    Aged(Ids),
    /// Payments that come alone.
    Lone,
    /// Syncs of the disk.
    Sync,
    /// Rows into bare SQLite.
    Bare(Shape),
    /// A statement per row, a transaction per payment.
    PerRowAlone,
    /// A statement per row, a parcel of payments per transaction.
    PerRowTogether,
    /// PostgreSQL.
    TpcB,
}

/// Everything that was measured.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Payments of one run.
    pub payments: u32,
    /// Payments in a file before it counts as aged.
    pub aged: u32,
    /// Rows of the stream in one transaction, and so of bare SQLite.
    pub together: u32,
    /// The rounds of each term.
    pub rounds: BTreeMap<Term, Vec<Measured>>,
    /// The check of the books after a fresh run with time-ordered ids.
    pub verified: Measured,
    /// Ids that were taken before, by how many generations ago; 0 for those in memory.
    pub known: Vec<(u32, Measured)>,
    /// The check of the aged books.
    pub verified_aged: Measured,
    /// The very long run, where it was asked for.
    pub longest: Option<Longest>,
    /// Where the processor's time goes, where that could be sampled: under load, and for payments that come alone.
    pub profiles: Option<[Profile; 2]>,
}

/// Ten million payments.
#[derive(Clone, Copy, Debug)]
pub struct Longest {
    /// All of them.
    pub whole: Measured,
    /// A run on top of them.
    pub after: Measured,
    /// The check of their books.
    pub verified: Measured,
    /// As many with random ids.
    pub random: Measured,
    /// A run on top of those.
    pub random_after: Measured,
}

/// Of the rounds of one term.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The middle one.
    pub median: f64,
    /// The lowest.
    pub least: f64,
    /// The highest.
    pub most: f64,
}

impl Findings {
    /// What was measured for a term, round by round; nothing where it was left out.
    pub fn spread(&self, term: Term, of: impl Fn(&Measured) -> f64) -> Option<Spread> {
        let mut all: Vec<f64> = self.rounds.get(&term)?.iter().map(of).collect();
        all.sort_by(f64::total_cmp);
        Some(Spread { median: *all.get(all.len() / 2)?, least: *all.first()?, most: *all.last()? })
    }

    /// Payments, rows or transactions per second.
    pub fn rate(&self, term: Term) -> Option<Spread> {
        self.spread(term, Measured::rate)
    }

    /// Rows that one payment leaves.
    pub fn rows_per_payment(&self) -> f64 {
        f64::from(self.verified.rows) / f64::from(self.verified.count)
    }
}

/// How long something took, in microseconds: so many of a thousand took no longer.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Percentiles {
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub p999: f64,
    pub most: f64,
}

impl Percentiles {
    /// Of what was measured; sorts it.
    pub fn of(took: &mut [Duration]) -> Self {
        took.sort_unstable();
        let at = |permille: usize| {
            let index = (took.len() * permille / 1_000).min(took.len().saturating_sub(1));
            took.get(index).map_or(0.0, |took| took.as_secs_f64() * 1e6)
        };
        Self { p50: at(500), p90: at(900), p99: at(990), p999: at(999), most: at(1_000) }
    }
}
