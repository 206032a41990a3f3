//! Refunds: in full and in part, at once or after a while, and those that come back.

mod course;

pub(crate) use course::{arrive, await_action, fail, make, permitted};

use serde_json::{Value, json};

use crate::account::Account;
use crate::currency::Currency;
use crate::defect::Defect;
use crate::route::{Route, Turn, get, page_of, post};
use crate::wire::{Metadata, MetadataChange, Params, Refusal, Row, Word, words};

use super::charge::Charge;
use super::payment_method::Means;
use course::{store, undo};

pub(crate) const ROUTES: &[Route] = &[
    post("/v1/refunds", "charge", create),
    get("/v1/refunds", "charge", list),
    get("/v1/refunds/:id", "charge", retrieve),
    post("/v1/refunds/:id", "charge", update),
    post("/v1/refunds/:id/cancel", "charge", cancel),
];

words! {
    /// Where a refund is.
    pub(crate) enum RefundStatus {
        Pending = "pending",
        RequiresAction = "requires_action",
        Succeeded = "succeeded",
        Failed = "failed",
        Canceled = "canceled",
    }
}

words! {
    /// Why the shop refunds.
    pub(crate) enum RefundReason {
        Duplicate = "duplicate",
        Fraudulent = "fraudulent",
        RequestedByCustomer = "requested_by_customer",
    }
}

/// Money that goes back to a payer. The amount is in Stripe's minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refund {
    pub(crate) id: String,
    created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) status: RefundStatus,
    pub(crate) charge: String,
    pub(crate) payment_intent: Option<String>,
    balance_transaction: Option<String>,
    failure_transaction: Option<String>,
    failure_reason: Option<&'static str>,
    reason: Option<RefundReason>,
    /// `card`, or the kind of the debit.
    destination: &'static str,
    pub(crate) metadata: Metadata,
}

impl Row for Refund {
    const KIND: &'static str = "refund";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        let mut destination = json!({ "type": self.destination });
        destination[self.destination] = match self.destination {
            "card" => {
                json!({ "reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund" })
            }
            _ => json!({}),
        };
        let mut refund = json!({
            "id": self.id, "object": "refund", "amount": self.amount, "balance_transaction": self.balance_transaction,
            "charge": self.charge, "created": self.created, "currency": self.currency.code(),
            "destination_details": destination, "metadata": self.metadata, "payment_intent": self.payment_intent,
            "reason": self.reason.map(Word::word), "receipt_number": null, "source_transfer_reversal": null,
            "status": self.status.word(), "transfer_reversal": null,
        });
        if let Some(reason) = self.failure_reason {
            refund["failure_reason"] = json!(reason);
            refund["failure_balance_transaction"] = json!(self.failure_transaction);
        }
        if self.status == RefundStatus::Pending {
            refund["pending_reason"] = json!("processing");
        }
        refund
    }
}

/// What is asked to be refunded.
pub(crate) struct Wish {
    pub(crate) amount: Option<i64>,
    pub(crate) reason: Option<RefundReason>,
    pub(crate) metadata: MetadataChange,
}

fn create(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (charge, intent, wish) = turn.read(|params| {
        let (charge, intent) = (params.text("charge")?, params.text("payment_intent")?);
        params.text("instructions_email")?;
        if charge.is_none() && intent.is_none() {
            let message =
                "One of the following params should be provided for this request: payment_intent or charge.";
            return Err(Refusal::invalid(message).code("parameter_missing"));
        }
        Ok((charge, intent, read_wish(params)?))
    })?;
    let charge = refunded_charge(turn.account, charge, intent)?;
    if must_be_presented(&charge) && !turn.account.has(Defect::RefundsWithoutTheCard) {
        // Stripe publishes that it refuses this, and neither a code nor its words.
        let message =
            format!("Charge {} can only be refunded in person, with the card presented.", charge.id);
        return Err(Refusal::invalid(message).param("charge"));
    }
    make(turn.account, &charge, wish).map(|refund| refund.render())
}

/// Does the money go back to nothing but the card at a reader?
/// Source: <https://docs.stripe.com/terminal/features/refunds>.
fn must_be_presented(charge: &Charge) -> bool {
    matches!(charge.method.means, Means::InteracPresent(_))
}

/// What a request for a refund says, besides what it is of.
pub(crate) fn read_wish(params: &mut Params) -> Result<Wish, Refusal> {
    let amount = params.integer("amount")?;
    if amount.is_some_and(|amount| amount < 1) {
        let refusal = Refusal::invalid("This value must be greater than or equal to 1.");
        return Err(refusal.code("parameter_invalid_integer").param("amount"));
    }
    Ok(Wish { amount, reason: params.word("reason")?, metadata: MetadataChange::read(params)? })
}

/// The charge that is named, or the one that paid the intent that is named.
pub(crate) fn refunded_charge(
    account: &Account,
    charge: Option<String>,
    intent: Option<String>,
) -> Result<Charge, Refusal> {
    if let Some(intent) = intent {
        let intent = account.payment_intents.named(&intent, "payment_intent")?;
        let paid_by = intent.latest_charge.as_ref().and_then(|id| account.charges.get(id));
        let of_another =
            paid_by.is_some_and(|paid_by| charge.as_ref().is_some_and(|charge| *charge != paid_by.id));
        let none = || {
            let message =
                format!("This PaymentIntent ({}) does not have a successful charge to refund.", intent.id);
            Refusal::invalid(message).param("payment_intent")
        };
        return paid_by.filter(|_| !of_another).cloned().ok_or_else(none);
    }
    let charge = charge.unwrap_or_default();
    account.charges.named(&charge, "charge").cloned()
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    turn.account.refunds.find(&turn.id()).map(Row::render)
}

fn update(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let metadata = turn.read(MetadataChange::read)?;
    let mut refund = turn.account.refunds.find(&turn.id())?.clone();
    metadata.apply(&mut refund.metadata);
    let rendered = refund.render();
    store(turn.account, refund, &["refund.updated", "charge.refund.updated"]);
    Ok(rendered)
}

fn cancel(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    let id = turn.id();
    let refund = turn.account.refunds.find(&id)?;
    if refund.status != RefundStatus::RequiresAction {
        let message = format!("Refunds in status {} cannot be canceled.", refund.status.word());
        return Err(Refusal::invalid(message));
    }
    undo(turn.account, &id, RefundStatus::Canceled, &["refund.updated", "charge.refund.updated"]);
    turn.account.refunds.find(&id).map(Row::render)
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, (charge, intent)) =
        turn.read_page(|params| Ok((params.text("charge")?, params.text("payment_intent")?)))?;
    let chosen = turn.account.refunds.newest_first().filter(|refund| {
        charge.as_ref().is_none_or(|charge| *charge == refund.charge)
            && (intent.is_none() || refund.payment_intent == intent)
    });
    page_of(chosen, &wish, range, "/v1/refunds")
}
