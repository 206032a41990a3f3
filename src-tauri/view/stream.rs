//! What could not be carried out, for screens.

use store::DeadLetter;

use super::{count, instant, money};
use crate::dto::stream::{DeadLetterCauseDto, DeadLetterDto, DeadLetterWishDto, InstructionDto};

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
    } else {
        DeadLetterCauseDto::Other
    }
}
