//! Journal rows as they are hashed and stored: one list of columns for both, so that they cannot differ.

use ledger::{Entry, Posting};
use money::Currency;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, params_from_iter};

use crate::chain::{EntryColumns, EventColumns, Hash, PostingColumns};

/// An entry with its number.
pub(super) struct EntryRow<'e> {
    pub(super) entry_id: i64,
    pub(super) event_id: i64,
    pub(super) subject_id: &'e [u8; 16],
    pub(super) entry: &'e Entry,
    pub(super) postings: Vec<PostingRow>,
}

impl EntryRow<'_> {
    pub(super) fn columns(&self) -> EntryColumns<'_> {
        let entry = self.entry;
        [
            ValueRef::Integer(self.entry_id),
            ValueRef::Integer(self.event_id),
            ValueRef::Blob(self.subject_id),
            ValueRef::Integer(entry.ordinal().into()),
            text(entry.kind().name()),
            entry.reverses().map_or(ValueRef::Null, |ordinal| ValueRef::Integer(ordinal.into())),
            entry.rate().map_or(ValueRef::Null, |note| text(&note.rate)),
            entry.rate().map_or(ValueRef::Null, |note| text(&note.source)),
        ]
    }
}

/// One side of an entry, linked to the entry before in the same account and currency.
pub(super) struct PostingRow {
    entry_id: i64,
    line: i64,
    account: &'static str,
    currency: Currency,
    minor: i64,
    previous_entry: Option<i64>,
}

impl PostingRow {
    pub(super) const fn new(
        entry_id: i64,
        line: i64,
        posting: &Posting,
        previous_entry: Option<i64>,
    ) -> Self {
        let Posting { account, amount } = *posting;
        let (currency, minor) = (amount.currency(), amount.minor());
        Self { entry_id, line, account: account.name(), currency, minor, previous_entry }
    }

    pub(super) fn columns(&self) -> PostingColumns<'_> {
        [
            ValueRef::Integer(self.entry_id),
            ValueRef::Integer(self.line),
            text(self.account),
            text(self.currency.code()),
            ValueRef::Integer(self.currency.scale().into()),
            ValueRef::Integer(self.minor),
            self.previous_entry.map_or(ValueRef::Null, ValueRef::Integer),
        ]
    }
}

pub(super) fn insert_event(
    connection: &Connection,
    columns: &EventColumns<'_>,
    hash: &Hash,
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(
        "insert into event (event_id, subject_kind, subject_id, subject_version, kind, encoding, payload, source, \
         recorded_at, hash) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let row = columns.iter().copied().chain([ValueRef::Blob(hash)]);
    insert.execute(params_from_iter(row.map(ToSqlOutput::Borrowed)))?;
    Ok(())
}

pub(super) fn insert_entries(connection: &Connection, entries: &[EntryRow<'_>]) -> rusqlite::Result<()> {
    let mut insert_entry = connection.prepare_cached(
        "insert into entry (entry_id, event_id, subject_id, ordinal, kind, reverses, rate, rate_source) \
         values (?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    let mut insert_posting = connection.prepare_cached(
        "insert into posting (entry_id, line, account, currency, scale, minor, previous_entry) \
         values (?, ?, ?, ?, ?, ?, ?)",
    )?;
    for entry in entries {
        insert_entry.execute(params_from_iter(entry.columns().map(ToSqlOutput::Borrowed)))?;
        for posting in &entry.postings {
            insert_posting.execute(params_from_iter(posting.columns().map(ToSqlOutput::Borrowed)))?;
        }
    }
    Ok(())
}

pub(super) const fn text(text: &str) -> ValueRef<'_> {
    ValueRef::Text(text.as_bytes())
}
