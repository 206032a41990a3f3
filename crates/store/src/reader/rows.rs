//! Every row of a data file in words, for whoever compares two files.

use rusqlite::types::Value;
use rusqlite::{Connection, Row};

use super::Reader;
use crate::{ReadError, connection};

impl Reader {
    /// Every row of every table, in the order of their keys. Blocks, on a connection of its own.
    ///
    /// # Errors
    /// When the data file can't be read.
    #[doc(hidden)]
    pub fn all_rows(&self) -> Result<Vec<String>, ReadError> {
        let connection = connection::open_read_only(self.path())?;
        let snapshot = connection.unchecked_transaction()?;
        let mut rows = Vec::new();
        for table in tables(&snapshot)? {
            let columns = snapshot.prepare(&format!("select * from {table}"))?.column_count();
            let order = if columns == 1 { "1" } else { "1, 2" };
            let mut statement = snapshot.prepare(&format!("select * from {table} order by {order}"))?;
            let found = statement.query_map([], |row| in_words(row, columns))?;
            for row in found {
                rows.push(format!("{table}: {}", row?));
            }
        }
        Ok(rows)
    }
}

fn tables(connection: &Connection) -> Result<Vec<String>, ReadError> {
    let mut statement =
        connection.prepare("select name from sqlite_schema where type = 'table' order by name")?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn in_words(row: &Row<'_>, columns: usize) -> rusqlite::Result<String> {
    let values = (0..columns).map(|column| row.get::<_, Value>(column)).collect::<Result<Vec<_>, _>>()?;
    Ok(format!("{values:?}"))
}
