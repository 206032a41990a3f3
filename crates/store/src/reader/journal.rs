//! The books: balances, entries by number, postings in order for an export, and the head of the chain.

use std::collections::BTreeMap;

use ledger::{Account, Entry, EntryKind, Posting, RateNote};
use money::Money;
use payment::Timestamp;

use super::Reader;
use crate::{ReadError, Subject, column};

/// Where the chain stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Events in the journal.
    pub events: i64,
    /// Entries in the journal.
    pub entries: i64,
    /// Hash of the last event; of an empty journal the hash that its first event will follow.
    pub hash: [u8; 32],
}

/// An entry with its place in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// Gap-free number.
    pub entry_id: i64,
    /// The event that posted it.
    pub event_id: i64,
    /// When.
    pub at: Timestamp,
    /// The sale or stray payment it belongs to.
    pub subject: Subject,
    /// The number of that sale.
    pub sale_number: Option<u32>,
    /// Number of the entry it reverses.
    pub reverses: Option<i64>,
    /// The entry.
    pub entry: Entry,
}

/// One posting with everything an export row needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostingLine {
    /// The entry.
    pub entry_id: i64,
    /// Number within the entry, from 1.
    pub line: i64,
    /// The event that posted it.
    pub event_id: i64,
    /// When.
    pub at: Timestamp,
    /// The sale or stray payment.
    pub subject: Subject,
    /// The number of that sale.
    pub sale_number: Option<u32>,
    /// What the entry books.
    pub kind: EntryKind,
    /// The account.
    pub account: Account,
    /// Debit positive, credit negative.
    pub amount: Money,
    /// The rate noted on the entry, and who said so.
    pub rate: Option<RateNote>,
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    entry_id: i64,
    event_id: i64,
    recorded_at: i64,
    subject_kind: String,
    subject_id: Vec<u8>,
    number: Option<i64>,
    ordinal: i64,
    kind: String,
    reverses: Option<i64>,
    reversed_entry: Option<i64>,
    rate: Option<String>,
    rate_source: Option<String>,
}

#[derive(sqlx::FromRow)]
struct PostingRow {
    account: String,
    currency: String,
    scale: i64,
    minor: i64,
}

#[derive(sqlx::FromRow)]
struct LineRow {
    line: i64,
    #[sqlx(flatten)]
    entry: EntryRow,
    #[sqlx(flatten)]
    posting: PostingRow,
}

impl Reader {
    /// Every balance that was ever touched, by account and currency. Debit positive.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn balances(&self) -> Result<Vec<(Account, Money)>, ReadError> {
        let sql = "select account, currency, scale, minor from balance";
        let rows: Vec<PostingRow> = sqlx::query_as(sql).fetch_all(&self.pool()).await?;
        let postings = rows.iter().map(PostingRow::posting).collect::<Result<Vec<_>, _>>()?;
        let mut balances: Vec<_> = postings.into_iter().map(|p| (p.account, p.amount)).collect();
        balances
            .sort_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.currency().code().cmp(y.currency().code())));
        Ok(balances)
    }

    /// The latest time at which anything was recorded, by the till's clock then. `None` while nothing was.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn last_recorded_at(&self) -> Result<Option<Timestamp>, ReadError> {
        let (at,): (Option<i64>,) =
            sqlx::query_as("select max(recorded_at) from event").fetch_one(&self.pool()).await?;
        Ok(at.map(Timestamp::from_millis))
    }

    /// Where the chain stands.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn head(&self) -> Result<Head, ReadError> {
        let mut snapshot = self.pool().begin().await?;
        let last: Option<(i64, Vec<u8>)> =
            sqlx::query_as("select event_id, hash from event order by event_id desc limit 1")
                .fetch_optional(&mut *snapshot)
                .await?;
        let (entries,): (i64,) =
            sqlx::query_as("select coalesce(max(entry_id), 0) from entry").fetch_one(&mut *snapshot).await?;
        let (events, hash) = match last {
            Some((events, hash)) => (events, hash),
            None => {
                let (mode, database_id, created_at): (String, String, i64) =
                    sqlx::query_as("select mode, database_id, created_at from till")
                        .fetch_one(&mut *snapshot)
                        .await?;
                (0, crate::chain::genesis(&mode, &database_id, created_at).to_vec())
            }
        };
        let length = hash.len();
        let hash = hash
            .try_into()
            .map_err(|_| ReadError::Value { place: "event.hash", value: format!("{length} bytes") })?;
        Ok(Head { events, entries, hash })
    }

    /// Postings after a place in the journal, in order, at most `limit`. An export asks for the next ones after the
    /// last it got until none come, so that it holds no snapshot however long it takes.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn postings(
        &self,
        after: Option<(i64, i64)>,
        limit: u32,
    ) -> Result<Vec<PostingLine>, ReadError> {
        let (entry_id, line) = after.unwrap_or((0, 0));
        let sql = "select p.line, p.account, p.currency, p.scale, p.minor, n.entry_id, n.event_id, e.recorded_at, \
                   e.subject_kind, n.subject_id, s.number, n.ordinal, n.kind, n.reverses, null as reversed_entry, \
                   n.rate, n.rate_source \
                   from posting p join entry n on n.entry_id = p.entry_id join event e on e.event_id = n.event_id \
                   left join sale s on s.invoice_id = n.subject_id \
                   where (p.entry_id, p.line) > (?, ?) order by p.entry_id, p.line limit ?";
        let rows: Vec<LineRow> = sqlx::query_as(sql)
            .bind(entry_id)
            .bind(line)
            .bind(i64::from(limit))
            .fetch_all(&self.pool())
            .await?;
        rows.into_iter().map(LineRow::posting_line).collect()
    }

    /// The entries with these numbers, newest first.
    pub(super) async fn entries_numbered(&self, ids: &[i64]) -> Result<Vec<JournalEntry>, ReadError> {
        let list = format!("[{}]", ids.iter().map(i64::to_string).collect::<Vec<_>>().join(","));
        let sql = "select n.entry_id, n.event_id, e.recorded_at, e.subject_kind, n.subject_id, s.number, n.ordinal, \
                   n.kind, n.reverses, r.entry_id as reversed_entry, n.rate, n.rate_source \
                   from entry n join event e on e.event_id = n.event_id \
                   left join sale s on s.invoice_id = n.subject_id \
                   left join entry r on r.subject_id = n.subject_id and r.ordinal = n.reverses \
                   where n.entry_id in (select value from json_each(?)) order by n.entry_id desc";
        let entries: Vec<EntryRow> = sqlx::query_as(sql).bind(&list).fetch_all(&self.pool()).await?;
        let mut postings = self.postings_of(&list).await?;
        entries
            .into_iter()
            .map(|row| {
                let postings = postings.remove(&row.entry_id).unwrap_or_default();
                row.journal_entry(postings)
            })
            .collect()
    }

    async fn postings_of(&self, list: &str) -> Result<BTreeMap<i64, Vec<Posting>>, ReadError> {
        #[derive(sqlx::FromRow)]
        struct Row {
            entry_id: i64,
            #[sqlx(flatten)]
            posting: PostingRow,
        }
        let sql = "select entry_id, account, currency, scale, minor from posting \
                   where entry_id in (select value from json_each(?)) order by entry_id, line";
        let rows: Vec<Row> = sqlx::query_as(sql).bind(list).fetch_all(&self.pool()).await?;
        let mut postings: BTreeMap<i64, Vec<Posting>> = BTreeMap::new();
        for row in rows {
            postings.entry(row.entry_id).or_default().push(row.posting.posting()?);
        }
        Ok(postings)
    }
}

impl PostingRow {
    fn posting(&self) -> Result<Posting, ReadError> {
        let amount = column::money(self.minor, &self.currency, self.scale)?;
        Ok(Posting { account: column::account(&self.account)?, amount })
    }
}

impl EntryRow {
    fn journal_entry(self, postings: Vec<Posting>) -> Result<JournalEntry, ReadError> {
        let ordinal = column::small("entry.ordinal", self.ordinal)?;
        let reverses = self.reverses.map(|of| column::small("entry.reverses", of)).transpose()?;
        let kind = column::entry_kind(&self.kind)?;
        let entry = Entry::from_stored(ordinal, kind, postings, self.rate(), reverses);
        Ok(JournalEntry {
            entry_id: self.entry_id,
            event_id: self.event_id,
            at: Timestamp::from_millis(self.recorded_at),
            subject: column::subject(&self.subject_kind, &self.subject_id)?,
            sale_number: self.sale_number()?,
            reverses: self.reversed_entry,
            entry: entry.map_err(|reason| ReadError::Entry { entry: self.entry_id, reason })?,
        })
    }

    fn sale_number(&self) -> Result<Option<u32>, ReadError> {
        self.number.map(|number| column::small("sale.number", number)).transpose()
    }

    fn rate(&self) -> Option<RateNote> {
        Some(RateNote { rate: self.rate.clone()?, source: self.rate_source.clone()? })
    }
}

impl LineRow {
    fn posting_line(self) -> Result<PostingLine, ReadError> {
        let Posting { account, amount } = self.posting.posting()?;
        Ok(PostingLine {
            entry_id: self.entry.entry_id,
            line: self.line,
            event_id: self.entry.event_id,
            at: Timestamp::from_millis(self.entry.recorded_at),
            subject: column::subject(&self.entry.subject_kind, &self.entry.subject_id)?,
            sale_number: self.entry.sale_number()?,
            kind: column::entry_kind(&self.entry.kind)?,
            account,
            amount,
            rate: self.entry.rate(),
        })
    }
}
