//! What waits for the owner: stray payments, alerts, findings.

use payment::{Stray, StrayId, Timestamp};

use super::Reader;
use crate::{ReadError, Subject, column};

/// Rows of a list at most.
const ROWS_MAX: i64 = 500;

/// Something the owner must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertRow {
    /// Its number.
    pub alert_id: i64,
    /// Its kind (`reversed`, `mismatch`).
    pub kind: String,
    /// What it is about, when it comes from an event.
    pub subject: Option<Subject>,
    /// The number of that sale.
    pub sale_number: Option<u32>,
    /// One line: for a finding what it is about and why, else empty.
    pub detail: String,
    /// When it was raised.
    pub raised_at: Timestamp,
}

/// Something that could not be applied.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct FindingRow {
    /// Its number.
    pub finding_id: i64,
    /// What it is about.
    pub subject: String,
    /// Its kind.
    pub kind: String,
    /// Why it was refused.
    pub reason: String,
    /// The facts as they came.
    pub payload: String,
    /// When, in milliseconds since 1970 UTC.
    pub found_at: i64,
}

#[derive(sqlx::FromRow)]
struct Row {
    alert_id: i64,
    kind: String,
    subject_kind: Option<String>,
    subject_id: Option<Vec<u8>>,
    number: Option<i64>,
    detail: Option<String>,
    raised_at: i64,
}

impl Reader {
    /// Stray payments, those to be decided first, then newest first; 500 at most.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub async fn strays(&self) -> Result<Vec<Stray>, ReadError> {
        let sql = "select stray_id from stray order by state <> 'open', stray_id desc limit ?";
        let ids: Vec<(Vec<u8>,)> = sqlx::query_as(sql).bind(ROWS_MAX).fetch_all(&self.pool()).await?;
        let mut strays = Vec::with_capacity(ids.len());
        for (id,) in ids {
            let id: StrayId = column::id(&id)?;
            strays.extend(self.stray(id).await?);
        }
        Ok(strays)
    }

    /// How many stray payments somebody has to decide about.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn strays_open(&self) -> Result<u32, ReadError> {
        let sql = "select count(*) from stray where state = 'open'";
        let (open,): (i64,) = sqlx::query_as(sql).fetch_one(&self.pool()).await?;
        column::small("stray", open)
    }

    /// Alerts that nobody has acknowledged, newest first; 500 at most.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn alerts(&self) -> Result<Vec<AlertRow>, ReadError> {
        let sql = "select a.alert_id, a.kind, e.subject_kind, e.subject_id, s.number, \
                   f.subject || ': ' || f.reason as detail, a.raised_at \
                   from alert a left join event e on e.event_id = a.event_id \
                   left join sale s on s.invoice_id = e.subject_id \
                   left join finding f on f.finding_id = a.finding_id \
                   where a.acknowledged_at is null order by a.alert_id desc limit ?";
        let rows: Vec<Row> = sqlx::query_as(sql).bind(ROWS_MAX).fetch_all(&self.pool()).await?;
        rows.into_iter().map(AlertRow::try_from).collect()
    }

    /// What could not be applied, newest first; 500 at most.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn findings(&self) -> Result<Vec<FindingRow>, ReadError> {
        let sql = "select finding_id, subject, kind, reason, payload, found_at from finding \
                   order by finding_id desc limit ?";
        Ok(sqlx::query_as(sql).bind(ROWS_MAX).fetch_all(&self.pool()).await?)
    }
}

impl TryFrom<Row> for AlertRow {
    type Error = ReadError;

    fn try_from(row: Row) -> Result<Self, ReadError> {
        let subject = match (&row.subject_kind, &row.subject_id) {
            (Some(kind), Some(id)) => Some(column::subject(kind, id)?),
            _ => None,
        };
        Ok(Self {
            alert_id: row.alert_id,
            kind: row.kind,
            subject,
            sale_number: row.number.map(|number| column::small("sale.number", number)).transpose()?,
            detail: row.detail.unwrap_or_default(),
            raised_at: Timestamp::from_millis(row.raised_at),
        })
    }
}
