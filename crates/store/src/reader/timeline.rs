//! The history of a sale, stray payment or settlement: every event with its source, its hash and the entries it posted.

use payment::stream::{Parcel, SettlementEvent};
use payment::{PayoutEvent, SaleEvent, StrayEvent, SweepEvent, Timestamp};

use super::Reader;
use crate::fold::EventRow;
use crate::{ReadError, Subject, column};

/// One event of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineEvent {
    /// Number in the journal.
    pub event_id: i64,
    /// Number in this history, from 1.
    pub version: u32,
    /// When it was recorded.
    pub at: Timestamp,
    /// What happened, by its stable name (`transfer_observed`).
    pub kind: String,
    /// What happened.
    pub event: RecordedEvent,
    /// Who said so (`till`, `rail-bitcoin`).
    pub source: String,
    /// Its hash in the chain.
    pub hash: [u8; 32],
    /// Numbers of the entries it posted.
    pub entries: Vec<i64>,
}

/// An event as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordedEvent {
    /// Of a sale.
    Sale(SaleEvent),
    /// Of a stray payment.
    Stray(StrayEvent),
    /// A parcel.
    Parcel(Parcel),
    /// Of a settlement.
    Settlement(SettlementEvent),
    /// Of a payout.
    Payout(PayoutEvent),
    /// Of a sweep.
    Sweep(SweepEvent),
}

#[derive(sqlx::FromRow)]
struct Row {
    #[sqlx(flatten)]
    event: EventRow,
    subject_version: i64,
    source: String,
    hash: Vec<u8>,
}

impl Reader {
    /// The history of a sale, a stray payment, a parcel or a settlement, oldest first.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub async fn timeline(&self, subject: Subject) -> Result<Vec<TimelineEvent>, ReadError> {
        let (_, subject_id) = column::subject_columns(&subject);
        let sql = "select event_id, kind, encoding, payload, recorded_at, subject_version, source, hash from event \
                   where subject_id = ? order by subject_version";
        let rows: Vec<Row> = sqlx::query_as(sql).bind(&subject_id[..]).fetch_all(&self.pool()).await?;
        let sql = "select event_id, entry_id from entry where subject_id = ? order by ordinal";
        let entries: Vec<(i64, i64)> =
            sqlx::query_as(sql).bind(&subject_id[..]).fetch_all(&self.pool()).await?;
        rows.into_iter().map(|row| row.timeline_event(subject, &entries)).collect()
    }
}

impl Row {
    fn timeline_event(self, subject: Subject, entries: &[(i64, i64)]) -> Result<TimelineEvent, ReadError> {
        let event_id = self.event.event_id;
        let event = match subject {
            Subject::Sale(_) => RecordedEvent::Sale(self.event.sale_event()?),
            Subject::Stray(_) => RecordedEvent::Stray(self.event.stray_event()?),
            Subject::Parcel(_) => RecordedEvent::Parcel(self.event.parcel()?),
            Subject::Settlement(_) => RecordedEvent::Settlement(self.event.settlement_event()?),
            Subject::Payout(_) => RecordedEvent::Payout(self.event.payout_event()?),
            Subject::Sweep(_) => RecordedEvent::Sweep(self.event.sweep_event()?),
        };
        let hash = self.hash.as_slice().try_into().map_err(|_| ReadError::Value {
            place: "event.hash",
            value: format!("{} bytes", self.hash.len()),
        })?;
        Ok(TimelineEvent {
            event_id,
            version: column::small("event.subject_version", self.subject_version)?,
            at: Timestamp::from_millis(self.event.recorded_at),
            kind: self.event.kind,
            event,
            source: self.source,
            hash,
            entries: entries.iter().filter(|(of, _)| *of == event_id).map(|(_, entry)| *entry).collect(),
        })
    }
}
