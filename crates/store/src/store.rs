//! An open data file: its owner lock, its reader, and the way back after a commit whose outcome is not known.

use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use payment::Timestamp;
use tokio::runtime::Handle;

use crate::lock::OwnerLock;
use crate::opening;
use crate::{Mode, OpenError, ReadError, Reader, Troublemaker, Writer};

/// How long the reads under way may take to end before a writer is reopened.
const READS_END_WITHIN: Duration = Duration::from_secs(10);

/// Which data file to open, and as what.
#[derive(Clone, Debug)]
pub struct StoreOptions {
    /// The data file; its folder is made when it is missing.
    pub path: PathBuf,
    /// The books it must hold. A new file holds these for good.
    pub mode: Mode,
    /// The time, for the owner's note and a new file's date of birth.
    pub now: Timestamp,
}

/// A data file that was opened.
#[derive(Debug)]
pub struct Opened {
    /// The file.
    pub store: Store,
    /// Its only writer.
    pub writer: Writer,
}

/// An open data file. This process owns it until the store and its writer are dropped.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    database_id: String,
    reader: Reader,
    owner: Arc<OwnerLock>,
    runtime: Handle,
    trouble: Troublemaker,
}

impl Store {
    /// Opens a data file for writing: takes the owner lock, checks what the file is, backs it up and migrates it when it
    /// is older than this version, and makes it when it is missing. Call it on a runtime; it may block for as long as
    /// a backup takes.
    ///
    /// # Errors
    /// The file is left as it was. Each error says what to do next.
    pub async fn open(options: StoreOptions) -> Result<Opened, OpenError> {
        let (owner, till) = opening::open(&options, opening::migrations()).await?;
        let owner = Arc::new(owner);
        let reader = Reader::over(&options.path);
        let store = Self {
            database_id: till.database_id,
            reader,
            owner,
            runtime: Handle::current(),
            trouble: Troublemaker::default(),
            path: options.path,
        };
        let writer = store.open_writer().map_err(|e| opening::unreadable(&store.path, e))?;
        Ok(Opened { store, writer })
    }

    /// Opens a data file for reading only, whether or not a till has it open.
    ///
    /// # Errors
    /// When there is no such file, it is foreign, newer or damaged.
    pub async fn open_reader(path: &Path) -> Result<Reader, OpenError> {
        opening::check_readable(path)?;
        Ok(Reader::over(path))
    }

    /// Reads from this file. Clones share one pool.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// The file's own random name, 32 hex digits: a restored copy keeps it, another till's file has another.
    #[must_use]
    pub fn database_id(&self) -> &str {
        &self.database_id
    }

    /// Opens the writer again after [`crate::WriteError::Unknown`], once the old one was dropped. Every connection is
    /// closed first, so that SQLite reads its log from the disk: what is found then is what is stored. Reads under way
    /// are waited for and reads in between fail, so call it on the writer's own thread, never on the runtime's.
    ///
    /// # Errors
    /// When reads did not end in time or the file can't be opened.
    pub fn reopen_writer(&self) -> Result<Writer, ReadError> {
        self.end_reads()?;
        let writer = self.open_writer()?;
        let _on_the_runtime = self.runtime.enter();
        self.reader.renew();
        Ok(writer)
    }

    /// Closes the read pool. Where nothing is open, nothing is waited for.
    fn end_reads(&self) -> Result<(), ReadError> {
        let pool = self.reader.pool();
        if pool.size() == 0 {
            drop(pool.close());
            return Ok(());
        }
        let (closed, wait) = mpsc::channel();
        self.runtime.spawn(async move {
            pool.close().await;
            let _nobody_waits = closed.send(());
        });
        wait.recv_timeout(READS_END_WITHIN).map_err(|_| ReadError::ReadsPending)
    }

    fn open_writer(&self) -> Result<Writer, ReadError> {
        Writer::open(&self.path, self.owner.clone(), self.trouble.clone())
    }
}
