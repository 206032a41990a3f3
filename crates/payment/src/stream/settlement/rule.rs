//! When a payer's tab is charged.

use money::{Currency, Money};

use crate::RailId;

/// One row of `[[settlement]]`. There is at most one for a rail and a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettlementRow {
    /// A rail that charges.
    pub rail: RailId,
    /// A tab in this currency that reaches this amount is settled.
    pub at: Money,
}

/// The amount at which a tab in `currency` is settled on `rail`; `None` when it only is on demand or by time.
#[must_use]
pub fn settle_at(rows: &[SettlementRow], rail: RailId, currency: Currency) -> Option<Money> {
    rows.iter().find(|row| row.rail == rail && row.at.currency() == currency).map(|row| row.at)
}
