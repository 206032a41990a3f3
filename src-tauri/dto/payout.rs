//! Payouts of processors to the shop's bank.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::ledger::EntryDto;
use super::money::MoneyDto;
use super::timeline::TimelineItemDto;

/// Which payouts to list.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct PayoutsRequest {
    /// Only those after this one; empty for the first page.
    pub after: String,
    /// Rows, 1 to 200.
    pub limit: u16,
}

/// A page of payouts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct PayoutsReply {
    /// The latest to arrive first.
    pub rows: Vec<PayoutRowDto>,
    /// More rows follow.
    pub more: bool,
}

/// A payout as it is listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct PayoutRowDto {
    /// `pyo_` and a UUID.
    pub payout: String,
    /// The processor's name for it.
    pub reference: String,
    /// How much; negative when the processor takes from the bank.
    pub amount: MoneyDto,
    /// How far it is.
    pub state: PayoutStateDto,
    /// When the money is expected at the bank (RFC 3339).
    pub arrives_at: String,
    /// How many parts it is made of, where the processor lists them.
    pub parts: Option<u32>,
    /// What it has more than its parts add up to; zero when they add up or are not listed.
    pub difference: MoneyDto,
}

/// How far a payout is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStateDto {
    /// It waits to be sent to the bank.
    Pending,
    /// It was sent.
    InTransit,
    /// It is at the bank.
    Paid,
    /// The bank sent it back.
    Failed,
    /// It was called off.
    Cancelled,
}

/// Names a payout.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct PayoutRequest {
    /// `pyo_` and a UUID.
    pub payout: String,
}

/// A payout with everything it is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct PayoutDto {
    /// As it is listed.
    pub facts: PayoutRowDto,
    /// When the processor made it (RFC 3339).
    pub made_at: String,
    /// The sum it is: with the difference the lines add up to its amount. Empty where the processor lists no parts.
    pub lines: Vec<PayoutLineDto>,
    /// Everything that was told of it, oldest first.
    pub history: Vec<TimelineItemDto>,
    /// What it did to the books, newest first.
    pub entries: Vec<EntryDto>,
}

/// One line of the sum: everything of a kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct PayoutLineDto {
    /// What it adds up.
    pub kind: PayoutLineKindDto,
    /// What it adds to the payout; negative when it takes from it.
    pub sum: MoneyDto,
    /// What makes up the sum, in the processor's order.
    pub shares: Vec<PayoutShareDto>,
}

/// What a line of a payout adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum PayoutLineKindDto {
    /// Payments, before fees.
    Payment,
    /// Refunds, and those that came back.
    Refund,
    /// Disputes, and those that were won.
    Dispute,
    /// What the processor keeps of each part, and fees that belong to none.
    Fee,
    /// Anything else.
    Other,
}

/// What a part of a payout adds to a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct PayoutShareDto {
    /// The processor's name for the movement of its balance.
    pub reference: String,
    /// Its name for what moved it, such as a charge; empty when it tells none.
    pub of: String,
    /// How much.
    pub amount: MoneyDto,
    /// The sale; empty when it is none of this till's.
    pub invoice: String,
    /// Its running number.
    pub sale_number: Option<u32>,
}
