//! The books of one sale, stray payment, settlement or payout against its state: each entry balances, entries are only added, a reversal
//! is its original with other signs, and what all of them add up to is what the state asks for.

use std::collections::HashMap;

use ledger::{Account, Entry};
use money::{Currency, Money};
use payment::payout::PayoutStatus;
use payment::sale::{CardPayment, PaymentMethod};
use payment::stray::Decision;
use payment::stream::{Settlement, SettlementState};
use payment::{Payout, Sale, Stray, StrayReason};

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
        Account::CardPending,
        Account::Disputes,
        Account::Fees,
        Account::Sales,
    ];
    let posted = Sums::of(sale.entries());
    let mut wanted = Sums::default();
    for payment in &sale.payments {
        match &payment.method {
            PaymentMethod::Cash(cash) if sale.voided.is_none() => {
                wanted.add(Account::CashDrawer, cash.to_pay().unwrap(), 1);
            }
            PaymentMethod::Cash(_) => {}
            PaymentMethod::Card(card) => want_card(&mut wanted, card),
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
    }
    let difference = posted.differ(&wanted, CHECKED).or_else(|| {
        let is_closed = is_sold || sale.cancelled || sale.voided.is_some();
        is_closed.then(|| posted.differ(&Sums::default(), &[Account::InvoiceClearing])).flatten()
    });
    must("I2", difference.is_none(), || format!("sale {}: {}", sale.number, difference.unwrap_or_default()))?;
    check_returns(sale, &posted, is_sold)
}

/// What was given back of a sale that is one is taken back of its net and its tax, each by its share to the cent; what was
/// paid above the sale goes back first.
fn check_returns(sale: &Sale, posted: &Sums, is_sold: bool) -> Verdict {
    let refunds =
        sale.cards().flat_map(|card| &card.refunds).filter(|refund| refund.of_sale && refund.is_off());
    let given_back: i64 = refunds.map(|refund| refund.amount.minor()).sum();
    let (due, excess) = (sale.due(), sale.coverage().unwrap().excess.minor());
    let returned = if is_sold { (given_back - excess).clamp(0, due.minor()) } else { 0 };
    let taxes: i64 = sale.totals.taxes.iter().map(|tax| tax.tax.minor()).sum();
    let owed = if is_sold { -taxes } else { 0 };
    let of = |account| posted.0.get(&(account, due.currency())).copied().unwrap_or(0);
    let (tax, net) = (of(Account::TaxPayable) - owed, of(Account::SalesReturns));
    let is_whole = tax + net == returned;
    // Each rate is rounded by itself.
    let slack = due.minor() * i64::try_from(sale.totals.taxes.len()).unwrap();
    let is_share = (tax * due.minor() - taxes * returned).abs() <= slack;
    must("I2", is_whole && is_share, || {
        format!("sale {}: of {due} {returned} is taken back, net {net} and tax {tax}", sale.number)
    })
}

/// What the processor says of a card payment, and nothing else, is in the books.
fn want_card(wanted: &mut Sums, card: &CardPayment) {
    let Some(reading) = &card.reading else { return };
    if let Some(taken) = reading.captured() {
        wanted.add(Account::CardClearing, taken, 1);
        if let Some(fee) = reading.charge.as_ref().and_then(|charge| charge.fee) {
            wanted.add(Account::CardClearing, fee, -1);
            wanted.add(Account::Fees, fee, 1);
        }
    } else if let Some(held) = reading.present() {
        wanted.add(Account::CardPending, held, 1);
        wanted.add(Account::PendingReceipts, held, -1);
    }
    for refund in reading.refunds.iter().filter(|refund| refund.status.is_off()) {
        wanted.add(Account::CardClearing, refund.amount, -1);
    }
    for withdrawn in reading.disputes.iter().filter_map(|dispute| dispute.withdrawn) {
        wanted.add(Account::CardClearing, withdrawn.amount, -1);
        wanted.add(Account::CardClearing, withdrawn.fee, -1);
        wanted.add(Account::Disputes, withdrawn.amount, 1);
        wanted.add(Account::Fees, withdrawn.fee, 1);
    }
}

/// The money is at the bank while the processor says so.
pub(super) fn check_payout(payout: &Payout) -> Verdict {
    let posted = Sums::of(payout.entries());
    let mut wanted = Sums::default();
    if payout.reading.status == PayoutStatus::Paid {
        wanted.add(Account::Bank, payout.reading.amount, 1);
        wanted.add(Account::CardClearing, payout.reading.amount, -1);
    }
    let difference = posted.differ(&wanted, &[Account::Bank, Account::CardClearing]);
    must("I2", difference.is_none(), || format!("{}: {}", payout.id, difference.unwrap_or_default()))
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
