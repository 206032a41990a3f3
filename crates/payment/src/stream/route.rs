//! Which rail a micropayment takes, by method, currency and size.

use money::{Currency, Money};
use thiserror::Error;

use super::reach::Reach;
use crate::RailId;

/// The number of the rule that holds in a shop without rows: cash into the drawer, and nothing else.
const BUILT_IN: u16 = 0;
/// The method of the built-in rule.
const CASH: &str = "cash";

/// One row of `[[route]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteRow {
    /// The instruction's method, exactly.
    pub method: String,
    /// Only amounts of this currency; `None` for every currency, unless the row has a limit.
    pub currency: Option<Currency>,
    /// The largest amount the row is about, itself included; `None` for every amount.
    pub up_to: Option<Money>,
    /// The rail to take.
    pub rail: RailId,
    /// The rail to take while that one can't be used.
    pub fallback: Option<RailId>,
}

/// The way a micropayment takes, as it is recorded with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The rail.
    pub rail: RailId,
    /// The row that decided, from 1 in the order of the table; 0 for the built-in rule.
    pub rule: u16,
    /// Why it is not the row's own rail; `None` when it is.
    pub note: Option<String>,
}

/// The rail for `amount` by `method`: of the first row that matches, or its fallback. Without any row, `cash` goes into
/// the drawer and nothing else is taken.
///
/// `usable` says why a rail can't be used now. Rows after the 65535th are never reached.
///
/// # Errors
/// [`NoRoute::NoRule`] when no row matches, [`NoRoute::Unusable`] when neither rail of the row can be used.
pub fn route_of(
    rows: &[RouteRow],
    method: &str,
    amount: Money,
    usable: impl Fn(RailId) -> Result<(), String>,
) -> Result<Route, NoRoute> {
    let (rule, rail, fallback) = if rows.is_empty() {
        (method == CASH).then_some((BUILT_IN, RailId::CASH, None))
    } else {
        let numbered = (1..=u16::MAX).zip(rows);
        let mut matching = numbered.filter(|(_, row)| row.takes(method, amount));
        matching.next().map(|(rule, row)| (rule, row.rail, row.fallback))
    }
    .ok_or(NoRoute::NoRule)?;

    let Err(reason) = usable(rail) else { return Ok(Route { rail, rule, note: None }) };
    let Some(fallback) = fallback else {
        return Err(NoRoute::Unusable { reason: format!("{rail} can't be used ({reason}), rule {rule}") });
    };
    match usable(fallback) {
        Ok(()) => {
            let note = format!("{rail} can't be used ({reason}): {fallback} instead, rule {rule}");
            Ok(Route { rail: fallback, rule, note: Some(note) })
        }
        Err(other) => {
            let reason =
                format!("{rail} can't be used ({reason}), nor can {fallback} ({other}), rule {rule}");
            Err(NoRoute::Unusable { reason })
        }
    }
}

impl RouteRow {
    /// Whatever `later` matches, this row matches too: standing after it, `later` would never apply.
    #[must_use]
    pub fn hides(&self, later: &Self) -> bool {
        self.method == later.method && self.reach().includes(later.reach())
    }

    fn takes(&self, method: &str, amount: Money) -> bool {
        self.method == method && self.reach().takes(amount)
    }

    fn reach(&self) -> Reach {
        Reach::new(self.currency, self.up_to)
    }
}

/// Why a micropayment takes no way.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum NoRoute {
    /// The shop has no rule for it: it is rejected, and the same instruction never fares better.
    #[error("no route takes this method and amount: add a [[route]] for it to the settings")]
    NoRule,
    /// The shop wants it, but its rails can't be used: a dead letter, to be tried again.
    #[error("{reason}")]
    Unusable {
        /// Which rails, why, and by which rule.
        reason: String,
    },
}
