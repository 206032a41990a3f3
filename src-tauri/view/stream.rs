//! What could not be carried out, for screens.

use store::DeadLetter;

use super::{count, instant, money};
use crate::dto::stream::{DeadLetterDto, InstructionDto};

/// A dead letter.
#[must_use]
pub fn dead_letter(letter: &DeadLetter) -> DeadLetterDto {
    DeadLetterDto {
        number: count(letter.number),
        instruction: InstructionDto::from(&letter.instruction),
        amount: money(letter.instruction.amount()),
        reason: letter.reason.clone(),
        attempts: letter.attempts,
        found_at: instant(letter.found_at),
        payment: letter.became.map(|payment| payment.to_string()),
    }
}
