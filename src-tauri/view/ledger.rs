//! The books for the screens.

use ledger::Account;
use money::Money;
use store::{EntriesPage, JournalEntry, Verification};

use super::{count, instant, money};
use crate::dto::error::AppError;
use crate::dto::ledger::{AccountDto, EntriesReply, EntryDto, PostingDto, VerifyReply};

/// The whole chart with its balances, each in its account's natural sign.
///
/// # Errors
/// When a balance has no negative.
pub fn accounts(balances: &[(Account, Money)]) -> Result<Vec<AccountDto>, AppError> {
    Account::ALL.iter().map(|account| account_dto(*account, balances)).collect()
}

fn account_dto(account: Account, balances: &[(Account, Money)]) -> Result<AccountDto, AppError> {
    let own = balances.iter().filter(|(of, amount)| *of == account && !amount.is_zero());
    let natural = own.map(|(_, amount)| {
        let amount = if account.kind().is_debit_natured() { *amount } else { amount.negated()? };
        Ok(money(amount))
    });
    Ok(AccountDto {
        number: account.number(),
        name: account.name().to_owned(),
        kind: account.kind().name().to_owned(),
        balances: natural.collect::<Result<_, money::MoneyError>>()?,
    })
}

/// A page of entries.
#[must_use]
pub fn entries(page: &EntriesPage) -> EntriesReply {
    EntriesReply { rows: page.rows.iter().map(entry).collect(), more: page.more }
}

fn entry(row: &JournalEntry) -> EntryDto {
    let rate = row.entry.rate().map(|note| format!("{} ({})", note.rate, note.source));
    let posting =
        |p: &ledger::Posting| PostingDto { account: p.account.name().to_owned(), amount: money(p.amount) };
    EntryDto {
        entry: count(row.entry_id),
        event: count(row.event_id),
        at: instant(row.at),
        kind: row.entry.kind().name().to_owned(),
        subject: row.subject.to_string(),
        sale_number: row.sale_number,
        reverses: row.reverses.map(count),
        rate: rate.unwrap_or_default(),
        postings: row.entry.postings().iter().map(posting).collect(),
    }
}

/// What a full check found.
#[must_use]
pub fn verified(report: &Verification) -> VerifyReply {
    VerifyReply {
        ok: report.fault.is_none(),
        events: count(report.events),
        entries: count(report.entries),
        head: hex::encode(report.head),
        finding: report.fault.as_ref().map(ToString::to_string).unwrap_or_default(),
    }
}
