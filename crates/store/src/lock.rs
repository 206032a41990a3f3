//! The owner lock: one process at a time writes a data file. It is a lock of the operating system on a file beside it,
//! which a killed process leaves behind unlocked.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use payment::Timestamp;

use crate::OpenError;
use crate::private::private;

/// Held as long as this value lives.
#[derive(Debug)]
pub(crate) struct OwnerLock {
    _file: File,
}

impl OwnerLock {
    /// Takes the lock of a data file and notes who has it.
    ///
    /// # Errors
    /// [`OpenError::Owned`] with what the owner noted, when another process has it.
    pub(crate) fn take(database: &Path, now: Timestamp) -> Result<Self, OpenError> {
        let path = lock_path(database);
        let failed = |reason| OpenError::Io { path: path.clone(), reason };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut file = private(&mut options).open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(owned(database, &mut file)),
            Err(TryLockError::Error(reason)) => return Err(failed(reason)),
        }
        let note = format!("pid {}\nsince {}\n", std::process::id(), now.millis());
        file.set_len(0).and_then(|()| file.write_all(note.as_bytes())).map_err(failed)?;
        Ok(Self { _file: file })
    }
}

fn lock_path(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    PathBuf::from(path)
}

/// The note is a courtesy: without it the refusal just says less.
fn owned(database: &Path, file: &mut File) -> OpenError {
    let mut note = String::new();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(200).read_to_string(&mut note));
    let field = |name: &str| {
        read.as_ref().ok()?;
        note.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '))
    };
    OpenError::Owned {
        path: database.to_owned(),
        pid: field("pid").and_then(|pid| pid.parse().ok()),
        since: field("since").and_then(|since| since.parse().ok()).map(Timestamp::from_millis),
    }
}
