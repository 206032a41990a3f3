//! The books of one sale, stray payment or settlement against its state: each entry balances, entries are only added, a reversal
//! is its original with other signs, and what all of them add up to is what the state asks for.

use std::collections::HashMap;

use ledger::{Account, Entry};
use money::{Currency, Money};
use payment::sale::PaymentMethod;
use payment::stray::Decision;
use payment::stream::{Settlement, SettlementState};
use payment::{Sale, Stray, StrayReason};

use super::evidence::is_safe;
use super::{Verdict, must};

/// Sums by account and currency, in minor units.
#[derive(Default)]
struct Sums(HashMap<(Account, Currency), i64>);

impl Sums {
    fn add(&mut self, account: Account, amount: Money, times: i64) {
        *self.0.entry((account, amount.currency())).or_default() += amount.minor() * times;
    }

    fn of(entries: &[Entry]) -> Self {
        let mut sums = Self::default();
        for posting in entries.iter().flat_map(Entry::postings) {
            sums.add(posting.account, posting.amount, 1);
        }
        sums
    }

    /// Accounts that differ, of those named.
    fn differ(&self, other: &Self, accounts: &[Account]) -> Option<String> {
        let of = |sums: &Self, key| sums.0.get(key).copied().unwrap_or(0);
        let keys = self.0.keys().chain(other.0.keys()).filter(|(account, _)| accounts.contains(account));
        keys.map(|key| (key, of(self, key), of(other, key))).find(|(_, posted, wanted)| posted != wanted).map(
            |((account, currency), posted, wanted)| {
                format!("{account} holds {posted} {} and should hold {wanted}", currency.code())
            },
        )
    }
}

/// Entries of a subject: nothing before is touched, and what is new is sound.
pub(super) fn only_added(before: &[Entry], added: &[Entry], after: &[Entry]) -> Verdict {
    let is_added = after.strip_prefix(before) == Some(added);
    must("I7", is_added, || format!("{before:?} and {added:?} are not {after:?}"))?;
    added.iter().try_for_each(|entry| check_entry(entry, after))
}

fn check_entry(entry: &Entry, all: &[Entry]) -> Verdict {
    let mut by_currency: HashMap<Currency, i64> = HashMap::new();
    for posting in entry.postings() {
        *by_currency.entry(posting.amount.currency()).or_default() += posting.amount.minor();
    }
    must("I2", by_currency.values().all(|sum| *sum == 0), || format!("it does not balance: {entry:?}"))?;
    let Some(ordinal) = entry.reverses() else { return Ok(()) };
    let original = all.iter().find(|original| original.ordinal() == ordinal);
    let sides = |entry: &Entry, sign: i64| {
        entry.postings().iter().map(|p| (p.account, p.amount.minor() * sign)).collect::<Vec<_>>()
    };
    let is_opposite = original.is_some_and(|original| sides(original, 1) == sides(entry, -1));
    must("I7", is_opposite, || format!("{entry:?} does not undo {original:?}"))
}

pub(super) fn check_sale(sale: &Sale) -> Verdict {
    const CHECKED: &[Account] = &[
        Account::CashDrawer,
        Account::BitcoinWallet,
        Account::BitcoinPending,
        Account::PendingReceipts,
        Account::CardClearing,
        Account::Sales,
        Account::TaxPayable,
    ];
    let posted = Sums::of(sale.entries());
    let mut wanted = Sums::default();
    for payment in &sale.payments {
        match &payment.method {
            PaymentMethod::Cash(cash) if sale.voided.is_none() => {
                wanted.add(Account::CashDrawer, cash.to_pay().unwrap(), 1);
            }
            PaymentMethod::Cash(_) => {}
            PaymentMethod::Card(card) => {
                card.captured().into_iter().for_each(|taken| wanted.add(Account::CardClearing, taken, 1));
            }
            PaymentMethod::Chain(chain) => {
                for transfer in chain.present() {
                    let (policy, reading) = (&chain.terms.policy, &transfer.latest);
                    want_coin(&mut wanted, reading.amount, is_safe(policy, &reading.level));
                }
            }
        }
    }
    let coverage = sale.coverage().unwrap();
    let is_sold = coverage.is_safe && !coverage.safe.is_zero();
    if is_sold {
        wanted.add(Account::Sales, sale.totals.net, -1);
        sale.totals.taxes.iter().for_each(|tax| wanted.add(Account::TaxPayable, tax.tax, -1));
    }
    let difference = posted.differ(&wanted, CHECKED).or_else(|| {
        let is_closed = is_sold || sale.cancelled || sale.voided.is_some();
        is_closed.then(|| posted.differ(&Sums::default(), &[Account::InvoiceClearing])).flatten()
    });
    must("I2", difference.is_none(), || format!("sale {}: {}", sale.number, difference.unwrap_or_default()))
}

pub(super) fn check_stray(stray: &Stray) -> Verdict {
    let posted = Sums::of(stray.entries());
    let mut wanted = Sums::default();
    let is_assigned = matches!(stray.decision, Decision::Assigned { .. });
    let is_owned = !is_assigned && stray.finding.reason != StrayReason::Unbookable;
    if is_owned && stray.transfer.is_present() {
        let coin = stray.transfer.latest.amount;
        let is_safe = is_safe(&stray.finding.policy, &stray.transfer.latest.level);
        want_coin(&mut wanted, coin, is_safe);
        if is_safe && stray.decision == Decision::Open {
            wanted.add(Account::StrayPayments, coin, -1);
        }
    }
    let checked = &[
        Account::BitcoinWallet,
        Account::BitcoinPending,
        Account::PendingReceipts,
        Account::StrayPayments,
        Account::InvoiceClearing,
    ];
    let difference = posted.differ(&wanted, checked);
    must("I2", difference.is_none(), || format!("{}: {}", stray.id, difference.unwrap_or_default()))
}

pub(super) fn check_settlement(settlement: &Settlement) -> Verdict {
    let posted = Sums::of(settlement.entries());
    let mut wanted = Sums::default();
    if let SettlementState::Charged { fee, .. } = &settlement.state {
        wanted.add(Account::CardClearing, settlement.bill.amount, 1);
        wanted.add(Account::CardClearing, *fee, -1);
        wanted.add(Account::Fees, *fee, 1);
        wanted.add(Account::PayerTabs, settlement.bill.amount, -1);
    }
    let difference = posted.differ(&wanted, &[Account::CardClearing, Account::Fees, Account::PayerTabs]);
    must("I2", difference.is_none(), || format!("{}: {}", settlement.id, difference.unwrap_or_default()))
}

fn want_coin(wanted: &mut Sums, coin: Money, is_safe: bool) {
    if is_safe {
        wanted.add(Account::BitcoinWallet, coin, 1);
    } else {
        wanted.add(Account::BitcoinPending, coin, 1);
        wanted.add(Account::PendingReceipts, coin, -1);
    }
}
