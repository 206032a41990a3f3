//! One payment of a sale: cash, a chain payment with its quote, its address and the transfers seen there, or a card.

use std::collections::BTreeMap;

use money::{Money, MoneyError};

use super::card::CardPayment;
use crate::card::CardEnd;
use crate::rail::{RailError, RailFailureClass, RailId};
use crate::{PaymentId, Policy, Quote, Timestamp, Transfer, TransferRef};

/// One tender leg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Its id.
    pub id: PaymentId,
    /// When it began.
    pub started_at: Timestamp,
    /// How it is paid.
    pub method: PaymentMethod,
}

/// How a payment is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PaymentMethod {
    /// Notes and coins.
    Cash(CashPayment),
    /// A transfer on a chain.
    Chain(Box<ChainPayment>),
    /// A card, or what a processor's page takes beside cards.
    Card(Box<CardPayment>),
}

/// Cash taken at the counter. `tendered − change = counted + rounding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CashPayment {
    /// What counts for the sale.
    pub counted: Money,
    /// What the customer handed over.
    pub tendered: Money,
    /// What was given back.
    pub change: Money,
    /// What rounding to the smallest coin added; negative when it took away.
    pub rounding: Money,
}

impl CashPayment {
    /// What stays in the drawer.
    ///
    /// # Errors
    /// When the sum is out of range.
    pub fn to_pay(&self) -> Result<Money, MoneyError> {
        self.counted.checked_add(self.rounding)
    }
}

/// The terms a chain payment began with. They never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentTerms {
    /// The rail.
    pub rail: RailId,
    /// What it is to cover, in the unit of account.
    pub amount: Money,
    /// The quote for that amount.
    pub quote: Quote,
    /// What is safe and what is final.
    pub policy: Policy,
}

/// A payment on a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainPayment {
    /// Its terms.
    pub terms: PaymentTerms,
    /// Where to pay, once offered.
    pub address: Option<String>,
    /// Why no address could be offered.
    pub failure: Option<RailFailure>,
    /// When the quote ended.
    pub ended_at: Option<Timestamp>,
    /// Taken back by the clerk; still watched.
    pub cancelled: bool,
    /// What was seen at the address.
    pub transfers: BTreeMap<TransferRef, Transfer>,
}

/// A rail's refusal, as recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RailFailure {
    /// What it allows next.
    pub class: RailFailureClass,
    /// Why, one line.
    pub reason: String,
}

impl From<RailError> for RailFailure {
    fn from(error: RailError) -> Self {
        let (class, reason) = (error.class(), error.reason().to_owned());
        Self { class, reason }
    }
}

/// Which transfers to count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    /// Everything seen and not gone.
    Present,
    /// Only what is safe by the policy.
    Safe,
    /// Only what is final by the policy.
    Final,
}

impl ChainPayment {
    pub(crate) const fn started(terms: PaymentTerms) -> Self {
        Self {
            terms,
            address: None,
            failure: None,
            ended_at: None,
            cancelled: false,
            transfers: BTreeMap::new(),
        }
    }

    /// Is the code on screen something a customer may still pay?
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.ended_at.is_none() && !self.cancelled && self.failure.is_none()
    }

    /// Is this transfer safe by the payment's policy?
    #[must_use]
    pub fn is_safe(&self, transfer: &Transfer) -> bool {
        self.terms.policy.is_safe(&transfer.latest.level)
    }

    /// Is this transfer final by the payment's policy?
    #[must_use]
    pub fn is_final(&self, transfer: &Transfer) -> bool {
        self.terms.policy.is_final(&transfer.latest.level)
    }

    /// Transfers seen and not gone.
    pub fn present(&self) -> impl Iterator<Item = &Transfer> {
        self.transfers.values().filter(|transfer| transfer.is_present())
    }

    /// What one transfer alone counts for.
    ///
    /// # Errors
    /// When the value is out of range.
    pub fn value_of(&self, transfer: &Transfer) -> Result<Money, MoneyError> {
        self.terms.quote.value_of(transfer.latest.amount, self.terms.amount)
    }

    /// Coins received.
    ///
    /// # Errors
    /// When the sum is out of range.
    pub fn coins_present(&self) -> Result<Money, MoneyError> {
        self.coins(Counting::Present)
    }

    pub(crate) fn coins(&self, counting: Counting) -> Result<Money, MoneyError> {
        let counts = |transfer: &&Transfer| match counting {
            Counting::Present => transfer.is_present(),
            Counting::Safe => self.is_safe(transfer),
            Counting::Final => self.is_final(transfer),
        };
        let zero = Money::zero(self.terms.quote.currency());
        self.transfers.values().filter(counts).try_fold(zero, |sum, t| sum.checked_add(t.latest.amount))
    }
}

impl Payment {
    /// What the payment counts for, its transfers taken together: the quoted amount is worth exactly what was due.
    pub(crate) fn value(&self, counting: Counting) -> Result<Money, MoneyError> {
        match &self.method {
            PaymentMethod::Cash(cash) => Ok(cash.counted),
            PaymentMethod::Chain(chain) => {
                chain.terms.quote.value_of(chain.coins(counting)?, chain.terms.amount)
            }
            PaymentMethod::Card(card) => card.value(counting),
        }
    }

    /// The chain payment, if it is one.
    #[must_use]
    pub const fn chain(&self) -> Option<&ChainPayment> {
        match &self.method {
            PaymentMethod::Chain(chain) => Some(chain),
            PaymentMethod::Cash(_) | PaymentMethod::Card(_) => None,
        }
    }

    pub(crate) const fn chain_mut(&mut self) -> Option<&mut ChainPayment> {
        match &mut self.method {
            PaymentMethod::Chain(chain) => Some(chain),
            PaymentMethod::Cash(_) | PaymentMethod::Card(_) => None,
        }
    }

    /// The card payment, if it is one.
    #[must_use]
    pub const fn card(&self) -> Option<&CardPayment> {
        match &self.method {
            PaymentMethod::Card(card) => Some(card),
            PaymentMethod::Cash(_) | PaymentMethod::Chain(_) => None,
        }
    }

    pub(crate) const fn card_mut(&mut self) -> Option<&mut CardPayment> {
        match &mut self.method {
            PaymentMethod::Card(card) => Some(card),
            PaymentMethod::Cash(_) | PaymentMethod::Chain(_) => None,
        }
    }

    /// Can money still come in under it, as the screens see it?
    #[must_use]
    pub const fn is_live(&self) -> bool {
        match &self.method {
            PaymentMethod::Cash(_) => false,
            PaymentMethod::Chain(chain) => chain.is_live(),
            PaymentMethod::Card(card) => card.is_open(),
        }
    }

    /// Is it more than a way to pay that was taken back before anything came?
    #[must_use]
    pub fn matters(&self) -> bool {
        match &self.method {
            PaymentMethod::Cash(_) => true,
            PaymentMethod::Chain(chain) => !chain.cancelled || chain.present().next().is_some(),
            PaymentMethod::Card(card) => card.end() != Some(&CardEnd::Cancelled),
        }
    }
}
