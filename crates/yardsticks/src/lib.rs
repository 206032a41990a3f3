//! What the payment stream is measured against, on the same machine and the same filesystem: one sync of the disk
//! ([`syncs`]), rows into bare SQLite ([`BareTable`]), a ledger with one statement per row through sqlx
//! ([`PerRowLedger`]), and PostgreSQL ([`tpc_b`]).
//!
//! For benchmarks only; never part of the till.

mod bare;
mod disk;
mod file;
mod per_row;
mod postgres;
mod stopwatch;

use thiserror::Error;

pub use bare::{BareTable, Shape};
pub use disk::syncs;
pub use file::{count_rows, size, sqlite_version};
pub use per_row::PerRowLedger;
pub use postgres::{postgres_version, tpc_b};
pub use stopwatch::Stopwatch;

/// Why nothing was measured.
#[derive(Debug, Error)]
pub enum YardstickError {
    /// A file.
    #[error("a file of the measurement can't be written or read: {0}")]
    File(#[from] std::io::Error),
    /// SQLite through rusqlite.
    #[error("SQLite refused: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// SQLite through sqlx.
    #[error("SQLite refused: {0}")]
    Sqlx(#[from] sqlx::Error),
    /// PostgreSQL's own benchmark.
    #[error("pgbench failed: {0}")]
    Pgbench(String),
}
