//! Charges: each try of an intent that reached the payer's bank.

mod details;
mod terms;

pub(crate) use terms::Terms;

use serde_json::{Value, json};

use crate::account::Account;
use crate::agenda::Job;
use crate::currency::Currency;
use crate::route::{Route, Turn, get, page_of, post};
use crate::wire::{Metadata, MetadataChange, Refusal, Row, Word, words};

use super::balance::{self, Source};
use super::cards::{self, Decline, Fate};
use super::dispute::DisputeReason;
use super::payment_intent::{self, merge};
use super::payment_method::{Means, PaymentMethod};

pub(crate) const ROUTES: &[Route] = &[
    get("/v1/charges", "charge", list),
    get("/v1/charges/:id", "charge", retrieve),
    post("/v1/charges/:id", "charge", update),
];

words! {
    /// What the bank said.
    pub(crate) enum ChargeStatus {
        Succeeded = "succeeded",
        Pending = "pending",
        Failed = "failed",
    }
}

/// One try to take money. Amounts are in Stripe's minor units.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) amount_captured: i64,
    /// Refunded, or released because it was never captured.
    pub(crate) amount_refunded: i64,
    pub(crate) currency: Currency,
    pub(crate) status: ChargeStatus,
    pub(crate) is_captured: bool,
    pub(crate) is_disputed: bool,
    pub(crate) balance_transaction: Option<String>,
    pub(crate) customer: Option<String>,
    description: Option<String>,
    /// `None` for a charge that was made directly.
    pub(crate) payment_intent: Option<String>,
    pub(crate) method: PaymentMethod,
    pub(crate) metadata: Metadata,
    pub(crate) decline: Option<&'static Decline>,
    receipt_email: Option<String>,
    shipping: Option<Value>,
    statement_descriptor_suffix: Option<String>,
    transfer_group: Option<String>,
    pub(crate) authorization_code: String,
    /// The cryptogram of the chip, for a card at a reader.
    pub(crate) cryptogram: String,
    /// The idempotency key of the request that made it, for judges; Stripe does not show it.
    pub(crate) idempotency_key: Option<String>,
}

impl Row for Charge {
    const KIND: &'static str = "charge";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        let mut charge = json!({
            "id": self.id, "object": "charge", "amount": self.amount, "amount_captured": self.amount_captured,
            "amount_refunded": self.amount_refunded, "application": null, "application_fee": null,
            "application_fee_amount": null, "balance_transaction": self.balance_transaction,
            "billing_details": self.method.billing().render(), "calculated_statement_descriptor": "TILLSTREAM",
            "captured": self.is_captured, "created": self.created, "currency": self.currency.code(),
            "customer": self.customer, "description": self.description, "disputed": self.is_disputed,
            "failure_balance_transaction": null, "failure_code": self.decline.map(|decline| decline.code),
            "failure_message": self.decline.map(|decline| decline.message), "fraud_details": {}, "livemode": false,
            "metadata": self.metadata, "on_behalf_of": null, "outcome": details::outcome(self),
        });
        let rest = json!({
            "paid": self.status != ChargeStatus::Failed, "payment_intent": self.payment_intent,
            "payment_method": self.method.id, "payment_method_details": details::method(self),
            "receipt_email": self.receipt_email, "receipt_number": null, "receipt_url": null,
            "refunded": self.amount_refunded == self.amount, "review": null, "shipping": self.shipping,
            "source": null, "source_transfer": null, "statement_descriptor": null,
            "statement_descriptor_suffix": self.statement_descriptor_suffix, "status": self.status.word(),
            "transfer_data": null, "transfer_group": self.transfer_group,
        });
        merge(&mut charge, rest);
        charge
    }
}

impl Charge {
    /// What may still be refunded.
    pub(crate) fn refundable(&self) -> i64 {
        self.amount - self.amount_refunded
    }
}

/// A charge the bank approved, or has yet to settle.
pub(crate) fn make(account: &mut Account, terms: Terms, method: &PaymentMethod) -> Charge {
    let status = match method.means {
        Means::SepaDebit { .. } | Means::BacsDebit { .. } => ChargeStatus::Pending,
        Means::Card(_) | Means::CardPresent(_) | Means::InteracPresent(_) => ChargeStatus::Succeeded,
    };
    put(account, terms, method, status, None)
}

/// A charge the bank declined.
pub(crate) fn make_failed(
    account: &mut Account,
    terms: Terms,
    method: &PaymentMethod,
    decline: &'static Decline,
) -> Charge {
    put(account, terms, method, ChargeStatus::Failed, Some(decline))
}

fn put(
    account: &mut Account,
    terms: Terms,
    method: &PaymentMethod,
    status: ChargeStatus,
    decline: Option<&'static Decline>,
) -> Charge {
    let is_debit = method.means.is_debit();
    let charge = Charge {
        id: account.ids.next(if is_debit { "py_" } else { "ch_" }),
        created: account.now,
        amount: terms.amount,
        amount_captured: 0,
        amount_refunded: 0,
        currency: terms.currency,
        status,
        is_captured: is_debit,
        is_disputed: false,
        balance_transaction: None,
        customer: terms.customer,
        description: terms.description,
        payment_intent: terms.payment_intent,
        method: method.clone(),
        metadata: terms.metadata,
        decline,
        receipt_email: terms.receipt_email,
        shipping: terms.shipping,
        statement_descriptor_suffix: terms.statement_descriptor_suffix,
        transfer_group: terms.transfer_group,
        authorization_code: account.ids.digits("authorization", 6),
        cryptogram: account.ids.letters("cryptogram"),
        idempotency_key: account.request.as_ref().and_then(|request| request.idempotency_key.clone()),
    };
    account.charges.put(charge.clone());
    charge
}

/// Takes the money of an approved charge, all of it or a part; the rest goes back to the payer.
pub(crate) fn capture(account: &mut Account, mut charge: Charge, amount: i64) -> Charge {
    charge.is_captured = true;
    charge.amount_captured = amount;
    charge.amount_refunded = charge.amount_refunded.max(charge.amount - amount);
    let transaction = balance::book(account, Source::Charge(&charge), amount);
    charge.balance_transaction = Some(transaction);
    account.charges.put(charge.clone());
    await_objection(account, &charge);
    charge
}

/// Takes all the money of a charge; its movement on the balance is known only after the answer.
pub(crate) fn capture_and_book_later(account: &mut Account, mut charge: Charge) -> Charge {
    charge.is_captured = true;
    charge.amount_captured = charge.amount;
    account.charges.put(charge.clone());
    account.agenda.note(account.now, Job::ChargeIsBooked { charge: charge.id.clone() });
    charge
}

/// The movement of a captured charge is known.
pub(crate) fn book(account: &mut Account, id: &str) {
    if let Some(charge) = account.charges.get(id).cloned() {
        let amount = charge.amount_captured;
        let charge = capture(account, charge, amount);
        account.emit("charge.updated", charge.render());
    }
}

fn await_objection(account: &mut Account, charge: &Charge) {
    let objection = match charge.method.means.card().map(|card| card.fate) {
        Some(Fate::IsDisputed(reason)) => Some((reason, false)),
        Some(Fate::IsAskedAbout) => Some((DisputeReason::General, true)),
        _ => None,
    };
    if let Some((reason, is_inquiry)) = objection {
        let job = Job::DisputeArrives { charge: charge.id.clone(), reason, is_inquiry };
        account.agenda.note(account.now, job);
    }
}

/// Gives an authorization back to the payer without taking it.
pub(crate) fn release(account: &mut Account, mut charge: Charge) {
    charge.amount_refunded = charge.amount;
    account.charges.put(charge.clone());
    let rendered = charge.render();
    account.emit("charge.expired", rendered);
}

/// A bank debit is settled, or comes back.
pub(crate) fn settle_debit(account: &mut Account, id: &str, succeeds: bool) {
    let Some(mut charge) = account.charges.get(id).cloned() else { return };
    let Some(intent) = charge.payment_intent.clone() else { return };
    if succeeds {
        charge.status = ChargeStatus::Succeeded;
        let amount = charge.amount;
        let charge = capture(account, charge, amount);
        account.emit("charge.succeeded", charge.render());
        payment_intent::debit_ended(account, &intent, None);
    } else {
        charge.status = ChargeStatus::Failed;
        charge.decline = Some(&cards::DEBIT_FAILED);
        account.charges.put(charge.clone());
        account.emit("charge.failed", charge.render());
        let error = cards::DEBIT_FAILED.refusal(Some(id)).object();
        payment_intent::debit_ended(account, &intent, Some(error));
    }
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    turn.account.charges.find(&turn.id()).map(Row::render)
}

fn update(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (metadata, description) =
        turn.read(|params| Ok((MetadataChange::read(params)?, params.unsettable("description")?)))?;
    let mut charge = turn.account.charges.find(&turn.id())?.clone();
    metadata.apply(&mut charge.metadata);
    charge.description = description.unwrap_or(charge.description);
    turn.account.charges.put(charge.clone());
    turn.account.emit("charge.updated", charge.render());
    Ok(charge.render())
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, (customer, intent, group)) = turn.read_page(|params| {
        Ok((params.text("customer")?, params.text("payment_intent")?, params.text("transfer_group")?))
    })?;
    let chosen = turn.account.charges.newest_first().filter(|charge| {
        (customer.is_none() || charge.customer == customer)
            && (intent.is_none() || charge.payment_intent == intent)
            && (group.is_none() || charge.transfer_group == group)
    });
    page_of(chosen, &wish, range, "/v1/charges")
}
