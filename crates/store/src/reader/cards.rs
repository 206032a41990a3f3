//! Card payments that wait for the owner: money that is held, and disputes.

use money::Money;
use payment::card::DisputeStatus;
use payment::{InvoiceId, PaymentId, Timestamp};

use super::Reader;
use crate::{DueCard, ReadError, column};

/// Rows of a list at most.
const ROWS_MAX: i64 = 500;

/// A dispute with its place in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeFacts {
    /// The sale.
    pub invoice: InvoiceId,
    /// Its running number.
    pub sale_number: u32,
    /// The payment.
    pub payment: PaymentId,
    /// The processor's name for the dispute.
    pub reference: String,
    /// How much is disputed.
    pub amount: Money,
    /// How far it is.
    pub status: DisputeStatus,
    /// The bank's reason, in the processor's word.
    pub reason: String,
    /// Until when the shop may answer.
    pub due_by: Option<Timestamp>,
    /// Money was taken back and not returned.
    pub is_withdrawn: bool,
}

/// How much of it somebody must see to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CardsWaiting {
    /// Disputes that wait for the shop's answer.
    pub disputes: u32,
    /// Payments whose money the bank lets go of soon.
    pub held: u32,
}

#[derive(sqlx::FromRow)]
struct DisputeRow {
    invoice_id: Vec<u8>,
    number: i64,
    payment_id: Vec<u8>,
    reference: String,
    amount_minor: i64,
    currency: String,
    scale: i64,
    status: String,
    reason: String,
    due_by: Option<i64>,
    withdrawn_minor: i64,
}

impl Reader {
    /// Card payments whose money is held, those first that the bank lets go of soonest; 500 at most.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn held_cards(&self) -> Result<Vec<DueCard>, ReadError> {
        let sql = "select invoice_id, payment_id from card_payment where state = 'held' \
                   order by held_until is null, held_until, payment_id limit ?";
        let rows: Vec<(Vec<u8>, Vec<u8>)> =
            sqlx::query_as(sql).bind(ROWS_MAX).fetch_all(&self.pool()).await?;
        let due = |(invoice, payment): (Vec<u8>, Vec<u8>)| {
            Ok(DueCard { invoice: column::id(&invoice)?, payment: column::id(&payment)? })
        };
        rows.into_iter().map(due).collect()
    }

    /// Disputes: those first that wait for the shop's answer, the most urgent at the top; 500 at most.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn disputes(&self) -> Result<Vec<DisputeFacts>, ReadError> {
        let sql = "select d.invoice_id, s.number, d.payment_id, d.reference, d.amount_minor, d.currency, d.scale, \
                   d.status, d.reason, d.due_by, d.withdrawn_minor from dispute d \
                   join sale s on s.invoice_id = d.invoice_id \
                   order by d.status not in ('warning_needs_response', 'needs_response'), d.due_by is null, d.due_by, \
                   d.reference limit ?";
        let rows: Vec<DisputeRow> = sqlx::query_as(sql).bind(ROWS_MAX).fetch_all(&self.pool()).await?;
        rows.into_iter().map(DisputeFacts::try_from).collect()
    }

    /// How much waits for the owner: disputes to be answered, and held money that the bank lets go of before a time.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn cards_waiting(&self, before: Timestamp) -> Result<CardsWaiting, ReadError> {
        let sql = "select (select count(*) from dispute where status in ('warning_needs_response', 'needs_response')), \
                   (select count(*) from card_payment where state = 'held' and held_until < ?)";
        let (disputes, held): (i64, i64) =
            sqlx::query_as(sql).bind(before.millis()).fetch_one(&self.pool()).await?;
        Ok(CardsWaiting {
            disputes: column::small("dispute", disputes)?,
            held: column::small("card_payment", held)?,
        })
    }

    /// The sale that a receipt of this number was given for.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn invoice_with_receipt(&self, number: u32) -> Result<Option<InvoiceId>, ReadError> {
        let found: Option<(Vec<u8>,)> =
            sqlx::query_as("select invoice_id from sale where receipt_number = ?")
                .bind(number)
                .fetch_optional(&self.pool())
                .await?;
        found.map(|(id,)| column::id(&id)).transpose()
    }
}

impl TryFrom<DisputeRow> for DisputeFacts {
    type Error = ReadError;

    fn try_from(row: DisputeRow) -> Result<Self, ReadError> {
        let known = DisputeStatus::ALL.iter().find(|(_, name)| *name == row.status);
        let unknown = || ReadError::Value { place: "dispute.status", value: row.status.clone() };
        Ok(Self {
            invoice: column::id(&row.invoice_id)?,
            sale_number: column::small("sale.number", row.number)?,
            payment: column::id(&row.payment_id)?,
            reference: row.reference,
            amount: column::money(row.amount_minor, &row.currency, row.scale)?,
            status: known.map(|(status, _)| *status).ok_or_else(unknown)?,
            reason: row.reason,
            due_by: row.due_by.map(Timestamp::from_millis),
            is_withdrawn: row.withdrawn_minor > 0,
        })
    }
}
