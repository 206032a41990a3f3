//! The simulated public of practice mode.

use serde::Deserialize;
use specta::Type;

/// Makes the simulated customer do something. Practice mode only.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct PracticeActRequest {
    /// The sale.
    pub invoice: String,
    /// The payment.
    pub payment: String,
    /// What the customer does.
    pub act: PracticeActDto,
}

/// What the simulated customer can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PracticeActDto {
    /// Pay what the code asks for.
    PayExact,
    /// Pay half.
    PayShort,
    /// Pay one and a half times.
    PayOver,
    /// Let the quote end, then pay.
    PayLate,
    /// Pay, then take it back before it confirms.
    DoubleSpend,
    /// A block is found.
    MineBlock,
    /// The last blocks are replaced and the payment is gone.
    Reorganise,
}

/// Makes the simulated customer do something with a card. Practice mode only.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct PracticeCardRequest {
    /// The sale.
    pub invoice: String,
    /// The payment.
    pub payment: String,
    /// What the customer does.
    pub act: PracticeCardActDto,
}

/// Makes the simulated processor pay out what it owes. Practice mode only.
#[derive(Clone, Copy, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct PracticePayoutRequest {
    /// A cent less than its parts add up to.
    pub short: bool,
}

/// What the simulated customer can do with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PracticeCardActDto {
    /// Tap it.
    Tap,
    /// Tap one that must be presented again before anything of it goes back.
    TapInterac,
    /// Tap one that the bank declines.
    Decline,
    /// Tap it while the line is dead.
    TapUnheard,
    /// The line comes back.
    LineIsBack,
    /// Have the bank object to what was taken.
    Object,
}
