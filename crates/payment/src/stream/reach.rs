//! Which amounts a row of a rule table is about.

use money::{Currency, Money};

/// Amounts of one currency or of any, up to a limit or without one. What has a limit has its currency.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reach {
    currency: Option<Currency>,
    up_to: Option<Money>,
}

impl Reach {
    /// A limit without a currency is about amounts in its own.
    pub(super) fn new(currency: Option<Currency>, up_to: Option<Money>) -> Self {
        Self { currency: currency.or_else(|| up_to.map(Money::currency)), up_to }
    }

    /// Is it about this amount?
    pub(super) fn takes(self, amount: Money) -> bool {
        self.currency.is_none_or(|currency| currency == amount.currency())
            && self.up_to.is_none_or(|up_to| amount <= up_to)
    }

    /// Is it about every amount that `other` is about?
    pub(super) fn includes(self, other: Self) -> bool {
        (self.currency.is_none() || self.currency == other.currency)
            && self.up_to.is_none_or(|up_to| other.up_to.is_some_and(|inner| inner <= up_to))
    }
}
