//! The one write door. A writer owns the only connection that writes; it lives on one thread and commits whole batches,
//! each in one transaction: all of it or nothing.
//!
//! Start at [`Writer::write`]; `draft` turns records into journal rows, `projected` keeps what lists read, `lookup` has
//! the reads that transitions need.

mod books;
mod cards;
mod draft;
mod failure;
mod lookup;
mod memory;
mod payouts;
mod projected;
mod rows;
mod stream;
mod sweeps;
mod trouble;

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;

use crate::lock::OwnerLock;
use crate::{Batch, CommitFailure, Committed, ReadError, WriteError, connection, opening};
use books::Books;
pub(crate) use books::genesis;
use draft::{Draft, Drafted};
pub(crate) use lookup::recall;
pub(crate) use stream::Filter;
use stream::{Generation, KnownIds};
pub use trouble::{Trouble, Troublemaker, Witness};

/// Writes batches and answers what transitions ask. Not shared: it belongs to one thread.
#[derive(Debug)]
pub struct Writer {
    connection: Connection,
    books: Books,
    known: KnownIds,
    is_doubtful: bool,
    trouble: Troublemaker,
    _owner: Arc<OwnerLock>,
}

impl Writer {
    /// Opens the connection, makes sure that everything it finds is on the disk, and reads where the books stand.
    pub(crate) fn open(path: &Path, owner: Arc<OwnerLock>, trouble: Troublemaker) -> Result<Self, ReadError> {
        let has_log = opening::has_log(path);
        let connection = connection::open_writer(path)?;
        if has_log {
            connection::settle_log(&connection)?;
        }
        let books = Books::read(&connection)?;
        let known = KnownIds::read(&connection)?;
        trouble.make(None);
        Ok(Self { connection, books, known, is_doubtful: false, trouble, _owner: owner })
    }

    /// Writes a batch in one transaction: events, entries and postings chained, projections, rail memory, settings.
    ///
    /// # Errors
    /// Nothing of the batch is written, except after [`WriteError::Unknown`]: then nobody knows, this writer takes no
    /// further batch, and [`crate::Store::reopen_writer`] tells by what it finds.
    pub fn write(&mut self, batch: &Batch) -> Result<Committed, WriteError> {
        if self.is_doubtful {
            let earlier = "an earlier commit failed, the writer must be reopened".to_owned();
            return Err(WriteError::Unknown(CommitFailure::because(earlier)));
        }
        self.connection.execute_batch("begin immediate")?;
        match self.draft(batch) {
            Ok((drafted, sealed)) => self.commit(batch, drafted, sealed),
            Err(error) => Err(self.roll_back(error)),
        }
    }

    /// Writes everything but the end of the transaction.
    fn draft(&self, batch: &Batch) -> Result<(Drafted, Option<Generation>), WriteError> {
        let sealed = self.known.seal(&self.connection)?;
        let mut draft = Draft::begin(&self.connection, self.books.clone());
        draft.write(batch)?;
        Ok((draft.finish(), sealed))
    }

    /// Limits the data file, in pages. Tests use it to fill the disk.
    ///
    /// # Errors
    /// When SQLite refuses.
    #[doc(hidden)]
    pub fn limit_pages(&self, pages: u32) -> Result<(), ReadError> {
        self.connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        Ok(())
    }

    /// Makes generations of fewer ids. Tests use it to have many.
    #[doc(hidden)]
    pub fn seal_ids_at(&mut self, recent_max: usize) {
        self.known.seal_at(recent_max);
    }

    /// Lets every commit fail from now on, so that tests can meet an unknown outcome.
    ///
    /// # Errors
    /// When SQLite refuses.
    #[doc(hidden)]
    pub fn break_commits(&self) -> Result<(), ReadError> {
        self.connection.commit_hook(Some(|| true))?;
        Ok(())
    }

    /// What tests make trouble with when somebody else holds the writer.
    #[doc(hidden)]
    #[must_use]
    pub fn troublemaker(&self) -> Troublemaker {
        self.trouble.clone()
    }

    /// Every failure of a commit leaves the outcome open: a row that can't be seen now can be there after reopening.
    fn commit(
        &mut self,
        batch: &Batch,
        drafted: Drafted,
        sealed: Option<Generation>,
    ) -> Result<Committed, WriteError> {
        let trouble = self.trouble.now();
        if trouble == Some(Trouble::DiskFull) {
            return Err(self.roll_back(WriteError::Full));
        }
        self.trouble.tell(|witness| witness.before(batch));
        let is_lost = matches!(trouble, Some(Trouble::CommitLost | Trouble::Forgotten));
        let done = self.connection.execute_batch(if is_lost { "rollback" } else { "commit" });
        let first_event = self.books.last_event + 1;
        let committed =
            Committed { first_event, last_event: drafted.books.last_event, head: drafted.books.head };
        if done.is_ok() && trouble != Some(Trouble::CommitLost) {
            self.trouble.tell(|witness| witness.after(batch, &committed));
        }
        let answer = match trouble {
            Some(made @ (Trouble::CommitLost | Trouble::AnswerLost)) => {
                Err(CommitFailure::because(format!("{made:?}")))
            }
            _ => done.map_err(CommitFailure::from),
        };
        if let Err(failure) = answer {
            self.is_doubtful = true;
            return Err(WriteError::Unknown(failure));
        }
        self.books = drafted.books;
        if let Some(generation) = sealed {
            self.known.forget(generation);
        }
        self.known.remember(drafted.ids, drafted.wrote_letters);
        Ok(committed)
    }

    fn roll_back(&mut self, error: WriteError) -> WriteError {
        // After a full disk or a failed read SQLite has rolled back already.
        if self.connection.is_autocommit() {
            return error;
        }
        match self.connection.execute_batch("rollback") {
            Ok(()) => error,
            Err(failure) => {
                self.is_doubtful = true;
                let both = format!("{error}; then the rollback failed: {failure}");
                WriteError::Unknown(CommitFailure::because(both))
            }
        }
    }
}
