//! Where the books stand: the numbers that come next, the head of the chain, and every balance. Read once, then kept
//! in step with each commit, so that a batch needs no reads for them.

use std::collections::HashMap;

use ledger::Account;
use money::{Currency, Money};
use rusqlite::{Connection, OptionalExtension};

use super::stream::last_micropayment;
use crate::chain::{self, Hash};
use crate::{Counters, ReadError, Refusal};

/// The state a batch starts from.
#[derive(Clone, Debug)]
pub(super) struct Books {
    pub(super) last_event: i64,
    pub(super) last_entry: i64,
    pub(super) last_micropayment: i64,
    pub(super) head: Hash,
    pub(super) counters: Counters,
    balances: HashMap<(Account, Currency), Balance>,
}

/// What an account holds in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Balance {
    pub(super) minor: i64,
    /// The newest entry that touched it.
    pub(super) last_entry: i64,
    /// The one before that, once it was touched here.
    entry_before: Option<i64>,
    is_touched: bool,
}

impl Books {
    pub(super) fn read(connection: &Connection) -> Result<Self, ReadError> {
        let last = connection
            .query_row("select event_id, hash from event order by event_id desc limit 1", [], |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .optional()?;
        let (last_event, head) = match last {
            Some(found) => found,
            None => (0, genesis(connection)?),
        };
        Ok(Self {
            last_event,
            last_entry: number(connection, "select coalesce(max(entry_id), 0) from entry")?,
            last_micropayment: last_micropayment(connection)?,
            head,
            counters: counters(connection)?,
            balances: balances(connection)?,
        })
    }

    /// Adds a posting of an entry to its account. Gives the entry before it that touched the account in the currency.
    pub(super) fn post(
        &mut self,
        entry_id: i64,
        account: Account,
        amount: Money,
    ) -> Result<Option<i64>, Refusal> {
        let currency = amount.currency();
        let known = self.balances.get(&(account, currency)).copied();
        let entry_before = match known {
            Some(balance) if balance.last_entry == entry_id => balance.entry_before,
            Some(balance) => Some(balance.last_entry),
            None => None,
        };
        let minor =
            known.map_or(0, |balance| balance.minor).checked_add(amount.minor()).ok_or_else(|| {
                Refusal::BalanceOutOfRange { account: account.name(), currency: currency.code().to_owned() }
            })?;
        let balance = Balance { minor, last_entry: entry_id, entry_before, is_touched: true };
        self.balances.insert((account, currency), balance);
        Ok(entry_before)
    }

    /// What an account holds in a currency.
    pub(super) fn balance(&self, account: Account, currency: Currency) -> Money {
        let held = self.balances.get(&(account, currency));
        held.map_or(Money::zero(currency), |balance| Money::new(balance.minor, currency))
    }

    /// The balances changed since the last call.
    pub(super) fn take_touched(&mut self) -> Vec<(Account, Currency, Balance)> {
        let touched = self.balances.iter_mut().filter(|(_, balance)| balance.is_touched);
        touched
            .map(|((account, currency), balance)| {
                balance.is_touched = false;
                (*account, *currency, *balance)
            })
            .collect()
    }
}

/// The hash before the first event.
pub(crate) fn genesis(connection: &Connection) -> Result<Hash, ReadError> {
    let till = "select mode, database_id, created_at from till";
    let genesis = connection.query_row(till, [], |row| {
        let (mode, database_id): (String, String) = (row.get(0)?, row.get(1)?);
        Ok(chain::genesis(&mode, &database_id, row.get(2)?))
    })?;
    Ok(genesis)
}

fn counters(connection: &Connection) -> Result<Counters, ReadError> {
    let next = |sql| connection.query_row(sql, [], |row| row.get(0));
    Ok(Counters {
        next_sale_number: next("select coalesce(max(number), 0) + 1 from sale")?,
        next_receipt_number: next("select coalesce(max(receipt_number), 0) + 1 from sale")?,
    })
}

fn balances(connection: &Connection) -> Result<HashMap<(Account, Currency), Balance>, ReadError> {
    let mut balances = HashMap::new();
    let mut statement =
        connection.prepare("select account, currency, scale, minor, last_entry from balance")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let account = crate::column::account(row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?)?;
        let code = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
        let currency = crate::column::currency(code, row.get(2)?)?;
        let balance =
            Balance { minor: row.get(3)?, last_entry: row.get(4)?, entry_before: None, is_touched: false };
        balances.insert((account, currency), balance);
    }
    Ok(balances)
}

fn number(connection: &Connection, sql: &'static str) -> Result<i64, ReadError> {
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}
