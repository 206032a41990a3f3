//! A batch on its way into the journal: numbers its events and entries, chains them, and writes their rows.

use std::collections::HashMap;

use ledger::Entry;
use payment::{InvoiceId, Sale, SaleEvent};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

use super::books::Books;
use super::rows::{self, EntryRow, PostingRow, text};
use super::stream::Tabs;
use crate::chain::{EventColumns, Hash, Link};
use crate::codec::{ENCODING, Encoded, encode_sale, encode_stray};
use crate::column::subject_columns;
use crate::projection::SaleRow;
use crate::{
    AlertAcknowledged, Batch, FindingRecord, Record, Refusal, SaleRecord, Source, StrayRecord, Subject,
    WriteError,
};

/// A transaction being written.
pub(super) struct Draft<'a> {
    pub(super) connection: &'a Connection,
    pub(super) books: Books,
    /// The last state of each sale in the batch: its list row is written once.
    sales: HashMap<InvoiceId, &'a Sale>,
    /// The payers' tabs it touches.
    pub(super) tabs: Tabs,
    /// Fingerprints of the instructions it takes, with their numbers.
    pub(super) ids: Vec<(u128, i64)>,
    pub(super) wrote_letters: bool,
}

/// What the writer knows once the transaction is committed.
pub(super) struct Drafted {
    pub(super) books: Books,
    pub(super) ids: Vec<(u128, i64)>,
    pub(super) wrote_letters: bool,
}

/// What is common to the events of every subject.
pub(super) struct Event<'a> {
    pub(super) subject: Subject,
    pub(super) version: u32,
    pub(super) encoded: Encoded,
    pub(super) source: Source,
    pub(super) at: i64,
    pub(super) entries: &'a [Entry],
}

impl<'a> Draft<'a> {
    pub(super) fn begin(connection: &'a Connection, books: Books) -> Self {
        Self {
            connection,
            books,
            sales: HashMap::new(),
            tabs: Tabs::default(),
            ids: Vec::new(),
            wrote_letters: false,
        }
    }

    pub(super) fn write(&mut self, batch: &'a Batch) -> Result<(), WriteError> {
        for record in &batch.records {
            match record {
                Record::Sale(record) => self.write_sale(record)?,
                Record::Stray(record) => self.write_stray(record)?,
                Record::Parcel(record) => self.write_parcel(record)?,
                Record::Settlement(record) => self.write_settlement(record)?,
                Record::Payout(record) => self.write_payout(record)?,
                Record::Sweep(record) => self.write_sweep(record)?,
                Record::DeadLetter(letter) => self.write_dead_letter(letter)?,
                Record::Finding(finding) => self.write_finding(finding)?,
            }
        }
        self.write_sale_rows()?;
        self.tabs.write(self.connection)?;
        self.write_balances()?;
        for change in &batch.rail_changes {
            self.remember(change)?;
        }
        batch.cursors.iter().try_for_each(|cursor| self.note_cursor(cursor))?;
        if let Some(settings) = &batch.settings {
            self.write_settings(settings)?;
        }
        batch.alerts_acknowledged.iter().try_for_each(|read| self.acknowledge(*read))
    }

    pub(super) fn finish(self) -> Drafted {
        Drafted { books: self.books, ids: self.ids, wrote_letters: self.wrote_letters }
    }

    fn write_sale(&mut self, record: &'a SaleRecord) -> Result<(), WriteError> {
        check_entries(&record.entries, record.after.entries())?;
        self.take_number(&record.event)?;
        let event_id = self.append(&Event {
            subject: Subject::Sale(record.after.id),
            version: record.after.version,
            encoded: encode_sale(&record.event)?,
            source: record.source,
            at: record.at.millis(),
            entries: &record.entries,
        })?;
        self.project_sale_event(event_id, record)?;
        self.sales.insert(record.after.id, &record.after);
        Ok(())
    }

    fn write_stray(&mut self, record: &StrayRecord) -> Result<(), WriteError> {
        check_entries(&record.entries, record.after.entries())?;
        let event_id = self.append(&Event {
            subject: Subject::Stray(record.after.id),
            version: record.after.version,
            encoded: encode_stray(&record.event)?,
            source: record.source,
            at: record.at.millis(),
            entries: &record.entries,
        })?;
        self.project_stray_event(event_id, record)
    }

    fn write_sale_rows(&mut self) -> Result<(), WriteError> {
        for sale in std::mem::take(&mut self.sales).into_values() {
            self.upsert_sale(&SaleRow::of(sale)?)?;
        }
        Ok(())
    }

    /// Sales and receipts are numbered without gaps.
    fn take_number(&mut self, event: &SaleEvent) -> Result<(), Refusal> {
        let (number, next, refusal) = match event {
            SaleEvent::Opened { number, .. } => {
                (*number, &mut self.books.counters.next_sale_number, Refusal::SaleNumber(*number))
            }
            SaleEvent::ReceiptIssued { number } => {
                (*number, &mut self.books.counters.next_receipt_number, Refusal::ReceiptNumber(*number))
            }
            _ => return Ok(()),
        };
        if number != *next {
            return Err(refusal);
        }
        *next = number.checked_add(1).ok_or(refusal)?;
        Ok(())
    }

    /// Writes an event with its entries, chained to the one before. Gives its number.
    pub(super) fn append(&mut self, event: &Event<'_>) -> Result<i64, WriteError> {
        let event_id = self.books.last_event + 1;
        let (subject_kind, subject_id) = subject_columns(&event.subject);
        let source = event.source.to_string();
        let columns: EventColumns<'_> = [
            ValueRef::Integer(event_id),
            text(subject_kind),
            ValueRef::Blob(subject_id),
            ValueRef::Integer(event.version.into()),
            text(event.encoded.kind),
            ValueRef::Integer(ENCODING),
            text(&event.encoded.payload),
            text(&source),
            ValueRef::Integer(event.at),
        ];
        let entries = self.number_entries(event_id, subject_id, event.entries)?;
        let hash = hash(&self.books.head, &columns, &entries);
        rows::insert_event(self.connection, &columns, &hash)?;
        rows::insert_entries(self.connection, &entries)?;
        self.books.last_event = event_id;
        self.books.head = hash;
        Ok(event_id)
    }

    /// Gives each entry its number, adds its postings to the balances, and links each to the entry before.
    fn number_entries<'e>(
        &mut self,
        event_id: i64,
        subject_id: &'e [u8; 16],
        entries: &'e [Entry],
    ) -> Result<Vec<EntryRow<'e>>, WriteError> {
        let mut numbered = Vec::with_capacity(entries.len());
        for entry in entries {
            let entry_id = self.books.last_entry + 1;
            let mut postings = Vec::with_capacity(entry.postings().len());
            for (line, posting) in (1..).zip(entry.postings()) {
                let previous_entry = self.books.post(entry_id, posting.account, posting.amount)?;
                postings.push(PostingRow::new(entry_id, line, posting, previous_entry));
            }
            self.books.last_entry = entry_id;
            numbered.push(EntryRow { entry_id, event_id, subject_id, entry, postings });
        }
        Ok(numbered)
    }

    /// A finding is kept and raises an alert, so that it is seen.
    fn write_finding(&self, finding: &FindingRecord) -> Result<(), WriteError> {
        let sql = "insert into finding (subject, kind, reason, payload, found_at) values (?, ?, ?, ?, ?)";
        self.connection.prepare_cached(sql)?.execute(params![
            finding.subject,
            finding.kind,
            finding.reason,
            finding.payload,
            finding.at.millis()
        ])?;
        let finding_id = self.connection.last_insert_rowid();
        let sql = "insert into alert (kind, finding_id, raised_at) values (?, ?, ?)";
        self.connection.prepare_cached(sql)?.execute(params![
            finding.kind,
            finding_id,
            finding.at.millis()
        ])?;
        Ok(())
    }

    fn acknowledge(&self, read: AlertAcknowledged) -> Result<(), WriteError> {
        let sql = "update alert set acknowledged_at = coalesce(acknowledged_at, ?2) where alert_id = ?1";
        let found = self.connection.prepare_cached(sql)?.execute(params![read.alert, read.at.millis()])?;
        if found == 0 { Err(Refusal::NoSuchAlert(read.alert).into()) } else { Ok(()) }
    }
}

/// What is posted must be what the state after the event has posted last.
pub(super) fn check_entries(posted: &[Entry], after: &[Entry]) -> Result<(), Refusal> {
    if after.ends_with(posted) { Ok(()) } else { Err(Refusal::OtherEntries) }
}

/// The event's link of the chain.
fn hash(head: &Hash, event: &EventColumns<'_>, entries: &[EntryRow<'_>]) -> Hash {
    let mut link = Link::after(head);
    link.event(event);
    for entry in entries {
        link.entry(&entry.columns());
        entry.postings.iter().for_each(|posting| link.posting(&posting.columns()));
    }
    link.close()
}
