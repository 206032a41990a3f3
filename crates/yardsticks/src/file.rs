//! SQLite files as the till sets them up, and a look into the till's own.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::YardstickError;

/// The SQLite that everything here, and the till, is linked with.
#[must_use]
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// Rows of a table of a data file, the till's for example.
///
/// # Errors
/// When there is no such table.
pub fn count_rows(file: &Path, table: &str) -> Result<u32, YardstickError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    Ok(connection.query_row(&format!("select count(*) from \"{table}\""), [], |row| row.get(0))?)
}

/// A new file in which commits are as durable as the till's.
pub(crate) fn create(file: &Path) -> Result<Connection, YardstickError> {
    let connection = Connection::open(file)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 4_000, |_| Ok(()))?;
    Ok(connection)
}
