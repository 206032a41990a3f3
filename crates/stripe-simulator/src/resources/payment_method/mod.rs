//! Payment methods: what a payer pays with. Cards are Stripe's test cards by name; nobody else's number is ever taken.

mod means;

pub(crate) use means::{Billing, Means, MethodKind, read_means};

use serde_json::{Value, json};

use crate::account::Account;
use crate::defect::Defect;
use crate::route::{Route, Turn, get, page_of, post};
use crate::wire::{Metadata, MetadataChange, Refusal, Row, Word};

use super::cards::{Fate, TestCard};

pub(crate) const ROUTES: &[Route] = &[
    post("/v1/payment_methods", "payment_method", create),
    get("/v1/payment_methods", "payment_method", list),
    get("/v1/payment_methods/:id", "payment_method", retrieve),
    post("/v1/payment_methods/:id", "payment_method", update),
    post("/v1/payment_methods/:id/attach", "payment_method", attach),
    post("/v1/payment_methods/:id/detach", "payment_method", detach),
    get("/v1/customers/:id/payment_methods", "payment_method", list_of_customer),
];

/// A payment method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PaymentMethod {
    pub(crate) id: String,
    pub(crate) means: Means,
    pub(crate) customer: Option<String>,
    /// Its customer had it forgotten: it is of no use to anybody any more.
    is_forgotten: bool,
    fingerprint: String,
    billing: Billing,
    created: i64,
    metadata: Metadata,
}

impl Row for PaymentMethod {
    const KIND: &'static str = "PaymentMethod";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        let kind = self.means.kind().word();
        let mut method = json!({
            "id": self.id, "object": "payment_method", "allow_redisplay": "unspecified",
            "billing_details": self.billing.render(), "created": self.created, "customer": self.customer,
            "customer_account": null, "livemode": false, "metadata": self.metadata, "type": kind,
        });
        method[kind] = self.details();
        method
    }
}

impl PaymentMethod {
    fn details(&self) -> Value {
        match self.means {
            Means::Card(card) => json!({
                "brand": card.brand,
                "checks": { "address_line1_check": null, "address_postal_code_check": null, "cvc_check": "pass" },
                "country": card.country, "display_brand": card.brand, "exp_month": 12, "exp_year": 2034,
                "fingerprint": self.fingerprint, "funding": card.funding, "generated_from": null, "last4": card.last4(),
                "networks": { "available": [card.brand], "preferred": null }, "regulated_status": "unregulated",
                "three_d_secure_usage": { "supported": true }, "wallet": null,
            }),
            Means::CardPresent(card) => json!({
                "brand": card.brand, "brand_product": null, "cardholder_name": null, "country": card.country,
                "description": null, "exp_month": 12, "exp_year": 2034, "fingerprint": self.fingerprint,
                "funding": card.funding, "issuer": null, "last4": card.last4(),
                "networks": { "available": [card.brand], "preferred": null }, "offline": null, "preferred_locales": null,
                "read_method": "contactless_emv", "wallet": null,
            }),
            Means::InteracPresent(card) => json!({
                "brand": card.brand, "cardholder_name": null, "country": card.country, "description": null,
                "exp_month": 12, "exp_year": 2034, "fingerprint": self.fingerprint, "funding": card.funding,
                "issuer": null, "last4": card.last4(), "networks": { "available": [card.brand], "preferred": null },
                "preferred_locales": null, "read_method": "contact_emv",
            }),
            Means::BacsDebit { .. } => {
                json!({ "fingerprint": self.fingerprint, "last4": "3335", "sort_code": "108800" })
            }
            Means::SepaDebit { .. } => json!({
                "bank_code": "37040044", "branch_code": "", "country": "DE", "fingerprint": self.fingerprint,
                "generated_from": { "charge": null, "setup_attempt": null }, "last4": "3000",
            }),
        }
    }

    pub(crate) fn billing(&self) -> &Billing {
        &self.billing
    }

    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

/// A new method that belongs to nobody yet.
pub(crate) fn make(account: &mut Account, means: Means, billing: Billing) -> PaymentMethod {
    let method = PaymentMethod {
        id: account.ids.next("pm_"),
        means,
        customer: None,
        is_forgotten: false,
        // One card has one fingerprint, however often its data is given.
        fingerprint: fingerprint(means),
        billing,
        created: account.now,
        metadata: Metadata::new(),
    };
    account.payment_methods.put(method.clone());
    method
}

fn fingerprint(means: Means) -> String {
    let last4 = means.card().map_or("3000", TestCard::last4);
    format!("Fp{last4}{}", means.kind().word().len())
}

/// The method a parameter names: an id, or `pm_card_NAME`, which makes a new one as it does at Stripe.
pub(crate) fn named(account: &mut Account, name: &str, param: &str) -> Result<PaymentMethod, Refusal> {
    if let Some(method) = account.payment_methods.get(name) {
        let is_refused = method.is_forgotten && !account.has(Defect::ChargesForgottenCards);
        return if is_refused { Err(forgotten()) } else { Ok(method.clone()) };
    }
    let means = match name {
        "pm_sepaDebit" | "pm_success_de" => Some(Means::SepaDebit { succeeds: true }),
        "pm_sepaDebitFailed" => Some(Means::SepaDebit { succeeds: false }),
        _ => name.strip_prefix("pm_card_").and_then(TestCard::named).map(Means::Card),
    };
    let means = means.ok_or_else(|| Refusal::no_such(PaymentMethod::KIND, name, param))?;
    Ok(make(account, means, Billing::default()))
}

fn forgotten() -> Refusal {
    let message = "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared \
                   with a connected account without Customer attachment, or was detached from a Customer. It may not be \
                   used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.";
    Refusal::invalid(message).param("payment_method")
}

fn create(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let ((means, billing), metadata) =
        turn.read(|params| Ok((read_means(params)?, MetadataChange::read(params)?)))?;
    let mut method = make(turn.account, means, billing);
    metadata.apply(&mut method.metadata);
    turn.account.payment_methods.put(method.clone());
    Ok(method.render())
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    turn.account.payment_methods.find(&turn.id()).map(Row::render)
}

fn update(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (billing, metadata) =
        turn.read(|params| Ok((Billing::read(params)?, MetadataChange::read(params)?)))?;
    let mut method = turn.account.payment_methods.find(&turn.id())?.clone();
    method.billing = billing.unwrap_or(method.billing);
    metadata.apply(&mut method.metadata);
    Ok(store(turn.account, method, "payment_method.updated"))
}

fn store(account: &mut Account, method: PaymentMethod, event: &'static str) -> Value {
    let rendered = method.render();
    account.payment_methods.put(method);
    account.emit(event, rendered.clone());
    rendered
}

fn attach(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let customer = turn.read(|params| params.required_text("customer"))?;
    turn.account.customers.named(&customer, "customer")?;
    let method = named(turn.account, &turn.id(), "payment_method")?;
    attach_to(turn.account, method, &customer)
}

/// Keeps a method for a customer. The card's bank is asked at this moment.
pub(crate) fn attach_to(
    account: &mut Account,
    mut method: PaymentMethod,
    customer: &str,
) -> Result<Value, Refusal> {
    if let Some(TestCard { fate: Fate::Declines(decline), .. }) = method.means.card() {
        return Err(decline.refusal(None));
    }
    if method.customer.as_ref().is_some_and(|other| other != customer) {
        let message = "The payment method you provided has already been attached to a customer.";
        return Err(Refusal::invalid(message).code("payment_method_unexpected_state"));
    }
    method.customer = Some(customer.to_owned());
    Ok(store(account, method, "payment_method.attached"))
}

fn detach(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    let mut method = turn.account.payment_methods.find(&turn.id())?.clone();
    if method.customer.take().is_none() {
        let message =
            "The payment method you provided is not attached to a customer so detachment is impossible.";
        return Err(Refusal::invalid(message).code("payment_method_unexpected_state"));
    }
    method.is_forgotten = true;
    Ok(store(turn.account, method, "payment_method.detached"))
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, (customer, kind)) =
        turn.read_page(|params| Ok((params.text("customer")?, params.word::<MethodKind>("type")?)))?;
    let methods = turn.account.payment_methods.newest_first();
    let chosen = methods
        .filter(|method| method.customer == customer && kind.is_none_or(|kind| method.means.kind() == kind));
    page_of(chosen, &wish, range, "/v1/payment_methods")
}

fn list_of_customer(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, kind) = turn.read_page(|params| params.word::<MethodKind>("type"))?;
    let customer = turn.id();
    if turn.account.customers.find(&customer)?.is_deleted {
        return Err(Refusal::not_found("customer", &customer));
    }
    let methods = turn.account.payment_methods.newest_first();
    let chosen = methods.filter(|method| {
        method.customer.as_ref() == Some(&customer) && kind.is_none_or(|kind| method.means.kind() == kind)
    });
    page_of(chosen, &wish, range, &format!("/v1/customers/{customer}/payment_methods"))
}
