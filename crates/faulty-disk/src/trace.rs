//! What SQLite did to a disk, in order.

use std::collections::BTreeMap;
use std::ffi::OsString;

use crate::platter::Stored;

/// A file by the order in which the disk first saw it. It keeps its number under another name.
pub(crate) type FileId = usize;

/// The names in a folder.
pub(crate) type Names = BTreeMap<OsString, FileId>;

/// One thing that happened.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// The disk sees a file for the first time.
    Appeared { is_log: bool, stored: Stored },
    /// Bytes were written.
    Write { file: FileId, offset: usize, bytes: Vec<u8> },
    /// A file was cut or made longer.
    Resize { file: FileId, length: usize },
    /// Everything written to a file is on the platter.
    Sync { file: FileId },
    /// What was written to a file since its last sync never gets there.
    SyncFailed { file: FileId },
    /// A name means another file, or none.
    Named { name: OsString, file: Option<FileId>, is_durable: bool },
    /// All names are on the platter.
    FolderSync,
}

/// Everything that happened to a disk.
#[derive(Clone, Debug)]
pub struct Trace {
    pub(crate) steps: Vec<Step>,
    /// Steps that only tell what was there before.
    pub(crate) before: usize,
}

impl Trace {
    /// Steps in it. A moment is the number of steps that were taken before it.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.steps.len()
    }

    /// Did nothing happen?
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The moments right before and right after each sync, and the end.
    #[must_use]
    pub fn sync_boundaries(&self) -> Vec<usize> {
        let is_sync = |step: &Step| matches!(step, Step::Sync { .. } | Step::FolderSync);
        let syncs = self.steps.iter().enumerate().skip(self.before).filter(|(_, step)| is_sync(step));
        let mut moments: Vec<usize> = syncs.flat_map(|(moment, _)| [moment, moment + 1]).collect();
        moments.push(self.len());
        moments.dedup();
        moments
    }

    /// The moments right after each write, change of length and change of names.
    #[must_use]
    pub fn changes(&self) -> Vec<usize> {
        let is_change =
            |step: &Step| matches!(step, Step::Write { .. } | Step::Resize { .. } | Step::Named { .. });
        let changes = self.steps.iter().enumerate().skip(self.before).filter(|(_, step)| is_change(step));
        changes.map(|(moment, _)| moment + 1).collect()
    }
}
