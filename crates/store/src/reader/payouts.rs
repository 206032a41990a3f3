//! Payouts of processors, and what each is made of.

use std::collections::{BTreeMap, BTreeSet};

use money::Money;
use payment::payout::PayoutStatus;
use payment::{InvoiceId, Payout, PayoutId, RailId, Timestamp};

use super::Reader;
use crate::fold::fold_payout;
use crate::{ReadError, column};

/// Rows of a page at most.
const PAGE_ROWS_MAX: u16 = 200;

/// A page of payouts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutsPage {
    /// The latest to arrive first.
    pub rows: Vec<PayoutFacts>,
    /// More follow.
    pub more: bool,
}

/// The sale whose card payment a movement of a processor's balance belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MovementPlace {
    /// The sale.
    pub invoice: InvoiceId,
    /// Its running number.
    pub sale_number: u32,
}

/// A payout as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutFacts {
    /// Its id.
    pub id: PayoutId,
    /// Whose it is.
    pub rail: RailId,
    /// The processor's name for it.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// How far it is.
    pub status: PayoutStatus,
    /// When the money is expected at the bank.
    pub arrives_at: Timestamp,
    /// How many movements it is made of, where the processor lists them.
    pub parts: Option<u32>,
    /// What it has more than its parts add up to; zero when they add up or are not listed.
    pub difference: Money,
}

#[derive(sqlx::FromRow)]
struct Row {
    payout_id: Vec<u8>,
    rail: String,
    reference: String,
    status: String,
    amount_minor: i64,
    currency: String,
    scale: i64,
    arrives_at: i64,
    parts: Option<i64>,
    difference_minor: i64,
}

impl Reader {
    /// Payouts, the latest to arrive first: the page after one of them, or the first; 200 at most.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn payouts(&self, after: Option<PayoutId>, limit: u16) -> Result<PayoutsPage, ReadError> {
        let limit = limit.clamp(1, PAGE_ROWS_MAX);
        let sql = "select payout_id, rail, reference, status, amount_minor, currency, scale, arrives_at, parts, \
                   difference_minor from payout where ?1 is null or (arrives_at, payout_id) < \
                   (select arrives_at, payout_id from payout where payout_id = ?1) \
                   order by arrives_at desc, payout_id desc limit ?2";
        let rows: Vec<Row> = sqlx::query_as(sql)
            .bind(after.map(|after| after.as_bytes().to_vec()))
            .bind(i64::from(limit) + 1)
            .fetch_all(&self.pool())
            .await?;
        let more = rows.len() > usize::from(limit);
        let rows = rows.into_iter().take(limit.into()).map(PayoutFacts::try_from);
        Ok(PayoutsPage { rows: rows.collect::<Result<_, _>>()?, more })
    }

    /// A payout with its parts. `None` when there is none of that name.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub async fn payout(&self, id: PayoutId) -> Result<Option<Payout>, ReadError> {
        fold_payout(id, self.events(id.as_bytes()).await?.into_iter().map(Ok))
    }

    /// The sales that charges, refunds and disputes of a processor belong to, by its names for them. Those that are none of
    /// this till's are left out.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn places_of_movements(
        &self,
        rail: RailId,
        references: &BTreeSet<&str>,
    ) -> Result<BTreeMap<String, MovementPlace>, ReadError> {
        let wanted = serde_json::Value::from_iter(references.iter().copied()).to_string();
        let sql = "select m.reference, c.invoice_id, s.number from json_each(?1) wanted \
                   join card_movement m on m.reference = wanted.value \
                   join card_payment c on c.payment_id = m.payment_id and c.rail = ?2 \
                   join sale s on s.invoice_id = c.invoice_id";
        let rows: Vec<(String, Vec<u8>, i64)> =
            sqlx::query_as(sql).bind(wanted).bind(rail.name()).fetch_all(&self.pool()).await?;
        let place = |(reference, invoice, number): (String, Vec<u8>, i64)| {
            let sale_number = column::small("sale.number", number)?;
            Ok((reference, MovementPlace { invoice: column::id(&invoice)?, sale_number }))
        };
        rows.into_iter().map(place).collect()
    }
}

impl TryFrom<Row> for PayoutFacts {
    type Error = ReadError;

    fn try_from(row: Row) -> Result<Self, ReadError> {
        let known = PayoutStatus::ALL.iter().find(|(_, name)| *name == row.status);
        let unknown = || ReadError::Value { place: "payout.status", value: row.status.clone() };
        Ok(Self {
            id: column::id(&row.payout_id)?,
            rail: column::rail(&row.rail)?,
            reference: row.reference,
            amount: column::money(row.amount_minor, &row.currency, row.scale)?,
            status: known.map(|(status, _)| *status).ok_or_else(unknown)?,
            arrives_at: Timestamp::from_millis(row.arrives_at),
            parts: row.parts.map(|parts| column::small("payout.parts", parts)).transpose()?,
            difference: column::money(row.difference_minor, &row.currency, row.scale)?,
        })
    }
}
