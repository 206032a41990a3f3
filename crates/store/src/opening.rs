//! Opening a data file, in order: folder, owner lock, what the file is, backup when a migration is due, migration, the
//! till's own row. A file that is refused is left as it was found.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, ffi};
use sqlx::ConnectOptions;
use sqlx::migrate::Migrator;

use crate::lock::OwnerLock;
use crate::{Mode, OpenError, ReadError, StoreOptions, column, connection, private};

/// Marks a data file of Tillstream in its header: the letters `Till`.
const APPLICATION_ID: i32 = 0x5469_6c6c;
/// The first SQLite without the fault that can damage a write-ahead log.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// Every page size of SQLite is a multiple of this.
const PAGE_BYTES_MIN: u64 = 512;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations");

/// What makes a data file of this version.
pub(crate) fn migrations() -> &'static Migrator {
    &MIGRATIONS
}

/// The till's own row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Till {
    pub(crate) mode: Mode,
    pub(crate) database_id: String,
}

/// What a file turned out to be.
struct Found {
    /// Newest migration applied; 0 for none.
    version: i64,
    till: Option<Till>,
}

/// Opens or makes a data file and brings it to this version.
pub(crate) async fn open(
    options: &StoreOptions,
    migrations: &Migrator,
) -> Result<(OwnerLock, Till), OpenError> {
    check_sqlite()?;
    let path = &options.path;
    make_folder(path)?;
    let owner = OwnerLock::take(path, options.now)?;
    if !path.exists() {
        create(path)?;
    }
    take_back_unfinished(path)?;
    let found = inspect(path, newest(migrations))?;
    check_mode(path, &found, options.mode)?;
    if found.version < newest(migrations) {
        if found.till.is_some() {
            back_up_before(path, found.version)?;
        }
        migrate(path, migrations).await?;
    }
    let till = match found.till {
        Some(till) => till,
        None => found_till(options)?,
    };
    Ok((owner, till))
}

/// Checks that a file can be read by this version.
pub(crate) fn check_readable(path: &Path) -> Result<(), OpenError> {
    let found = look(path)?;
    if found.version < newest(migrations()) || found.till.is_none() {
        return Err(OpenError::Older(path.to_owned()));
    }
    Ok(())
}

/// Is it a data file of this version? An older one's is not.
pub(crate) fn is_current(path: &Path) -> Result<bool, OpenError> {
    Ok(look(path)?.version == newest(migrations()))
}

/// Checks that a file holds the books of a mode.
pub(crate) fn check_books(path: &Path, mode: Mode) -> Result<(), OpenError> {
    check_mode(path, &look(path)?, mode)
}

/// Makes the folder of a data file, unless it is there.
pub(crate) fn make_folder(path: &Path) -> Result<(), OpenError> {
    let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    private::create_folder(folder).map_err(|reason| OpenError::Io { path: folder.to_owned(), reason })
}

/// A failed read, while opening.
pub(crate) fn unreadable(path: &Path, error: ReadError) -> OpenError {
    match error {
        ReadError::Connection(error) => refusal(path, &error),
        other => OpenError::Damaged { path: path.to_owned(), reason: other.to_string() },
    }
}

/// What SQLite's refusal of a file means.
pub(crate) fn refusal(path: &Path, error: &rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => OpenError::Foreign(path),
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure) => {
            OpenError::Disk { path, reason: error.to_string() }
        }
        Some(ErrorCode::DatabaseCorrupt) => OpenError::Damaged { path, reason: error.to_string() },
        _ if is_cut_short(error) => OpenError::Older(path),
        _ => OpenError::Sqlite { path, reason: error.to_string() },
    }
}

/// A migration that was cut short can't be taken back by who only reads.
fn is_cut_short(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error().map(|error| error.extended_code);
    code == Some(ffi::SQLITE_READONLY_ROLLBACK)
}

fn look(path: &Path) -> Result<Found, OpenError> {
    check_sqlite()?;
    if !path.exists() {
        return Err(OpenError::Missing(path.to_owned()));
    }
    inspect(path, newest(migrations()))
}

fn check_mode(path: &Path, found: &Found, wanted: Mode) -> Result<(), OpenError> {
    match &found.till {
        Some(till) if till.mode != wanted => {
            Err(OpenError::OtherMode { path: path.to_owned(), found: till.mode, wanted })
        }
        Some(_) | None => Ok(()),
    }
}

fn check_sqlite() -> Result<(), OpenError> {
    if rusqlite::version_number() < SQLITE_VERSION_MIN {
        return Err(OpenError::OldSqlite(rusqlite::version()));
    }
    Ok(())
}

fn newest(migrations: &Migrator) -> i64 {
    migrations.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Makes an empty data file under another name and moves it into place, so that a file that is there is never one that
/// was only begun: an empty one was damaged, not new.
fn create(path: &Path) -> Result<(), OpenError> {
    let failed = |reason| OpenError::Io { path: path.to_owned(), reason };
    if has_log(path) {
        return Err(damaged(path, "the file is gone, but its log is there"));
    }
    let begun = beside(path, ".begun");
    remove_if_there(&begun).map_err(failed)?;
    private::create_file(&begun).map_err(failed)?;
    mark(&begun).map_err(|e| refusal(path, &e))?;
    private::sync_file(&begun).map_err(failed)?;
    std::fs::rename(&begun, path).map_err(failed)?;
    private::sync_folder_of(path).map_err(failed)
}

/// Leaves the file in rollback mode and without a log: it is moved right after.
fn mark(path: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.close().map_err(|(_, error)| error)
}

/// A till that lost its power in a migration leaves a journal of it beside the file, and only a connection that can
/// write takes the migration back.
fn take_back_unfinished(path: &Path) -> Result<(), OpenError> {
    if !beside(path, "-journal").exists() {
        return Ok(());
    }
    let refused = |e: rusqlite::Error| refusal(path, &e);
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(refused)?;
    connection.pragma_query(None, "schema_version", |_| Ok(())).map_err(refused)
}

/// Looks at a file without changing it.
fn inspect(path: &Path, known: i64) -> Result<Found, OpenError> {
    let refused = |e: rusqlite::Error| refusal(path, &e);
    if path.is_dir() {
        return Err(OpenError::Folder(path.to_owned()));
    }
    if length(path)? == 0 {
        return Err(damaged(path, "it is empty"));
    }
    let connection = connection::open_read_only(path).map_err(refused)?;
    let application: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(refused)?;
    if application != APPLICATION_ID {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    check_end(path)?;
    let version = version(&connection).map_err(refused)?;
    if version > known {
        return Err(OpenError::Newer { path: path.to_owned(), found: version, known });
    }
    let till = if version == 0 { None } else { read_till(&connection).map_err(|e| unreadable(path, e))? };
    Ok(Found { version, till })
}

/// SQLite itself overlooks a last page that is cut. With a log beside it that is no damage: a till that was killed while
/// it copied the log into the file leaves one.
fn check_end(path: &Path) -> Result<(), OpenError> {
    if length(path)?.is_multiple_of(PAGE_BYTES_MIN) || has_log(path) {
        return Ok(());
    }
    Err(damaged(path, "its end is missing"))
}

fn length(path: &Path) -> Result<u64, OpenError> {
    let metadata = std::fs::metadata(path);
    Ok(metadata.map_err(|reason| OpenError::Io { path: path.to_owned(), reason })?.len())
}

/// Is there a log that holds something?
pub(crate) fn has_log(path: &Path) -> bool {
    std::fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0)
}

fn damaged(path: &Path, reason: &str) -> OpenError {
    OpenError::Damaged { path: path.to_owned(), reason: reason.to_owned() }
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    let table = "select count(*) from sqlite_schema where type = 'table' and name = '_sqlx_migrations'";
    if connection.query_row(table, [], |row| row.get::<_, i64>(0))? == 0 {
        return Ok(0);
    }
    let newest = "select coalesce(max(version), 0) from _sqlx_migrations where success";
    connection.query_row(newest, [], |row| row.get(0))
}

fn read_till(connection: &Connection) -> Result<Option<Till>, ReadError> {
    let row = connection
        .query_row("select mode, database_id from till", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })
        .optional()?;
    row.map(|(mode, database_id)| Ok(Till { mode: column::mode(&mode)?, database_id })).transpose()
}

fn back_up_before(path: &Path, version: i64) -> Result<(), OpenError> {
    let to = beside(path, &format!(".version-{version}.backup"));
    let failed = |reason| OpenError::BackupFirst { path: path.to_owned(), reason: Box::new(reason) };
    remove_if_there(&to).map_err(|reason| failed(crate::BackupError::Io { path: to.clone(), reason }))?;
    crate::backup::backup_before_migration(path, &to).map(|_| ()).map_err(failed)
}

async fn migrate(path: &Path, migrations: &Migrator) -> Result<(), OpenError> {
    let failed = |reason| OpenError::Migration { path: path.to_owned(), reason };
    let mut connection = connection::migration_options(path).connect().await.map_err(|e| failed(e.into()))?;
    let run = migrations.run_direct(None, &mut connection, false).await;
    sqlx::Connection::close(connection).await.map_err(|e| failed(e.into()))?;
    run.map_err(failed)
}

/// Writes the row that makes a new file this till's.
fn found_till(options: &StoreOptions) -> Result<Till, OpenError> {
    let path = &options.path;
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|_| OpenError::NoRandomness)?;
    let till = Till { mode: options.mode, database_id: hex::encode(random) };
    let sql = "insert into till (till_id, mode, database_id, created_at) values (1, ?, ?, ?)";
    let connection = connection::open_writer(path).map_err(|e| refusal(path, &e))?;
    connection
        .execute(sql, (till.mode.name(), &till.database_id, options.now.millis()))
        .map_err(|e| refusal(path, &e))?;
    Ok(till)
}

/// A file beside another: its name with something added.
pub(crate) fn beside(path: &Path, added: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(added);
    PathBuf::from(name)
}

pub(crate) fn remove_if_there(path: &Path) -> std::io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
