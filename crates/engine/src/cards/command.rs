//! What can be asked about card payments, and what their collectors bring.

use money::Money;
use payment::card::{CaptureMode, CardErrand, CardReport, CardWay};
use payment::sale::CardAnswer;
use payment::{InvoiceId, PaymentId, RailId, RefundId};
use store::DueCard;

/// A wish about a card payment, or a processor's news. Each can be asked again without harm.
#[derive(Clone, Debug)]
pub enum CardCommand {
    /// Starts a card payment for the rest of a sale.
    Start {
        /// The sale.
        invoice: InvoiceId,
        /// Made by whoever asks.
        payment: PaymentId,
        /// The rail.
        rail: RailId,
        /// Where the card is presented.
        way: CardWay,
        /// When the money is taken.
        capture: CaptureMode,
    },
    /// Calls a card payment off that took nothing yet.
    Cancel {
        /// The sale.
        invoice: InvoiceId,
        /// The payment.
        payment: PaymentId,
    },
    /// Takes money that is held.
    Capture {
        /// The sale.
        invoice: InvoiceId,
        /// The payment.
        payment: PaymentId,
        /// How much of it.
        amount: Money,
    },
    /// Gives money of a card payment back.
    Refund {
        /// The sale.
        invoice: InvoiceId,
        /// The payment.
        payment: PaymentId,
        /// Made by whoever asks.
        refund: RefundId,
        /// How much.
        amount: Money,
        /// Why.
        reason: String,
        /// Where a card that must be presented for it is asked for; none for the reader where it was paid.
        reader: Option<String>,
    },
    /// Has a reader stop asking for the card that money is to go back to.
    CancelRefund {
        /// The sale.
        invoice: InvoiceId,
        /// The payment.
        payment: PaymentId,
        /// The refund.
        refund: RefundId,
    },
    /// Lists card payments that something is to be asked about.
    Draw {
        /// The rail.
        rail: RailId,
        /// Only later ones.
        after: Option<PaymentId>,
        /// At most so many.
        limit: u32,
    },
    /// Looks at a card payment, for whoever does its errands.
    Look(DueCard),
    /// A processor answered.
    TakeAnswer {
        /// Which payment.
        due: DueCard,
        /// What was asked.
        errand: CardErrand,
        /// Its answer.
        answer: CardAnswer,
    },
    /// A processor's events told of changes.
    TakeReport {
        /// The rail.
        rail: RailId,
        /// What changed.
        report: CardReport,
    },
}
