//! The payers' tabs that a batch touches: each is read once and written once.

use std::collections::BTreeMap;

use money::Currency;
use payment::stream::Instruction;
use payment::{RailId, RailKind};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{Refusal, TakenInstruction, WriteError};

/// What is on a tab.
#[derive(Clone, Copy, Debug, Default)]
struct Tab {
    minor: i64,
    parts: i64,
    last_micropayment: Option<i64>,
}

/// The tabs of one rail in one currency, by payer.
#[derive(Debug)]
struct Shelf {
    rail: RailId,
    currency: Currency,
    tabs: BTreeMap<Box<str>, Tab>,
}

/// Every tab touched so far.
#[derive(Debug, Default)]
pub(in crate::writer) struct Tabs(Vec<Shelf>);

impl Tabs {
    /// Puts a micropayment on its payer's tab, unless it is paid at once. Gives the one before it there.
    pub(super) fn add(
        &mut self,
        connection: &Connection,
        number: i64,
        instruction: &Instruction,
        taken: &TakenInstruction,
    ) -> Result<Option<i64>, WriteError> {
        if taken.rail.kind() != RailKind::Charging {
            return Ok(None);
        }
        let payer = instruction.payer().ok_or(Refusal::NoPayer)?;
        let shelf = self.shelf(taken.rail, instruction.amount().currency());
        let tab = match shelf.tabs.get(payer) {
            Some(tab) => *tab,
            None => read(connection, payer, shelf.rail, &shelf.currency)?,
        };
        let minor = tab.minor.checked_add(instruction.amount().minor()).ok_or(Refusal::TabOutOfRange)?;
        let after = Tab { minor, parts: tab.parts + 1, last_micropayment: Some(number) };
        shelf.tabs.insert(payer.into(), after);
        Ok(tab.last_micropayment)
    }

    /// Writes every tab that was touched.
    pub(in crate::writer) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let sql = "insert into tab (payer, rail, currency, scale, minor, parts, last_micropayment) \
                   values (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
                   on conflict (payer, rail, currency) do update set minor = ?5, parts = ?6, last_micropayment = ?7";
        let mut upsert = connection.prepare_cached(sql)?;
        for Shelf { rail, currency, tabs } in &self.0 {
            for (payer, tab) in tabs {
                upsert.execute(params![
                    payer,
                    rail.name(),
                    currency.code(),
                    currency.scale(),
                    tab.minor,
                    tab.parts,
                    tab.last_micropayment
                ])?;
            }
        }
        Ok(())
    }

    fn shelf(&mut self, rail: RailId, currency: Currency) -> &mut Shelf {
        let known = self.0.iter().position(|shelf| shelf.rail == rail && shelf.currency == currency);
        let at = known.unwrap_or_else(|| {
            self.0.push(Shelf { rail, currency, tabs: BTreeMap::new() });
            self.0.len() - 1
        });
        &mut self.0[at]
    }
}

fn read(connection: &Connection, payer: &str, rail: RailId, currency: &Currency) -> rusqlite::Result<Tab> {
    let sql = "select minor, parts, last_micropayment from tab where payer = ? and rail = ? and currency = ?";
    let found = connection
        .prepare_cached(sql)?
        .query_row(params![payer, rail.name(), currency.code()], |row| {
            Ok(Tab { minor: row.get(0)?, parts: row.get(1)?, last_micropayment: row.get(2)? })
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}
