//! Money that came without a sale that may take it.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::money::MoneyDto;
use super::sale::TransferDto;
use super::timeline::TimelineItemDto;

/// Why money is stray.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum StrayReasonDto {
    /// The sale was already paid.
    AlreadyPaid,
    /// The sale was cancelled.
    SaleCancelled,
    /// The sale was voided.
    SaleVoided,
    /// The address is ours, but no sale here showed it (after a restore, or used elsewhere).
    UnknownAddress,
    /// The sale asked for another coin, or for the coin on another chain.
    OtherCoin,
    /// A token this shop does not take, whatever it calls itself; nothing was posted.
    UnlistedToken,
    /// The amount floors to nothing or does not fit the ledger; nothing was posted.
    Unbookable,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum StrayStateDto {
    /// Somebody has to decide.
    Open,
    /// Counted for a sale.
    Assigned,
    /// Owed to the customer.
    Credited,
    /// Gone again.
    Withdrawn,
}

/// What a chain says of a transfer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct ExactAmountDto {
    /// What the coin calls itself. A token may claim any name.
    pub symbol: String,
    /// How much: base units with the point that the token claims, or base units when it claims none.
    pub amount: String,
    /// The token's contract; empty for the chain's own coin.
    pub contract: String,
    /// The chain's number.
    pub chain_id: String,
}

/// A stray payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct StrayDto {
    /// `stray_` and a UUID.
    pub stray: String,
    /// The rail (`bitcoin`, `evm`).
    pub rail: String,
    /// Address it came to.
    pub address: String,
    /// The name of the network it came on (`Base`).
    pub network: String,
    /// The transfer.
    pub transfer: TransferDto,
    /// What the chain itself says of it, where the amount can't say all.
    pub exact: Option<ExactAmountDto>,
    /// About what it is worth now in the shop's currency; none without a rate.
    pub worth: Option<MoneyDto>,
    /// Why.
    pub reason: StrayReasonDto,
    /// State.
    pub state: StrayStateDto,
    /// The sale that showed the address, if any.
    pub shown_by: Option<String>,
    /// Its number.
    pub shown_by_number: Option<u32>,
    /// The sale it was assigned to.
    pub assigned_to: Option<String>,
    /// The customer it was credited to.
    pub credited_to: Option<String>,
    /// History.
    pub timeline: Vec<TimelineItemDto>,
}

/// Counts a stray payment for a sale.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct StrayAssignRequest {
    /// The stray payment.
    pub stray: String,
    /// The sale that gets it; must be open, expired or short.
    pub invoice: String,
    /// `pay_` and a UUIDv7 for the payment this makes.
    pub payment: String,
}

/// Books a stray payment as owed to a customer.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct StrayCreditRequest {
    /// The stray payment.
    pub stray: String,
    /// Who (a name or a note), required.
    pub customer: String,
}
