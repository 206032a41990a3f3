//! A disk: the files of one folder, what happened to them, and what is to go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsString, c_int};
use std::fs;
use std::os::unix::fs::{DirEntryExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::fault::Operation;
use crate::platter::{Platter, Stored};
use crate::trace::{FileId, Names, Step, Trace};
use crate::{Fault, vfs};

/// The disks of this process.
static DISKS: Mutex<Vec<Arc<Medium>>> = Mutex::new(Vec::new());

/// A disk under the SQLite files of one folder, as long as this value lives. Make it before the files are opened, drop
/// it after they are closed.
#[derive(Debug)]
pub struct Disk {
    medium: Arc<Medium>,
}

impl Disk {
    /// Puts a disk under a folder. What is in it counts as synced.
    ///
    /// # Panics
    /// When there is no such folder.
    #[must_use]
    pub fn under(folder: &Path) -> Self {
        Self::with(folder, BTreeMap::new())
    }

    /// Puts a disk under an empty folder and lets a program that was killed leave its files there: what it wrote can be
    /// read, and what it had not synced is still not synced.
    ///
    /// # Panics
    /// When there is no such folder, or it can't be written.
    #[must_use]
    pub fn taking_over(folder: &Path, from: &Platter<'_>) -> Self {
        let inherited: BTreeMap<OsString, Stored> = from.inheritance().collect();
        for (name, stored) in &inherited {
            fs::write(folder.join(name), &stored.cached).expect("a test's own folder can be written");
        }
        Self::with(folder, inherited)
    }

    fn with(folder: &Path, inherited: BTreeMap<OsString, Stored>) -> Self {
        vfs::register();
        let folder = fs::canonicalize(folder).expect("a test makes the folder before the disk");
        let mut state = State { inherited, ..State::default() };
        state.find_files(&folder);
        let medium = Arc::new(Medium { folder, state: Mutex::new(state) });
        disks().push(medium.clone());
        Self { medium }
    }

    /// From now on operations are counted anew, and this goes wrong.
    pub fn fail(&self, fault: Fault) {
        let mut state = self.medium.state();
        (state.fault, state.counted, state.failed) = (Some(fault), 0, 0);
    }

    /// Nothing goes wrong any more. How many operations have failed is still known.
    pub fn heal(&self) {
        self.medium.state().fault = None;
    }

    /// Operations that could have failed since the disk was told to fail.
    #[must_use]
    pub fn counted(&self) -> u64 {
        self.medium.state().counted
    }

    /// Operations that failed since the disk was told to.
    #[must_use]
    pub fn failed(&self) -> u64 {
        self.medium.state().failed
    }

    /// The moment that it is now: what was done so far can be lost only by a power cut after it. Names that were changed
    /// past SQLite belong to what was done.
    #[must_use]
    pub fn moment(&self) -> usize {
        self.medium.look();
        self.medium.state().steps.len()
    }

    /// Everything that happened so far.
    #[must_use]
    pub fn trace(&self) -> Trace {
        let state = self.medium.state();
        Trace { steps: state.steps.clone(), before: state.before }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        disks().retain(|medium| !Arc::ptr_eq(medium, &self.medium));
    }
}

/// What the VFS and the test share.
#[derive(Debug)]
pub(crate) struct Medium {
    folder: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    steps: Vec<Step>,
    /// Steps that only tell what was there before the disk.
    before: usize,
    files: Vec<Facts>,
    names: Names,
    /// Files whose name is on the platter with their first sync.
    unnamed: BTreeSet<FileId>,
    /// What a killed program left, until it is found.
    inherited: BTreeMap<OsString, Stored>,
    fault: Option<Fault>,
    counted: u64,
    failed: u64,
}

/// How a file is recognised: by its inode, as long as it is open. Once it is closed another file may get that, which then
/// hardly ever has the same length.
#[derive(Clone, Copy, Debug)]
struct Facts {
    inode: u64,
    length: usize,
    /// How often it is open.
    opened: usize,
}

/// The disk under a file, if any.
pub(crate) fn disk_under(path: &Path) -> Option<Arc<Medium>> {
    disks().iter().find(|medium| path.parent() == Some(&medium.folder)).cloned()
}

fn disks() -> MutexGuard<'static, Vec<Arc<Medium>>> {
    DISKS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Medium {
    /// Counts an operation. Fails with SQLite's code when it is to fail.
    pub(crate) fn operate(&self, operation: Operation) -> Result<(), c_int> {
        let mut state = self.state();
        let Some(fault) = state.fault.filter(|fault| fault.hits(operation)) else { return Ok(()) };
        state.counted += 1;
        if state.counted == fault.at || fault.lasts && state.counted > fault.at {
            state.failed += 1;
            return Err(fault.code(operation));
        }
        Ok(())
    }

    /// A file was opened.
    pub(crate) fn opened(&self, path: &Path, is_new: bool) -> FileId {
        let mut state = self.state();
        let known = fs::metadata(path).ok().and_then(|found| {
            let is_it = |facts: &Facts| {
                facts.inode == found.ino() && (facts.opened > 0 || facts.length == length(found.len()))
            };
            state.files.iter().rposition(is_it)
        });
        let file = known.unwrap_or_else(|| state.appear(path));
        state.files[file].opened += 1;
        if is_new {
            state.unnamed.insert(file);
        }
        state.look(&self.folder, !is_new);
        file
    }

    pub(crate) fn closed(&self, file: FileId) {
        if let Some(facts) = self.state().files.get_mut(file) {
            facts.opened -= 1;
        }
    }

    /// Looks for names that were changed past SQLite.
    pub(crate) fn look(&self) {
        self.state().look(&self.folder, true);
    }

    pub(crate) fn deleted(&self, is_durable: bool) {
        let mut state = self.state();
        state.look(&self.folder, false);
        if is_durable {
            state.steps.push(Step::FolderSync);
        }
    }

    pub(crate) fn wrote(&self, file: FileId, offset: usize, bytes: &[u8]) {
        let mut state = self.state();
        state.steps.push(Step::Write { file, offset, bytes: bytes.to_vec() });
        if let Some(facts) = state.files.get_mut(file) {
            facts.length = facts.length.max(offset + bytes.len());
        }
    }

    pub(crate) fn resized(&self, file: FileId, length: usize) {
        let mut state = self.state();
        state.steps.push(Step::Resize { file, length });
        if let Some(facts) = state.files.get_mut(file) {
            facts.length = length;
        }
    }

    /// The first sync of a file that SQLite made syncs its folder too.
    pub(crate) fn synced(&self, file: FileId) {
        let mut state = self.state();
        state.look(&self.folder, true);
        state.steps.push(Step::Sync { file });
        if state.unnamed.remove(&file) {
            state.steps.push(Step::FolderSync);
        }
    }

    pub(crate) fn sync_failed(&self, file: FileId) {
        self.state().steps.push(Step::SyncFailed { file });
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What was there before the disk. Shared memory is none of its business.
    fn find_files(&mut self, folder: &Path) {
        let files = fs::read_dir(folder).into_iter().flatten().flatten().map(|file| file.path());
        for path in files.filter(|path| path.is_file() && !ends_with(path, "-shm")) {
            self.appear(&path);
        }
        self.look(folder, true);
        self.before = self.steps.len();
    }

    /// A file the disk does not know: it was there before, or was written past SQLite.
    fn appear(&mut self, path: &Path) -> FileId {
        let inherited = path.file_name().and_then(|name| self.inherited.remove(name));
        let stored = inherited.unwrap_or_else(|| Stored::durable(fs::read(path).unwrap_or_default()));
        let inode = fs::metadata(path).map_or(0, |found| found.ino());
        self.files.push(Facts { inode, length: stored.cached.len(), opened: 0 });
        self.steps.push(Step::Appeared { is_log: is_log(path), stored });
        self.files.len() - 1
    }

    /// Compares the names in the folder with those it had. A known file under another name was moved there past SQLite,
    /// and the folder was synced with it.
    fn look(&mut self, folder: &Path, is_durable: bool) {
        let found = self.names_in(folder);
        let before = std::mem::replace(&mut self.names, found);
        let mut was_moved = false;
        for name in before.keys().chain(self.names.keys()).collect::<BTreeSet<_>>() {
            let file = self.names.get(name).copied();
            if before.get(name).copied() != file {
                was_moved |= file.is_some_and(|file| before.values().any(|known| *known == file));
                self.steps.push(Step::Named { name: name.clone(), file, is_durable });
            }
        }
        if was_moved {
            self.steps.push(Step::FolderSync);
        }
    }

    /// Files that SQLite never opened are none of its disk's.
    fn names_in(&self, folder: &Path) -> Names {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let named = entries.filter_map(|entry| {
            let file = self.files.iter().rposition(|facts| facts.inode == entry.ino())?;
            Some((entry.file_name(), file))
        });
        named.collect()
    }
}

fn is_log(path: &Path) -> bool {
    ends_with(path, "-wal")
}

fn ends_with(path: &Path, ending: &str) -> bool {
    path.to_string_lossy().ends_with(ending)
}

/// A length or an offset as the file system gives it.
pub(crate) fn length(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
