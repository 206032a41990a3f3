//! The projections of a batch: what lists, watches and recovery read, written in the same transaction as the events
//! they are derived from.

use money::Money;
use payment::sale::{Alert, Effect};
use payment::stray::StrayEvent;
use payment::{InvoiceId, PaymentId, RailId, SaleEvent, Timestamp, TransferRef};
use rusqlite::params;

use super::draft::Draft;
use crate::projection::{SaleRow, StrayRow, TransferRow};
use crate::{Refusal, SaleRecord, StrayRecord, TransferOwner, WriteError};

impl Draft<'_> {
    /// Addresses, transfers, outbox and alerts that an event of a sale touches.
    pub(super) fn project_sale_event(&self, event_id: i64, record: &SaleRecord) -> Result<(), WriteError> {
        for effect in &record.effects {
            match effect {
                Effect::RequestOffer { rail, attempt } => {
                    self.ask(event_id, record.after.id, *rail, (attempt.payment, attempt.amount))?;
                }
                Effect::TendCard { payment, .. } => self.project_card(record, *payment)?,
                Effect::Alert(alert) => self.alert(event_id, alert, record.at)?,
            }
        }
        match &record.event {
            SaleEvent::Offered { payment, address } => {
                self.hand_out(record, *payment, address)?;
                self.answer(event_id, *payment)
            }
            SaleEvent::OfferFailed { payment, .. } => self.answer(event_id, *payment),
            SaleEvent::TransferObserved { payment, observation } => {
                match transfer_row(record, *payment, &observation.reference) {
                    Some(row) => self.observe(&row),
                    None => Ok(()),
                }
            }
            SaleEvent::StrayAdopted { payment, observation, .. } => {
                match transfer_row(record, *payment, &observation.reference) {
                    Some(row) => self.adopt(&row),
                    None => Ok(()),
                }
            }
            SaleEvent::Opened { .. }
            | SaleEvent::CashTaken { .. }
            | SaleEvent::PaymentStarted { .. }
            | SaleEvent::QuoteEnded { .. }
            | SaleEvent::PaymentCancelled { .. }
            | SaleEvent::Cancelled
            | SaleEvent::Voided { .. }
            | SaleEvent::Card { .. }
            | SaleEvent::ReceiptIssued { .. }
            | SaleEvent::ReceiptPrinted => Ok(()),
        }
    }

    /// Alerts, the inbox row and, while no sale has it, the transfer. A stray payment asks no rail for anything.
    pub(super) fn project_stray_event(&self, event_id: i64, record: &StrayRecord) -> Result<(), WriteError> {
        for effect in &record.effects {
            if let Effect::Alert(alert) = effect {
                self.alert(event_id, alert, record.at)?;
            }
        }
        self.upsert_stray(&StrayRow::of(&record.after))?;
        match &record.event {
            StrayEvent::Found { .. } | StrayEvent::Observed { .. } => {
                self.observe(&TransferRow::of_stray(&record.after))
            }
            StrayEvent::Assigned { .. } | StrayEvent::Credited { .. } => Ok(()),
        }
    }

    pub(super) fn upsert_sale(&self, row: &SaleRow) -> Result<(), WriteError> {
        let sql = "insert into sale (number, invoice_id, version, opened_at, state, late, over, due_minor, currency, \
                   scale, label, methods, receipt_number, live, search) \
                   values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15) \
                   on conflict (number) do update set version = ?3, state = ?5, late = ?6, over = ?7, \
                   methods = ?12, receipt_number = ?13, live = ?14, search = ?15";
        self.connection.prepare_cached(sql)?.execute(params![
            row.number,
            row.invoice_id,
            row.version,
            row.opened_at,
            row.state,
            row.late,
            row.over,
            row.due.minor(),
            row.due.currency().code(),
            row.due.currency().scale(),
            row.label,
            row.methods,
            row.receipt_number,
            row.live,
            row.search,
        ])?;
        Ok(())
    }

    pub(super) fn write_balances(&mut self) -> Result<(), WriteError> {
        let sql = "insert into balance (account, currency, scale, minor, last_entry) values (?1, ?2, ?3, ?4, ?5) \
                   on conflict (account, currency) do update set minor = ?4, last_entry = ?5";
        let mut upsert = self.connection.prepare_cached(sql)?;
        for (account, currency, balance) in self.books.take_touched() {
            let key = (account.name(), currency.code(), currency.scale());
            upsert.execute(params![key.0, key.1, key.2, balance.minor, balance.last_entry])?;
        }
        Ok(())
    }

    fn upsert_stray(&self, row: &StrayRow) -> Result<(), WriteError> {
        let sql = "insert into stray (stray_id, version, found_at, rail, address, reason, state, amount_minor, \
                   currency, scale) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
                   on conflict (stray_id) do update set version = ?2, found_at = ?3, state = ?7";
        self.connection.prepare_cached(sql)?.execute(params![
            row.stray_id,
            row.version,
            row.found_at,
            row.rail,
            row.address,
            row.reason,
            row.state,
            row.amount.minor(),
            row.amount.currency().code(),
            row.amount.currency().scale(),
        ])?;
        Ok(())
    }

    fn alert(&self, event_id: i64, alert: &Alert, at: Timestamp) -> Result<(), WriteError> {
        let sql = "insert into alert (kind, event_id, raised_at) values (?, ?, ?)";
        self.connection.prepare_cached(sql)?.execute(params![alert.name(), event_id, at.millis()])?;
        Ok(())
    }

    fn ask(
        &self,
        event_id: i64,
        invoice: InvoiceId,
        rail: RailId,
        (payment, amount): (PaymentId, Money),
    ) -> Result<(), WriteError> {
        let sql = "insert into outbox (event_id, kind, rail, invoice_id, payment_id, amount_minor, currency, scale) \
                   values (?, 'request_offer', ?, ?, ?, ?, ?, ?)";
        self.connection.prepare_cached(sql)?.execute(params![
            event_id,
            rail.name(),
            invoice.as_bytes(),
            payment.as_bytes(),
            amount.minor(),
            amount.currency().code(),
            amount.currency().scale(),
        ])?;
        Ok(())
    }

    fn answer(&self, event_id: i64, payment: PaymentId) -> Result<(), WriteError> {
        let sql = "update outbox set answered_by = ?1 where payment_id = ?2 and answered_by is null";
        self.connection.prepare_cached(sql)?.execute(params![event_id, payment.as_bytes()])?;
        Ok(())
    }

    fn hand_out(&self, record: &SaleRecord, payment: PaymentId, address: &str) -> Result<(), WriteError> {
        let Some(chain) = record.after.payment(payment).and_then(payment::Payment::chain) else {
            return Ok(());
        };
        let sql = "insert into payment_address (rail, address, invoice_id, payment_id) values (?, ?, ?, ?)";
        let rail = chain.terms.rail.name();
        let row = params![rail, address, record.after.id.as_bytes(), payment.as_bytes()];
        self.connection.prepare_cached(sql)?.execute(row)?;
        Ok(())
    }

    /// A transfer stays with whom it was first seen for.
    fn observe(&self, row: &TransferRow) -> Result<(), WriteError> {
        let sql = "insert into transfer (rail, reference, invoice_id, payment_id, stray_id, level, open, \
                   amount_minor, currency, scale) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
                   on conflict (rail, reference) do update set level = ?6, open = ?7 \
                   where payment_id is ?4 and stray_id is ?5";
        let (invoice, payment, stray) = match &row.owner {
            TransferOwner::Sale(invoice, payment) => {
                (Some(invoice.as_bytes()), Some(payment.as_bytes()), None)
            }
            TransferOwner::Stray(stray) => (None, None, Some(stray.as_bytes())),
        };
        let written = self.connection.prepare_cached(sql)?.execute(params![
            row.rail.name(),
            row.reference,
            invoice,
            payment,
            stray,
            row.level,
            row.open,
            row.amount.minor(),
            row.amount.currency().code(),
            row.amount.currency().scale(),
        ])?;
        if written == 1 { Ok(()) } else { Err(Refusal::TransferTaken.into()) }
    }

    /// Only a stray payment's transfer can pass to a sale.
    fn adopt(&self, row: &TransferRow) -> Result<(), WriteError> {
        let TransferOwner::Sale(invoice, payment) = &row.owner else {
            return Err(Refusal::TransferTaken.into());
        };
        let sql = "update transfer set invoice_id = ?3, payment_id = ?4, stray_id = null, level = ?5, open = ?6 \
                   where rail = ?1 and reference = ?2 and stray_id is not null";
        let (rail, reference) = (row.rail.name(), &row.reference);
        let owner = (invoice.as_bytes(), payment.as_bytes());
        let row = params![rail, reference, owner.0, owner.1, row.level, row.open];
        let written = self.connection.prepare_cached(sql)?.execute(row)?;
        if written == 1 { Ok(()) } else { Err(Refusal::TransferTaken.into()) }
    }
}

fn transfer_row(record: &SaleRecord, payment: PaymentId, reference: &TransferRef) -> Option<TransferRow> {
    let chain = record.after.payment(payment)?.chain()?;
    let transfer = chain.transfers.get(reference)?;
    Some(TransferRow::of_sale(&record.after, payment, chain, transfer))
}
