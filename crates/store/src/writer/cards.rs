//! The projections of card payments, and how far a rail's events were read: written with what they are derived from, and
//! looked up for transitions.

use std::collections::BTreeSet;

use payment::card::{CardCursor, CardMemory};
use payment::{InvoiceId, PaymentId, RailId, Timestamp};
use rusqlite::{Row, params};

use super::Writer;
use super::draft::Draft;
use crate::projection::{CardRow, DisputeRow, disputes_of, movements_of};
use crate::{DueCard, RailCursor, ReadError, Refusal, SaleRecord, WriteError, column};

impl Draft<'_> {
    /// A card payment as it is after an event, with its disputes and what moves its money.
    pub(super) fn project_card(&self, record: &SaleRecord, payment: PaymentId) -> Result<(), WriteError> {
        let Some(card) = record.after.payment(payment).and_then(payment::Payment::card) else {
            return Ok(());
        };
        self.upsert_card(&CardRow::of(&record.after, payment, card))?;
        disputes_of(&record.after, payment, card).try_for_each(|row| self.upsert_dispute(&row))?;
        self.name_movements(payment, &movements_of(card))
    }

    /// A charge that was declined gives way to the one that came after it.
    fn name_movements(&self, payment: PaymentId, references: &BTreeSet<&str>) -> Result<(), WriteError> {
        let forget = "delete from card_movement where payment_id = ?";
        self.connection.prepare_cached(forget)?.execute([payment.as_bytes()])?;
        let mut note = self
            .connection
            .prepare_cached("insert into card_movement (payment_id, reference) values (?, ?)")?;
        for reference in references {
            note.execute(params![payment.as_bytes(), reference])?;
        }
        Ok(())
    }

    fn upsert_card(&self, row: &CardRow) -> Result<(), WriteError> {
        let sql = "insert into card_payment (payment_id, invoice_id, rail, state, reference, amount_minor, currency, \
                   scale, held_until, has_errand) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
                   on conflict (payment_id) do update set state = ?4, reference = ?5, held_until = ?9, \
                   has_errand = ?10";
        self.connection.prepare_cached(sql)?.execute(params![
            row.payment_id,
            row.invoice_id,
            row.rail,
            row.state,
            row.reference,
            row.amount.minor(),
            row.amount.currency().code(),
            row.amount.currency().scale(),
            row.held_until,
            row.has_errand,
        ])?;
        Ok(())
    }

    fn upsert_dispute(&self, row: &DisputeRow) -> Result<(), WriteError> {
        let sql = "insert into dispute (rail, reference, invoice_id, payment_id, status, reason, amount_minor, currency, \
                   scale, withdrawn_minor, due_by) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) \
                   on conflict (rail, reference) do update set status = ?5, reason = ?6, amount_minor = ?7, \
                   withdrawn_minor = ?10, due_by = ?11 where payment_id = ?4";
        let written = self.connection.prepare_cached(sql)?.execute(params![
            row.rail,
            row.reference,
            row.invoice_id,
            row.payment_id,
            row.status,
            row.reason,
            row.amount.minor(),
            row.amount.currency().code(),
            row.amount.currency().scale(),
            row.withdrawn_minor,
            row.due_by,
        ])?;
        if written == 1 { Ok(()) } else { Err(Refusal::DisputeTaken.into()) }
    }

    /// How far a rail's events were read. Writing the same again changes nothing.
    pub(super) fn note_cursor(&self, cursor: &RailCursor) -> Result<(), WriteError> {
        let sql = "insert into rail_cursor (rail, cursor, as_of) values (?1, ?2, ?3) \
                   on conflict (rail) do update set cursor = ?2, as_of = ?3";
        let row = params![cursor.rail.name(), cursor.cursor, cursor.as_of.millis()];
        self.connection.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }
}

impl Writer {
    /// The sale that a card payment belongs to.
    ///
    /// # Errors
    /// When the data file can't be read, as for every read here.
    pub fn invoice_of_card(&self, payment: PaymentId) -> Result<Option<InvoiceId>, ReadError> {
        let sql = "select invoice_id from card_payment where payment_id = ?";
        let found =
            self.first(sql, [payment.as_bytes()], |row| Ok(column::id(row.get_ref(0)?.as_blob()?)))?;
        found.transpose()
    }

    /// The card payment that the processor calls so.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub fn card_called(&self, rail: RailId, reference: &str) -> Result<Option<DueCard>, ReadError> {
        let sql = "select invoice_id, payment_id from card_payment where rail = ? and reference = ?";
        self.first(sql, params![rail.name(), reference], |row| Ok(due_card(row)))?.transpose()
    }

    /// Card payments of a rail that something is to be asked about, oldest first, after one of them.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub fn cards_with_errand(
        &self,
        rail: RailId,
        after: Option<PaymentId>,
        limit: u32,
    ) -> Result<Vec<DueCard>, ReadError> {
        let sql = "select invoice_id, payment_id from card_payment where rail = ?1 and has_errand = 1 \
                   and payment_id > ?2 order by payment_id limit ?3";
        let after = after.map_or(Vec::new(), |payment| payment.as_bytes().to_vec());
        self.all(sql, params![rail.name(), after, limit], |row| Ok(due_card(row)))?.into_iter().collect()
    }

    /// What the books keep for a rail that takes cards.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub fn card_memory(&self, rail: RailId) -> Result<CardMemory, ReadError> {
        let place = |cursor: RailCursor| CardCursor { place: cursor.cursor, as_of: cursor.as_of };
        let cursor = self.rail_cursor(rail)?.map(place);
        Ok(CardMemory { last_number: self.last_observation(rail)?, cursor })
    }

    /// How far a rail's events were read.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub fn rail_cursor(&self, rail: RailId) -> Result<Option<RailCursor>, ReadError> {
        let sql = "select cursor, as_of from rail_cursor where rail = ?";
        self.first(sql, [rail.name()], |row| {
            Ok(RailCursor { rail, cursor: row.get(0)?, as_of: Timestamp::from_millis(row.get(1)?) })
        })
    }
}

fn due_card(row: &Row<'_>) -> Result<DueCard, ReadError> {
    let id = |at: usize| -> Result<[u8; 16], ReadError> { Ok(row.get(at)?) };
    Ok(DueCard { invoice: column::id(&id(0)?)?, payment: column::id(&id(1)?)? })
}
