//! The chain together with what was not committed yet: the events to store and the readings to report.

use payment::rail::{RailMemory, Report};
use payment::{Level, Observation};

use crate::chain::{Chain, Event};
use crate::change_set::{self, OpenError};

pub(crate) struct World {
    pub(crate) chain: Chain,
    /// Events that happened and are not committed, oldest first.
    staged: Vec<Event>,
    /// Readings made of them, oldest first.
    readings: Vec<Observation>,
    last_observation: u64,
    restored: bool,
}

/// A report on its way, and how many of the staged events are in it.
pub(crate) struct Draft {
    pub(crate) report: Report,
    events: usize,
}

/// What of the staged things a committed report took along.
pub(crate) struct Committed {
    events: usize,
    readings: usize,
}

impl Draft {
    pub(crate) fn once_committed(&self) -> Committed {
        Committed { events: self.events, readings: self.report.observations.len() }
    }
}

impl World {
    pub(crate) fn open(memory: &RailMemory) -> Result<Self, OpenError> {
        Ok(Self {
            chain: change_set::read(memory)?,
            staged: Vec::new(),
            readings: Vec::new(),
            last_observation: memory.last_observation,
            restored: memory.restored,
        })
    }

    /// Lets events happen, and reads every transaction whose level they changed.
    pub(crate) fn happen(&mut self, events: Vec<Event>) {
        for event in events {
            let before = self.chain.levels();
            self.chain.apply(&event);
            self.staged.push(event);
            let after = self.chain.levels();
            for (index, level) in after.into_iter().enumerate() {
                if before.get(index) != Some(&level) {
                    self.read(index, level);
                }
            }
        }
    }

    /// All transactions there are, read anew: the first report of a watch.
    pub(crate) fn everything(&mut self) -> Draft {
        self.readings.clear();
        for (index, level) in self.chain.levels().into_iter().enumerate() {
            self.read(index, level);
        }
        let draft = self.draft();
        Draft { report: Report { complete: true, scanned: self.restored, ..draft.report }, ..draft }
    }

    /// What happened since the last committed report, if anything did.
    pub(crate) fn news(&mut self) -> Option<Draft> {
        if self.staged.is_empty() { None } else { Some(self.draft()) }
    }

    pub(crate) fn forget(&mut self, committed: &Committed) {
        self.staged.drain(..committed.events);
        self.readings.drain(..committed.readings);
    }

    fn draft(&self) -> Draft {
        let is_new = !self.staged.is_empty();
        let change_set = is_new.then(|| change_set::happened(self.first_staged(), &self.staged));
        let report = Report { observations: self.readings.clone(), change_set, ..Report::default() };
        Draft { report, events: self.staged.len() }
    }

    fn first_staged(&self) -> u64 {
        let staged = u64::try_from(self.staged.len()).expect("a list in memory has fewer than 2^64 elements");
        self.chain.events() - staged
    }

    fn read(&mut self, index: usize, level: Level) {
        self.last_observation += 1;
        self.readings.push(self.chain.reading(index, level, self.last_observation));
    }
}
