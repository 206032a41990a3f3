//! `tillstream dead-letter`: micropayments that could not be taken although nothing is wrong with them, and charges of
//! payers' tabs that failed.

use serde_json::json;
use store::{DeadLetter, Reader};

use super::arguments::{DeadLetterCommand, LetterId};
use super::caller::Caller;
use super::failure::Failure;
use super::place::Place;
use super::{Answer, books, say, settlement};
use crate::dto::stream::{OutcomeDto, OutcomeKindDto};
use crate::view::stream::dead_letter as dto;

/// Read at a time.
const PAGE: u32 = 200;

pub(super) async fn dead_letter(place: &Place, command: &DeadLetterCommand) -> Result<Answer, Failure> {
    match command {
        DeadLetterCommand::List { json } => list(&books::open(place).await?, *json).await,
        DeadLetterCommand::Show { letter, json } => {
            let reader = books::open(place).await?;
            match letter {
                LetterId::Instruction(number) => show(&reader, *number, *json).await,
                LetterId::Settlement(id) => settlement::show(&reader, *id, *json).await,
            }
        }
        DeadLetterCommand::Retry { letter, .. } => retry(place, *letter).await,
    }
}

async fn list(reader: &Reader, json: bool) -> Result<Answer, Failure> {
    let mut after = 0;
    loop {
        let letters = reader.dead_letters(after, PAGE).await?;
        let Some(last) = letters.last() else { break };
        after = last.number;
        for letter in &letters {
            if json { say(serde_json::to_string(&dto(letter))?)? } else { say(row(letter))? }
        }
    }
    settlement::list(reader, json).await?;
    Ok(Answer::Yes)
}

async fn show(reader: &Reader, number: u32, json: bool) -> Result<Answer, Failure> {
    let letter = reader.dead_letter(number.into()).await?.ok_or_else(|| no_such(number))?;
    if json {
        say(serde_json::to_string(&dto(&letter))?)?;
        return Ok(Answer::Yes);
    }
    let instruction = &letter.instruction;
    say(format_args!("dead letter {}", letter.number))?;
    say(format_args!("id          {}", instruction.id()))?;
    say(format_args!("amount      {}", instruction.amount()))?;
    say(format_args!("method      {}", instruction.method()))?;
    for (name, value) in [("payer", instruction.payer()), ("memo", instruction.memo())] {
        if let Some(value) = value {
            say(format_args!("{name:<11} {value}"))?;
        }
    }
    for (key, value) in instruction.metadata() {
        say(format_args!("metadata    {key}: {value}"))?;
    }
    say(format_args!("tried       {} times, first at {}", letter.attempts, dto(&letter).found_at))?;
    say(format_args!("reason      {}", letter.reason))?;
    match letter.became {
        Some(payment) => say(format_args!("taken since as {payment}"))?,
        None => say(format_args!("try again with `tillstream dead-letter retry {}`", letter.number))?,
    }
    Ok(Answer::Yes)
}

/// Yes when everything that was tried is taken.
async fn retry(place: &Place, letter: Option<LetterId>) -> Result<Answer, Failure> {
    let (numbers, settlements) = match letter {
        Some(LetterId::Instruction(number)) => (vec![number], Vec::new()),
        Some(LetterId::Settlement(id)) => (Vec::new(), vec![id.to_string()]),
        None => {
            let reader = books::open(place).await?;
            (open_numbers(&reader).await?, settlement::open_ids(&reader).await?)
        }
    };
    let caller = Caller::find(place).await?;
    // Charges first: a payer whose charge failed gets no further credit.
    let retried = match settlement::retry(&caller, &settlements).await {
        Ok(()) => retry_each(&caller, &numbers).await,
        Err(failure) => Err(failure),
    };
    caller.close().await;
    retried
}

async fn retry_each(caller: &Caller, numbers: &[u32]) -> Result<Answer, Failure> {
    let mut answer = Answer::Yes;
    for number in numbers {
        let outcome: OutcomeDto = caller.call("dead_letter_retry", json!({ "number": number })).await?;
        match (outcome.outcome, outcome.payment, outcome.reason) {
            (OutcomeKindDto::Accepted, Some(payment), _) => {
                say(format_args!("{number}: taken as {payment}"))?
            }
            (OutcomeKindDto::Duplicate, Some(payment), _) => {
                say(format_args!("{number}: was taken before as {payment}"))?;
            }
            (_, _, reason) => {
                answer = Answer::No;
                say(format_args!("{number}: not taken: {}", reason.unwrap_or_default()))?;
            }
        }
    }
    Ok(answer)
}

async fn open_numbers(reader: &Reader) -> Result<Vec<u32>, Failure> {
    let (mut numbers, mut after) = (Vec::new(), 0);
    loop {
        let letters = reader.dead_letters(after, PAGE).await?;
        let Some(last) = letters.last() else { return Ok(numbers) };
        after = last.number;
        numbers.extend(letters.iter().map(|letter| dto(letter).number));
    }
}

fn row(letter: &DeadLetter) -> String {
    let instruction = &letter.instruction;
    format!("{:>6}  {}  {}  {}", letter.number, instruction.id(), instruction.amount(), letter.reason)
}

fn no_such(number: u32) -> Failure {
    Failure::Refused(format!("there is no dead letter {number}: see `tillstream dead-letter list`"))
}
