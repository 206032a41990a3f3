//! The walk along the chain: events, entries and postings read side by side in the order of their numbers, each link
//! computed again, each sum added up again.

use std::collections::BTreeMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::cursor::{Cursor, columns, unreadable};
use super::{Fault, Problem};
use crate::chain::{ENTRY_COLUMNS, EVENT_COLUMNS, Hash, Link, POSTING_COLUMNS};
use crate::writer::genesis;

/// What was found right so far.
#[derive(Default)]
pub(super) struct Walk {
    pub(super) last_event: i64,
    pub(super) last_entry: i64,
    pub(super) head: Hash,
    pub(super) balances: BTreeMap<(String, String), Sum>,
}

/// What an account's postings in one currency add to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) minor: i128,
    /// The newest entry that touched it.
    pub(super) last_entry: Option<i64>,
    /// The one before that.
    entry_before: Option<i64>,
}

/// Entries and postings, as far as they were walked.
struct Below<'stmt> {
    entries: Cursor<'stmt>,
    postings: Cursor<'stmt>,
}

impl Walk {
    /// Walks the whole journal.
    pub(super) fn journal(&mut self, connection: &Connection) -> Result<(), Fault> {
        let mut events = connection.prepare(
            "select event_id, subject_kind, subject_id, subject_version, kind, encoding, payload, source, \
             recorded_at, hash from event order by event_id",
        )?;
        let mut entries = connection.prepare(
            "select entry_id, event_id, subject_id, ordinal, kind, reverses, rate, rate_source from entry \
             order by entry_id",
        )?;
        let mut postings = connection.prepare(
            "select entry_id, line, account, currency, scale, minor, previous_entry from posting \
             order by entry_id, line",
        )?;
        self.head = genesis(connection)
            .map_err(|e| Fault { row: "till".to_owned(), problem: Problem::Unreadable(e.to_string()) })?;
        let first = || "event 1".to_owned();
        let mut events = Cursor::over(&mut events).map_err(unreadable(first))?;
        let mut below = Below {
            entries: Cursor::over(&mut entries).map_err(unreadable(first))?,
            postings: Cursor::over(&mut postings).map_err(unreadable(first))?,
        };
        while let Some(row) = events.next() {
            self.event(row, &mut below)?;
            let next = self.last_event + 1;
            events.advance().map_err(unreadable(|| format!("event {next}")))?;
        }
        below.check_ended(self.last_event)
    }

    fn event(&mut self, row: &Row<'_>, below: &mut Below<'_>) -> Result<(), Fault> {
        let expected = self.last_event + 1;
        let name = || format!("event {expected}");
        let event_id: i64 = row.get(0).map_err(unreadable(name))?;
        if event_id != expected {
            return Err(Fault { row: format!("event {event_id}"), problem: Problem::Gap { expected } });
        }
        let mut link = Link::after(&self.head);
        link.event(&columns::<EVENT_COLUMNS>(row).map_err(unreadable(name))?);
        while self.entry_of(event_id, &mut link, below)? {}
        let hash = link.close();
        if row.get_ref(EVENT_COLUMNS).map_err(unreadable(name))? != ValueRef::Blob(&hash) {
            return Err(Fault { row: name(), problem: Problem::Hash });
        }
        self.last_event = event_id;
        self.head = hash;
        Ok(())
    }

    /// Takes the next entry if it belongs to the event.
    fn entry_of(&mut self, event_id: i64, link: &mut Link, below: &mut Below<'_>) -> Result<bool, Fault> {
        let expected = self.last_entry + 1;
        let name = || format!("entry {expected}");
        let Some(row) = below.entries.next() else { return Ok(false) };
        let (entry_id, of): (i64, i64) =
            (row.get(0).map_err(unreadable(name))?, row.get(1).map_err(unreadable(name))?);
        if of > event_id {
            return Ok(false);
        }
        if of < event_id {
            let named = format!("event {of}");
            return Err(Fault { row: format!("entry {entry_id}"), problem: Problem::Misplaced { named } });
        }
        if entry_id != expected {
            return Err(Fault { row: format!("entry {entry_id}"), problem: Problem::Gap { expected } });
        }
        link.entry(&columns::<ENTRY_COLUMNS>(row).map_err(unreadable(name))?);
        self.postings_of(entry_id, link, &mut below.postings)?;
        self.last_entry = entry_id;
        below.entries.advance().map_err(unreadable(|| format!("entry {}", entry_id + 1)))?;
        Ok(true)
    }

    fn postings_of(
        &mut self,
        entry_id: i64,
        link: &mut Link,
        postings: &mut Cursor<'_>,
    ) -> Result<(), Fault> {
        let name = || format!("entry {entry_id}");
        let mut sums: BTreeMap<String, i128> = BTreeMap::new();
        let mut expected: i64 = 1;
        while let Some(row) = postings.next() {
            let (of, line): (i64, i64) =
                (row.get(0).map_err(unreadable(name))?, row.get(1).map_err(unreadable(name))?);
            if of > entry_id {
                break;
            }
            if of < entry_id || line != expected {
                let row = format!("posting {line} of entry {of}");
                return Err(Fault { row, problem: Problem::Gap { expected } });
            }
            link.posting(&columns::<POSTING_COLUMNS>(row).map_err(unreadable(name))?);
            let (currency, minor) = self.posting(entry_id, row)?;
            *sums.entry(currency).or_default() += i128::from(minor);
            expected += 1;
            postings.advance().map_err(unreadable(name))?;
        }
        if expected <= 2 {
            return Err(Fault { row: name(), problem: Problem::Lonely });
        }
        match sums.into_iter().find(|(_, sum)| *sum != 0) {
            Some((currency, sum)) => {
                Err(Fault { row: name(), problem: Problem::Unbalanced { currency, sum } })
            }
            None => Ok(()),
        }
    }

    /// Adds a posting to its account and checks its link.
    fn posting(&mut self, entry_id: i64, row: &Row<'_>) -> Result<(String, i64), Fault> {
        let name = || format!("entry {entry_id}");
        let (account, currency): (String, String) =
            (row.get(2).map_err(unreadable(name))?, row.get(3).map_err(unreadable(name))?);
        let minor: i64 = row.get(5).map_err(unreadable(name))?;
        let stored: Option<i64> = row.get(6).map_err(unreadable(name))?;
        let sum = self.balances.entry((account.clone(), currency.clone())).or_default();
        if sum.last_entry != Some(entry_id) {
            sum.entry_before = sum.last_entry.replace(entry_id);
        }
        sum.minor += i128::from(minor);
        if stored != sum.entry_before {
            let problem = Problem::Link { account };
            return Err(Fault { row: name(), problem });
        }
        Ok((currency, minor))
    }
}

impl Below<'_> {
    /// Nothing may be left when the events have ended.
    fn check_ended(&self, last_event: i64) -> Result<(), Fault> {
        let left = |row: &Row<'_>, what: &str| -> Result<(), Fault> {
            let number: i64 = row.get(0)?;
            let named = format!("an event after {last_event}");
            Err(Fault { row: format!("{what} {number}"), problem: Problem::Misplaced { named } })
        };
        if let Some(row) = self.entries.next() {
            return left(row, "entry");
        }
        match self.postings.next() {
            Some(row) => left(row, "posting of entry"),
            None => Ok(()),
        }
    }
}
