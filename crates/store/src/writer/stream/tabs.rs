//! The payers' tabs that a batch touches: each is read once and written once, so that what a parcel puts on a tab can be
//! settled in the same batch.

use std::collections::BTreeMap;

use money::Currency;
use payment::stream::settlement::Bill;
use payment::stream::{Instruction, OnTab, Tab};
use payment::{RailId, RailKind, SettlementId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::memory::unreadable;
use crate::{ReadError, Refusal, TakenInstruction, WriteError, column};

/// A tab in the hands of a batch.
#[derive(Clone, Copy, Debug)]
struct Touched {
    on_tab: OnTab,
    /// It is new, or what its index knows of it has changed: when it began, or its settlement.
    is_moved: bool,
}

/// The tabs by one method on one rail in one currency, by payer.
#[derive(Debug)]
struct Shelf {
    rail: RailId,
    method: Box<str>,
    currency: Currency,
    tabs: BTreeMap<Box<str>, Touched>,
}

/// Every tab touched so far.
#[derive(Debug, Default)]
pub(in crate::writer) struct Tabs(Vec<Shelf>);

impl Tabs {
    /// Puts a micropayment on its payer's tab, unless it is paid at once. Gives the one before it there.
    pub(super) fn add(
        &mut self,
        connection: &Connection,
        (number, at): (i64, Timestamp),
        instruction: &Instruction,
        taken: &TakenInstruction,
    ) -> Result<Option<i64>, WriteError> {
        if taken.rail.kind() != RailKind::Charging {
            return Ok(None);
        }
        if !taken.fee.is_zero() {
            return Err(Refusal::FeeOnTab.into());
        }
        let payer = instruction.payer().ok_or(Refusal::NoPayer)?;
        let amount = instruction.amount();
        let shelf = self.shelf(taken.rail, instruction.method(), amount.currency());
        let before = shelf.find(connection, payer)?;
        let after = match before {
            None => OnTab { owed: amount, parts: 1, last_micropayment: number, since: at, settlement: None },
            Some(Touched { on_tab, .. }) => OnTab {
                owed: on_tab.owed.checked_add(amount).map_err(|_| Refusal::TabOutOfRange)?,
                parts: on_tab.parts.checked_add(1).ok_or(Refusal::TabOutOfRange)?,
                last_micropayment: number,
                since: if on_tab.parts == 0 { at } else { on_tab.since },
                settlement: on_tab.settlement,
            },
        };
        let is_moved = before.is_none_or(|tab| tab.is_moved || tab.on_tab.parts == 0);
        shelf.tabs.insert(payer.into(), Touched { on_tab: after, is_moved });
        Ok(before.map(|tab| tab.on_tab.last_micropayment))
    }

    /// A settlement takes everything that is on its tab.
    pub(in crate::writer) fn settle(
        &mut self,
        connection: &Connection,
        id: SettlementId,
        bill: &Bill,
    ) -> Result<(), WriteError> {
        let Bill { tab, amount, parts, last_micropayment } = bill;
        let shelf = self.shelf(tab.rail, &tab.method, tab.currency);
        let found = shelf.find(connection, &tab.payer)?.ok_or(Refusal::NotWhatIsOnTab)?.on_tab;
        if found.settlement.is_some() {
            return Err(Refusal::TabHeld.into());
        }
        if (found.owed, found.parts, found.last_micropayment) != (*amount, *parts, *last_micropayment) {
            return Err(Refusal::NotWhatIsOnTab.into());
        }
        let owed = found.owed.checked_sub(*amount)?;
        let after = OnTab { owed, parts: 0, settlement: Some(id), ..found };
        shelf.tabs.insert(tab.payer.as_str().into(), Touched { on_tab: after, is_moved: true });
        Ok(())
    }

    /// The settlement of a tab is charged: another one may begin.
    pub(in crate::writer) fn release(
        &mut self,
        connection: &Connection,
        id: SettlementId,
        tab: &Tab,
    ) -> Result<(), WriteError> {
        let shelf = self.shelf(tab.rail, &tab.method, tab.currency);
        let found = shelf.find(connection, &tab.payer)?.ok_or(Refusal::OtherSettlement)?.on_tab;
        if found.settlement != Some(id) {
            return Err(Refusal::OtherSettlement.into());
        }
        let after = OnTab { settlement: None, ..found };
        shelf.tabs.insert(tab.payer.as_str().into(), Touched { on_tab: after, is_moved: true });
        Ok(())
    }

    /// Writes every tab that was touched. One that only gained parts leaves its index alone.
    pub(in crate::writer) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let mut gain = connection.prepare_cached(
            "update tab set minor = ?5, parts = ?6, last_micropayment = ?7 \
             where payer = ?1 and rail = ?2 and method = ?3 and currency = ?4",
        )?;
        let mut put = connection.prepare_cached(
            "insert into tab (payer, rail, method, currency, minor, parts, last_micropayment, scale, since, \
             settlement_id) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
             on conflict (payer, rail, method, currency) do update set minor = ?5, parts = ?6, \
             last_micropayment = ?7, since = ?9, settlement_id = ?10",
        )?;
        for Shelf { rail, method, currency, tabs } in &self.0 {
            for (payer, Touched { on_tab, is_moved }) in tabs {
                let (rail, code) = (rail.name(), currency.code());
                let (minor, last) = (on_tab.owed.minor(), on_tab.last_micropayment);
                if *is_moved {
                    let since = (on_tab.parts > 0).then(|| on_tab.since.millis());
                    let settlement = on_tab.settlement.as_ref().map(SettlementId::as_bytes);
                    let scale = currency.scale();
                    let row = params![
                        payer,
                        rail,
                        method,
                        code,
                        minor,
                        on_tab.parts,
                        last,
                        scale,
                        since,
                        settlement
                    ];
                    put.execute(row)?;
                } else {
                    gain.execute(params![payer, rail, method, code, minor, on_tab.parts, last])?;
                }
            }
        }
        Ok(())
    }

    fn shelf(&mut self, rail: RailId, method: &str, currency: Currency) -> &mut Shelf {
        let is_wanted =
            |shelf: &Shelf| shelf.rail == rail && shelf.currency == currency && *shelf.method == *method;
        let at = self.0.iter().position(is_wanted).unwrap_or_else(|| {
            self.0.push(Shelf { rail, method: method.into(), currency, tabs: BTreeMap::new() });
            self.0.len() - 1
        });
        &mut self.0[at]
    }
}

impl Shelf {
    /// A payer's tab as the batch left it so far; `None` when there never was one.
    fn find(&self, connection: &Connection, payer: &str) -> Result<Option<Touched>, WriteError> {
        if let Some(tab) = self.tabs.get(payer) {
            return Ok(Some(*tab));
        }
        let stored = stored_tab(connection, payer, (self.rail, &self.method, self.currency));
        let stored = stored.map_err(unreadable)?;
        Ok(stored.map(|on_tab| Touched { on_tab, is_moved: false }))
    }
}

/// A tab as it is stored.
pub(super) fn stored_tab(
    connection: &Connection,
    payer: &str,
    (rail, method, currency): (RailId, &str, Currency),
) -> Result<Option<OnTab>, ReadError> {
    let sql = "select currency, scale, minor, parts, last_micropayment, since, settlement_id from tab \
               where payer = ? and rail = ? and method = ? and currency = ?";
    let key = params![payer, rail.name(), method, currency.code()];
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row(key, |row| Ok(on_tab(row, 0))).optional()?.transpose()
}

/// What is on a tab, of a row whose columns from `at` on are those of [`stored_tab`].
pub(super) fn on_tab(row: &Row<'_>, at: usize) -> Result<OnTab, ReadError> {
    let settlement: Option<[u8; 16]> = row.get(at + 6)?;
    Ok(OnTab {
        owed: column::money(row.get(at + 2)?, &row.get::<_, String>(at)?, row.get(at + 1)?)?,
        parts: column::small("tab.parts", row.get(at + 3)?)?,
        last_micropayment: row.get(at + 4)?,
        since: Timestamp::from_millis(row.get::<_, Option<i64>>(at + 5)?.unwrap_or_default()),
        settlement: settlement.map(|id| column::id(&id)).transpose()?,
    })
}
