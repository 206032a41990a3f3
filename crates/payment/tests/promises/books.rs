//! Balances, added up from entries the slow way.

use std::collections::BTreeMap;

use ledger::{Account, Entry};
use money::Currency;

/// Minor units by account and currency code; accounts at zero are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Books(BTreeMap<(Account, String), i128>);

impl Books {
    pub(crate) fn of<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Self {
        let mut sums = BTreeMap::new();
        for posting in entries.into_iter().flat_map(Entry::postings) {
            let side = (posting.account, posting.amount.currency().to_string());
            *sums.entry(side).or_default() += i128::from(posting.amount.minor());
        }
        sums.retain(|_, sum| *sum != 0);
        Self(sums)
    }

    pub(crate) fn balance(&self, account: Account, currency: Currency) -> i128 {
        self.0.get(&(account, currency.to_string())).copied().unwrap_or(0)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What every account of a currency adds up to.
    pub(crate) fn total(&self, currency: Currency) -> i128 {
        self.0.iter().filter(|((_, code), _)| code == currency.code()).map(|(_, sum)| sum).sum()
    }
}

/// One account on a line, in the order of the chart: `sales -375 EUR`.
impl std::fmt::Display for Books {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|((account, code), sum)| writeln!(f, "{account} {sum} {code}"))
    }
}
