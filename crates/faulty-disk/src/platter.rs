//! What would be left of a disk whose power is cut: a trace replayed up to a moment.

use std::fs;
use std::io;
use std::path::Path;

use crate::Random;
use crate::trace::{FileId, Names, Step, Trace};

/// What a disk writes as a whole or not at all.
const SECTOR: usize = 512;

/// What is lost when the power is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Everything that was not synced.
    Unsynced,
    /// Some sectors of what was not synced, and some names.
    Some,
    /// Nothing that can be read: the program was killed, the power stayed.
    Nothing,
}

/// Does the disk do what it is asked for?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syncs {
    /// A sync puts everything on the platter.
    Honest,
    /// A sync of the write-ahead log does nothing and says that it did.
    IgnoredForLog,
}

/// A file on the platter and on the way to it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    pub(crate) durable: Vec<u8>,
    /// Not synced yet, oldest first.
    pub(crate) pending: Vec<Change>,
    /// What is read.
    pub(crate) cached: Vec<u8>,
}

/// A change of a file.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Write { offset: usize, bytes: Vec<u8> },
    Resize { length: usize },
}

/// A disk at a moment of its trace.
#[derive(Clone, Debug)]
pub struct Platter<'t> {
    trace: &'t Trace,
    syncs: Syncs,
    moment: usize,
    /// Each with whether it is a log.
    files: Vec<(bool, Stored)>,
    durable_names: Names,
    pending_names: Vec<(std::ffi::OsString, Option<FileId>)>,
}

impl<'t> Platter<'t> {
    /// The disk before the first step.
    #[must_use]
    pub const fn new(trace: &'t Trace, syncs: Syncs) -> Self {
        Self {
            trace,
            syncs,
            moment: 0,
            files: Vec::new(),
            durable_names: Names::new(),
            pending_names: Vec::new(),
        }
    }

    /// Goes on to a later moment. An earlier one is not gone back to.
    pub fn turn_to(&mut self, moment: usize) {
        let trace = self.trace;
        for step in trace.steps.iter().take(moment).skip(self.moment) {
            self.take(step);
        }
        self.moment = self.moment.max(moment.min(trace.len()));
    }

    /// Writes what is left of the files into a folder.
    ///
    /// # Errors
    /// When the folder can't be written.
    pub fn write_to(&self, folder: &Path, loss: Loss, random: &mut Random) -> io::Result<()> {
        for (name, file) in self.names(loss, random) {
            let stored = self.files.get(file).map(|(_, stored)| stored.after(loss, random));
            fs::write(folder.join(name), stored.unwrap_or_default())?;
        }
        Ok(())
    }

    /// The files as a program finds them that goes on after another one was killed.
    pub(crate) fn inheritance(&self) -> impl Iterator<Item = (std::ffi::OsString, Stored)> {
        let names = self.names(Loss::Nothing, &mut Random::seeded(0));
        let found = names.into_iter().filter_map(|(name, file)| {
            let (_, stored) = self.files.get(file)?;
            Some((name, stored.clone()))
        });
        found.collect::<Vec<_>>().into_iter()
    }

    fn names(&self, loss: Loss, random: &mut Random) -> Names {
        let mut names = self.durable_names.clone();
        for (name, file) in &self.pending_names {
            let survives = match loss {
                Loss::Unsynced => false,
                Loss::Some => random.below(2) == 0,
                Loss::Nothing => true,
            };
            match file {
                Some(file) if survives => drop(names.insert(name.clone(), *file)),
                None if survives => drop(names.remove(name)),
                Some(_) | None => {}
            }
        }
        names
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Appeared { is_log, stored } => self.files.push((*is_log, stored.clone())),
            Step::Write { file, offset, bytes } => {
                self.change(*file, Change::Write { offset: *offset, bytes: bytes.clone() });
            }
            Step::Resize { file, length } => self.change(*file, Change::Resize { length: *length }),
            Step::Sync { file } => self.sync(*file),
            Step::SyncFailed { file } => {
                if let Some((_, stored)) = self.files.get_mut(*file) {
                    stored.pending.clear();
                }
            }
            Step::Named { name, file, is_durable: false } => self.pending_names.push((name.clone(), *file)),
            Step::Named { name, file: Some(file), is_durable: true } => {
                self.durable_names.insert(name.clone(), *file);
            }
            Step::Named { name, file: None, is_durable: true } => drop(self.durable_names.remove(name)),
            Step::FolderSync => {
                self.durable_names = self.names(Loss::Nothing, &mut Random::seeded(0));
                self.pending_names.clear();
            }
        }
    }

    fn change(&mut self, file: FileId, change: Change) {
        if let Some((_, stored)) = self.files.get_mut(file) {
            change.apply_to(&mut stored.cached);
            stored.pending.push(change);
        }
    }

    fn sync(&mut self, file: FileId) {
        let syncs = self.syncs;
        match self.files.get_mut(file) {
            Some((true, _)) if syncs == Syncs::IgnoredForLog => {}
            Some((_, stored)) => {
                stored.pending.drain(..).for_each(|change| change.apply_to(&mut stored.durable));
            }
            None => {}
        }
    }
}

impl Stored {
    /// A file that was there before the disk saw it.
    pub(crate) fn durable(bytes: Vec<u8>) -> Self {
        Self { cached: bytes.clone(), durable: bytes, pending: Vec::new() }
    }

    fn after(&self, loss: Loss, random: &mut Random) -> Vec<u8> {
        match loss {
            Loss::Unsynced => self.durable.clone(),
            Loss::Nothing => self.cached.clone(),
            Loss::Some => self.torn(random),
        }
    }

    /// Each sector that was not synced survives or not. Any order in which they may have been written comes to one of
    /// these outcomes.
    fn torn(&self, random: &mut Random) -> Vec<u8> {
        let mut left = self.durable.clone();
        let survivors_in_four = 1 + random.below(3);
        let mut survives = || random.below(4) < survivors_in_four;
        for change in &self.pending {
            match change {
                Change::Write { offset, bytes } => {
                    for (at, sector) in sectors(*offset, bytes) {
                        if survives() {
                            overwrite(&mut left, at, sector);
                        }
                    }
                }
                Change::Resize { .. } if survives() => change.apply_to(&mut left),
                Change::Resize { .. } => {}
            }
        }
        left
    }
}

impl Change {
    fn apply_to(&self, file: &mut Vec<u8>) {
        match self {
            Self::Write { offset, bytes } => overwrite(file, *offset, bytes),
            Self::Resize { length } => file.resize(*length, 0),
        }
    }
}

fn overwrite(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(bytes);
}

/// The parts of a write that lie in different sectors of the file.
fn sectors(offset: usize, bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let first = (SECTOR - offset % SECTOR).min(bytes.len());
    let (head, rest) = bytes.split_at(first);
    let rest = rest.chunks(SECTOR).enumerate();
    std::iter::once((offset, head))
        .chain(rest.map(move |(index, part)| (offset + first + index * SECTOR, part)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored() -> Stored {
        let mut stored = Stored::durable(vec![1; 2 * SECTOR]);
        let change = Change::Write { offset: 100, bytes: vec![2; 2 * SECTOR] };
        change.apply_to(&mut stored.cached);
        stored.pending.push(change);
        stored
    }

    #[test]
    fn a_write_is_torn_where_sectors_meet() {
        let mut outcomes = std::collections::BTreeSet::new();
        for seed in 0..200 {
            let left = stored().torn(&mut Random::seeded(seed));
            let parts: Vec<Vec<u8>> = left.chunks(SECTOR).map(<[u8]>::to_vec).collect();
            assert!(parts[0][..100].iter().all(|byte| *byte == 1), "what was not written stays");
            assert!(parts[1].iter().all(|byte| *byte == parts[1][0]), "a sector is never torn itself");
            outcomes.insert(left);
        }
        assert_eq!(outcomes.len(), 8, "three sectors, each there or not");
    }

    #[test]
    fn what_was_not_synced_is_lost_or_kept_as_told() {
        let mut random = Random::seeded(1);
        assert_eq!(stored().after(Loss::Unsynced, &mut random), vec![1; 2 * SECTOR]);
        assert_eq!(stored().after(Loss::Nothing, &mut random).len(), 2 * SECTOR + 100);
    }

    #[test]
    fn what_a_failed_sync_was_to_save_is_lost_for_ever() {
        let file = 0;
        let write = |byte| Step::Write { file, offset: byte, bytes: vec![9] };
        let appeared = Step::Appeared { is_log: true, stored: Stored::durable(vec![0; 3]) };
        let named = Step::Named { name: "log".into(), file: Some(file), is_durable: true };
        let steps = vec![
            appeared,
            named,
            write(0),
            Step::SyncFailed { file },
            write(1),
            Step::Sync { file },
            write(2),
        ];
        let trace = Trace { steps, before: 0 };
        let mut platter = Platter::new(&trace, Syncs::Honest);
        platter.turn_to(trace.len());
        let (_, log) = &platter.files[file];
        assert_eq!((&log.durable[..], &log.cached[..]), (&[0, 9, 0][..], &[9, 9, 9][..]));
    }
}
