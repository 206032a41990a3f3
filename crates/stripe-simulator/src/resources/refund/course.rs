//! The course of a refund: whether it may be, when it arrives, and how it comes back.

use crate::account::Account;
use crate::agenda::Job;
use crate::clock::DAY;
use crate::defect::Defect;
use crate::resources::balance::{self, Source};
use crate::resources::cards::Fate;
use crate::resources::charge::{Charge, ChargeStatus};
use crate::wire::{Refusal, Row, Word};

use super::{Refund, RefundStatus, Wish};

/// A pending refund arrives, and one that fails comes back, so much later.
const ARRIVES_AFTER: i64 = DAY;

/// Refunds a charge.
pub(crate) fn make(account: &mut Account, charge: &Charge, wish: Wish) -> Result<Refund, Refusal> {
    let amount = permitted(account, charge, wish.amount)?;
    let fate = charge.method.means.card().map(|card| card.fate);
    let id = account.ids.next("re_");
    let status = if fate == Some(Fate::RefundPends) || charge.method.means.is_debit() {
        account.agenda.note(account.now + ARRIVES_AFTER, Job::RefundArrives { refund: id.clone() });
        RefundStatus::Pending
    } else {
        RefundStatus::Succeeded
    };
    if fate == Some(Fate::RefundFails) {
        account.agenda.note(account.now + ARRIVES_AFTER, Job::RefundFails { refund: id.clone() });
    }
    let transaction = balance::book(account, Source::Refund(&id, charge), amount);
    let refund = Refund {
        id,
        created: account.now,
        amount,
        currency: charge.currency.clone(),
        status,
        charge: charge.id.clone(),
        payment_intent: charge.payment_intent.clone(),
        balance_transaction: Some(transaction),
        failure_transaction: None,
        failure_reason: None,
        reason: wish.reason,
        destination: if charge.method.means.is_debit() { charge.method.means.kind().word() } else { "card" },
        metadata: wish.metadata.fresh(),
    };
    account.refunds.put(refund.clone());
    let mut charge = charge.clone();
    charge.amount_refunded += amount;
    account.charges.put(charge.clone());
    account.emit("refund.created", refund.render());
    account.emit("charge.refunded", charge.render());
    Ok(refund)
}

/// May so much be refunded? Without an amount it is what is left.
pub(crate) fn permitted(account: &Account, charge: &Charge, amount: Option<i64>) -> Result<i64, Refusal> {
    let left = charge.refundable();
    let refuse = |code, message: String| Err(Refusal::invalid(message).code(code));
    if charge.status != ChargeStatus::Succeeded || !charge.is_captured {
        let message = format!(
            "Charge {} is not captured: cancel its PaymentIntent instead of refunding it.",
            charge.id
        );
        return refuse("charge_not_refundable", message);
    }
    let is_lost =
        account.disputes.oldest_first().any(|dispute| dispute.charge == charge.id && dispute.withholds());
    if is_lost {
        return refuse(
            "charge_disputed",
            format!("Charge {} has been charged back; cannot issue a refund.", charge.id),
        );
    }
    let amount = amount.unwrap_or(left);
    if account.has(Defect::RefundsAboveTheCharge) && amount > 0 {
        return Ok(amount);
    }
    if left == 0 {
        return refuse("charge_already_refunded", format!("Charge {} has already been refunded.", charge.id));
    }
    if amount > left {
        let message =
            format!("Refund amount ({amount}) is greater than unrefunded amount on charge ({left})");
        return Err(Refusal::invalid(message).param("amount"));
    }
    charge.currency.holds_part(amount)?;
    Ok(amount)
}

/// A pending refund reached the payer.
pub(crate) fn arrive(account: &mut Account, id: &str) {
    let pending = account.refunds.get(id).filter(|refund| refund.status == RefundStatus::Pending).cloned();
    if let Some(mut refund) = pending {
        refund.status = RefundStatus::Succeeded;
        store(account, refund, &["refund.updated", "charge.refund.updated"]);
    }
}

/// The payer's bank sent a refund back: the money is on the balance again.
pub(crate) fn fail(account: &mut Account, id: &str) {
    undo(account, id, RefundStatus::Failed, &["refund.failed", "refund.updated", "charge.refund.updated"]);
}

pub(super) fn undo(account: &mut Account, id: &str, status: RefundStatus, events: &[&'static str]) {
    let undone = [RefundStatus::Failed, RefundStatus::Canceled];
    let standing = account.refunds.get(id).filter(|refund| !undone.contains(&refund.status)).cloned();
    let Some(mut refund) = standing else { return };
    let Some(mut charge) = account.charges.get(&refund.charge).cloned() else { return };
    refund.failure_transaction =
        Some(balance::book(account, Source::RefundFailure(id, &charge), refund.amount));
    refund.failure_reason = (status == RefundStatus::Failed).then_some("expired_or_canceled_card");
    refund.status = status;
    charge.amount_refunded -= refund.amount;
    account.charges.put(charge);
    store(account, refund, events);
}

/// A refund waits for the payer to do something, as one to a bank account does.
pub(crate) fn await_action(account: &mut Account, id: &str) {
    if let Some(mut refund) = account.refunds.get(id).cloned() {
        refund.status = RefundStatus::RequiresAction;
        store(account, refund, &["refund.updated", "charge.refund.updated"]);
    }
}

pub(super) fn store(account: &mut Account, refund: Refund, events: &[&'static str]) {
    for event in events {
        account.emit(event, refund.render());
    }
    account.refunds.put(refund);
}
