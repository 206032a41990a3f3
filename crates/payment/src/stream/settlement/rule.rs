//! When a payer's tab is charged.

use money::{Currency, Money};

use crate::RailId;

const MS_PER_HOUR: i64 = 3_600_000;

/// One row of `[[settlement]]`. There is at most one for a rail and a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettlementRow {
    /// A rail that charges.
    pub rail: RailId,
    /// A tab in this currency that reaches this amount is settled.
    pub at: Money,
    /// A tab that has had something on it for so many hours is settled although it has less; `None` for never.
    pub after_hours: Option<u16>,
}

/// The amount at which a tab in `currency` is settled on `rail`; `None` when it only is on demand.
#[must_use]
pub fn settle_at(rows: &[SettlementRow], rail: RailId, currency: Currency) -> Option<Money> {
    row_of(rows, rail, currency).map(|row| row.at)
}

/// After how many milliseconds a tab in `currency` is settled on `rail` although it has less; `None` for never.
#[must_use]
pub fn settle_after_ms(rows: &[SettlementRow], rail: RailId, currency: Currency) -> Option<i64> {
    let hours = row_of(rows, rail, currency)?.after_hours?;
    Some(i64::from(hours) * MS_PER_HOUR)
}

/// After how many milliseconds the first tab may be settled on `rail` although it has less; `None` for never.
#[must_use]
pub fn settle_soonest_ms(rows: &[SettlementRow], rail: RailId) -> Option<i64> {
    let hours = rows.iter().filter(|row| row.rail == rail).filter_map(|row| row.after_hours);
    hours.min().map(|hours| i64::from(hours) * MS_PER_HOUR)
}

fn row_of(rows: &[SettlementRow], rail: RailId, currency: Currency) -> Option<&SettlementRow> {
    rows.iter().find(|row| row.rail == rail && row.at.currency() == currency)
}
