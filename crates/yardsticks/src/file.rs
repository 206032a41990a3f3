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
    Ok(open(file)?.query_row(&format!("select count(*) from \"{table}\""), [], |row| row.get(0))?)
}

/// Bytes of a data file, with what is still in the log beside it.
///
/// # Errors
/// When it can't be read.
pub fn size(file: &Path) -> Result<u64, YardstickError> {
    let sql = "select page_count * page_size from pragma_page_count, pragma_page_size";
    let bytes: i64 = open(file)?.query_row(sql, [], |row| row.get(0))?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}

fn open(file: &Path) -> Result<Connection, YardstickError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Ok(Connection::open_with_flags(file, flags)?)
}

/// A new file in which commits are as durable as the till's.
pub(crate) fn create(file: &Path) -> Result<Connection, YardstickError> {
    let connection = Connection::open(file)?;
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", 4_000, |_| Ok(()))?;
    Ok(connection)
}
