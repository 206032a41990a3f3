//! The posting rules: one function per kind of entry, so that one screen shows what each fact does to the books.
//!
//! ```text
//! cash_received      cash-drawer        +to_pay    rounding −rounding     invoice-clearing −counted
//! transfer_pending   RAIL-pending       +coin      pending-receipts −coin
//! transfer_settled   RAIL-wallet        +coin      conversion −coin       conversion +value   invoice-clearing −value
//! sale               invoice-clearing   +booked    sales −net             tax-payable −tax
//!                    rounding / short-payments +what is missing           customer-credit −what is over
//! credit             invoice-clearing   +booked    customer-credit −booked
//! stray_settled      RAIL-wallet        +coin      stray-payments −coin
//! stray_credited     stray-payments     +coin      conversion −coin       conversion +value   customer-credit −value
//! parcel_taken       see `Group::entry` in `stream/parcel.rs`
//! tab_settled        card-clearing      +net       fees +fee              payer-tabs −amount
//! reversal           every side of an earlier entry with the other sign
//! ```
//! Debit is positive, credit negative; RAIL is `bitcoin` or `evm`. A coin and its value never balance each other: they meet in `conversion`.

use ledger::{Account, Entry, EntryKind, Posting, RateNote, UnbalancedEntry};
use money::{Money, MoneyError};

use crate::cart::Totals;
use crate::quote::QuotedRate;
use crate::rail::RailId;
use crate::sale::{CashPayment, Refused};

/// Cash went into the drawer.
pub(crate) fn cash_received(ordinal: u32, cash: &CashPayment) -> Result<Entry, Refused> {
    let postings = vec![
        (Account::CashDrawer, cash.to_pay()?),
        (Account::Rounding, cash.rounding.negated()?),
        (Account::InvoiceClearing, cash.counted.negated()?),
    ];
    Ok(entry(ordinal, EntryKind::CashReceived, postings)?)
}

/// A transfer was seen and is not safe yet: it is shown in the books, but is not the shop's.
pub(crate) fn transfer_pending(ordinal: u32, rail: RailId, coin: Money) -> Result<Entry, Refused> {
    let (_, pending) = accounts_of(rail)?;
    let postings = vec![(pending, coin), (Account::PendingReceipts, coin.negated()?)];
    Ok(entry(ordinal, EntryKind::TransferPending, postings)?)
}

/// A transfer is safe: the coin is the shop's, and its value counts for the invoice. Dust that is worth nothing in
/// the unit of account still counts as coin.
pub(crate) fn transfer_settled(
    ordinal: u32,
    rail: RailId,
    coin: Money,
    value: Money,
    rate: &QuotedRate,
) -> Result<Entry, Refused> {
    let (wallet, _) = accounts_of(rail)?;
    let postings = vec![
        (wallet, coin),
        (Account::Conversion, coin.negated()?),
        (Account::Conversion, value),
        (Account::InvoiceClearing, value.negated()?),
    ];
    Ok(entry(ordinal, EntryKind::TransferSettled, postings)?.with_rate(note(rate)))
}

/// A covered invoice becomes a sale. `booked` is what its payments brought into invoice clearing, `counted` what they
/// are worth taken together: they differ by the cents lost in splitting a coin's value.
pub(crate) fn sale(ordinal: u32, booked: Money, counted: Money, totals: &Totals) -> Result<Entry, Refused> {
    let due = totals.total;
    let lost = counted.checked_sub(booked)?;
    let excess = counted.checked_sub(due)?;
    let (short, over) = if excess.is_negative() {
        (excess.negated()?, Money::zero(due.currency()))
    } else {
        (Money::zero(due.currency()), excess)
    };
    let mut postings = vec![
        (Account::InvoiceClearing, booked),
        (Account::Rounding, lost),
        (Account::ShortPayments, short),
        (Account::CustomerCredit, over.negated()?),
        (Account::Sales, totals.net.negated()?),
    ];
    for tax in &totals.taxes {
        postings.push((Account::TaxPayable, tax.tax.negated()?));
    }
    Ok(entry(ordinal, EntryKind::Sale, postings)?)
}

/// Money of an invoice that will not become a sale is owed to the customer.
pub(crate) fn credit(ordinal: u32, booked: Money) -> Result<Entry, Refused> {
    let postings = vec![(Account::InvoiceClearing, booked), (Account::CustomerCredit, booked.negated()?)];
    Ok(entry(ordinal, EntryKind::Credit, postings)?)
}

/// A transfer without a sale is safe: the coin is in the wallet, and owed to somebody.
pub(crate) fn stray_settled(ordinal: u32, rail: RailId, coin: Money) -> Result<Entry, Refused> {
    let (wallet, _) = accounts_of(rail)?;
    let postings = vec![(wallet, coin), (Account::StrayPayments, coin.negated()?)];
    Ok(entry(ordinal, EntryKind::StraySettled, postings)?)
}

/// A stray payment is owed to a customer, at the rate of that moment.
pub(crate) fn stray_credited(
    ordinal: u32,
    coin: Money,
    value: Money,
    rate: &QuotedRate,
) -> Result<Entry, Refused> {
    let postings = vec![
        (Account::StrayPayments, coin),
        (Account::Conversion, coin.negated()?),
        (Account::Conversion, value),
        (Account::CustomerCredit, value.negated()?),
    ];
    Ok(entry(ordinal, EntryKind::StrayCredited, postings)?.with_rate(note(rate)))
}

/// Where a chain rail's coins are: safe ones, and those that are only seen.
fn accounts_of(rail: RailId) -> Result<(Account, Account), Refused> {
    match rail {
        RailId::BITCOIN => Ok((Account::BitcoinWallet, Account::BitcoinPending)),
        RailId::EVM => Ok((Account::EvmWallet, Account::EvmPending)),
        _ => Err(Refused::WrongState),
    }
}

/// Zero sides are left out: an entry names only accounts it moves.
pub(crate) fn entry(
    ordinal: u32,
    kind: EntryKind,
    sides: Vec<(Account, Money)>,
) -> Result<Entry, UnbalancedEntry> {
    let moved = sides.into_iter().filter(|(_, amount)| !amount.is_zero());
    let postings = moved.map(|(account, amount)| Posting { account, amount }).collect();
    Entry::new(ordinal, kind, postings)
}

/// The rate the coin was converted at, so that an entry's amounts and its rate agree. A quote was made at it before, so
/// it is there.
pub(crate) fn note(rate: &QuotedRate) -> RateNote {
    let applied = rate.applied().unwrap_or(rate.market);
    RateNote { rate: applied.to_string(), source: rate.source.clone() }
}

/// What one transfer adds up to with others; kept here because only postings may round money away.
pub(crate) fn total(amounts: impl IntoIterator<Item = Money>, zero: Money) -> Result<Money, MoneyError> {
    amounts.into_iter().try_fold(zero, Money::checked_add)
}
