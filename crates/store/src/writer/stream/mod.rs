//! Parcels of micropayments on their way into the journal: rows chained one to the next, one event, one entry for each
//! group, the payers' tabs with their settlements, and the ids that are known from then on.

mod filter;
mod known;
mod letters;
mod settlements;
mod tabs;

use money::Currency;
use payment::stream::{Instruction, Parcel, ParcelError};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, params_from_iter};

pub(crate) use self::filter::Filter;
pub(super) use self::known::{Generation, KnownIds};
pub(super) use self::tabs::Tabs;
use super::draft::{Draft, Event};
use super::rows::text;
use crate::chain::{Hash, Link, MicropaymentColumns};
use crate::codec::{encode_metadata, encode_parcel};
use crate::{ParcelRecord, Refusal, Subject, TakenInstruction, WriteError};

impl From<ParcelError> for Refusal {
    fn from(error: ParcelError) -> Self {
        Self::Parcel(error)
    }
}

/// A micropayment on its way into its table.
struct Row<'a> {
    number: i64,
    instruction: &'a Instruction,
    taken: &'a TakenInstruction,
    currency: Currency,
    metadata: Option<String>,
    previous_on_tab: Option<i64>,
}

impl Draft<'_> {
    /// Writes a parcel with all its micropayments.
    pub(super) fn write_parcel(&mut self, record: &ParcelRecord) -> Result<(), WriteError> {
        let rows = self.number_micropayments(record)?;
        let event_id = self.books.last_event + 1;
        let hashes = strand(&self.books.head, event_id, &rows);
        let parcel = Parcel {
            first: self.books.last_micropayment - i64::try_from(rows.len()).unwrap_or(i64::MAX) + 1,
            count: u32::try_from(rows.len()).map_err(|_| Refusal::NumberTooLarge(u64::MAX))?,
            rows_hash: hashes.last().copied().ok_or(Refusal::EmptyParcel)?,
            groups: record.groups.clone(),
        };
        let entries = parcel.entries().map_err(Refusal::from)?;
        self.append(&Event {
            subject: Subject::Parcel(record.id),
            version: 1,
            encoded: encode_parcel(&parcel)?,
            source: record.source,
            at: record.at.millis(),
            entries: &entries,
        })?;
        self.insert_micropayments(event_id, &rows, &hashes)
    }

    /// Gives each its number and its place on its payer's tab.
    fn number_micropayments<'r>(&mut self, record: &'r ParcelRecord) -> Result<Vec<Row<'r>>, WriteError> {
        let mut rows = Vec::with_capacity(record.taken.len());
        for taken in &record.taken {
            let instruction = record.instructions.get(taken.index).ok_or(Refusal::NoSuchInstruction)?;
            let number = self.books.last_micropayment + 1;
            let previous_on_tab = self.tabs.add(self.connection, (number, record.at), instruction, taken)?;
            let metadata = encode_metadata(instruction.metadata())?;
            let currency = instruction.amount().currency();
            rows.push(Row { number, instruction, taken, currency, metadata, previous_on_tab });
            self.ids.push((instruction.fingerprint(), number));
            self.books.last_micropayment = number;
        }
        Ok(rows)
    }

    fn insert_micropayments(
        &self,
        event_id: i64,
        rows: &[Row<'_>],
        hashes: &[Hash],
    ) -> Result<(), WriteError> {
        let mut insert = self.connection.prepare_cached(
            "insert into micropayment (micropayment_id, event_id, instruction, digest, amount_minor, currency, scale, \
             method, rail, route, route_note, fee_minor, payer, memo, metadata, previous_on_tab, hash) \
             values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?;
        for (row, hash) in rows.iter().zip(hashes) {
            let columns = row.columns(event_id).into_iter().chain([ValueRef::Blob(hash)]);
            insert.execute(params_from_iter(columns.map(ToSqlOutput::Borrowed)))?;
            if row.taken.was_dead_letter {
                self.close_letter(row.instruction.id(), row.number)?;
            }
        }
        Ok(())
    }
}

/// The hashes of a parcel's rows: each covers the one before, the first the event before the parcel.
fn strand(head: &Hash, event_id: i64, rows: &[Row<'_>]) -> Vec<Hash> {
    let mut before = *head;
    let link = |row: &Row<'_>| {
        let mut link = Link::after(&before);
        link.micropayment(&row.columns(event_id));
        before = link.close();
        before
    };
    rows.iter().map(link).collect()
}

impl Row<'_> {
    fn columns(&self, event_id: i64) -> MicropaymentColumns<'_> {
        let Self { instruction, taken, .. } = self;
        [
            ValueRef::Integer(self.number),
            ValueRef::Integer(event_id),
            text(instruction.id()),
            ValueRef::Blob(instruction.digest()),
            ValueRef::Integer(instruction.amount().minor()),
            text(self.currency.code()),
            ValueRef::Integer(self.currency.scale().into()),
            text(instruction.method()),
            text(taken.rail.name()),
            ValueRef::Integer(taken.route.into()),
            text_or_null(taken.route_note.as_deref()),
            ValueRef::Integer(taken.fee.minor()),
            text_or_null(instruction.payer()),
            text_or_null(instruction.memo()),
            text_or_null(self.metadata.as_deref()),
            self.previous_on_tab.map_or(ValueRef::Null, ValueRef::Integer),
        ]
    }
}

fn text_or_null(value: Option<&str>) -> ValueRef<'_> {
    value.map_or(ValueRef::Null, text)
}

/// Where the numbers go on.
pub(super) fn last_micropayment(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("select coalesce(max(micropayment_id), 0) from micropayment", [], |row| row.get(0))
}
