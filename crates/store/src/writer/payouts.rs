//! Payouts on their way into the journal.

use payment::{Payout, PayoutId};
use rusqlite::params;

use super::Writer;
use super::draft::{Draft, Event, check_entries};
use crate::codec::encode_payout;
use crate::fold::fold_payout;
use crate::projection::PayoutRow;
use crate::{PayoutRecord, ReadError, Source, Subject, WriteError};

impl Writer {
    /// The payout as its events make it.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn payout(&self, id: PayoutId) -> Result<Option<Payout>, ReadError> {
        fold_payout(id, self.events("payout", id.as_bytes())?)
    }
}

impl Draft<'_> {
    pub(super) fn write_payout(&mut self, record: &PayoutRecord) -> Result<(), WriteError> {
        let after = &record.after;
        check_entries(&record.entries, after.entries())?;
        self.append(&Event {
            subject: Subject::Payout(after.id),
            version: after.version,
            encoded: encode_payout(&record.event)?,
            source: Source::Rail(after.rail),
            at: record.at.millis(),
            entries: &record.entries,
        })?;
        self.upsert_payout(&PayoutRow::of(after)?)
    }

    fn upsert_payout(&self, row: &PayoutRow) -> Result<(), WriteError> {
        let sql = "insert into payout (payout_id, rail, reference, status, amount_minor, currency, scale, arrives_at, \
                   parts, difference_minor) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
                   on conflict (payout_id) do update set status = ?4, arrives_at = ?8, parts = ?9, \
                   difference_minor = ?10";
        self.connection.prepare_cached(sql)?.execute(params![
            row.payout_id,
            row.rail,
            row.reference,
            row.status,
            row.amount.minor(),
            row.amount.currency().code(),
            row.amount.currency().scale(),
            row.arrives_at,
            row.parts,
            row.difference_minor,
        ])?;
        Ok(())
    }
}
