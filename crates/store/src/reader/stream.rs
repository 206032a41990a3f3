//! Reads of the stream: micropayments and dead letters.

use money::Money;
use payment::stream::{Instruction, number_of, payment_id};
use payment::{PaymentId, RailId, Timestamp};

use super::Reader;
use crate::codec::decode_instruction;
use crate::{ReadError, column};

/// A micropayment as it was booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Micropayment {
    /// Its running number.
    pub number: i64,
    /// Its id.
    pub payment: PaymentId,
    /// The caller's id.
    pub instruction: String,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// What was paid.
    pub amount: Money,
    /// How.
    pub method: String,
    /// Where the money came in.
    pub rail: RailId,
    /// The route that matched; 0 for the built-in one.
    pub route: u16,
    /// Why the route's fallback was taken.
    pub route_note: Option<String>,
    /// What taking it cost.
    pub fee: Money,
    /// Who paid.
    pub payer: Option<String>,
    /// A remark.
    pub memo: Option<String>,
    /// The caller's own facts, a JSON object.
    pub metadata: Option<String>,
    /// The event of its parcel.
    pub event: i64,
    /// The one before it on the payer's tab.
    pub previous_on_tab: Option<i64>,
}

/// An instruction that could not be carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its number.
    pub number: i64,
    /// What was to be done.
    pub instruction: Instruction,
    /// Why it was not, the last time.
    pub reason: String,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was tried first.
    pub found_at: Timestamp,
    /// The micropayment it became since.
    pub became: Option<PaymentId>,
}

#[derive(sqlx::FromRow)]
pub(super) struct MicropaymentRow {
    micropayment_id: i64,
    event_id: i64,
    instruction: String,
    amount_minor: i64,
    currency: String,
    scale: i64,
    method: String,
    rail: String,
    route: i64,
    route_note: Option<String>,
    fee_minor: i64,
    payer: Option<String>,
    memo: Option<String>,
    metadata: Option<String>,
    previous_on_tab: Option<i64>,
    recorded_at: i64,
}

#[derive(sqlx::FromRow)]
struct LetterRow {
    dead_letter_id: i64,
    payload: String,
    reason: String,
    attempts: i64,
    found_at: i64,
    micropayment_id: Option<i64>,
    recorded_at: Option<i64>,
}

impl Reader {
    /// The newest micropayments before a number, newest first.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn micropayments(
        &self,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<Micropayment>, ReadError> {
        let sql = "select m.*, e.recorded_at from micropayment m join event e on e.event_id = m.event_id \
                   where m.micropayment_id < ? order by m.micropayment_id desc limit ?";
        let query = sqlx::query_as(sql).bind(before.unwrap_or(i64::MAX)).bind(limit);
        let rows: Vec<MicropaymentRow> = query.fetch_all(&self.pool()).await?;
        rows.into_iter().map(MicropaymentRow::micropayment).collect()
    }

    /// The micropayment of an id.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn micropayment(&self, id: PaymentId) -> Result<Option<Micropayment>, ReadError> {
        let above = number_of(id).saturating_add(1);
        let found = self.micropayments(Some(above), 1).await?;
        Ok(found.into_iter().find(|micropayment| micropayment.payment == id))
    }

    /// Dead letters that nobody has dealt with, oldest first.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn dead_letters(&self, after: i64, limit: u32) -> Result<Vec<DeadLetter>, ReadError> {
        self.letters("d.micropayment_id is null and d.dead_letter_id > ?", after, limit).await
    }

    /// A dead letter by its number, also one that was dealt with.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn dead_letter(&self, number: i64) -> Result<Option<DeadLetter>, ReadError> {
        Ok(self.letters("d.dead_letter_id = ?", number, 1).await?.pop())
    }

    /// How many dead letters nobody has dealt with.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn dead_letter_count(&self) -> Result<u64, ReadError> {
        let sql = "select count(*) from dead_letter where micropayment_id is null";
        let (count,): (i64,) = sqlx::query_as(sql).fetch_one(&self.pool()).await?;
        column::small("dead_letter", count)
    }

    async fn letters(
        &self,
        wanted: &'static str,
        number: i64,
        limit: u32,
    ) -> Result<Vec<DeadLetter>, ReadError> {
        let sql = format!(
            "select d.dead_letter_id, d.payload, d.reason, d.attempts, d.found_at, d.micropayment_id, e.recorded_at \
             from dead_letter d left join micropayment m on m.micropayment_id = d.micropayment_id \
             left join event e on e.event_id = m.event_id where {wanted} order by d.dead_letter_id limit ?"
        );
        let query = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(number).bind(limit);
        let rows: Vec<LetterRow> = query.fetch_all(&self.pool()).await?;
        rows.into_iter().map(LetterRow::letter).collect()
    }
}

impl MicropaymentRow {
    pub(super) fn micropayment(self) -> Result<Micropayment, ReadError> {
        let amount = column::money(self.amount_minor, &self.currency, self.scale)?;
        let taken_at = Timestamp::from_millis(self.recorded_at);
        Ok(Micropayment {
            number: self.micropayment_id,
            payment: payment_id(taken_at, self.micropayment_id),
            instruction: self.instruction,
            taken_at,
            amount,
            method: self.method,
            rail: column::rail(&self.rail)?,
            route: column::small("micropayment.route", self.route)?,
            route_note: self.route_note,
            fee: Money::new(self.fee_minor, amount.currency()),
            payer: self.payer,
            memo: self.memo,
            metadata: self.metadata,
            event: self.event_id,
            previous_on_tab: self.previous_on_tab,
        })
    }
}

impl LetterRow {
    fn letter(self) -> Result<DeadLetter, ReadError> {
        let unreadable =
            |e: crate::CodecError| ReadError::Value { place: "dead_letter.payload", value: e.to_string() };
        let became = self.micropayment_id.zip(self.recorded_at);
        Ok(DeadLetter {
            number: self.dead_letter_id,
            instruction: decode_instruction(&self.payload).map_err(unreadable)?,
            reason: self.reason,
            attempts: column::small("dead_letter.attempts", self.attempts)?,
            found_at: Timestamp::from_millis(self.found_at),
            became: became.map(|(number, at)| payment_id(Timestamp::from_millis(at), number)),
        })
    }
}
