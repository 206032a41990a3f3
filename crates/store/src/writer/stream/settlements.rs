//! Settlements on their way into the journal, and what the desk asks about tabs and settlements.

use payment::stream::{OnTab, Settlement, SettlementEvent, Tab};
use payment::{RailId, SettlementId, Timestamp};
use rusqlite::{Row, params};

use super::super::Writer;
use super::super::draft::{Draft, Event, check_entries};
use super::tabs::{on_tab, stored_tab};
use crate::codec::encode_settlement;
use crate::fold::fold_settlement;
use crate::projection::SettlementRow;
use crate::{ReadError, Refusal, SettlementRecord, Subject, UnderWay, WriteError, column};

impl Writer {
    /// What is on a tab. `None` when nothing ever was.
    ///
    /// # Errors
    /// When the data file can't be read, as for every read here.
    pub fn tab(&self, tab: &Tab) -> Result<Option<OnTab>, ReadError> {
        stored_tab(&self.connection, &tab.payer, (tab.rail, &tab.method, tab.currency))
    }

    /// The settlement as its events make it.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn settlement(&self, id: SettlementId) -> Result<Option<Settlement>, ReadError> {
        fold_settlement(id, self.events("settlement", id.as_bytes())?)
    }

    /// Settlements of a rail that wait for it, after a number, in the order of opening.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn settlements_under_way(
        &self,
        rail: RailId,
        after_number: i64,
        limit: u32,
    ) -> Result<Vec<UnderWay>, ReadError> {
        let sql = "select number, settlement_id, last_event from settlement \
                   where state in ('charging', 'asking') and rail = ? and number > ? order by number limit ?";
        let rows = self.all(sql, params![rail.name(), after_number, limit], |row| {
            let (number, id, last_event): (i64, [u8; 16], i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((number, id, last_event))
        })?;
        let mut under_way = Vec::with_capacity(rows.len());
        for (number, id, last_event) in rows {
            let folded = self.settlement(column::id(&id)?)?;
            under_way.extend(folded.map(|settlement| UnderWay { number, last_event, settlement }));
        }
        Ok(under_way)
    }

    /// Tabs of a rail with something on them and no settlement, whose first part was taken at `since_at_most` or
    /// before, the oldest first. The next page goes on `after` the last of the page before.
    ///
    /// # Errors
    /// When the data file can't be read.
    pub fn tabs_waiting(
        &self,
        rail: RailId,
        since_at_most: Timestamp,
        after: Option<&(Tab, OnTab)>,
        limit: u32,
    ) -> Result<Vec<(Tab, OnTab)>, ReadError> {
        let sql = "select currency, scale, minor, parts, last_micropayment, since, settlement_id, payer, method \
                   from tab where since is not null and settlement_id is null and rail = ?1 and since <= ?2 \
                   and (since, payer, method, currency) > (?3, ?4, ?5, ?6) \
                   order by since, payer, method, currency limit ?7";
        let (since, payer, method, currency) = after.map_or((i64::MIN, "", "", ""), |(tab, on_tab)| {
            (on_tab.since.millis(), &*tab.payer, &*tab.method, tab.currency.code())
        });
        let page = params![rail.name(), since_at_most.millis(), since, payer, method, currency, limit];
        let rows = self.all(sql, page, |row| Ok(waiting(rail, row)))?;
        rows.into_iter().collect()
    }
}

fn waiting(rail: RailId, row: &Row<'_>) -> Result<(Tab, OnTab), ReadError> {
    let on_tab = on_tab(row, 0)?;
    let tab = Tab { payer: row.get(7)?, rail, method: row.get(8)?, currency: on_tab.owed.currency() };
    Ok((tab, on_tab))
}

impl Draft<'_> {
    /// Writes an event of a settlement. Opening takes everything off the tab, being charged lets the next one begin.
    pub(in crate::writer) fn write_settlement(
        &mut self,
        record: &SettlementRecord,
    ) -> Result<(), WriteError> {
        let after = &record.after;
        check_entries(&record.entries, after.entries())?;
        match &record.event {
            SettlementEvent::Opened { bill } => self.tabs.settle(self.connection, after.id, bill)?,
            SettlementEvent::Charged { .. } => {
                self.tabs.release(self.connection, after.id, &after.bill.tab)?;
            }
            SettlementEvent::Doubted { .. }
            | SettlementEvent::NeverArrived
            | SettlementEvent::SetAside { .. }
            | SettlementEvent::TriedAgain => {}
        }
        let event_id = self.append(&Event {
            subject: Subject::Settlement(after.id),
            version: after.version,
            encoded: encode_settlement(&record.event)?,
            source: record.source,
            at: record.at.millis(),
            entries: &record.entries,
        })?;
        let row = SettlementRow::of(after);
        match record.event {
            SettlementEvent::Opened { .. } => self.list_settlement(event_id, &row),
            _ => self.move_settlement(event_id, &row),
        }
    }

    /// It gets the next number.
    fn list_settlement(&self, event_id: i64, row: &SettlementRow) -> Result<(), WriteError> {
        let sql = "insert into settlement (settlement_id, last_event, payer, rail, method, currency, scale, \
                   amount_minor, parts, last_micropayment, attempt, state, opened_at) \
                   values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let (tab, amount) = (&row.bill.tab, row.bill.amount);
        self.connection.prepare_cached(sql)?.execute(params![
            row.settlement_id,
            event_id,
            tab.payer,
            tab.rail.name(),
            tab.method,
            tab.currency.code(),
            tab.currency.scale(),
            amount.minor(),
            row.bill.parts,
            row.bill.last_micropayment,
            row.attempt,
            row.state,
            row.opened_at,
        ])?;
        Ok(())
    }

    fn move_settlement(&self, event_id: i64, row: &SettlementRow) -> Result<(), WriteError> {
        let sql = "update settlement set last_event = ?2, attempt = ?3, state = ?4, trouble = ?5, reason = ?6, \
                   reference = ?7, fee_minor = ?8 where settlement_id = ?1";
        let moved = self.connection.prepare_cached(sql)?.execute(params![
            row.settlement_id,
            event_id,
            row.attempt,
            row.state,
            row.trouble,
            row.reason,
            row.reference,
            row.fee_minor,
        ])?;
        if moved == 1 { Ok(()) } else { Err(Refusal::NoSuchSettlement.into()) }
    }
}
