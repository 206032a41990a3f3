//! How connections are set up: the one writer, short-lived readers for checks and copies, and the pool of reads.

use std::ffi::c_int;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, ffi};
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};

/// Connections of the read pool at most.
const READERS_MAX: u32 = 4;
/// How long a connection waits for another one's lock.
const BUSY_WAIT: Duration = Duration::from_secs(5);
/// Statements a connection keeps prepared.
const STATEMENTS_MAX: usize = 64;
/// Pages in the write-ahead log before it is copied into the data file.
const CHECKPOINT_PAGES: i64 = 4_000;

/// The writer's connection. Everything acknowledged is on the disk (`synchronous = full`).
pub(crate) fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_WAIT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    set_journal_mode(&connection, "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "recursive_triggers", true)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update_and_check(None, "wal_autocheckpoint", CHECKPOINT_PAGES, |_| Ok(()))?;
    Ok(connection)
}

/// Changes how a file's commits are made safe. SQLite answers with the new mode before it has committed the change, so the
/// statement is run to its end: a till that sold on with a journal, believing that it has its log, would lose sales to a
/// power cut, because nothing syncs the deletion of a journal.
pub(crate) fn set_journal_mode(connection: &Connection, mode: &str) -> rusqlite::Result<()> {
    let mut answer = String::new();
    connection.pragma(None, "journal_mode", mode, |row| {
        answer = row.get(0)?;
        Ok(())
    })?;
    if answer == mode { Ok(()) } else { Err(failure(ffi::SQLITE_IOERR, "its journal mode can't be changed")) }
}

/// Copies the log into the data file, syncs that, and begins a new log. What a killed till wrote, or what a failed sync
/// was to save, can be read from the log without being on the disk: nobody may be told of it before this. Emptying the
/// log is not synced by itself, so a commit that changes nothing begins the new one.
pub(crate) fn settle_log(connection: &Connection) -> rusqlite::Result<()> {
    let is_in_use: bool = connection.query_row("pragma wal_checkpoint(truncate)", [], |row| row.get(0))?;
    if is_in_use {
        return Err(failure(ffi::SQLITE_BUSY, "another program is reading it: try again when that is done"));
    }
    connection.pragma_update(None, "user_version", 0)
}

fn failure(code: c_int, text: &str) -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(text.to_owned()))
}

/// A connection that can only read, for checks and copies of a file that may be in use.
pub(crate) fn open_read_only(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_WAIT)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// The read pool. Its connections are opened when they are first needed.
pub(crate) fn read_pool(path: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .busy_timeout(BUSY_WAIT)
        .statement_cache_capacity(STATEMENTS_MAX)
        .pragma("query_only", "true")
        .pragma("trusted_schema", "false")
        .pragma("cell_size_check", "true");
    // Connections to a file don't go stale: none is renewed, and no task has to look after them.
    let kept = SqlitePoolOptions::new().idle_timeout(None).max_lifetime(None);
    kept.max_connections(READERS_MAX).connect_lazy_with(options)
}

/// What sqlx migrates through. A table that is made anew is dropped while others name it, so foreign keys are not held
/// here; they are checked when the migration is done.
pub(crate) fn migration_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .busy_timeout(BUSY_WAIT)
        .foreign_keys(false)
}
