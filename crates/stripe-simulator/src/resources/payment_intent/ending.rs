//! The end of an intent: its money is captured, it is cancelled, or its authorization lapses.

use serde_json::Value;

use crate::account::Account;
use crate::resources::{charge, checkout_session};
use crate::route::Turn;
use crate::wire::{MetadataChange, Params, Refusal, Row, Word};

use super::{CancelReason, IntentStatus, PaymentIntent};

pub(super) fn capture(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wanted, metadata) = turn.read(|params| {
        params.text("statement_descriptor_suffix")?;
        if params.flag("final_capture")? == Some(false) {
            let message =
                "This PaymentIntent can be captured only once: multicapture is not available for it.";
            return Err(Refusal::invalid(message).param("final_capture"));
        }
        Ok((params.integer("amount_to_capture")?, MetadataChange::read(params)?))
    })?;
    let mut intent = turn.account.payment_intents.find(&turn.id())?.clone();
    if intent.status != IntentStatus::RequiresCapture {
        let message = format!(
            "This PaymentIntent could not be captured because it has a status of {}. Only a PaymentIntent with one of the \
             following statuses may be captured: requires_capture.",
            intent.status.word()
        );
        return Err(intent.unexpected(message));
    }
    let amount = wanted.unwrap_or(intent.amount_capturable);
    intent.currency.holds_part(amount)?;
    if amount > intent.amount_capturable {
        let message = "The requested capture amount is greater than the authorized amount.";
        return Err(Refusal::invalid(message).code("amount_too_large").param("amount_to_capture"));
    }
    metadata.apply(&mut intent.metadata);
    if let Some(id) = intent.latest_charge.clone() {
        let authorized = turn.account.charges.find(&id)?.clone();
        let captured = charge::capture(turn.account, authorized, amount);
        let rendered = captured.render();
        turn.account.emit("charge.captured", rendered);
    }
    intent.status = IntentStatus::Succeeded;
    intent.amount_capturable = 0;
    intent.amount_received = amount;
    turn.account.payment_intents.put(intent.clone());
    turn.account.emit("payment_intent.succeeded", intent.render());
    checkout_session::settle(turn.account, &intent.id);
    Ok(intent.render())
}

pub(super) fn cancel(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let reason = turn.read(read_reason)?;
    let intent = turn.account.payment_intents.find(&turn.id())?.clone();
    if matches!(intent.status, IntentStatus::Succeeded | IntentStatus::Canceled | IntentStatus::Processing) {
        let message = format!(
            "You cannot cancel this PaymentIntent because it has a status of {}. Only a PaymentIntent with one of the \
             following statuses may be canceled: requires_payment_method, requires_capture, requires_confirmation, \
             requires_action.",
            intent.status.word()
        );
        return Err(intent.unexpected(message));
    }
    if let Some(reader) = intent.reader.clone() {
        let message = format!(
            "This PaymentIntent is being processed by the reader {reader}: cancel the reader's action."
        );
        return Err(intent.unexpected(message));
    }
    Ok(end(turn.account, intent, reason).render())
}

/// A shop may give the first four reasons only.
fn read_reason(params: &mut Params) -> Result<Option<CancelReason>, Refusal> {
    use CancelReason::{Automatic, FailedInvoice, VoidInvoice};
    match params.word("cancellation_reason")? {
        Some(FailedInvoice | VoidInvoice | Automatic) => {
            let message = "Invalid cancellation_reason: must be one of duplicate, fraudulent, requested_by_customer, or \
                           abandoned";
            Err(Refusal::invalid(message).param("cancellation_reason"))
        }
        reason => Ok(reason),
    }
}

/// Cancels an intent and gives back what was authorized.
pub(crate) fn end(
    account: &mut Account,
    mut intent: PaymentIntent,
    reason: Option<CancelReason>,
) -> PaymentIntent {
    let held = intent.latest_charge.as_ref().filter(|_| intent.status == IntentStatus::RequiresCapture);
    if let Some(charge) = held.and_then(|id| account.charges.get(id)).cloned() {
        charge::release(account, charge);
    }
    intent.status = IntentStatus::Canceled;
    intent.amount_capturable = 0;
    intent.action_url = None;
    intent.canceled = Some((account.now, reason));
    account.payment_intents.put(intent.clone());
    account.emit("payment_intent.canceled", intent.render());
    intent
}

/// The time of an authorization is up.
pub(crate) fn lapse(account: &mut Account, id: &str) {
    let held = account
        .payment_intents
        .get(id)
        .filter(|intent| intent.status == IntentStatus::RequiresCapture)
        .cloned();
    if let Some(intent) = held {
        end(account, intent, Some(CancelReason::Automatic));
    }
}

/// The bank settled a debit, or sent it back.
pub(crate) fn debit_ended(account: &mut Account, id: &str, error: Option<Value>) {
    let Some(mut intent) = account.payment_intents.get(id).cloned() else { return };
    let event = if let Some(error) = error {
        intent.status = IntentStatus::RequiresPaymentMethod;
        intent.payment_method = None;
        intent.last_error = Some(error);
        "payment_intent.payment_failed"
    } else {
        intent.status = IntentStatus::Succeeded;
        intent.amount_received = intent.amount;
        "payment_intent.succeeded"
    };
    account.payment_intents.put(intent.clone());
    account.emit(event, intent.render());
    checkout_session::settle(account, id);
}
