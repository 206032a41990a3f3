//! How the stream flows and what it could not carry out, for screens.

use engine::{Latency, Meters, Outcomes, Second};
use payment::RailId;
use store::{DeadLetter, Micropayment};

use super::{count, instant, money, tally};
use crate::dto::stream::{
    DeadLetterCauseDto, DeadLetterDto, DeadLetterWishDto, InstructionDto, LatencyDto, StreamSecondDto,
    StreamStatusDto,
};

/// What the meters say, with the newest micropayment and the number of open dead letters from the books.
#[must_use]
pub fn stream_status(
    meters: &Meters,
    newest: Option<&Micropayment>,
    dead_letters_open: u64,
) -> StreamStatusDto {
    let seconds = meters.seconds();
    let at = |second: Option<&Second>| second.map_or(0, |second| count(second.at));
    let (queue, queue_bound) = meters.queue();
    let depth = |waiting: usize| u32::try_from(waiting).unwrap_or(u32::MAX);
    StreamStatusDto {
        first: at(seconds.first()),
        last: at(seconds.last()),
        seconds: seconds.iter().filter(|second| second.commands > 0).map(stream_second).collect(),
        queue: depth(queue),
        queue_bound: depth(queue_bound),
        taken: newest.map_or(0, |micropayment| count(micropayment.number)),
        last_taken_at: newest.map(|micropayment| instant(micropayment.taken_at)),
        dead_letters_open: tally(dead_letters_open),
    }
}

fn stream_second(second: &Second) -> StreamSecondDto {
    let Outcomes { accepted, duplicate, conflict, rejected, dead_letter } = second.outcomes;
    StreamSecondDto {
        at: count(second.at),
        accepted,
        duplicate,
        conflict,
        rejected,
        dead_letter,
        queue_max: second.queue_max,
        latency: second.latency.map(|Latency { p50_us, p99_us, .. }| LatencyDto { p50_us, p99_us }),
    }
}

/// A dead letter.
#[must_use]
pub fn dead_letter(letter: &DeadLetter) -> DeadLetterDto {
    DeadLetterDto {
        number: count(letter.number),
        wish: DeadLetterWishDto::Instruction { instruction: InstructionDto::from(&letter.instruction) },
        amount: money(letter.instruction.amount()),
        cause: cause(&letter.reason),
        reason: letter.reason.clone(),
        attempts: letter.attempts,
        found_at: instant(letter.found_at),
        payment: letter.became.map(|payment| payment.to_string()),
    }
}

/// What a reason is about. The books keep a reason as the line the engine wrote; the tests of the command line hold
/// that every such line is known here.
fn cause(reason: &str) -> DeadLetterCauseDto {
    if reason.starts_with("no rate from ") {
        DeadLetterCauseDto::NoRate
    } else if reason.starts_with("cash can't be used") {
        DeadLetterCauseDto::CashOff
    } else if reason.contains(" can't be used (") {
        DeadLetterCauseDto::RailUnusable
    } else if reason.starts_with("the tab of ") {
        DeadLetterCauseDto::TabClosed
    } else if RailId::all().any(|rail| reason.starts_with(&format!("{rail} takes no "))) {
        DeadLetterCauseDto::CurrencyNotTaken
    } else {
        DeadLetterCauseDto::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_currency_that_a_rail_does_not_take_is_a_cause_of_its_own() {
        assert_eq!(cause("stripe takes no BTC"), DeadLetterCauseDto::CurrencyNotTaken);
        assert_eq!(cause("gold takes no BTC"), DeadLetterCauseDto::Other);
    }
}
