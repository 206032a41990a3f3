//! SQLite with nothing around it: rows into one table, as fast as one thread can prepare and bind them.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use crate::file::create;
use crate::{Stopwatch, YardstickError};

/// What a row looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Shape {
    /// Four integers.
    Integers,
    /// The columns of a micropayment, as many bytes as the till stores for it, and no rule about any of them.
    Wide,
    /// The same under the rules that the till's journal is under: checks, a parent, only ever appended.
    Guarded,
}

impl Shape {
    const fn table(self) -> &'static str {
        match self {
            Self::Integers => {
                "create table bare (id integer primary key, a integer, b integer, c integer) strict"
            }
            Self::Wide => {
                "create table bare (micropayment_id integer primary key, event_id integer, instruction text, \
                 digest blob, amount_minor integer, currency text, scale integer, method text, rail text, \
                 route integer, route_note text, fee_minor integer, payer text, memo text, metadata text, \
                 previous_on_tab integer, hash blob) strict"
            }
            Self::Guarded => {
                "create table event (event_id integer primary key) strict; insert into event values (1); \
                 create table bare (micropayment_id integer primary key, event_id integer not null references event, \
                 instruction text not null, digest blob not null check (length(digest) = 16), \
                 amount_minor integer not null check (amount_minor > 0), currency text not null, \
                 scale integer not null check (scale between 0 and 9), method text not null, rail text not null, \
                 route integer not null check (route >= 0), route_note text, fee_minor integer not null, payer text, \
                 memo text, metadata text, previous_on_tab integer check (previous_on_tab < micropayment_id), \
                 hash blob not null check (length(hash) = 32)) strict; \
                 create trigger only_appended before insert on bare \
                 when new.micropayment_id <> (select coalesce(max(micropayment_id), 0) + 1 from bare) \
                 begin select raise(abort, 'only appended'); end"
            }
        }
    }
}

/// A table in a file of its own.
#[derive(Debug)]
pub struct BareTable {
    connection: Connection,
    shape: Shape,
    next: i64,
}

impl BareTable {
    /// Makes the file.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn create(file: &Path, shape: Shape) -> Result<Self, YardstickError> {
        let connection = create(file)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        connection.execute_batch(shape.table())?;
        Ok(Self { connection, shape, next: 1 })
    }

    /// Inserts rows, `together` in a transaction, until `count` are in; how long it took, the last commit included.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub fn insert(&mut self, count: u32, together: u32) -> Result<Duration, YardstickError> {
        let watch = Stopwatch::start();
        let mut left = count;
        while left > 0 {
            let now = left.min(together);
            self.insert_together(now)?;
            left -= now;
        }
        Ok(watch.elapsed())
    }

    fn insert_together(&mut self, count: u32) -> Result<(), YardstickError> {
        let first = self.next;
        self.next += i64::from(count);
        self.connection.execute_batch("begin immediate")?;
        match self.shape {
            Shape::Integers => {
                let mut insert = self.connection.prepare_cached("insert into bare values (?, ?, ?, ?)")?;
                for id in first..self.next {
                    insert.execute(params![id, id >> 8, 7, id])?;
                }
            }
            Shape::Wide | Shape::Guarded => {
                let mut insert = self.connection.prepare_cached(
                    "insert into bare values (?, 1, ?, ?, ?, 'EUR', 2, 'ticket', 'cash', 1, null, 1, null, null, null, \
                     null, ?)",
                )?;
                let (digest, hash) = ([7_u8; 16], [7_u8; 32]);
                for id in first..self.next {
                    let instruction = format!("{id:036}");
                    insert.execute(params![id, instruction, digest, 450, hash])?;
                }
            }
        }
        self.connection.execute_batch("commit")?;
        Ok(())
    }
}
