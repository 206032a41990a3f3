//! Is the file's schema the one that the migrations make? A trigger that is gone keeps no promise any more, and nothing
//! in the rows tells of it. What the migrations make is the committed dump, read by SQLite itself, and a list of names.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::{Fault, Problem};
use crate::column::SUBJECT_KINDS;

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

/// The kinds of subject are rows that migrations make.
pub(super) fn check_subject_kinds(connection: &Connection) -> Result<(), Fault> {
    let mut statement = connection.prepare("select name from subject_kind")?;
    let stored: BTreeSet<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let fault = |name: &str, problem| Fault { row: format!("subject kind {name}"), problem };
    if let Some(missing) = SUBJECT_KINDS.iter().find(|name| !stored.contains(**name)) {
        return Err(fault(missing, Problem::Missing));
    }
    match stored.iter().find(|name| !SUBJECT_KINDS.contains(&name.as_str())) {
        Some(added) => Err(fault(added, Problem::Added)),
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
