//! Payers' tabs: what gathers until it is worth a charge.

use money::{Currency, Money};

use crate::{RailId, SettlementId, Timestamp};

/// Which tab: what a payer owes by one method on one rail in one currency.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tab {
    /// Who pays.
    pub payer: String,
    /// Where it will be charged.
    pub rail: RailId,
    /// How the payer pays (`card`).
    pub method: String,
    /// Its currency.
    pub currency: Currency,
}

/// What is on a tab and not taken by a settlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OnTab {
    /// How much.
    pub owed: Money,
    /// How many micropayments that is.
    pub parts: u32,
    /// The last one ever put on the tab: those before it are found by their links.
    pub last_micropayment: i64,
    /// When the first of them was taken; meaningless without parts.
    pub since: Timestamp,
    /// The settlement under way or set aside; while there is one, no other begins.
    pub settlement: Option<SettlementId>,
}
