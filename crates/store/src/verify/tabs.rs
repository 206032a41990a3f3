//! The check of payers' tabs: micropayments, settlements and tabs are read side by side, tab by tab. Each settlement takes
//! what gathered since the one before it; what is left is what the tab says; and all that is owed together is the balance
//! of the payers' tabs in the books. One tab is in memory at a time, however many there are.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use ledger::Account;
use payment::{RailId, RailKind, SettlementId};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::cursor::Cursor;
use super::{Fault, Problem};
use crate::column;

/// Which tab: the first columns of every row here.
type Key = [String; 4];

/// The three tables in the order of tabs.
struct Sides<'stmt> {
    parts: Cursor<'stmt>,
    settlements: Cursor<'stmt>,
    tabs: Cursor<'stmt>,
    /// What the payers owe, by currency.
    owed: BTreeMap<String, i128>,
}

/// What is on a tab, as far as its micropayments were read.
#[derive(Default)]
struct Gathered {
    minor: i64,
    scale: i64,
    parts: i64,
    last_micropayment: i64,
    /// The event of the first part.
    first_event: Option<i64>,
    /// A settlement that is not charged.
    settlement: Option<Vec<u8>>,
}

/// Checks every tab with its links and its settlements, and what is owed in all.
pub(super) fn check_tabs(connection: &Connection) -> Result<(), Fault> {
    let mut parts = connection.prepare(&format!(
        "select payer, rail, method, currency, micropayment_id, amount_minor, scale, previous_on_tab, event_id \
         from micropayment where rail in ({}) order by payer, rail, method, currency, micropayment_id",
        rails_with_tabs()
    ))?;
    let mut settlements = connection.prepare(
        "select payer, rail, method, currency, last_micropayment, amount_minor, scale, parts, settlement_id, state \
         from settlement order by payer, rail, method, currency, last_micropayment",
    )?;
    let mut tabs = connection.prepare(
        "select payer, rail, method, currency, last_micropayment, minor, scale, parts, settlement_id, since \
         from tab order by payer, rail, method, currency",
    )?;
    let mut sides = Sides {
        parts: Cursor::over(&mut parts)?,
        settlements: Cursor::over(&mut settlements)?,
        tabs: Cursor::over(&mut tabs)?,
        owed: BTreeMap::new(),
    };
    while let Some(row) = sides.parts.next() {
        let key = [row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?];
        let gathered = sides.gather(&key)?;
        sides.compare(connection, &key, &gathered)?;
    }
    sides.check_ended()?;
    check_owed(connection, &sides.owed)
}

/// Names of the rails whose micropayments go on tabs, as SQL.
pub(super) fn rails_with_tabs() -> String {
    let charging = RailId::all().filter(|rail| rail.kind() == RailKind::Charging);
    charging.map(|rail| format!("'{}'", rail.name())).collect::<Vec<_>>().join(", ")
}

impl Sides<'_> {
    /// Reads the micropayments of one tab and the settlements that took them.
    fn gather(&mut self, key: &Key) -> Result<Gathered, Fault> {
        let mut gathered = Gathered::default();
        while let Some(row) = self.parts.next() {
            if order(row, key)? != Ordering::Equal {
                break;
            }
            gathered.add(row)?;
            self.parts.advance()?;
            self.settle(key, &mut gathered)?;
        }
        *self.owed.entry(key[3].clone()).or_default() += i128::from(gathered.minor);
        Ok(gathered)
    }

    /// Takes the settlement that ends with the newest micropayment, when there is one. None may end between two.
    fn settle(&mut self, key: &Key, gathered: &mut Gathered) -> Result<(), Fault> {
        let Some(row) = self.settlements.next() else { return Ok(()) };
        let (last, order): (i64, _) = (row.get(4)?, order(row, key)?);
        if order.then(last.cmp(&gathered.last_micropayment)) == Ordering::Greater {
            return Ok(());
        }
        let (minor, scale, parts): (i64, i64, i64) = (row.get(5)?, row.get(6)?, row.get(7)?);
        let ends_here = order == Ordering::Equal && last == gathered.last_micropayment;
        if !ends_here || (minor, scale, parts) != (gathered.minor, gathered.scale, gathered.parts) {
            return Err(settlement_fault(row, "its bill"));
        }
        if gathered.settlement.is_some() {
            return Err(settlement_fault(row, "the settlement before it, which is not charged,"));
        }
        if row.get_ref(9)? != ValueRef::Text(b"charged") {
            gathered.settlement = Some(row.get(8)?);
            *self.owed.entry(key[3].clone()).or_default() += i128::from(minor);
        }
        (gathered.minor, gathered.parts, gathered.first_event) = (0, 0, None);
        self.settlements.advance()?;
        Ok(())
    }

    /// Compares what is left with the row of the tab.
    fn compare(&mut self, connection: &Connection, key: &Key, gathered: &Gathered) -> Result<(), Fault> {
        let is_missing = || tab_fault(gathered.last_micropayment);
        let row = self.tabs.next().ok_or_else(is_missing)?;
        match order(row, key)? {
            Ordering::Less => return Err(tab_fault(row.get(4)?)),
            Ordering::Greater => return Err(is_missing()),
            Ordering::Equal => {}
        }
        let sql = "select recorded_at from event where event_id = ?";
        let since: Option<i64> = match gathered.first_event {
            Some(event) => Some(connection.prepare_cached(sql)?.query_row([event], |row| row.get(0))?),
            None => None,
        };
        let numbers: (i64, i64, i64) = (row.get(5)?, row.get(6)?, row.get(7)?);
        let is_same = row.get::<_, i64>(4)? == gathered.last_micropayment
            && numbers == (gathered.minor, gathered.scale, gathered.parts)
            && row.get::<_, Option<Vec<u8>>>(8)? == gathered.settlement
            && row.get::<_, Option<i64>>(9)? == since;
        if !is_same {
            return Err(is_missing());
        }
        Ok(self.tabs.advance()?)
    }

    /// Nothing may be left when the micropayments have ended.
    fn check_ended(&self) -> Result<(), Fault> {
        if let Some(row) = self.settlements.next() {
            return Err(settlement_fault(row, "its bill"));
        }
        match self.tabs.next() {
            Some(row) => Err(tab_fault(row.get(4)?)),
            None => Ok(()),
        }
    }
}

impl Gathered {
    fn add(&mut self, row: &Row<'_>) -> Result<(), Fault> {
        let (number, minor): (i64, i64) = (row.get(4)?, row.get(5)?);
        let before: Option<i64> = row.get(7)?;
        let fault = |problem| Fault { row: format!("micropayment {number}"), problem };
        if before != (self.last_micropayment > 0).then_some(self.last_micropayment) {
            let projection = "its link to the one before on its tab";
            return Err(fault(Problem::Projection { projection }));
        }
        let out_of_range = || fault(Problem::Payload("its payer's tab is out of range".to_owned()));
        self.minor = self.minor.checked_add(minor).ok_or_else(out_of_range)?;
        self.scale = row.get(6)?;
        self.parts += 1;
        self.last_micropayment = number;
        self.first_event.get_or_insert(row.get(8)?);
        Ok(())
    }
}

/// Everything that is owed is on the account of the payers' tabs, and nothing else is.
fn check_owed(connection: &Connection, owed: &BTreeMap<String, i128>) -> Result<(), Fault> {
    let mut statement = connection.prepare("select currency, minor from balance where account = ?")?;
    let stored = statement.query_map([Account::PayerTabs.name()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let stored: BTreeMap<String, i64> = stored.collect::<Result<_, _>>()?;
    for currency in owed.keys().chain(stored.keys()) {
        let balance = stored.get(currency).copied().unwrap_or(0);
        let sum = owed.get(currency).copied().unwrap_or(0);
        if i128::from(balance) != sum {
            let row = format!("balance of {} in {currency}", Account::PayerTabs.name());
            return Err(Fault { row, problem: Problem::Owed { stored: balance, sum } });
        }
    }
    Ok(())
}

/// Where a row stands to a tab, in the order in which SQLite sorts text.
fn order(row: &Row<'_>, key: &Key) -> Result<Ordering, Fault> {
    for (at, wanted) in key.iter().enumerate() {
        let found = row.get_ref(at)?.as_str().map_err(rusqlite::Error::from)?.cmp(wanted);
        if found != Ordering::Equal {
            return Ok(found);
        }
    }
    Ok(Ordering::Equal)
}

fn tab_fault(last_micropayment: i64) -> Fault {
    let problem = Problem::Projection { projection: "a payer's tab" };
    Fault { row: format!("tab {last_micropayment}"), problem }
}

fn settlement_fault(row: &Row<'_>, projection: &'static str) -> Fault {
    let id: Option<SettlementId> = row.get::<_, [u8; 16]>(8).ok().and_then(|id| column::id(&id).ok());
    let row = id.map_or_else(|| "settlement".to_owned(), |id| id.to_string());
    Fault { row, problem: Problem::Projection { projection } }
}

#[cfg(test)]
mod tests;
