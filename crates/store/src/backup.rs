//! Copies of a data file: made while the till sells, checked before they count, and restored only when they check out.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup as Copying, StepResult};

use crate::lock::OwnerLock;
use crate::opening::{self, beside, remove_if_there};
use crate::verify::{verify, verify_journal};
use crate::{BackupError, OpenError, StoreOptions, Verification, connection, private};

/// A copy that was checked from its first event to its last balance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Events in it.
    pub events: i64,
    /// Entries in it.
    pub entries: i64,
    /// The head of its chain: noted elsewhere, it proves later that nothing was cut off.
    pub head: [u8; 32],
}

/// A backup that was put in the place of a data file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What was put in place.
    pub backup: Backup,
    /// Where the file that was there is kept, for whoever restored the wrong one; `None` when there was none.
    pub replaced: Option<PathBuf>,
}

/// Copies a data file, whether or not a till has it open, and checks the copy. It blocks for as long as that takes.
///
/// # Errors
/// Then there is no file at `to`, or the one that was there before.
pub fn backup(from: &Path, to: &Path) -> Result<Backup, BackupError> {
    make(from, to, check_for(from)?)
}

/// Copies a data file that is about to be migrated. What it projects is its own version's, so the journal is checked.
pub(crate) fn backup_before_migration(from: &Path, to: &Path) -> Result<Backup, BackupError> {
    make(from, to, verify_journal)
}

/// Puts a backup in the place of a data file. The backup is checked first; the file that was there is kept beside it.
/// The restored file says that it was restored, so that rails scan in full and skip addresses that may have been shown
/// after the backup.
///
/// # Errors
/// When the till is open, the backup does not check out or holds other books; then the data file is as it was.
pub fn restore(from: &Path, to: &StoreOptions) -> Result<Restored, BackupError> {
    let path = &to.path;
    if !from.exists() {
        return Err(BackupError::Missing(from.to_owned()));
    }
    opening::check_books(from, to.mode)?;
    let verify = check_for(from)?;
    opening::make_folder(path)?;
    let _owner = OwnerLock::take(path, to.now)?;
    let begun = beside(path, ".begun");
    let checked = copy(from, &begun).and_then(|()| check(&begun, verify)).and_then(|backup| {
        note_restore(&begun)?;
        Ok(Restored { backup, replaced: set_aside(path)? })
    });
    put_in_place(checked, &begun, path)
}

/// How a file is checked.
type Check = fn(&Connection) -> Verification;

/// Everything of this version's files; of an older one's, what does not depend on a version.
fn check_for(path: &Path) -> Result<Check, OpenError> {
    let is_current = opening::is_current(path)?;
    Ok(if is_current { verify } else { verify_journal })
}

fn make(from: &Path, to: &Path, verify: Check) -> Result<Backup, BackupError> {
    if to.exists() {
        return Err(BackupError::Exists(to.to_owned()));
    }
    if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        return Err(BackupError::NoFolder(folder.to_owned()));
    }
    let begun = beside(to, ".begun");
    let checked = copy(from, &begun).and_then(|()| check(&begun, verify)).map_err(|error| match error {
        // The copy is as the books are, and has no name yet that anybody knows.
        BackupError::Unverified { problem, .. } => {
            BackupError::UnverifiedBooks { path: from.to_owned(), problem }
        }
        other => other,
    });
    put_in_place(checked, &begun, to)
}

/// Copies what is committed, log included, into one file that stands alone.
fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    let failed = |reason| BackupError::Copy { path: from.to_owned(), reason };
    remove_if_there(to).and_then(|()| private::create_file(to)).map_err(io(to))?;
    let source = connection::open_read_only(from).map_err(failed)?;
    let mut target = Connection::open(to).map_err(failed)?;
    // All pages in one step: a copy in several would begin again with each commit of a busy till.
    let step = Copying::new(&source, &mut target).and_then(|copying| copying.step(-1)).map_err(failed)?;
    if step != StepResult::Done {
        return Err(BackupError::Busy(from.to_owned()));
    }
    connection::set_journal_mode(&target, "delete").map_err(failed)?;
    target.close().map_err(|(_, error)| failed(error))
}

fn check(path: &Path, verify: Check) -> Result<Backup, BackupError> {
    let failed = |reason| BackupError::Copy { path: path.to_owned(), reason };
    let connection = connection::open_read_only(path).map_err(failed)?;
    let verification = verify(&connection);
    match verification.fault {
        Some(fault) => Err(BackupError::Unverified { path: path.to_owned(), problem: fault.to_string() }),
        None => {
            Ok(Backup { events: verification.events, entries: verification.entries, head: verification.head })
        }
    }
}

fn note_restore(path: &Path) -> Result<(), BackupError> {
    let failed = |reason| BackupError::Copy { path: path.to_owned(), reason };
    let connection = Connection::open(path).map_err(failed)?;
    connection.execute("update till set restores = restores + 1", []).map_err(failed)?;
    connection.close().map_err(|(_, error)| failed(error))
}

/// Keeps the file that is about to be replaced, complete, under another name. Its log must not stay behind: SQLite would
/// take it for the restored file's.
fn set_aside(path: &Path) -> Result<Option<PathBuf>, BackupError> {
    if !path.exists() {
        return Ok(None);
    }
    take_log_in(path);
    let kept = free_name(path);
    std::fs::hard_link(path, &kept).map_err(io(&kept))?;
    for added in ["-wal", "-shm"] {
        let (log, kept_log) = (beside(path, added), beside(&kept, added));
        if log.exists() {
            std::fs::rename(&log, &kept_log).map_err(io(&kept_log))?;
        }
    }
    private::sync_folder_of(path).map_err(io(path))?;
    Ok(Some(kept))
}

/// Copies a killed till's log into its file, so that the file is complete under either name. A damaged file can't; its
/// log is moved along with it.
fn take_log_in(path: &Path) {
    if beside(path, "-wal").exists()
        && let Ok(connection) = connection::open_writer(path)
    {
        let _damaged = connection::set_journal_mode(&connection, "delete");
    }
}

fn free_name(path: &Path) -> PathBuf {
    let names = (1_u32..).map(|number| beside(path, &format!(".replaced-{number}")));
    names.into_iter().find(|name| !name.exists()).unwrap_or_else(|| beside(path, ".replaced"))
}

fn put_in_place<T>(checked: Result<T, BackupError>, begun: &Path, to: &Path) -> Result<T, BackupError> {
    let placed = checked.and_then(|told| {
        private::sync_file(begun).map_err(io(begun))?;
        std::fs::rename(begun, to).map_err(io(to))?;
        private::sync_folder_of(to).map_err(io(to))?;
        Ok(told)
    });
    if placed.is_err() {
        remove_if_there(begun).map_err(io(begun))?;
    }
    placed
}

fn io(path: &Path) -> impl FnOnce(std::io::Error) -> BackupError {
    let path = path.to_owned();
    move |reason| BackupError::Io { path, reason }
}
