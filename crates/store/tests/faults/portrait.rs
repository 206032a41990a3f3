//! Everything a data file says, so that two files, or one before and after, can be compared to the last byte.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, ErrorCode, OpenFlags};

/// Bytes of a value that are shown when it differs.
const SHOWN_BYTES_MAX: usize = 400;

/// Every row of every table, in the order of its key.
#[derive(Clone, Debug, PartialEq, Default)]
pub(crate) struct Portrait(BTreeMap<String, Vec<Vec<Value>>>);

impl Portrait {
    /// What the file at this path says, its log included. What a cut-off change of the whole file left is taken back,
    /// and only who may write can do that.
    pub(crate) fn of(path: &Path) -> rusqlite::Result<Self> {
        let read = Self::through(&Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?);
        match read {
            Err(e) if e.sqlite_error_code() == Some(ErrorCode::ReadOnly) => {
                Self::through(&Connection::open(path)?)
            }
            read => read,
        }
    }

    /// What a connection sees.
    fn through(connection: &Connection) -> rusqlite::Result<Self> {
        let mut tables = connection.prepare(
            "select name from sqlite_schema where type = 'table' and name not like 'sqlite_%' \
             and name <> '_sqlx_migrations'",
        )?;
        let names: Vec<String> = tables.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
        let rows = names.into_iter().map(|name| Ok((name.clone(), rows(connection, &name)?)));
        Ok(Self(rows.collect::<rusqlite::Result<_>>()?))
    }

    /// A file that was made a second time has another name, on which the chain of hashes rests. Nothing else differs.
    pub(crate) fn but_for_its_name(mut self) -> Self {
        self.0.remove("till");
        for event in self.0.get_mut("event").into_iter().flatten() {
            event.pop();
        }
        self
    }

    /// The first difference in words; empty when there is none.
    pub(crate) fn difference(&self, other: &Self) -> String {
        let names = self.0.keys().chain(other.0.keys());
        for name in names {
            let (one, two) = (self.rows(name), other.rows(name));
            if one != two {
                let at = one.iter().zip(two).take_while(|(a, b)| a == b).count();
                return format!("{name}, row {}: {} and {}", at + 1, shown(one.get(at)), shown(two.get(at)));
            }
        }
        String::new()
    }

    fn rows(&self, table: &str) -> &[Vec<Value>] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }
}

fn rows(connection: &Connection, table: &str) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut all = connection.prepare(&format!("select * from {table}"))?;
    let columns = all.column_count();
    all.query_map([], |row| (0..columns).map(|column| row.get(column)).collect())?.collect()
}

fn shown(row: Option<&Vec<Value>>) -> String {
    format!("{row:?}").chars().take(SHOWN_BYTES_MAX).collect()
}
