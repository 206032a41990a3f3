//! Card payments for the screens.

use ::money::Money;
use payment::card::{
    CaptureMode, CardEnd, CardLevel, CardReading, CardWay, DisputeReading, Evidence, ReaderStep, RefundStatus,
};
use payment::sale::{CardPayment, CardWish, Payment, Refund, RefundState};
use payment::{PaymentId, RailId, Sale};
use store::DisputeFacts;

use super::{instant, money};
use crate::commands::refuse;
use crate::dto::card::{
    CardDto, CardPageDto, CardStepDto, CardWayDto, DisputeDto, DisputedSaleDto, HeldCardDto, ReaderStepDto,
    RefundDto, RefundStateDto,
};
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::sale::{DepthDto, PaymentDto};
use crate::dto::timeline::FactDto;
use crate::qr;
use crate::till::Till;

/// A card payment of a sale.
///
/// # Errors
/// When a sum is out of range, or a page has too long an address for a code.
pub fn payment(
    till: &Till,
    sale: &Sale,
    payment: &Payment,
    card: &CardPayment,
) -> Result<PaymentDto, AppError> {
    let came = card.reading.as_ref().and_then(CardReading::present);
    Ok(PaymentDto {
        payment: payment.id.to_string(),
        method: "card".to_owned(),
        started_at: instant(payment.started_at),
        state: super::sale::state(sale.payment_state(payment)?),
        confirmations: 0,
        safe_at: DepthDto::AT_ONCE,
        final_at: DepthDto::AT_ONCE,
        amount: money(card.terms.amount),
        received: money(came.unwrap_or(Money::zero(card.terms.amount.currency()))),
        cancelled: card.brought_nothing(),
        problem: problem(card),
        cash: None,
        code: None,
        card: Some(facts(till, sale, payment, card)?),
        transfers: Vec::new(),
    })
}

/// Why it failed, or why nobody knows.
fn problem(card: &CardPayment) -> String {
    let failed = card.failure.as_ref().map(|failure| failure.reason.clone());
    let ended = match card.end() {
        Some(CardEnd::Declined(reason)) => Some(reason.clone()),
        _ => None,
    };
    card.doubt.clone().or(failed).or(ended).unwrap_or_default()
}

fn facts(till: &Till, sale: &Sale, payment: &Payment, card: &CardPayment) -> Result<CardDto, AppError> {
    let reading = card.reading.as_ref();
    let charge = reading.and_then(|reading| reading.charge.as_ref());
    let (way, reader) = match &card.terms.way {
        CardWay::Reader(reader) => (CardWayDto::Reader, reader.clone()),
        CardWay::Phone => (CardWayDto::Phone, String::new()),
    };
    Ok(CardDto {
        reader_label: label(till, card.terms.rail, &reader),
        way,
        reader,
        captures_later: card.terms.capture == CaptureMode::Later,
        step: step(card),
        reader_step: till.engine.card_step(card.terms.rail, payment.id).map(reader_step),
        reference: card.reference().unwrap_or_default().to_owned(),
        page: card.link().map(page).transpose()?,
        brand: charge.map(|charge| charge.brand.clone()).unwrap_or_default(),
        last4: charge.and_then(|charge| charge.last4.clone()).unwrap_or_default(),
        wallet: charge.and_then(|charge| charge.wallet.clone()).unwrap_or_default(),
        declined: reading.and_then(|reading| reading.declined.clone()).unwrap_or_default(),
        held: card.held().map(money),
        held_until: card.held_until().map(instant).unwrap_or_default(),
        cancelling: card.wish == Some(CardWish::Cancel),
        capturing: matches!(card.wish, Some(CardWish::Capture(_))),
        may_cancel: sale.cancel_card(payment.id).is_ok() && card.end().is_none(),
        must_be_presented: card.must_be_presented(),
        refundable: money(card.refundable()?),
        refunds: card.refunds.iter().map(|each| refund(till, card.terms.rail, each)).collect(),
        disputes: reading.iter().flat_map(|reading| &reading.disputes).map(dispute).collect(),
        receipt: charge.iter().flat_map(|charge| &charge.receipt).map(fact).collect(),
    })
}

const fn step(card: &CardPayment) -> CardStepDto {
    match &card.reading {
        _ if card.doubt.is_some() => CardStepDto::Unknown,
        None if card.failure.is_some() => CardStepDto::Over,
        None => CardStepDto::Sending,
        Some(reading) => match reading.level {
            CardLevel::Waiting { .. } => CardStepDto::Customer,
            CardLevel::Processing { .. } => CardStepDto::Bank,
            CardLevel::Authorized { .. } => CardStepDto::Held,
            CardLevel::Captured { .. } => CardStepDto::Taken,
            CardLevel::Ended(_) => CardStepDto::Over,
        },
    }
}

const fn reader_step(step: ReaderStep) -> ReaderStepDto {
    match step {
        ReaderStep::AsksForCard => ReaderStepDto::AsksForCard,
        ReaderStep::AsksBank => ReaderStepDto::AsksBank,
        ReaderStep::Silent => ReaderStepDto::Silent,
    }
}

/// A page for a phone, with its code.
///
/// # Errors
/// When its address is too long for one.
pub fn page(url: &str) -> Result<CardPageDto, AppError> {
    let qr = qr::qr_svg_path(url).map_err(|error| refuse(ErrorCode::Internal, error.to_string()))?;
    Ok(CardPageDto { url: url.to_owned(), qr })
}

/// What people call a reader, or its name where the till has not heard of it since it started.
fn label(till: &Till, rail: RailId, reader: &str) -> String {
    till.engine.reader_label(rail, reader).filter(|_| !reader.is_empty()).unwrap_or_else(|| reader.to_owned())
}

fn refund(till: &Till, rail: RailId, refund: &Refund) -> RefundDto {
    let (state, problem) = match &refund.state {
        RefundState::Asked => (RefundStateDto::Asked, String::new()),
        RefundState::AtReader => (RefundStateDto::AtReader, String::new()),
        RefundState::Doubted(reason) => (RefundStateDto::Unknown, reason.clone()),
        RefundState::Refused(failure) => (RefundStateDto::Refused, failure.reason.clone()),
        RefundState::Read(status, failure) => (status_dto(*status), failure.clone().unwrap_or_default()),
    };
    RefundDto {
        refund: refund.id.map(|id| id.to_string()).unwrap_or_default(),
        amount: money(refund.amount),
        reason: refund.reason.clone(),
        reader: refund.reader.as_deref().map(|reader| label(till, rail, reader)).unwrap_or_default(),
        may_cancel: refund.may_be_called_off(),
        cancelling: refund.is_called_off && refund.is_under_way(),
        state,
        problem,
    }
}

const fn status_dto(status: RefundStatus) -> RefundStateDto {
    match status {
        RefundStatus::Pending => RefundStateDto::Pending,
        RefundStatus::NeedsAction => RefundStateDto::NeedsAction,
        RefundStatus::Succeeded => RefundStateDto::Succeeded,
        RefundStatus::Failed => RefundStateDto::Failed,
        RefundStatus::Cancelled => RefundStateDto::Cancelled,
    }
}

fn dispute(dispute: &DisputeReading) -> DisputeDto {
    DisputeDto {
        reference: dispute.reference.clone(),
        amount: money(dispute.amount),
        status: dispute.status.name().to_owned(),
        reason: dispute.reason.clone(),
        due_by: dispute.due_by.map(instant).unwrap_or_default(),
        withdrawn: dispute.withdrawn.is_some_and(|withdrawn| withdrawn.amount.is_positive()),
    }
}

/// Money that is held, with its sale; `None` when it is not held any more.
#[must_use]
pub fn held(sale: &Sale, payment: PaymentId) -> Option<HeldCardDto> {
    let (found, card) = (sale.payment(payment)?, sale.card(payment).ok()?);
    let charge = card.reading.as_ref().and_then(|reading| reading.charge.as_ref());
    Some(HeldCardDto {
        invoice: sale.id.to_string(),
        sale_number: sale.number,
        payment: payment.to_string(),
        started_at: instant(found.started_at),
        amount: money(card.held()?),
        held_until: card.held_until().map(instant).unwrap_or_default(),
        brand: charge.map(|charge| charge.brand.clone()).unwrap_or_default(),
        last4: charge.and_then(|charge| charge.last4.clone()).unwrap_or_default(),
        capturing: matches!(card.wish, Some(CardWish::Capture(_))),
        cancelling: card.wish == Some(CardWish::Cancel),
    })
}

/// A dispute with its sale.
#[must_use]
pub fn disputed(facts: &DisputeFacts) -> DisputedSaleDto {
    DisputedSaleDto {
        invoice: facts.invoice.to_string(),
        sale_number: facts.sale_number,
        payment: facts.payment.to_string(),
        waits_for_answer: facts.status.waits_for_answer(),
        dispute: DisputeDto {
            reference: facts.reference.clone(),
            amount: money(facts.amount),
            status: facts.status.name().to_owned(),
            reason: facts.reason.clone(),
            due_by: facts.due_by.map(instant).unwrap_or_default(),
            withdrawn: facts.is_withdrawn,
        },
    }
}

/// An answer to a dispute as it is sent, under Stripe's names; what is empty is left out.
#[must_use]
pub fn evidence(evidence: &Evidence) -> Vec<FactDto> {
    let fields = [
        ("product_description", &evidence.product_description),
        ("service_date", &evidence.service_date),
        ("customer_name", &evidence.customer_name),
        ("customer_email_address", &evidence.customer_email_address),
        ("refund_policy_disclosure", &evidence.refund_policy_disclosure),
        ("refund_refusal_explanation", &evidence.refund_refusal_explanation),
        ("uncategorized_text", &evidence.uncategorized_text),
    ];
    let filled = fields.into_iter().filter(|(_, value)| !value.is_empty());
    filled.map(|(name, value)| FactDto { name: name.to_owned(), value: value.clone() }).collect()
}

fn fact((name, value): &(String, String)) -> FactDto {
    FactDto { name: name.clone(), value: value.clone() }
}
