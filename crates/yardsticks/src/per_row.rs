//! The ledger most programs would write first: one statement for each row, through an asynchronous driver. It keeps less
//! than the till (no chain of hashes, no route, no fee) and shows why the till's writer is made differently.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};

use crate::YardstickError;

const TABLES: &[&str] = &[
    "create table payment (payment_id integer primary key, instruction text not null unique, amount_minor integer \
     not null, currency text not null, method text not null) strict",
    "create table event (event_id integer primary key, payment_id integer not null references payment, kind text \
     not null, recorded_at integer not null) strict",
    "create table entry (entry_id integer primary key, event_id integer not null references event) strict",
    "create table posting (entry_id integer not null references entry, account text not null, minor integer not \
     null, primary key (entry_id, account)) strict, without rowid",
    "create table balance (account text primary key, minor integer not null) strict",
];
const POST: &str = "insert into posting (entry_id, account, minor) values (?, ?, ?)";
const BALANCE: &str = "insert into balance (account, minor) values (?1, ?2) \
                       on conflict (account) do update set minor = minor + ?2";
/// Where the money comes in, and what it was for.
const SIDES: [(&str, i64); 2] = [("cash-drawer", 1), ("sales", -1)];

/// Such a ledger, in a file of its own.
#[derive(Debug)]
pub struct PerRowLedger {
    connection: SqliteConnection,
    next: i64,
}

impl PerRowLedger {
    /// Makes the file, durable as the till's (`synchronous = full`, a write-ahead log).
    ///
    /// # Errors
    /// When it can't be made.
    pub async fn create(file: &Path) -> Result<Self, YardstickError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("wal_autocheckpoint", "4000");
        let mut connection = options.connect().await?;
        for table in TABLES {
            sqlx::query(*table).execute(&mut connection).await?;
        }
        Ok(Self { connection, next: 1 })
    }

    /// Takes payments, all in one transaction: seven statements each.
    ///
    /// # Errors
    /// When SQLite refuses.
    pub async fn take(&mut self, together: u32) -> Result<(), YardstickError> {
        let first = self.next;
        self.next += i64::from(together);
        let mut transaction = self.connection.begin().await?;
        for id in first..self.next {
            take_one(&mut transaction, id).await?;
        }
        Ok(transaction.commit().await?)
    }
}

async fn take_one(connection: &mut SqliteConnection, id: i64) -> Result<(), sqlx::Error> {
    let minor = id % 500 + 1;
    let payment = "insert into payment (payment_id, instruction, amount_minor, currency, method) \
                   values (?, ?, ?, 'EUR', 'cash')";
    let payment = sqlx::query(payment).bind(id).bind(format!("{id:036}")).bind(minor);
    payment.execute(&mut *connection).await?;
    let event = "insert into event (event_id, payment_id, kind, recorded_at) values (?, ?, 'taken', ?)";
    sqlx::query(event).bind(id).bind(id).bind(id).execute(&mut *connection).await?;
    let entry = "insert into entry (entry_id, event_id) values (?, ?)";
    sqlx::query(entry).bind(id).bind(id).execute(&mut *connection).await?;
    for (account, sign) in SIDES {
        sqlx::query(POST).bind(id).bind(account).bind(sign * minor).execute(&mut *connection).await?;
        sqlx::query(BALANCE).bind(account).bind(sign * minor).execute(&mut *connection).await?;
    }
    Ok(())
}
