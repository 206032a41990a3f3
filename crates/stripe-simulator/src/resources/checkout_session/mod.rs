//! Checkout Sessions: a page of Stripe's on which one payer pays once, or saves a method for later.
//!
//! - [`making`]: create, from a request or from a Payment Link.
//! - [`paying`]: what the payer does on the page, and what becomes of the session.

mod making;
mod paying;

pub(crate) use making::{IntentTerms, Wish, make, read_intent_terms};
pub(crate) use paying::{Tried, attempt, expire, expire_unpaid, settle};

use serde_json::{Value, json};

use crate::currency::Currency;
use crate::route::{Route, Turn, get, page_of, post};
use crate::wire::{Metadata, Refusal, Row, Word, words};

use super::line::{Line, render_lines, total};
use super::payment_intent::merge;

pub(crate) const ROUTES: &[Route] = &[
    post("/v1/checkout/sessions", AREA, making::create),
    get("/v1/checkout/sessions", AREA, list),
    get("/v1/checkout/sessions/:id", AREA, retrieve),
    post("/v1/checkout/sessions/:id/expire", AREA, paying::expire_on_request),
    get("/v1/checkout/sessions/:id/line_items", AREA, list_lines),
    // The command line's fixtures play the payer by the addresses of the page itself.
    get("/v1/payment_pages/:id", AREA, retrieve),
    post("/v1/payment_pages/:id/confirm", AREA, paying::confirm_on_page),
];

const AREA: &str = "checkout_session";

words! {
    /// Where a session is.
    pub(crate) enum SessionStatus {
        Open = "open",
        Complete = "complete",
        Expired = "expired",
    }
}

words! {
    /// Is the money there?
    pub(crate) enum SessionPayment {
        Unpaid = "unpaid",
        Paid = "paid",
        NotRequired = "no_payment_required",
    }
}

/// What a page is for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Purpose {
    /// These lines are paid.
    Payment { lines: Vec<Line>, currency: Currency },
    /// A method is kept, by this setup intent.
    Setup { intent: String },
}

/// A page on which one payer pays once, or saves a method.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct CheckoutSession {
    pub(crate) id: String,
    created: i64,
    pub(crate) status: SessionStatus,
    pub(crate) payment: SessionPayment,
    pub(crate) purpose: Purpose,
    pub(crate) payment_intent: Option<String>,
    pub(crate) payment_link: Option<String>,
    pub(crate) success_url: Option<String>,
    cancel_url: Option<String>,
    client_reference_id: Option<String>,
    pub(crate) customer: Option<String>,
    customer_email: Option<String>,
    pub(crate) kinds: Vec<String>,
    expires_at: i64,
    metadata: Metadata,
    terms: IntentTerms,
    /// Where the payer's page is.
    pub(crate) page: String,
}

impl Row for CheckoutSession {
    const KIND: &'static str = "checkout.session";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        let is_open = self.status == SessionStatus::Open;
        let (mode, amount, currency, setup_intent) = match &self.purpose {
            Purpose::Payment { lines, currency } => {
                ("payment", Some(total(lines)), Some(currency.code()), None)
            }
            Purpose::Setup { intent } => ("setup", None, None, Some(intent)),
        };
        let details = (!is_open).then(|| {
            json!({
                "address": null, "business_name": null, "email": self.customer_email, "individual_name": null,
                "name": null, "phone": null, "tax_exempt": "none", "tax_ids": [],
            })
        });
        let mut session = json!({
            "id": self.id, "object": "checkout.session", "adaptive_pricing": null, "after_expiration": null,
            "allow_promotion_codes": null, "amount_subtotal": amount, "amount_total": amount,
            "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null },
            "billing_address_collection": null, "cancel_url": self.cancel_url,
            "client_reference_id": self.client_reference_id, "client_secret": null, "collected_information": null,
            "consent": null, "consent_collection": null, "created": self.created, "currency": currency,
            "currency_conversion": null, "custom_fields": [],
            "custom_text": {
                "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null,
            },
            "customer": self.customer, "customer_account": null, "customer_creation": "if_required",
            "customer_details": details, "customer_email": self.customer_email, "discounts": [],
            "expires_at": self.expires_at,
        });
        let rest = json!({
            "invoice": null, "invoice_creation": null, "livemode": false, "locale": null, "metadata": self.metadata,
            "mode": mode, "origin_context": null, "payment_intent": self.payment_intent,
            "payment_link": self.payment_link, "payment_method_collection": "if_required",
            "payment_method_configuration_details": null, "payment_method_options": {},
            "payment_method_types": self.kinds, "payment_status": self.payment.word(), "permissions": null,
            "phone_number_collection": { "enabled": false }, "presentment_details": null, "recovered_from": null,
            "saved_payment_method_options": null, "setup_intent": setup_intent, "shipping_address_collection": null,
            "shipping_cost": null, "shipping_options": [], "status": self.status.word(), "submit_type": null,
            "subscription": null, "success_url": self.success_url,
            "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 },
            "ui_mode": "hosted_page", "url": is_open.then_some(&self.page), "wallet_options": null,
        });
        merge(&mut session, rest);
        session
    }
}

impl CheckoutSession {
    /// What is to be paid, in Stripe's minor units.
    pub(crate) fn amount(&self) -> i64 {
        total(self.lines())
    }

    /// Does an intent of either kind belong to this page?
    pub(crate) fn is_of(&self, intent: &str) -> bool {
        match &self.purpose {
            Purpose::Payment { .. } => self.payment_intent.as_deref() == Some(intent),
            Purpose::Setup { intent: its } => its == intent,
        }
    }

    /// What is paid for; nothing where a method is saved.
    fn lines(&self) -> &[Line] {
        match &self.purpose {
            Purpose::Payment { lines, .. } => lines,
            Purpose::Setup { .. } => &[],
        }
    }

    pub(crate) fn render_lines(&self) -> Value {
        render_lines(self.lines(), &format!("/v1/checkout/sessions/{}/line_items", self.id))
    }
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    turn.account.checkout_sessions.find(&turn.id()).map(Row::render)
}

fn list_lines(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read(|params| params.integer("limit"))?;
    turn.account.checkout_sessions.find(&turn.id()).map(CheckoutSession::render_lines)
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, (customer, intent, link, status)) = turn.read_page(|params| {
        let (customer, intent) = (params.text("customer")?, params.text("payment_intent")?);
        Ok((customer, intent, params.text("payment_link")?, params.word::<SessionStatus>("status")?))
    })?;
    let chosen = turn.account.checkout_sessions.newest_first().filter(|session| {
        (customer.is_none() || session.customer == customer)
            && (intent.is_none() || session.payment_intent == intent)
            && (link.is_none() || session.payment_link == link)
            && status.is_none_or(|status| status == session.status)
    });
    page_of(chosen, &wish, range, "/v1/checkout/sessions")
}
