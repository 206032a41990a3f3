//! Parcels: micropayments that were handed in together are one event and are booked together, one entry for each rail
//! and currency (batch booking, as ISO 20022 calls it). Each micropayment stays a row of its own; the sums here are
//! those of its rows.

use ledger::{Account, Entry, EntryKind, UnbalancedEntry};
use money::{Money, MoneyError, Percent, Rate, RateError, Rounding};
use thiserror::Error;

use crate::posting;
use crate::{PaymentId, QuotedRate, RailId, RailKind, Timestamp};

/// Instructions handed in together at most.
pub const PARCEL_INSTRUCTIONS_MAX: usize = 256;

/// What happened: a parcel was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Number of its first micropayment; they are numbered from 1 without gaps.
    pub first: i64,
    /// How many it has.
    pub count: u32,
    /// The hash of its last row: each row's covers the row before.
    pub rows_hash: [u8; 32],
    /// What is booked.
    pub groups: Vec<Group>,
}

/// The micropayments of a parcel that share rail and currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Where the money comes in.
    pub rail: RailId,
    /// How many they are.
    pub count: u32,
    /// Sum of the amounts.
    pub gross: Money,
    /// Sum of the fees, in the same currency.
    pub fee: Money,
    /// The tax contained in the value.
    pub tax: Percent,
    /// How the sum became money in the unit of account; `None` when it is that already.
    pub conversion: Option<Conversion>,
}

/// A sum on its way into the unit of account. What is worth less than its smallest unit is left over and converted with
/// the next sum: a stream of single satoshis loses nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conversion {
    /// The rate used.
    pub rate: QuotedRate,
    /// Left over before, in the currency of the sum.
    pub left_before: Money,
    /// Left over now.
    pub left_after: Money,
    /// What the converted part is worth.
    pub value: Money,
}

/// The id of a micropayment. It holds the micropayment's number, so that no index over ids is needed to find it.
#[must_use]
pub fn payment_id(taken_at: Timestamp, number: i64) -> PaymentId {
    let mut random = [0; 10];
    random[2..].copy_from_slice(&number.to_be_bytes());
    // The first bits of the eight bytes belong to the format, so the number starts in the second.
    PaymentId::generate(taken_at, random)
}

/// The number in an id made by [`payment_id`]. Any id gives some number: compare the id of what is found under it.
#[must_use]
pub fn number_of(id: PaymentId) -> i64 {
    let mut number = [0; 8];
    number[1..].copy_from_slice(&id.as_bytes()[9..]);
    i64::from_be_bytes(number)
}

/// Why a parcel can't be booked.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ParcelError {
    /// An amount leaves its range.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// The rate can't be used.
    #[error(transparent)]
    Rate(#[from] RateError),
    /// The postings do not balance.
    #[error(transparent)]
    Entry(#[from] UnbalancedEntry),
}

impl Parcel {
    /// The entries it posts: one for each group.
    ///
    /// # Errors
    /// When an amount leaves its range.
    pub fn entries(&self) -> Result<Vec<Entry>, ParcelError> {
        (1..).zip(&self.groups).map(|(ordinal, group)| group.entry(ordinal)).collect()
    }
}

impl Conversion {
    /// Converts a sum and what was left over before, rounding down to the unit of account, and leaves over what was not
    /// needed for it.
    ///
    /// # Errors
    /// When an amount leaves its range.
    pub fn of(gross: Money, left_before: Money, rate: QuotedRate) -> Result<Self, ParcelError> {
        let applied = rate.applied()?;
        let whole = gross.checked_add(left_before)?;
        let value = whole.convert(&applied, Rounding::Down)?;
        let used = used_for(value, whole, &applied)?;
        Ok(Self { rate, left_before, left_after: whole.checked_sub(used)?, value })
    }

    /// What of the sum became value.
    fn used(&self, gross: Money) -> Result<Money, MoneyError> {
        gross.checked_add(self.left_before)?.checked_sub(self.left_after)
    }
}

/// The least of the whole that is worth the value. A value that is worth more than the whole by rounding takes it all.
fn used_for(value: Money, whole: Money, rate: &Rate) -> Result<Money, MoneyError> {
    let used = value.convert(rate, Rounding::Up)?;
    Ok(if used.minor() > whole.minor() { whole } else { used })
}

impl Group {
    /// What it does to the books.
    ///
    /// ```text
    /// cash-drawer or payer-tabs  +(gross − fee)   fees +fee   sales −net   tax-payable −tax
    /// in another currency: …     +(gross − fee)   fees +fee   unconverted −(left_after − left_before)
    ///                            conversion −used     conversion +value    sales −net   tax-payable −tax
    /// ```
    fn entry(&self, ordinal: u32) -> Result<Entry, ParcelError> {
        let mut sides =
            vec![(self.receiving_account(), self.gross.checked_sub(self.fee)?), (Account::Fees, self.fee)];
        let value = match &self.conversion {
            None => self.gross,
            Some(conversion) => {
                let left_less = conversion.left_before.checked_sub(conversion.left_after)?;
                sides.push((Account::Unconverted, left_less));
                sides.push((Account::Conversion, conversion.used(self.gross)?.negated()?));
                sides.push((Account::Conversion, conversion.value));
                conversion.value
            }
        };
        let tax = value.included_percent(self.tax, Rounding::HalfUp)?;
        sides.push((Account::Sales, value.checked_sub(tax)?.negated()?));
        sides.push((Account::TaxPayable, tax.negated()?));
        let entry = posting::entry(ordinal, EntryKind::ParcelTaken, sides)?;
        Ok(match &self.conversion {
            Some(conversion) => entry.with_rate(posting::note(&conversion.rate)),
            None => entry,
        })
    }

    /// Cash is in the drawer; for everything else the payers owe it until their tabs are settled.
    fn receiving_account(&self) -> Account {
        if self.rail.kind() == RailKind::Drawer { Account::CashDrawer } else { Account::PayerTabs }
    }
}
