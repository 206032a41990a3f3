//! A till that carries out acts on a data file, and does with failures what the engine does.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use payment::Timestamp;
use rusqlite::Connection;
use store::{
    Batch, Mode, OpenError, Opened, Store, StoreOptions, Verification, WriteError, Writer, backup, restore,
};
use tokio::runtime::Runtime;

use super::portrait::Portrait;
use crate::journal::shop::MORNING;

/// Something a till does.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// Opens the data file, and makes it when there is none.
    Open,
    /// Writes a batch.
    Write(Box<Batch>),
    /// Writes a batch that breaks a rule of the books.
    WriteRefused(Box<Batch>),
    /// Copies the log into the data file and empties it.
    CopyLog,
    /// Makes a backup.
    Backup,
    /// Closes the data file.
    Close,
    /// Puts the backup in the place of the closed data file.
    Restore,
}

/// Why an act was not done.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) outcome: Outcome,
    /// What the clerk would read.
    text: String,
}

/// What a failure leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing was done.
    NotDone,
    /// Nothing was done, and the data file is said to be at fault.
    Damaged,
    /// Perhaps it was done; the till takes no further batch before its writer is opened again.
    Unknown,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A till in a folder.
pub(crate) struct Till {
    folder: PathBuf,
    runtime: Arc<Runtime>,
    open: Option<(Store, Option<Writer>)>,
}

pub(crate) fn runtime() -> Arc<Runtime> {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    Arc::new(runtime.worker_threads(1).enable_all().build().unwrap())
}

impl Till {
    pub(crate) fn new(folder: &Path, runtime: &Arc<Runtime>) -> Self {
        Self { folder: folder.to_owned(), runtime: runtime.clone(), open: None }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.join("till-practice.db")
    }

    pub(crate) fn backup_path(&self) -> PathBuf {
        self.folder.join("monday.backup")
    }

    pub(crate) fn act(&mut self, act: &Act) -> Result<(), Failure> {
        match act {
            Act::Open => self.open(),
            Act::Write(batch) => self.write(batch).map_err(failure),
            Act::WriteRefused(batch) => match self.write(batch) {
                Err(WriteError::Refused(_)) => Ok(()),
                Err(error) => Err(failure(error)),
                Ok(()) => panic!("a batch that breaks a rule was written"),
            },
            Act::CopyLog => self.copy_log().map_err(|e| Outcome::NotDone.of(&e)),
            Act::Backup => self.back_up(),
            Act::Close => {
                self.close();
                Ok(())
            }
            Act::Restore => self.restore(),
        }
    }

    /// After an unknown outcome: opens the writer again.
    pub(crate) fn reopen(&mut self) -> Result<(), String> {
        let Some((store, writer)) = &mut self.open else { return Ok(()) };
        drop(writer.take());
        *writer = Some(store.reopen_writer().map_err(|e| e.to_string())?);
        Ok(())
    }

    pub(crate) fn close(&mut self) {
        if let Some((store, writer)) = self.open.take() {
            self.runtime.block_on(store.reader().close());
            drop(writer);
        }
    }

    /// What the data file says; nothing when there is none yet.
    pub(crate) fn portrait(&self) -> Portrait {
        if !self.path().exists() {
            return Portrait::default();
        }
        Portrait::of(&self.path()).unwrap()
    }

    /// The check of everything, and of the backup when there is one.
    pub(crate) fn check(&self) -> Result<(), String> {
        for path in [self.path(), self.backup_path()] {
            if path.exists() {
                let checked = self.verify(&path).map_err(|e| format!("{}: {e}", path.display()))?;
                if let Some(fault) = checked.fault {
                    return Err(format!("{}: {fault}", path.display()));
                }
            }
        }
        Ok(())
    }

    fn verify(&self, path: &Path) -> Result<Verification, String> {
        self.runtime.block_on(async {
            let reader = Store::open_reader(path).await.map_err(|e| e.to_string())?;
            reader.verify().await.map_err(|e| e.to_string())
        })
    }

    fn options(&self) -> StoreOptions {
        StoreOptions { path: self.path(), mode: Mode::Practice, now: Timestamp::from_millis(MORNING) }
    }

    fn open(&mut self) -> Result<(), Failure> {
        match self.runtime.block_on(Store::open(self.options())) {
            Ok(Opened { store, writer }) => {
                self.open = Some((store, Some(writer)));
                Ok(())
            }
            Err(
                error @ (OpenError::Disk { .. }
                | OpenError::Sqlite { .. }
                | OpenError::Io { .. }
                | OpenError::Migration { .. }
                | OpenError::BackupFirst { .. }),
            ) => Err(Outcome::NotDone.of(&error)),
            Err(error) => Err(Outcome::Damaged.of(&error)),
        }
    }

    fn write(&mut self, batch: &Batch) -> Result<(), WriteError> {
        let writer = self.open.as_mut().and_then(|(_, writer)| writer.as_mut());
        writer.expect("the till is open").write(batch).map(|_| ())
    }

    fn copy_log(&self) -> rusqlite::Result<()> {
        let raw = Connection::open(self.path())?;
        raw.query_row("pragma wal_checkpoint(truncate)", [], |_| Ok(()))
    }

    fn back_up(&self) -> Result<(), Failure> {
        backup(&self.path(), &self.backup_path()).map(|_| ()).map_err(|error| {
            assert!(!self.backup_path().exists(), "what did not verify counts for nothing");
            Outcome::NotDone.of(&error)
        })
    }

    fn restore(&self) -> Result<(), Failure> {
        let restored = restore(&self.backup_path(), &self.options());
        restored.map(|_| ()).map_err(|e| Outcome::NotDone.of(&e))
    }
}

impl Drop for Till {
    fn drop(&mut self) {
        self.close();
    }
}

impl Outcome {
    fn of(self, error: &impl fmt::Display) -> Failure {
        let text = error.to_string();
        assert!(!text.contains('\n'), "one line: {text}");
        Failure { outcome: self, text }
    }
}

fn failure(error: WriteError) -> Failure {
    match error {
        WriteError::Unknown(_) => Outcome::Unknown.of(&error),
        WriteError::Full | WriteError::Io(_) => Outcome::NotDone.of(&error),
        WriteError::Refused(_) | WriteError::Busy => panic!("the disk failed: {error}"),
    }
}
