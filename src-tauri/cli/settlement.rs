//! Charges of payers' tabs that failed: they are listed, explained and tried again with the dead letters.

use payment::SettlementId;
use serde_json::json;
use store::{Reader, SettlementFacts};

use super::caller::Caller;
use super::failure::Failure;
use super::{Answer, say};
use crate::dto::settlement::{SettlementDto, SettlementStateDto};
use crate::view::settlement::{part, settlement as dto};

/// Read at a time.
const PAGE: u32 = 200;

pub(super) async fn list(reader: &Reader, json: bool) -> Result<(), Failure> {
    for facts in set_aside(reader).await? {
        if json { say(serde_json::to_string(&dto(&facts))?)? } else { say(row(&facts))? }
    }
    Ok(())
}

pub(super) async fn show(reader: &Reader, id: SettlementId, json: bool) -> Result<Answer, Failure> {
    let facts = reader.settlement(id).await?.ok_or_else(|| no_such(id))?;
    let shown = dto(&facts);
    if json {
        say(serde_json::to_string(&shown)?)?;
        return Ok(Answer::Yes);
    }
    say(format_args!("settlement {}", shown.settlement))?;
    say(format_args!("payer       {}", shown.payer))?;
    say(format_args!("amount      {}", facts.settlement.bill.amount))?;
    say(format_args!("method      {} on {}", shown.method, shown.rail))?;
    say(format_args!("opened      {}", shown.opened_at))?;
    say(format_args!("attempt     {}", shown.attempt))?;
    say(format_args!("state       {} since {}", word(shown.state), shown.changed_at))?;
    if let Some(reason) = &shown.reason {
        say(format_args!("reason      {reason}"))?;
    }
    if let Some(reference) = &shown.reference {
        say(format_args!("charged as  {reference}"))?;
    }
    say(format_args!("parts       {}", shown.parts))?;
    say_parts(reader, id).await?;
    if shown.state == SettlementStateDto::SetAside {
        say(format_args!("try again with `tillstream dead-letter retry {}`", shown.settlement))?;
    }
    Ok(Answer::Yes)
}

/// Yes when none was refused. What comes of a charge is seen later: the rail is asked after the answer.
pub(super) async fn retry(caller: &Caller, ids: &[String]) -> Result<(), Failure> {
    for id in ids {
        let after: SettlementDto = caller.call("settlement_retry", json!({ "settlement": id })).await?;
        say(format_args!("{id}: {}, attempt {}", word(after.state), after.attempt))?;
    }
    Ok(())
}

/// The ids of all that are set aside.
pub(super) async fn open_ids(reader: &Reader) -> Result<Vec<String>, Failure> {
    let open = set_aside(reader).await?;
    Ok(open.iter().map(|facts| facts.settlement.id.to_string()).collect())
}

async fn set_aside(reader: &Reader) -> Result<Vec<SettlementFacts>, Failure> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let page = reader.settlements_set_aside(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(all) };
        after = last.number;
        all.extend(page);
    }
}

async fn say_parts(reader: &Reader, id: SettlementId) -> Result<(), Failure> {
    let mut before = None;
    loop {
        let parts = reader.settlement_parts(id, before, PAGE).await?;
        let Some(last) = parts.last() else { return Ok(()) };
        before = Some(last.number);
        for one in &parts {
            say(format_args!("  {}  {}  {}", part(one).taken_at, one.instruction, one.amount))?;
        }
    }
}

fn row(facts: &SettlementFacts) -> String {
    let settlement = &facts.settlement;
    let (payer, amount, parts) = (&settlement.bill.tab.payer, settlement.bill.amount, settlement.bill.parts);
    let reason = dto(facts).reason.unwrap_or_default();
    format!("{}  {payer}  {amount} in {parts} parts  {reason}", settlement.id)
}

const fn word(state: SettlementStateDto) -> &'static str {
    match state {
        SettlementStateDto::Charging => "charging",
        SettlementStateDto::Asking => "asking what became of it",
        SettlementStateDto::Charged => "charged",
        SettlementStateDto::SetAside => "set aside",
    }
}

fn no_such(id: SettlementId) -> Failure {
    Failure::Refused(format!("there is no settlement {id}: see `tillstream dead-letter list`"))
}
