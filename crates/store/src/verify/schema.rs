//! Is the file's schema the one that the migrations make? A trigger that is gone keeps no promise any more, and nothing
//! in the rows tells of it. What the migrations make is the committed dump, read by SQLite itself.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::{Fault, Problem};

/// What all migrations together make; a test holds it to them.
const SCHEMA: &str = include_str!("../../../../migrations/schema.sql");

/// Tables, indexes and triggers as `trigger event_is_never_changed`, with the statement that made each.
type Schema = BTreeMap<String, String>;

/// Compares a file of this version with what its migrations make.
pub(super) fn check_schema(connection: &Connection) -> Result<(), Fault> {
    let made = Connection::open_in_memory()?;
    made.execute_batch(SCHEMA)?;
    let (expected, mut stored) = (schema(&made)?, schema(connection)?);
    for (row, statement) in expected {
        match stored.remove(&row) {
            Some(found) if found == statement => {}
            Some(_) => return Err(Fault { row, problem: Problem::OtherSchema }),
            None => return Err(Fault { row, problem: Problem::Missing }),
        }
    }
    match stored.into_keys().next() {
        Some(row) => Err(Fault { row, problem: Problem::Added }),
        None => Ok(()),
    }
}

/// Without what SQLite and the migrations keep for themselves.
fn schema(connection: &Connection) -> rusqlite::Result<Schema> {
    let mut statement = connection.prepare(
        "select type || ' ' || name, sql from sqlite_schema where sql is not null \
         and name not like '\\_sqlx%' escape '\\' and name not like 'sqlite\\_%' escape '\\'",
    )?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}
