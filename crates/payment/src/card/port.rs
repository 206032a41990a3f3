//! The port to processors of cards. Every call answers with a reading; every call that moves money has a key that was
//! stored first, and a rail does what one key asks once.

use money::Money;

use super::{CardReading, CardTerms};
use crate::rail::{RailError, RailFuture, RailHealth};
use crate::{InvoiceId, PaymentId, RailId, RefundId};

/// A wish to be paid by card. Stored before the rail is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardAttempt {
    /// The payment, and the rail's idempotency key.
    pub payment: PaymentId,
    /// The invoice it pays.
    pub invoice: InvoiceId,
    /// What the customer reads beside the amount: `Sale 1042`.
    pub description: String,
    /// How much and where.
    pub terms: CardTerms,
}

/// A wish to take money that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The payment; one payment is captured once, so this is the key.
    pub payment: PaymentId,
    /// The rail's name for it.
    pub reference: String,
    /// How much of what is held; the rest is let go.
    pub amount: Money,
}

/// A wish to give money back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundAttempt {
    /// The key.
    pub refund: RefundId,
    /// The payment.
    pub payment: PaymentId,
    /// The rail's name for the payment.
    pub reference: String,
    /// How much.
    pub amount: Money,
}

/// A processor of cards.
///
/// Errors mean what they say everywhere: after [`RailError::Unknown`] the till asks with [`CardRail::find`] and repeats
/// nothing before the answer.
pub trait CardRail: Send + Sync {
    /// Its name.
    fn id(&self) -> RailId;

    /// How its counterparty is.
    fn health(&self) -> RailHealth;

    /// May this amount be charged at all? Asked before anything is stored.
    ///
    /// # Errors
    /// Why not, in one line for the shop.
    fn accepts(&self, terms: &CardTerms) -> Result<(), String>;

    /// Puts the payment on the reader, or opens the page for the customer's phone.
    ///
    /// # Errors
    /// [`RailError::Unknown`] when it may have been opened.
    fn open<'a>(&'a self, attempt: &'a CardAttempt) -> RailFuture<'a, Result<CardReading, RailError>>;

    /// Reads the payment. `None` when it never arrived at the processor.
    ///
    /// # Errors
    /// Only that it could not be asked.
    fn find<'a>(&'a self, attempt: &'a CardAttempt)
    -> RailFuture<'a, Result<Option<CardReading>, RailError>>;

    /// Calls off a payment that took nothing yet. One that took money meanwhile is read as it is.
    ///
    /// # Errors
    /// [`RailError::Unknown`] when it may have been called off.
    fn cancel<'a>(&'a self, attempt: &'a CardAttempt) -> RailFuture<'a, Result<CardReading, RailError>>;

    /// Takes money that is held.
    ///
    /// # Errors
    /// [`RailError::Unknown`] when it may have been taken.
    fn capture<'a>(&'a self, capture: &'a Capture) -> RailFuture<'a, Result<CardReading, RailError>>;

    /// Gives money back.
    ///
    /// # Errors
    /// [`RailError::Unknown`] when it may be on its way.
    fn refund<'a>(&'a self, refund: &'a RefundAttempt) -> RailFuture<'a, Result<CardReading, RailError>>;
}
