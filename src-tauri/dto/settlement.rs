//! Payers' tabs and their settlements on the wire.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::money::MoneyDto;

/// Where a settlement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SettlementStateDto {
    /// It is to be sent, or on its way.
    Charging,
    /// The answer was lost: the rail is asked what became of it.
    Asking,
    /// The money is taken.
    Charged,
    /// It waits for somebody to decide.
    SetAside,
}

/// Why a settlement was set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TroubleDto {
    /// The payer's bank said no.
    Declined,
    /// Nobody was reached.
    NotSent,
    /// Nobody can tell what became of it.
    Unknown,
    /// The shop's settings or keys must change first.
    Misconfigured,
    /// The other side broke its own rules.
    Protocol,
}

/// One charge of a payer's tab.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SettlementDto {
    /// Its number, in the order of opening.
    pub number: u32,
    /// `set_` and a UUID.
    pub settlement: String,
    /// Whose tab.
    pub payer: String,
    /// How the payer pays.
    pub method: String,
    /// Where it is charged.
    pub rail: String,
    /// How much.
    pub amount: MoneyDto,
    /// How many micropayments that is.
    pub parts: u32,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// When it was opened (RFC 3339).
    pub opened_at: String,
    /// When it came to stand where it stands (RFC 3339).
    pub changed_at: String,
    /// Where it stands.
    pub state: SettlementStateDto,
    /// Why it was set aside.
    pub trouble: Option<TroubleDto>,
    /// The same, or why its outcome is not known, in one English line.
    pub reason: Option<String>,
    /// The rail's own name for the charge, once the money is taken.
    pub reference: Option<String>,
    /// What the rail keeps, once the money is taken.
    pub fee: Option<MoneyDto>,
}

/// A micropayment that a settlement takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SettlementPartDto {
    /// Its running number.
    pub number: u32,
    /// `pay_` and a UUID.
    pub payment: String,
    /// The caller's name for it.
    pub instruction: String,
    /// What was paid.
    pub amount: MoneyDto,
    /// When it was taken (RFC 3339).
    pub taken_at: String,
    /// A remark.
    pub memo: Option<String>,
}

/// Asks for settlements that wait for somebody to decide, oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct SettlementsRequest {
    /// Only those after this number; 0 for all.
    pub after: u32,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of settlements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SettlementsReply {
    /// Oldest first.
    pub rows: Vec<SettlementDto>,
    /// There are more after the last one.
    pub more: bool,
    /// How many nobody has dealt with, on all pages.
    pub open: u32,
}

/// Names a settlement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct SettlementRequest {
    /// `set_` and a UUID.
    pub settlement: String,
}

/// Asks for the micropayments that a settlement takes, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct SettlementPartsRequest {
    /// `set_` and a UUID.
    pub settlement: String,
    /// Only those before this number; 0 for all.
    pub before: u32,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// So many, and what they are together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TallyDto {
    /// How many.
    pub count: u32,
    /// Their sum.
    pub sum: MoneyDto,
}

/// What payers owe on a rail in a currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TabsDto {
    /// The rail.
    pub rail: String,
    /// On tabs that no settlement has taken yet.
    pub on_tabs: TallyDto,
    /// In settlements that are sent or to be sent.
    pub charging: TallyDto,
    /// In settlements whose outcome is asked about.
    pub asking: TallyDto,
    /// In settlements that wait for somebody to decide.
    pub set_aside: TallyDto,
}

/// Charges every tab of a rail now that has what the rail takes at least.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct TabsSettleRequest {
    /// The rail.
    pub rail: String,
}

/// Settlements were opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TabsSettledDto {
    /// How many.
    pub count: u32,
}
