//! The port to processors of cards. Every call answers with a reading; every call that moves money has a key that was
//! stored first, and a rail does what one key asks once.

use std::sync::Arc;

use money::Money;

use super::{CardOffice, CardReading, CardTerms, ReaderStep, ShownCart};
use crate::payout::PayoutReading;
use crate::rail::{NotCommitted, RailError, RailFuture, RailHealth};
use crate::{InvoiceId, PaymentId, RailId, RefundId, Timestamp};

/// A wish to be paid by card. Stored before the rail is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardAttempt {
    /// The payment, and the rail's idempotency key.
    pub payment: PaymentId,
    /// The invoice it pays.
    pub invoice: InvoiceId,
    /// The rail's name for it, once it has told one.
    pub reference: Option<String>,
    /// What the customer reads beside the amount: `Sale 1042`.
    pub description: String,
    /// How much and where.
    pub terms: CardTerms,
    /// What a reader shows before it asks for the card.
    pub cart: ShownCart,
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

/// A refund for which the customer presents the card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReaderRefund {
    /// What is to be given back.
    pub wish: RefundAttempt,
    /// The rail's name for the reader.
    pub reader: String,
}

/// What a rail is given back of what the books keep for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardMemory {
    /// The highest number of a reading that was stored; the next one must be above it.
    pub last_number: u64,
    /// How far its events were read; `None` when they never were.
    pub cursor: Option<CardCursor>,
}

/// A place in a processor's events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardCursor {
    /// The processor's own word for the place; opaque to everybody else.
    pub place: String,
    /// The processor's time there.
    pub as_of: Timestamp,
}

/// What a processor's events told of. Readings and cursor are committed together, so that nothing between two places is
/// lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardReport {
    /// Payments of this till that changed, each read anew: events may be old, late or out of order.
    pub readings: Vec<(PaymentId, CardReading)>,
    /// Payouts that changed, each read anew.
    pub payouts: Vec<PayoutReading>,
    /// The place up to which everything was read.
    pub cursor: Option<CardCursor>,
}

/// Takes reports and answers when they are committed.
pub trait CardSink: Send + Sync {
    /// Commits a report. The rail goes on from its cursor only after `Ok`.
    fn report<'a>(&'a self, rail: RailId, report: CardReport) -> RailFuture<'a, Result<(), NotCommitted>>;
}

/// A processor of cards. Readings of one payment are numbered in the order in which they were true.
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

    /// Reads events and reports what changed, until it is dropped or fails. The shorter the pauses the more is open.
    ///
    /// # Errors
    /// Why it can't go on; it is called again after a pause.
    fn watch<'a>(&'a self, sink: Arc<dyn CardSink>) -> RailFuture<'a, Result<(), RailError>>;

    /// How far the reader is with a payment that waits for its customer, as it was seen at the last look; `None` when
    /// nobody knows.
    fn step(&self, _payment: PaymentId) -> Option<ReaderStep> {
        None
    }

    /// What people call a reader, as far as the rail has heard of it.
    fn reader_label(&self, _reader: &str) -> Option<String> {
        None
    }

    /// Refunds for which the card is presented; `None` where there are no such cards.
    fn reader_refunds(&self) -> Option<&dyn ReaderRefunds> {
        None
    }

    /// What is settled with the processor beside payments; `None` when there is nothing of the kind.
    fn office(&self) -> Option<&dyn CardOffice> {
        None
    }
}

/// Refunds of cards that must be presented for it ([`super::CardCharge::must_be_presented`]). A reader is asked, and the
/// customer may or may not come: nothing has gone back before a reading tells of the refund, under the wish's id.
pub trait ReaderRefunds: Send + Sync {
    /// Has the reader ask for the card. The same wish again asks no second time.
    ///
    /// # Errors
    /// [`RailError::Declined`] when the reader certainly does not ask, [`RailError::Unknown`] when it may.
    fn ask<'a>(&'a self, refund: &'a ReaderRefund) -> RailFuture<'a, Result<CardReading, RailError>>;

    /// Reads the payment, after it looked at the reader. `None` when the reader does not ask for this and nothing went
    /// back.
    ///
    /// # Errors
    /// [`RailError::Declined`] when the reader gave up on it: nothing goes back any more. Any other says that nobody
    /// could be asked.
    fn look<'a>(&'a self, refund: &'a ReaderRefund)
    -> RailFuture<'a, Result<Option<CardReading>, RailError>>;

    /// Has the reader stop asking. A refund that was made meanwhile is read.
    ///
    /// # Errors
    /// [`RailError::Declined`] when it is called off: nothing goes back any more. After any other it may be tried again.
    fn stop<'a>(&'a self, refund: &'a ReaderRefund) -> RailFuture<'a, Result<CardReading, RailError>>;
}
