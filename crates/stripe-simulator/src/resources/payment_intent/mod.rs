//! PaymentIntents: one intent to take money, through all its tries.
//!
//! - [`making`]: create and change.
//! - [`confirmation`]: what a request says about a try.
//! - [`confirming`]: a try, and what becomes of it.
//! - [`ending`]: capture, cancel, and the lapse of an authorization.
//! - [`search`]: search by metadata, which lags behind as Stripe's does.

mod confirmation;
mod confirming;
mod ending;
mod making;
mod search;

pub(crate) use confirming::{Presence, attempt, authenticate};
pub(crate) use ending::{debit_ended, end, lapse};
pub(crate) use making::{FutureUsage, Terms, make};

use serde_json::{Value, json};

use crate::currency::Currency;
use crate::route::{Route, Turn, get, page_of, post};
use crate::wire::{Metadata, Refusal, Row, Word, words};

pub(crate) const ROUTES: &[Route] = &[
    post("/v1/payment_intents", AREA, making::create),
    get("/v1/payment_intents", AREA, list),
    get("/v1/payment_intents/search", AREA, search::search),
    get("/v1/payment_intents/:id", AREA, retrieve),
    post("/v1/payment_intents/:id", AREA, making::update),
    post("/v1/payment_intents/:id/confirm", AREA, confirming::confirm),
    post("/v1/payment_intents/:id/capture", AREA, ending::capture),
    post("/v1/payment_intents/:id/cancel", AREA, ending::cancel),
];

const AREA: &str = "payment_intent";

words! {
    /// Where an intent is.
    pub(crate) enum IntentStatus {
        RequiresPaymentMethod = "requires_payment_method",
        RequiresConfirmation = "requires_confirmation",
        RequiresAction = "requires_action",
        Processing = "processing",
        RequiresCapture = "requires_capture",
        Succeeded = "succeeded",
        Canceled = "canceled",
    }
}

words! {
    /// When the money of an authorized card is taken.
    pub(crate) enum CaptureMethod {
        Automatic = "automatic",
        AutomaticAsync = "automatic_async",
        Manual = "manual",
    }
}

words! {
    /// Why an intent was cancelled. The last three are Stripe's own reasons.
    pub(crate) enum CancelReason {
        Duplicate = "duplicate",
        Fraudulent = "fraudulent",
        RequestedByCustomer = "requested_by_customer",
        Abandoned = "abandoned",
        FailedInvoice = "failed_invoice",
        VoidInvoice = "void_invoice",
        Automatic = "automatic",
    }
}

words! {
    /// Who confirms: a page, or the shop's server alone. It is shown and changes nothing here.
    pub(crate) enum ConfirmationMethod {
        Automatic = "automatic",
        Manual = "manual",
    }
}

words! {
    /// May a method send the payer to another page?
    pub(crate) enum Redirects {
        Always = "always",
        Never = "never",
    }
}

/// Who chooses how an intent can be paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Methods {
    /// The shop named them.
    Named,
    /// Stripe chooses, with redirects or without.
    Chosen(Redirects),
}

/// One intent to take money. Amounts are in Stripe's minor units.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PaymentIntent {
    pub(crate) id: String,
    pub(crate) created: i64,
    pub(crate) amount: i64,
    pub(crate) amount_capturable: i64,
    pub(crate) amount_received: i64,
    pub(crate) currency: Currency,
    pub(crate) status: IntentStatus,
    pub(crate) capture_method: CaptureMethod,
    pub(crate) confirmation_method: ConfirmationMethod,
    pub(crate) customer: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) payment_method: Option<String>,
    pub(crate) payment_method_types: Vec<String>,
    pub(crate) payment_method_options: Value,
    pub(crate) methods: Methods,
    pub(crate) latest_charge: Option<String>,
    /// The error of the last try.
    pub(crate) last_error: Option<Value>,
    pub(crate) return_url: Option<String>,
    /// When, and why if that was said.
    pub(crate) canceled: Option<(i64, Option<CancelReason>)>,
    pub(crate) receipt_email: Option<String>,
    pub(crate) setup_future_usage: Option<String>,
    pub(crate) shipping: Option<Value>,
    pub(crate) statement_descriptor: Option<String>,
    pub(crate) statement_descriptor_suffix: Option<String>,
    pub(crate) transfer_group: Option<String>,
    pub(crate) client_secret: String,
    /// Where the payer proves who it is.
    pub(crate) action_url: Option<String>,
    /// The reader that is handling it.
    pub(crate) reader: Option<String>,
}

impl Row for PaymentIntent {
    const KIND: &'static str = "payment_intent";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        let automatic = match self.methods {
            Methods::Named => None,
            Methods::Chosen(redirects) => {
                Some(json!({ "enabled": true, "allow_redirects": redirects.word() }))
            }
        };
        let processing =
            (self.status == IntentStatus::Processing).then(|| json!({ "type": "card", "card": {} }));
        let mut intent = json!({
            "id": self.id, "object": "payment_intent", "amount": self.amount,
            "amount_capturable": self.amount_capturable, "amount_details": { "tip": {} },
            "amount_received": self.amount_received, "application": null, "application_fee_amount": null,
            "automatic_payment_methods": automatic, "canceled_at": self.canceled.map(|(at, _)| at),
            "cancellation_reason": self.canceled.and_then(|(_, reason)| reason).map(Word::word),
            "capture_method": self.capture_method.word(), "client_secret": self.client_secret,
            "confirmation_method": self.confirmation_method.word(), "created": self.created, "currency": self.currency.code(),
            "customer": self.customer, "customer_account": null, "description": self.description,
            "excluded_payment_method_types": null, "last_payment_error": self.last_error,
            "latest_charge": self.latest_charge, "livemode": false, "metadata": self.metadata,
            "next_action": self.next_action(), "on_behalf_of": null, "payment_method": self.payment_method,
            "payment_method_configuration_details": null, "payment_method_options": self.payment_method_options,
            "payment_method_types": self.payment_method_types, "processing": processing,
        });
        let rest = json!({
            "receipt_email": self.receipt_email, "review": null, "setup_future_usage": self.setup_future_usage,
            "shipping": self.shipping, "source": null, "statement_descriptor": self.statement_descriptor,
            "statement_descriptor_suffix": self.statement_descriptor_suffix, "status": self.status.word(),
            "transfer_data": null, "transfer_group": self.transfer_group,
        });
        merge(&mut intent, rest);
        intent
    }
}

/// Adds the fields of one object to another: an object of forty fields is no single literal.
pub(crate) fn merge(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}

impl PaymentIntent {
    fn next_action(&self) -> Option<Value> {
        let url = self.action_url.as_ref().filter(|_| self.status == IntentStatus::RequiresAction)?;
        Some(match &self.return_url {
            Some(return_url) => json!({
                "type": "redirect_to_url", "redirect_to_url": { "return_url": return_url, "url": url },
            }),
            None => json!({
                "type": "use_stripe_sdk",
                "use_stripe_sdk": { "type": "three_d_secure_redirect", "stripe_js": url, "source": "src_simulated" },
            }),
        })
    }

    /// The intent can't do that in its state.
    fn unexpected(&self, message: String) -> Refusal {
        Refusal::invalid(message)
            .code("payment_intent_unexpected_state")
            .about("payment_intent", self.render())
    }
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    // A page that holds the client secret may read its intent; for a shop's own key it changes nothing.
    turn.read(|params| params.text("client_secret"))?;
    turn.account.payment_intents.find(&turn.id()).map(Row::render)
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, customer) = turn.read_page(|params| params.text("customer"))?;
    let intents = turn.account.payment_intents.newest_first();
    let chosen = intents.filter(|intent| customer.is_none() || intent.customer == customer);
    page_of(chosen, &wish, range, "/v1/payment_intents")
}
