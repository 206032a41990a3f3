//! Payouts of processors, and what each is made of.

use money::Money;
use payment::payout::PayoutStatus;
use payment::{Payout, PayoutId, RailId, Timestamp};

use super::Reader;
use crate::fold::fold_payout;
use crate::{ReadError, column};

/// Rows of a list at most.
const ROWS_MAX: i64 = 500;

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
    /// Payouts, the latest to arrive first; 500 at most.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn payouts(&self) -> Result<Vec<PayoutFacts>, ReadError> {
        let sql = "select payout_id, rail, reference, status, amount_minor, currency, scale, arrives_at, parts, \
                   difference_minor from payout order by arrives_at desc, payout_id desc limit ?";
        let rows: Vec<Row> = sqlx::query_as(sql).bind(ROWS_MAX).fetch_all(&self.pool()).await?;
        rows.into_iter().map(PayoutFacts::try_from).collect()
    }

    /// A payout with its parts. `None` when there is none of that name.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub async fn payout(&self, id: PayoutId) -> Result<Option<Payout>, ReadError> {
        fold_payout(id, self.events(id.as_bytes()).await?.into_iter().map(Ok))
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
