//! What a stream came to: how many and how much, by outcome and currency.

use std::collections::BTreeMap;

use money::Money;

use crate::dto::stream::OutcomeKindDto;

/// Counts and sums.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals(BTreeMap<(OutcomeKindDto, String), Total>);

/// Of one outcome in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// How many.
    pub count: u64,
    /// Their amounts together; `None` for lines that say none, and when the sum leaves its range.
    pub sum: Option<Money>,
}

impl Totals {
    /// Counts a line.
    pub fn add(&mut self, outcome: OutcomeKindDto, amount: Option<Money>) {
        let code = amount.map_or_else(String::new, |amount| amount.currency().code().to_owned());
        match self.0.get_mut(&(outcome, code.clone())) {
            Some(total) => {
                total.count += 1;
                total.sum = total.sum.zip(amount).and_then(|(sum, amount)| sum.checked_add(amount).ok());
            }
            None => drop(self.0.insert((outcome, code), Total { count: 1, sum: amount })),
        }
    }

    /// By outcome, then by currency; lines without an amount have no currency.
    pub fn rows(&self) -> impl Iterator<Item = (OutcomeKindDto, &str, Total)> {
        self.0.iter().map(|((outcome, currency), total)| (*outcome, currency.as_str(), *total))
    }

    /// Every line was taken, now or before.
    #[must_use]
    pub fn are_all_taken(&self) -> bool {
        let is_taken = |outcome| matches!(outcome, OutcomeKindDto::Accepted | OutcomeKindDto::Duplicate);
        self.0.keys().all(|(outcome, _)| is_taken(*outcome))
    }
}
