//! Reads on the writer's connection: they see exactly what is committed, and cost no wait for another thread.

use std::collections::BTreeMap;

use ledger::Account;
use money::{Currency, Money};
use payment::rail::{Attempt, RailMemory};
use payment::stream::{Instruction, payment_id};
use payment::{InvoiceId, PaymentId, RailId, Sale, Stray, StrayId, Timestamp, TransferRef};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use super::Writer;
use crate::fold::{EventRow, fold_sale, fold_stray};
use crate::{Became, Counters, DueOffer, KnownInstruction, ReadError, TransferOwner, column};

impl Writer {
    /// The sale as its events make it.
    ///
    /// # Errors
    /// When the journal can't be read, as for every read here.
    pub fn sale(&self, id: InvoiceId) -> Result<Option<Sale>, ReadError> {
        fold_sale(id, self.events("sale", id.as_bytes())?)
    }

    /// The stray payment as its events make it.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn stray(&self, id: StrayId) -> Result<Option<Stray>, ReadError> {
        fold_stray(id, self.events("stray", id.as_bytes())?)
    }

    /// The payment that handed out an address.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn owner_of_address(
        &self,
        rail: RailId,
        address: &str,
    ) -> Result<Option<(InvoiceId, PaymentId)>, ReadError> {
        let sql = "select invoice_id, payment_id from payment_address where rail = ? and address = ?";
        let found = self.first(sql, params![rail.name(), address], |row| {
            Ok((column::id(row.get_ref(0)?.as_blob()?), column::id(row.get_ref(1)?.as_blob()?)))
        })?;
        found.map(|(invoice, payment)| Ok((invoice?, payment?))).transpose()
    }

    /// Whom a transfer belongs to.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn owner_of_transfer(
        &self,
        rail: RailId,
        reference: &TransferRef,
    ) -> Result<Option<TransferOwner>, ReadError> {
        let sql = "select invoice_id, payment_id, stray_id from transfer where rail = ? and reference = ?";
        self.first(sql, params![rail.name(), reference.as_str()], |row| owner(row, 0))?.transpose()
    }

    /// Transfers of a rail that are neither final nor gone, with their owners.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn open_transfers(&self, rail: RailId) -> Result<Vec<(TransferRef, TransferOwner)>, ReadError> {
        let sql =
            "select reference, invoice_id, payment_id, stray_id from transfer where rail = ? and open = 1";
        let rows = self.all(sql, params![rail.name()], |row| {
            Ok((TransferRef::new(row.get::<_, String>(0)?), owner(row, 1)?))
        })?;
        rows.into_iter().map(|(reference, owner)| Ok((reference, owner?))).collect()
    }

    /// Sales with a quote that has not ended, whether its address has come or not, oldest first.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn live_sales(&self) -> Result<Vec<InvoiceId>, ReadError> {
        let sql = "select invoice_id from sale where live = 1 order by number";
        let ids = self.all(sql, [], |row| Ok(column::id(row.get_ref(0)?.as_blob()?)))?;
        ids.into_iter().collect()
    }

    /// What rails were asked for and have not answered, oldest first.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn due_outbox(&self, limit: u32) -> Result<Vec<DueOffer>, ReadError> {
        let sql = "select outbox_id, rail, invoice_id, payment_id, amount_minor, currency, scale from outbox \
                   where answered_by is null order by outbox_id limit ?";
        self.all(sql, params![limit], |row| Ok(due_offer(row)))?.into_iter().collect()
    }

    /// The numbers that come next.
    ///
    /// # Errors
    /// As for every read here.
    pub const fn counters(&self) -> Result<Counters, ReadError> {
        Ok(self.books.counters)
    }

    /// The head of the chain and the number of its event.
    #[must_use]
    pub const fn head(&self) -> (i64, [u8; 32]) {
        (self.books.last_event, self.books.head)
    }

    /// The micropayment or dead letter that an instruction became, whose id it has.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub fn instruction(&self, instruction: &Instruction) -> Result<Option<KnownInstruction>, ReadError> {
        match self.known.find(&self.connection, instruction)? {
            Some(number) => {
                let sql = "select m.digest, e.recorded_at from micropayment m \
                           join event e on e.event_id = m.event_id where m.micropayment_id = ?";
                self.first(sql, [number], |row| {
                    let taken_at = Timestamp::from_millis(row.get(1)?);
                    let became = Became::Micropayment(payment_id(taken_at, number));
                    Ok(KnownInstruction { digest: row.get(0)?, became })
                })
            }
            None if self.known.has_letters() => self.dead_letter(instruction.id()),
            None => Ok(None),
        }
    }

    fn dead_letter(&self, instruction: &str) -> Result<Option<KnownInstruction>, ReadError> {
        let sql = "select digest, reason from dead_letter where instruction = ?";
        self.first(sql, [instruction], |row| {
            let became = Became::DeadLetter { reason: row.get(1)? };
            Ok(KnownInstruction { digest: row.get(0)?, became })
        })
    }

    /// The number of the next micropayment.
    #[must_use]
    pub const fn next_micropayment(&self) -> i64 {
        self.books.last_micropayment + 1
    }

    /// What an account holds in a currency.
    #[must_use]
    pub fn balance(&self, account: Account, currency: Currency) -> Money {
        self.books.balance(account, currency)
    }

    /// When the newest event was recorded. `None` before the first.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub fn last_recorded_at(&self) -> Result<Option<Timestamp>, ReadError> {
        let sql = "select recorded_at from event order by event_id desc limit 1";
        Ok(self.first(sql, [], |row| row.get(0))?.map(Timestamp::from_millis))
    }

    /// Was the same found about the same thing before?
    ///
    /// # Errors
    /// When the data file can't be read.
    pub fn is_found(&self, subject: &str, reason: &str) -> Result<bool, ReadError> {
        let sql = "select 1 from finding where subject = ? and reason = ? limit 1";
        Ok(self.first(sql, params![subject, reason], |_| Ok(()))?.is_some())
    }

    /// What a rail asked to be remembered.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub fn rail_memory(&self, rail: RailId) -> Result<RailMemory, ReadError> {
        recall(&self.connection, rail)
    }

    /// The highest observation number a rail has used.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub fn last_observation(&self, rail: RailId) -> Result<u64, ReadError> {
        last_observation(&self.connection, rail)
    }

    /// Every setting by its key.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub fn settings(&self) -> Result<BTreeMap<String, String>, ReadError> {
        settings(&self.connection)
    }

    pub(super) fn events(
        &self,
        subject_kind: &str,
        subject_id: &[u8; 16],
    ) -> Result<Vec<Result<EventRow, ReadError>>, ReadError> {
        let sql = "select event_id, kind, encoding, payload, recorded_at from event \
                   where subject_id = ?2 and subject_kind = ?1 order by subject_version";
        let rows = self.all(sql, params![subject_kind, subject_id], |row| {
            Ok(EventRow {
                event_id: row.get(0)?,
                kind: row.get(1)?,
                encoding: row.get(2)?,
                payload: row.get(3)?,
                recorded_at: row.get(4)?,
            })
        })?;
        Ok(rows.into_iter().map(Ok).collect())
    }

    pub(super) fn first<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, ReadError> {
        Ok(self.connection.prepare_cached(sql)?.query_row(params, read).optional()?)
    }

    pub(super) fn all<T>(
        &self,
        sql: &'static str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, ReadError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let rows = statement.query_map(params, read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// What a rail asked to be remembered, over any connection.
pub(crate) fn recall(connection: &Connection, rail: RailId) -> Result<RailMemory, ReadError> {
    let sql = "select change_set from rail_change where rail = ? order by rail_change_id";
    let mut statement = connection.prepare_cached(sql)?;
    let change_sets = statement.query_map([rail.name()], |row| row.get(0))?;
    Ok(RailMemory {
        change_sets: change_sets.collect::<Result<_, _>>()?,
        last_observation: last_observation(connection, rail)?,
        restored: is_scan_due(connection, rail)?,
    })
}

fn last_observation(connection: &Connection, rail: RailId) -> Result<u64, ReadError> {
    let sql = "select last_observation from rail_state where rail = ?";
    let number: Option<i64> =
        connection.prepare_cached(sql)?.query_row([rail.name()], |row| row.get(0)).optional()?;
    column::small("rail_state.last_observation", number.unwrap_or(0))
}

/// Was the file restored since the rail last scanned in full?
fn is_scan_due(connection: &Connection, rail: RailId) -> Result<bool, ReadError> {
    let sql =
        "select restores > coalesce((select scanned_restores from rail_state where rail = ?), 0) from till";
    Ok(connection.prepare_cached(sql)?.query_row([rail.name()], |row| row.get(0))?)
}

/// Every setting by its key.
pub(super) fn settings(connection: &Connection) -> Result<BTreeMap<String, String>, ReadError> {
    let mut statement = connection.prepare_cached("select key, value from setting")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn owner(row: &Row<'_>, at: usize) -> rusqlite::Result<Result<TransferOwner, ReadError>> {
    Ok(column::owner(
        row.get_ref(at)?.as_blob_or_null()?,
        row.get_ref(at + 1)?.as_blob_or_null()?,
        row.get_ref(at + 2)?.as_blob_or_null()?,
    ))
}

fn due_offer(row: &Row<'_>) -> Result<DueOffer, ReadError> {
    let text = |at: usize| -> Result<String, ReadError> { Ok(row.get(at)?) };
    let id = |at: usize| -> Result<[u8; 16], ReadError> { Ok(row.get(at)?) };
    let amount = column::money(row.get(4)?, &text(5)?, row.get(6)?)?;
    Ok(DueOffer {
        outbox_id: row.get(0)?,
        rail: column::rail(&text(1)?)?,
        invoice: column::id(&id(2)?)?,
        attempt: Attempt { payment: column::id(&id(3)?)?, amount },
    })
}
