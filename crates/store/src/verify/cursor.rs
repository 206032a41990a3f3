//! A statement's rows with a look at the one that comes next, so that ordered tables can be read side by side.

use rusqlite::fallible_streaming_iterator::FallibleStreamingIterator;
use rusqlite::types::ValueRef;
use rusqlite::{Row, Rows, Statement};

use super::{Fault, Problem};

/// Rows of an ordered statement.
pub(super) struct Cursor<'stmt> {
    rows: Rows<'stmt>,
}

impl<'stmt> Cursor<'stmt> {
    /// Starts at the first row.
    pub(super) fn over(statement: &'stmt mut Statement<'_>) -> rusqlite::Result<Self> {
        let mut cursor = Self { rows: statement.query([])? };
        cursor.advance()?;
        Ok(cursor)
    }

    /// The row that comes next.
    pub(super) fn next(&self) -> Option<&Row<'stmt>> {
        self.rows.get()
    }

    pub(super) fn advance(&mut self) -> rusqlite::Result<()> {
        self.rows.advance()
    }
}

/// A row's first columns as they are stored.
pub(super) fn columns<'r, const N: usize>(row: &'r Row<'_>) -> rusqlite::Result<[ValueRef<'r>; N]> {
    let mut columns = [ValueRef::Null; N];
    for (index, column) in columns.iter_mut().enumerate() {
        *column = row.get_ref(index)?;
    }
    Ok(columns)
}

/// Blames a row for what SQLite can't read.
pub(super) fn unreadable(row: impl FnOnce() -> String) -> impl FnOnce(rusqlite::Error) -> Fault {
    move |error| Fault { row: row(), problem: Problem::Unreadable(error.to_string()) }
}
