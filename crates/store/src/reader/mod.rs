//! Reads for screens and the command line, on a pool of connections that cannot write. Each is one short statement or
//! a few, so that no snapshot is held while the till sells.

mod cards;
mod inbox;
mod journal;
mod memory;
mod payouts;
mod rows;
mod sales;
mod statement;
mod stream;
mod tabs;
mod timeline;

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use payment::{InvoiceId, Sale, Stray, StrayId, Timestamp};
use sqlx::SqlitePool;

pub use cards::{CardsWaiting, DisputeFacts};
pub use inbox::{AlertRow, FindingRow};
pub use journal::{Head, JournalEntry, PostingLine};
pub use payouts::{MovementPlace, PayoutFacts, PayoutsPage};
pub use sales::{SaleSummary, SalesFilter, SalesPage};
pub use statement::{EntriesPage, EntryFilter};
pub use stream::{DeadLetter, Micropayment};
pub use tabs::{SettlementFacts, TabsSummary, Tally};
pub use timeline::{RecordedEvent, TimelineEvent};

use crate::fold::{EventRow, fold_sale, fold_stray};
use crate::{Mode, ReadError, column, connection};

/// Reads a data file. Clones share one pool.
#[derive(Clone, Debug)]
pub struct Reader {
    path: Arc<PathBuf>,
    pool: Arc<RwLock<SqlitePool>>,
}

/// Facts about the data file itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Till {
    /// Whose books it holds.
    pub mode: Mode,
    /// Its random name, 32 hex digits.
    pub database_id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// How often it was restored from a backup.
    pub restores: u32,
}

impl Reader {
    /// Must be called on a runtime.
    pub(crate) fn over(path: &Path) -> Self {
        let pool = connection::read_pool(path);
        Self { path: Arc::new(path.to_owned()), pool: Arc::new(RwLock::new(pool)) }
    }

    /// The data file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The sale as its events make it.
    ///
    /// # Errors
    /// When the journal can't be read, as for every read here.
    pub async fn sale(&self, id: InvoiceId) -> Result<Option<Sale>, ReadError> {
        let rows = self.events(id.as_bytes()).await?;
        fold_sale(id, rows.into_iter().map(Ok))
    }

    /// The stray payment as its events make it.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub async fn stray(&self, id: StrayId) -> Result<Option<Stray>, ReadError> {
        let rows = self.events(id.as_bytes()).await?;
        fold_stray(id, rows.into_iter().map(Ok))
    }

    /// Facts about the data file.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn till(&self) -> Result<Till, ReadError> {
        let sql = "select mode, database_id, created_at, restores from till";
        let (mode, database_id, created_at, restores): (String, String, i64, i64) =
            sqlx::query_as(sql).fetch_one(&self.pool()).await?;
        Ok(Till {
            mode: column::mode(&mode)?,
            database_id,
            created_at: Timestamp::from_millis(created_at),
            restores: column::small("till.restores", restores)?,
        })
    }

    /// Closes every connection. Reads after it fail.
    pub async fn close(&self) {
        self.pool().close().await;
    }

    pub(crate) fn pool(&self) -> SqlitePool {
        self.pool.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts a fresh pool in the place of a closed one. Must be called on a runtime.
    pub(crate) fn renew(&self) {
        *self.pool.write().unwrap_or_else(PoisonError::into_inner) = connection::read_pool(&self.path);
    }

    async fn events(&self, subject_id: &[u8; 16]) -> Result<Vec<EventRow>, ReadError> {
        let sql = "select event_id, kind, encoding, payload, recorded_at from event where subject_id = ? \
                   order by subject_version";
        Ok(sqlx::query_as(sql).bind(&subject_id[..]).fetch_all(&self.pool()).await?)
    }
}
