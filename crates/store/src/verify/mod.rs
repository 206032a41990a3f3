//! The check of everything, from zero: the chain is computed again from its first link, every event is folded through
//! the pure machines again, and entries, postings, projections and balances are compared with what that gives.
//!
//! It needs no more memory than one sale or tab and the balances, however long the journal. It reads one snapshot through its
//! own connection, so that a till that sells meanwhile disturbs nothing; the same check runs over a backup.

mod cards;
mod cursor;
mod parcels;
mod payouts;
mod projected;
mod replay;
mod schema;
mod sweeps;
mod tabs;
mod walk;

use std::fmt;

use payment::sale::Refused;
use rusqlite::Connection;
use thiserror::Error;

use crate::{ReadError, Reader, connection};

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// Events that are as they were written.
    pub events: i64,
    /// Entries that are as they were written.
    pub entries: i64,
    /// Hash of the last good event.
    pub head: [u8; 32],
    /// The first bad row; `None` when everything adds up.
    pub fault: Option<Fault>,
}

/// A bad row. Printed it is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The row: `event 17`, `balance of cash-drawer in EUR`.
    pub row: String,
    /// What is wrong with it.
    pub problem: Problem,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.row, self.problem)
    }
}

/// What can be wrong with a row.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Problem {
    /// SQLite can't read it.
    #[error("it can't be read ({0})")]
    Unreadable(String),
    /// A number is missing or out of order.
    #[error("number {expected} was expected here")]
    Gap {
        /// The number that should be here.
        expected: i64,
    },
    /// It names another row than the one it follows.
    #[error("it names {named}, which it does not follow")]
    Misplaced {
        /// What it names.
        named: String,
    },
    /// The postings of a currency do not add to zero.
    #[error("its postings in {currency} add to {sum}, not to zero")]
    Unbalanced {
        /// The currency.
        currency: String,
        /// Their sum in minor units.
        sum: i128,
    },
    /// An entry needs two postings at least.
    #[error("it has fewer than two postings")]
    Lonely,
    /// An account's links skip or invent an entry.
    #[error("its link to the entry before it in {account} is wrong")]
    Link {
        /// The account.
        account: String,
    },
    /// It, its entries or its postings were changed.
    #[error("it or its entries were changed: the hash does not fit")]
    Hash,
    /// Its payload is not what this version writes.
    #[error("{0}")]
    Payload(String),
    /// The machines refuse it.
    #[error("it does not fit what came before it: {0}")]
    Fold(Refused),
    /// The machines post something else.
    #[error("its entries are not what it posts")]
    Entries,
    /// A projection differs from the state.
    #[error("{projection} says something else than the events")]
    Projection {
        /// The table.
        projection: &'static str,
    },
    /// A projection has rows that no event made.
    #[error("it has {stored} rows, the events make {expected}")]
    Rows {
        /// Rows stored.
        stored: i64,
        /// Rows that the events make.
        expected: i64,
    },
    /// A balance is not the sum of its postings.
    #[error("it is stored as {stored}, its postings add to {sum}")]
    Balance {
        /// What is stored, `nothing` for no row.
        stored: String,
        /// What the postings add to.
        sum: i128,
    },
    /// The payers' tabs and the settlements that are not charged do not add to the balance of their account.
    #[error("it is stored as {stored}, what payers owe adds to {sum}")]
    Owed {
        /// What is stored.
        stored: i64,
        /// What is on tabs and in settlements.
        sum: i128,
    },
    /// A table, index or trigger of this version is gone.
    #[error("it is missing, so nothing keeps its rule: restore a backup")]
    Missing,
    /// A table, index or trigger was made anew in another way.
    #[error("it is not as this version makes it: restore a backup")]
    OtherSchema,
    /// A table, index or trigger that no version makes.
    #[error("no version of the till made it: restore a backup")]
    Added,
    /// The file's own structure is broken.
    #[error("its structure is broken ({0})")]
    Structure(String),
}

impl Reader {
    /// Checks everything in the data file, from zero.
    ///
    /// # Errors
    /// When the check could not run to its end; what is wrong with the file is no error but a [`Fault`].
    pub async fn verify(&self) -> Result<Verification, ReadError> {
        let path = self.path().to_owned();
        let check = tokio::task::spawn_blocking(move || {
            let connection = connection::open_read_only(&path)?;
            Ok(verify(&connection))
        });
        check.await.map_err(|e| ReadError::Interrupted(e.to_string()))?
    }
}

/// Checks everything over a connection.
pub(crate) fn verify(connection: &Connection) -> Verification {
    let mut walk = walk::Walk::default();
    let fault = check(connection, &mut walk).err();
    Verification { events: walk.last_event, entries: walk.last_entry, head: walk.head, fault }
}

/// Checks what no version of the machines has a say in: the chain, the file's structure, and that each balance is the
/// sum of its postings. For files of an older version, whose projections are that version's.
pub(crate) fn verify_journal(connection: &Connection) -> Verification {
    let mut walk = walk::Walk::default();
    let fault = check_journal(connection, &mut walk).err();
    Verification { events: walk.last_event, entries: walk.last_entry, head: walk.head, fault }
}

/// The chain first: it names the row where anything in the journal was touched. Then the file's structure, then what
/// the events mean, and last what guards them from now on.
fn check(connection: &Connection, walk: &mut walk::Walk) -> Result<(), Fault> {
    let snapshot = connection.unchecked_transaction()?;
    check_journal(&snapshot, walk)?;
    parcels::check_parcels(&snapshot)?;
    parcels::check_derived(&snapshot)?;
    let expected = replay::replay(&snapshot)?;
    projected::check_counts(&snapshot, &expected)?;
    projected::check_numbers(&snapshot)?;
    tabs::check_tabs(&snapshot)?;
    schema::check_subject_kinds(&snapshot)?;
    schema::check_schema(&snapshot)
}

fn check_journal(connection: &Connection, walk: &mut walk::Walk) -> Result<(), Fault> {
    walk.journal(connection)?;
    check_structure(connection)?;
    projected::check_balances(connection, &walk.balances)
}

fn check_structure(connection: &Connection) -> Result<(), Fault> {
    let broken = |what: String| Fault { row: "data file".to_owned(), problem: Problem::Structure(what) };
    let found: String = connection.query_row("pragma integrity_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        // Above what is wrong, SQLite may write a line that names the database.
        return Err(broken(found.lines().last().unwrap_or("SQLite does not say how").to_owned()));
    }
    let mut orphans = connection.prepare("pragma foreign_key_check")?;
    let mut rows = orphans.query([])?;
    match rows.next()? {
        None => Ok(()),
        Some(row) => Err(broken(format!("{} names a row that is not there", row.get::<_, String>(0)?))),
    }
}

/// For failures that no row can be blamed for.
impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self { row: "data file".to_owned(), problem: Problem::Unreadable(error.to_string()) }
    }
}
