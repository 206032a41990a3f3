//! A sale: one invoice and the payments that cover it. Its state is the fold of its events.
//!
//! What is owed never moves; what came in is the sum of the payments; whether that covers the invoice is computed
//! ([`Sale::coverage`]), never flagged. Commands become events in [`decide`], events become states and entries in
//! [`apply`].

mod apply;
mod booking;
mod card;
mod card_booking;
mod card_events;
mod card_judge;
mod card_refunds;
mod coverage;
mod decide;
mod payment;

use ledger::Entry;
use money::{Money, Percent};
use thiserror::Error;

pub use card::{CardEvent, CardPayment, CardWish, Refund, RefundState};
pub use card_judge::CardAnswer;
pub use coverage::Coverage;
pub use payment::{CashPayment, ChainPayment, Payment, PaymentMethod, PaymentTerms, RailFailure};

use crate::cart::{Cart, Totals};
use crate::rail::{Attempt, RailId};
use crate::stray::StrayReason;
use crate::{InvoiceId, Observation, PaymentId, Timestamp};

/// An invoice with its payments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    /// Its id.
    pub id: InvoiceId,
    /// Events folded so far.
    pub version: u32,
    /// Running number at this till.
    pub number: u32,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// What is sold.
    pub cart: Cart,
    /// The sums; `totals.total` is due.
    pub totals: Totals,
    /// Underpayment the shop accepts.
    pub tolerance: Percent,
    /// The payments, oldest first.
    pub payments: Vec<Payment>,
    /// The clerk gave it up; its addresses stay watched.
    pub cancelled: bool,
    /// Why it was voided.
    pub voided: Option<String>,
    /// Its gap-free receipt number.
    pub receipt: Option<u32>,
    /// How often the receipt was printed.
    pub prints: u32,
    /// It was covered by safe payments once, so the screen said that the goods may go.
    pub was_safe: bool,
    closing: Option<booking::Closing>,
    cards: card_booking::CardBooks,
    entries: Vec<Entry>,
}

/// Everything that can happen to a sale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SaleEvent {
    /// The invoice was made.
    Opened {
        /// Running number at this till.
        number: u32,
        /// What is sold.
        cart: Cart,
        /// Its sums, as computed then.
        totals: Totals,
        /// Underpayment the shop accepts.
        tolerance: Percent,
    },
    /// Cash went into the drawer.
    CashTaken {
        /// The payment.
        payment: PaymentId,
        /// What was taken.
        cash: CashPayment,
    },
    /// A payment on a rail began; the rail is to offer an address.
    PaymentStarted {
        /// The payment, which is also the attempt's id.
        payment: PaymentId,
        /// What it is to cover and on which terms.
        terms: PaymentTerms,
    },
    /// The rail offered an address, committed before it is shown.
    Offered {
        /// The payment.
        payment: PaymentId,
        /// The address.
        address: String,
    },
    /// The rail could not offer one.
    OfferFailed {
        /// The payment.
        payment: PaymentId,
        /// Why.
        failure: RailFailure,
    },
    /// The rail saw a transfer to an address of this sale, or saw it change.
    TransferObserved {
        /// The payment that showed the address.
        payment: PaymentId,
        /// What was seen.
        observation: Observation,
    },
    /// The quote's life ended by the monotonic clock.
    QuoteEnded {
        /// The payment.
        payment: PaymentId,
    },
    /// The clerk took this way to pay back.
    PaymentCancelled {
        /// The payment.
        payment: PaymentId,
    },
    /// The clerk gave the sale up.
    Cancelled,
    /// A paid cash sale was undone.
    Voided {
        /// Why, in the clerk's words.
        reason: String,
    },
    /// A stray payment was counted for this sale.
    StrayAdopted {
        /// The payment this makes.
        payment: PaymentId,
        /// Its terms: the value at the rate of that moment.
        terms: PaymentTerms,
        /// Where the stray payment came to.
        address: String,
        /// The transfer as last seen.
        observation: Observation,
    },
    /// Something happened to a card payment.
    Card {
        /// The payment, which is also the attempt's id.
        payment: PaymentId,
        /// What.
        event: CardEvent,
    },
    /// The sale got its receipt number.
    ReceiptIssued {
        /// Gap-free.
        number: u32,
    },
    /// The receipt was sent to a printer; from the second time on it says COPY.
    ReceiptPrinted,
}

/// What the world is asked to do after an event is committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Ask a rail for an address.
    RequestOffer {
        /// The rail.
        rail: RailId,
        /// What to ask.
        attempt: Attempt,
    },
    /// A card payment has an errand, or has one no more: see [`CardPayment::errand`].
    TendCard {
        /// The rail.
        rail: RailId,
        /// The payment.
        payment: PaymentId,
    },
    /// Tell the owner.
    Alert(Alert),
}

/// What an owner must know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alert {
    /// Money is gone, reorganised or double-spent, after the shop gave something for it: "hand over" was shown, or a
    /// customer was credited.
    Reversed,
    /// A customer's bank objects to a card payment, or asks about it, and waits for an answer.
    Disputed,
    /// A refund came back: the customer has not got the money.
    RefundFailed,
}

impl Alert {
    /// Stable name, as stored.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Reversed => "reversed",
            Self::Disputed => "disputed",
            Self::RefundFailed => "refund_failed",
        }
    }
}

/// What an event did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The state after it.
    pub sale: Sale,
    /// The entries it posts.
    pub entries: Vec<Entry>,
    /// What it asks for.
    pub effects: Vec<Effect>,
}

/// Why a command or event is not taken. Each is one line for the clerk or the owner.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refused {
    /// The first event of a sale must open it, and only the first.
    #[error("the sale is already open")]
    AlreadyOpen,
    /// The sale does not exist yet.
    #[error("the sale is not open")]
    NotOpen,
    /// The sale is covered.
    #[error("the sale is paid already")]
    AlreadyPaid,
    /// The sale was cancelled.
    #[error("the sale was cancelled: start a new one")]
    SaleCancelled,
    /// The sale was voided.
    #[error("the sale was voided")]
    SaleVoided,
    /// Money has been seen.
    #[error("money is on its way: cancel only if you are sure, what arrives is credited to the customer")]
    MoneySeen,
    /// A card payment is under way.
    #[error("a card payment is still open: wait for it or cancel it first, so that nobody pays twice")]
    CardOpen,
    /// More than is left of a card payment.
    #[error("only {0} of this payment can still be given back")]
    RefundTooHigh(Money),
    /// More than is held.
    #[error("only {0} is held")]
    CaptureTooHigh(Money),
    /// A refund needs a reason.
    #[error("say why the money is given back")]
    RefundReasonMissing,
    /// No such refund.
    #[error("the payment has no such refund")]
    NoSuchRefund,
    /// The refund id names another one.
    #[error("this refund id was used for another refund")]
    RefundExists,
    /// A payout is never another one later.
    #[error("the processor tells another amount of a payout than before")]
    PayoutDiffers,
    /// No such payment.
    #[error("the sale has no such payment")]
    NoSuchPayment,
    /// The id names a payment with other contents.
    #[error("this payment id was used for another payment")]
    PaymentExists,
    /// The cash is less than what is to pay.
    #[error(
        "{tendered} is less than the {to_pay} to pay: take the rest in another way first or ask for more"
    )]
    CashShort {
        /// Handed over.
        tendered: Money,
        /// To pay.
        to_pay: Money,
    },
    /// An amount in another currency.
    #[error("the amount must be in the sale's currency")]
    WrongCurrency,
    /// The event does not fit this kind of payment or its state.
    #[error("this does not fit the payment's state")]
    WrongState,
    /// Only a sale paid in cash alone can be voided.
    #[error("only a sale paid in cash alone can be voided")]
    NotVoidable,
    /// A void needs a reason.
    #[error("say why the sale is voided")]
    ReasonMissing,
    /// A settlement took the money already.
    #[error("the tab was charged already")]
    AlreadySettled,
    /// No receipt before the sale is paid.
    #[error("there is no receipt before the sale is paid")]
    NoReceipt,
    /// The transfer belongs into the stray payments.
    #[error("the money is stray: {}", .0.name())]
    Stray(StrayReason),
    /// An amount is out of range.
    #[error(transparent)]
    Money(#[from] money::MoneyError),
    /// Our own posting rules produced something that is no entry: a defect, never the user's doing.
    #[error("the posting rules failed: {0}")]
    Posting(#[from] ledger::UnbalancedEntry),
}

impl Sale {
    /// What is due.
    #[must_use]
    pub const fn due(&self) -> Money {
        self.totals.total
    }

    /// A payment of this sale.
    #[must_use]
    pub fn payment(&self, id: PaymentId) -> Option<&Payment> {
        self.payments.iter().find(|payment| payment.id == id)
    }

    /// Every entry posted for this sale, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}
