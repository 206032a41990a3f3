//! Entries: immutable, balanced per currency, built only through [`Entry::new`] and [`Entry::reversal`].

use std::fmt;
use std::str::FromStr;

use money::{Currency, Money};
use thiserror::Error;

use crate::Account;

/// One side of an entry: debit positive, credit negative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Posting {
    /// The account it touches.
    pub account: Account,
    /// Debit positive, credit negative, never zero.
    pub amount: Money,
}

/// The rate an entry converted at, and who said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RateNote {
    /// The rate as text, `57710.00 EUR/BTC`.
    pub rate: String,
    /// Its source, `fixed`.
    pub source: String,
}

macro_rules! entry_kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)+) => {
        /// What an entry books. Names are stored: they only ever gain rows.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum EntryKind {
            $($(#[$doc])* $variant,)+
        }

        impl EntryKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Stable name, as stored.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

entry_kinds! {
    /// Cash taken from a customer.
    CashReceived = "cash_received";
    /// A transfer was seen on a chain and is not safe yet.
    TransferPending = "transfer_pending";
    /// A transfer is safe: the coin is the shop's, its value counts for the invoice.
    TransferSettled = "transfer_settled";
    /// A covered invoice becomes a sale with its tax.
    Sale = "sale";
    /// Money of an invoice that will not become a sale is owed to the customer.
    Credit = "credit";
    /// A transfer without a sale that may take it is safe.
    StraySettled = "stray_settled";
    /// A stray payment is owed to a customer.
    StrayCredited = "stray_credited";
    /// Micropayments of a parcel that share rail and currency, booked together.
    ParcelTaken = "parcel_taken";
    /// A payer's tab was charged.
    TabSettled = "tab_settled";
    /// Card money is held for the shop, or on its way from the customer's bank.
    CardPending = "card_pending";
    /// Card money was captured: it counts for the invoice.
    CardCaptured = "card_captured";
    /// What the processor keeps of a card payment or for a dispute.
    CardFee = "card_fee";
    /// Goods or a service of a sale were taken back: its net and its tax are owed to the customer.
    SaleReturned = "sale_returned";
    /// Money went back to the customer's card.
    CardRefunded = "card_refunded";
    /// The customer's bank took a card payment back.
    CardDisputed = "card_disputed";
    /// The processor paid out to the shop's bank.
    PaidOut = "paid_out";
    /// Coins went from addresses of payments to the owner's own wallet, or the other way to pay for that.
    Swept = "swept";
    /// What a chain took for a transaction of the shop's own.
    NetworkFee = "network_fee";
    /// Undoes an earlier entry.
    Reversal = "reversal";
}

/// A kind of entry that this version does not know.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the journal has an entry of the kind {0:?}, which this version does not know: update Tillstream")]
pub struct UnknownEntryKind(pub String);

impl FromStr for EntryKind {
    type Err = UnknownEntryKind;

    fn from_str(name: &str) -> Result<Self, UnknownEntryKind> {
        Self::ALL.iter().copied().find(|k| k.name() == name).ok_or_else(|| UnknownEntryKind(name.to_owned()))
    }
}

/// An immutable double-entry record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    ordinal: u32,
    kind: EntryKind,
    postings: Vec<Posting>,
    rate: Option<RateNote>,
    reverses: Option<u32>,
}

/// Why postings are no entry.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum UnbalancedEntry {
    /// Fewer than two postings.
    #[error("an entry needs at least two postings")]
    TooFewPostings,
    /// A posting of nothing.
    #[error("the posting to {0} is zero")]
    EmptyPosting(Account),
    /// The postings of one currency do not add to zero.
    #[error("the postings in {currency} add to {sum} minor units, not to zero")]
    Unbalanced {
        /// The currency.
        currency: Currency,
        /// Their sum, in minor units.
        sum: i128,
    },
    /// An amount has no negative (the smallest integer).
    #[error("the amount posted to {0} is out of range")]
    OutOfRange(Account),
}

impl Entry {
    /// Makes an entry. `ordinal` numbers the entries of one sale or stray payment from 1, so that a later entry can
    /// name the one it reverses without knowing the journal's own numbers.
    ///
    /// # Errors
    /// When the postings do not add to zero in each currency, are fewer than two, or one of them is zero.
    pub fn new(ordinal: u32, kind: EntryKind, postings: Vec<Posting>) -> Result<Self, UnbalancedEntry> {
        check_balance(&postings)?;
        Ok(Self { ordinal, kind, postings, rate: None, reverses: None })
    }

    /// Notes the rate the entry converted at.
    #[must_use]
    pub fn with_rate(mut self, note: RateNote) -> Self {
        self.rate = Some(note);
        self
    }

    /// The entry that undoes this one.
    ///
    /// # Errors
    /// When an amount cannot be negated.
    pub fn reversal(&self, ordinal: u32) -> Result<Self, UnbalancedEntry> {
        let undo = |posting: &Posting| {
            let amount =
                posting.amount.negated().map_err(|_| UnbalancedEntry::OutOfRange(posting.account))?;
            Ok(Posting { account: posting.account, amount })
        };
        let postings = self.postings.iter().map(undo).collect::<Result<Vec<_>, _>>()?;
        check_balance(&postings)?;
        Ok(Self {
            ordinal,
            kind: EntryKind::Reversal,
            postings,
            rate: self.rate.clone(),
            reverses: Some(self.ordinal),
        })
    }

    /// Builds an entry from what was stored, checking its balance again.
    ///
    /// # Errors
    /// As [`Entry::new`].
    pub fn from_stored(
        ordinal: u32,
        kind: EntryKind,
        postings: Vec<Posting>,
        rate: Option<RateNote>,
        reverses: Option<u32>,
    ) -> Result<Self, UnbalancedEntry> {
        check_balance(&postings)?;
        Ok(Self { ordinal, kind, postings, rate, reverses })
    }

    /// Number among the entries of its sale or stray payment, from 1.
    #[must_use]
    pub const fn ordinal(&self) -> u32 {
        self.ordinal
    }

    /// What it books.
    #[must_use]
    pub const fn kind(&self) -> EntryKind {
        self.kind
    }

    /// Its postings, in the order they were made.
    #[must_use]
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }

    /// The rate it converted at.
    #[must_use]
    pub const fn rate(&self) -> Option<&RateNote> {
        self.rate.as_ref()
    }

    /// Ordinal of the entry it reverses.
    #[must_use]
    pub const fn reverses(&self) -> Option<u32> {
        self.reverses
    }
}

impl fmt::Display for Entry {
    /// `1 cash_received: cash-drawer 4.50 EUR, invoice-clearing -4.50 EUR`
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.ordinal, self.kind.name())?;
        if let Some(original) = self.reverses {
            write!(f, " of {original}")?;
        }
        for (index, posting) in self.postings.iter().enumerate() {
            let mark = if index == 0 { ": " } else { ", " };
            write!(f, "{mark}{} {}", posting.account, posting.amount)?;
        }
        Ok(())
    }
}

/// Sums in i128, so that no sequence of i64 postings can wrap and look balanced.
fn check_balance(postings: &[Posting]) -> Result<(), UnbalancedEntry> {
    if postings.len() < 2 {
        return Err(UnbalancedEntry::TooFewPostings);
    }
    let mut sums: Vec<(Currency, i128)> = Vec::with_capacity(2);
    for Posting { account, amount } in postings {
        if amount.is_zero() {
            return Err(UnbalancedEntry::EmptyPosting(*account));
        }
        match sums.iter_mut().find(|(currency, _)| *currency == amount.currency()) {
            Some((_, sum)) => *sum += i128::from(amount.minor()),
            None => sums.push((amount.currency(), i128::from(amount.minor()))),
        }
    }
    match sums.into_iter().find(|(_, sum)| *sum != 0) {
        Some((currency, sum)) => Err(UnbalancedEntry::Unbalanced { currency, sum }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::iso("EUR").unwrap())
    }

    fn posting(account: Account, amount: Money) -> Posting {
        Posting { account, amount }
    }

    #[test]
    fn an_entry_that_balances_in_each_currency_is_made() {
        let btc = |minor| Money::new(minor, Currency::BTC);
        let entry = Entry::new(
            1,
            EntryKind::TransferSettled,
            vec![
                posting(Account::BitcoinWallet, btc(7759)),
                posting(Account::Conversion, btc(-7759)),
                posting(Account::Conversion, eur(450)),
                posting(Account::InvoiceClearing, eur(-450)),
            ],
        );
        assert_eq!(entry.unwrap().postings().len(), 4);
    }

    #[test]
    fn currencies_do_not_balance_each_other() {
        let refusal = Entry::new(
            1,
            EntryKind::Sale,
            vec![
                posting(Account::BitcoinWallet, Money::new(450, Currency::BTC)),
                posting(Account::Sales, eur(-450)),
            ],
        );
        assert!(matches!(refusal, Err(UnbalancedEntry::Unbalanced { sum: 450, .. })));
    }

    #[test]
    fn empty_and_lonely_postings_are_refused() {
        let lonely = vec![posting(Account::Sales, eur(1))];
        assert_eq!(Entry::new(1, EntryKind::Sale, lonely), Err(UnbalancedEntry::TooFewPostings));
        let empty = vec![posting(Account::Sales, eur(0)), posting(Account::Tips, eur(0))];
        assert_eq!(Entry::new(1, EntryKind::Sale, empty), Err(UnbalancedEntry::EmptyPosting(Account::Sales)));
    }

    #[test]
    fn sums_that_would_wrap_are_seen() {
        let postings = vec![
            posting(Account::Sales, eur(i64::MAX)),
            posting(Account::Sales, eur(i64::MAX)),
            posting(Account::Tips, eur(2)),
        ];
        assert!(matches!(Entry::new(1, EntryKind::Sale, postings), Err(UnbalancedEntry::Unbalanced { .. })));
    }

    #[test]
    fn a_reversal_undoes_the_entry_and_names_it() {
        let sides =
            vec![posting(Account::CashDrawer, eur(450)), posting(Account::InvoiceClearing, eur(-450))];
        let entry = Entry::new(3, EntryKind::CashReceived, sides).unwrap();
        let reversal = entry.reversal(4).unwrap();
        assert_eq!(reversal.reverses(), Some(3));
        assert_eq!(reversal.to_string(), "4 reversal of 3: cash-drawer -4.50 EUR, invoice-clearing 4.50 EUR");
    }
}
