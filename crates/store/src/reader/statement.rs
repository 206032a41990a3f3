//! Entries, newest first: of everything, of one sale or stray payment, or of one account. An account's entries are
//! found by following the links between them, so no index over accounts is needed.

use std::collections::BTreeSet;

use ledger::Account;

use super::Reader;
use super::journal::JournalEntry;
use crate::{ReadError, Subject, column};

/// Rows of a page at most.
const PAGE_ROWS_MAX: u16 = 200;

/// Which entries to list. What is given must all hold.
#[derive(Clone, Debug, Default)]
pub struct EntryFilter {
    /// Only entries that touch this account.
    pub account: Option<Account>,
    /// Only entries in this currency (its code); with an account, that touch it in this currency.
    pub currency: Option<String>,
    /// Only entries of this sale or stray payment.
    pub subject: Option<Subject>,
    /// Only entries before this number.
    pub before: Option<i64>,
    /// Rows, 1 to 200.
    pub limit: u16,
}

/// A page of entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntriesPage {
    /// Newest first.
    pub rows: Vec<JournalEntry>,
    /// More follow.
    pub more: bool,
}

impl Reader {
    /// Lists entries.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub async fn entries(&self, filter: &EntryFilter) -> Result<EntriesPage, ReadError> {
        let limit = usize::from(filter.limit.clamp(1, PAGE_ROWS_MAX));
        let wanted = i64::from(filter.limit.clamp(1, PAGE_ROWS_MAX)) + 1;
        let before = filter.before.unwrap_or(i64::MAX);
        let mut ids = match (&filter.subject, filter.account) {
            (Some(subject), _) => self.ids_of_subject(*subject, filter, before, wanted).await?,
            (None, Some(account)) => self.ids_of_account(account, filter, before, wanted).await?,
            (None, None) => self.ids_of_all(filter, before, wanted).await?,
        };
        let more = ids.len() > limit;
        ids.truncate(limit);
        Ok(EntriesPage { rows: self.entries_numbered(&ids).await?, more })
    }

    async fn ids_of_all(
        &self,
        filter: &EntryFilter,
        before: i64,
        wanted: i64,
    ) -> Result<Vec<i64>, ReadError> {
        let sql = "select entry_id from entry where entry_id < ?1 and (?2 is null or exists \
                   (select 1 from posting p where p.entry_id = entry.entry_id and p.currency = ?2)) \
                   order by entry_id desc limit ?3";
        let query = sqlx::query_as(sql).bind(before).bind(&filter.currency).bind(wanted);
        Ok(numbers(query.fetch_all(&self.pool()).await?))
    }

    async fn ids_of_subject(
        &self,
        subject: Subject,
        filter: &EntryFilter,
        before: i64,
        wanted: i64,
    ) -> Result<Vec<i64>, ReadError> {
        let (_, subject_id) = column::subject_columns(&subject);
        let sql = "select entry_id from entry where subject_id = ?1 and entry_id < ?2 and exists \
                   (select 1 from posting p where p.entry_id = entry.entry_id \
                   and (?3 is null or p.account = ?3) and (?4 is null or p.currency = ?4)) \
                   order by ordinal desc limit ?5";
        let query = sqlx::query_as(sql)
            .bind(&subject_id[..])
            .bind(before)
            .bind(filter.account.map(Account::name))
            .bind(&filter.currency)
            .bind(wanted);
        Ok(numbers(query.fetch_all(&self.pool()).await?))
    }

    /// The statement of each currency, merged.
    async fn ids_of_account(
        &self,
        account: Account,
        filter: &EntryFilter,
        before: i64,
        wanted: i64,
    ) -> Result<Vec<i64>, ReadError> {
        let sql =
            "select currency, last_entry from balance where account = ?1 and (?2 is null or currency = ?2)";
        let currencies: Vec<(String, i64)> =
            sqlx::query_as(sql).bind(account.name()).bind(&filter.currency).fetch_all(&self.pool()).await?;
        let mut ids = BTreeSet::new();
        for (currency, last_entry) in currencies {
            let newest = if last_entry < before {
                Some(last_entry)
            } else {
                self.newest_before(account, &currency, before).await?
            };
            ids.extend(self.statement(account, &currency, newest, wanted).await?);
        }
        let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
        Ok(ids.into_iter().rev().take(wanted).collect())
    }

    /// The newest entry before a number that touches an account. A page that goes on where another ended finds it by
    /// the link of the entry it ended with.
    async fn newest_before(
        &self,
        account: Account,
        currency: &str,
        before: i64,
    ) -> Result<Option<i64>, ReadError> {
        let sql =
            "select previous_entry from posting where entry_id = ? and account = ? and currency = ? limit 1";
        let query = sqlx::query_as(sql).bind(before).bind(account.name()).bind(currency);
        let linked: Option<(Option<i64>,)> = query.fetch_optional(&self.pool()).await?;
        if let Some((previous,)) = linked {
            return Ok(previous);
        }
        let sql = "select entry_id from posting where entry_id < ? and account = ? and currency = ? \
                   order by entry_id desc limit 1";
        let query = sqlx::query_as(sql).bind(before).bind(account.name()).bind(currency);
        let found: Option<(i64,)> = query.fetch_optional(&self.pool()).await?;
        Ok(found.map(|(entry,)| entry))
    }

    /// Follows the links of one account and currency from an entry back.
    async fn statement(
        &self,
        account: Account,
        currency: &str,
        newest: Option<i64>,
        wanted: i64,
    ) -> Result<Vec<i64>, ReadError> {
        let sql = "with recursive statement (entry_id) as ( \
                     select ?1 where ?1 is not null \
                     union all \
                     select p.previous_entry from statement s join posting p on p.entry_id = s.entry_id \
                     where p.account = ?2 and p.currency = ?3 and p.previous_entry is not null \
                     and p.line = (select min(line) from posting q where q.entry_id = s.entry_id \
                                   and q.account = ?2 and q.currency = ?3) \
                     limit ?4) \
                   select entry_id from statement";
        let query = sqlx::query_as(sql).bind(newest).bind(account.name()).bind(currency).bind(wanted);
        Ok(numbers(query.fetch_all(&self.pool()).await?))
    }
}

fn numbers(rows: Vec<(i64,)>) -> Vec<i64> {
    rows.into_iter().map(|(number,)| number).collect()
}
