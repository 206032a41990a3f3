//! `tillstream ledger`: are the books right, what is in them, and all of them for somebody else's program.

mod export;

use ::ledger::Account;
use ::money::Money;
use serde_json::json;
use store::Reader;

use super::arguments::{ExportFormat, LedgerCommand};
use super::failure::Failure;
use super::place::Place;
use super::{Answer, books, say};

pub(super) async fn ledger(place: &Place, command: &LedgerCommand) -> Result<Answer, Failure> {
    match command {
        LedgerCommand::Verify => verify(place).await,
        LedgerCommand::Balances { json } => balances(&books::open(place).await?, *json).await,
        LedgerCommand::Export { format } => {
            let reader = books::open(place).await?;
            match format {
                ExportFormat::Csv => export::csv(&reader).await?,
                ExportFormat::Json => export::json(&reader).await?,
            }
            Ok(Answer::Yes)
        }
    }
}

async fn verify(place: &Place) -> Result<Answer, Failure> {
    let reader = match books::open(place).await {
        Ok(reader) => reader,
        // The question is whether the file is right, and this one is not.
        Err(Failure::Books(error @ store::OpenError::Damaged { .. })) => {
            say(error)?;
            return Ok(Answer::No);
        }
        Err(failure) => return Err(failure),
    };
    let report = reader.verify().await?;
    if let Some(fault) = report.fault {
        say(fault)?;
        return Ok(Answer::No);
    }
    let head = hex::encode(report.head);
    say(format_args!("ok: {} events, {} entries, head {head}", report.events, report.entries))?;
    Ok(Answer::Yes)
}

async fn balances(reader: &Reader, json: bool) -> Result<Answer, Failure> {
    for (account, balance) in reader.balances().await? {
        let balance = natural(account, balance)?;
        say(if json { object(account, balance) } else { row(account, balance) })?;
    }
    Ok(Answer::Yes)
}

/// With the sign people expect: what is owed and what was sold grow upwards too.
fn natural(account: Account, balance: Money) -> Result<Money, Failure> {
    if account.kind().is_debit_natured() {
        return Ok(balance);
    }
    balance.negated().map_err(|error| Failure::Refused(error.to_string()))
}

fn object(account: Account, balance: Money) -> String {
    json!({
        "number": account.number(),
        "account": account.name(),
        "kind": account.kind().name(),
        "balance": balance.to_decimal_string(),
        "currency": balance.currency().code(),
    })
    .to_string()
}

fn row(account: Account, balance: Money) -> String {
    let (number, name, kind) = (account.number(), account.name(), account.kind().name());
    format!("{number}  {name:<22}  {kind:<9}  {balance:>24}")
}
