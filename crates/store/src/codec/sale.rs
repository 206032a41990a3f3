//! Events of a sale.

use payment::sale::{CardEvent, CashPayment, RailFailure};
use payment::{Cart, Observation, PaymentId, PaymentTerms, SaleEvent, Totals};
use serde::{Deserialize, Serialize};

use super::card::{CardEventShape, card_kind};
use super::cart::{CartShape, TotalsShape};
use super::parts::{id_text, percent_text};
use super::terms::{CashShape, FailureShape, TermsShape};
use super::transfer::ObservationShape;
use super::{CodecError, Encoded, StoredEvent};

/// Puts an event into text.
///
/// # Errors
/// When a value has no stored form, which no event made by the machines has.
pub(crate) fn encode_sale(event: &SaleEvent) -> Result<Encoded, CodecError> {
    let payload = serde_json::to_string(&Shape(event)).map_err(|e| CodecError::Unstorable(e.to_string()))?;
    Ok(Encoded { kind: kind(event), payload })
}

/// Reads an event back.
///
/// # Errors
/// When its encoding, its kind or its payload is not known to this version.
pub(crate) fn decode_sale(stored: &StoredEvent<'_>) -> Result<SaleEvent, CodecError> {
    let OwnedShape(event) = stored.read()?;
    stored.is_kind(kind(&event))?;
    Ok(event)
}

/// The stored name.
const fn kind(event: &SaleEvent) -> &'static str {
    match event {
        SaleEvent::Opened { .. } => "opened",
        SaleEvent::CashTaken { .. } => "cash_taken",
        SaleEvent::PaymentStarted { .. } => "payment_started",
        SaleEvent::Offered { .. } => "offered",
        SaleEvent::OfferFailed { .. } => "offer_failed",
        SaleEvent::TransferObserved { .. } => "transfer_observed",
        SaleEvent::QuoteEnded { .. } => "quote_ended",
        SaleEvent::PaymentCancelled { .. } => "payment_cancelled",
        SaleEvent::Cancelled => "cancelled",
        SaleEvent::Voided { .. } => "voided",
        SaleEvent::StrayAdopted { .. } => "stray_adopted",
        SaleEvent::Card { event, .. } => card_kind(event),
        SaleEvent::ReceiptIssued { .. } => "receipt_issued",
        SaleEvent::ReceiptPrinted => "receipt_printed",
    }
}

#[derive(Serialize)]
struct Shape<'a>(#[serde(with = "SaleEventShape")] &'a SaleEvent);

#[derive(Deserialize)]
struct OwnedShape(#[serde(with = "SaleEventShape")] SaleEvent);

#[derive(Serialize, Deserialize)]
#[serde(remote = "SaleEvent", rename_all = "snake_case", deny_unknown_fields)]
enum SaleEventShape {
    Opened {
        number: u32,
        #[serde(with = "CartShape")]
        cart: Cart,
        #[serde(with = "TotalsShape")]
        totals: Totals,
        #[serde(with = "percent_text")]
        tolerance: money::Percent,
    },
    CashTaken {
        #[serde(with = "id_text")]
        payment: PaymentId,
        #[serde(with = "CashShape")]
        cash: CashPayment,
    },
    PaymentStarted {
        #[serde(with = "id_text")]
        payment: PaymentId,
        #[serde(with = "TermsShape")]
        terms: PaymentTerms,
    },
    Offered {
        #[serde(with = "id_text")]
        payment: PaymentId,
        address: String,
    },
    OfferFailed {
        #[serde(with = "id_text")]
        payment: PaymentId,
        #[serde(with = "FailureShape")]
        failure: RailFailure,
    },
    TransferObserved {
        #[serde(with = "id_text")]
        payment: PaymentId,
        #[serde(with = "ObservationShape")]
        observation: Observation,
    },
    QuoteEnded {
        #[serde(with = "id_text")]
        payment: PaymentId,
    },
    PaymentCancelled {
        #[serde(with = "id_text")]
        payment: PaymentId,
    },
    Cancelled,
    Voided {
        reason: String,
    },
    StrayAdopted {
        #[serde(with = "id_text")]
        payment: PaymentId,
        #[serde(with = "TermsShape")]
        terms: PaymentTerms,
        address: String,
        #[serde(with = "ObservationShape")]
        observation: Observation,
    },
    Card {
        #[serde(with = "id_text")]
        payment: PaymentId,
        #[serde(with = "CardEventShape")]
        event: CardEvent,
    },
    ReceiptIssued {
        number: u32,
    },
    ReceiptPrinted,
}
