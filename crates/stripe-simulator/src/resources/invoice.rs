//! Invoices, as far as the official command line's fixtures make them: items, finalize, pay, void.

use serde_json::{Value, json};

use crate::account::Account;
use crate::currency::Currency;
use crate::route::{Route, Turn, delete, get, page_of, post};
use crate::wire::{Metadata, MetadataChange, Refusal, Row, Word, words};

use super::payment_intent::{self, IntentStatus, Presence, Terms};
use super::payment_method::{self, PaymentMethod};

pub(crate) const ROUTES: &[Route] = &[
    post("/v1/invoiceitems", "invoice", create_item),
    post("/v1/invoices", "invoice", create),
    get("/v1/invoices", "invoice", list),
    get("/v1/invoices/:id", "invoice", retrieve),
    post("/v1/invoices/:id", "invoice", update),
    post("/v1/invoices/:id/finalize", "invoice", finalize),
    post("/v1/invoices/:id/pay", "invoice", pay),
    post("/v1/invoices/:id/void", "invoice", void),
    post("/v1/invoices/:id/send", "invoice", send),
    post("/v1/invoices/:id/mark_uncollectible", "invoice", mark_uncollectible),
    delete("/v1/invoices/:id", "invoice", remove),
];

words! {
    /// How an invoice is paid.
    pub(crate) enum Collection {
        ChargeAutomatically = "charge_automatically",
        SendInvoice = "send_invoice",
    }
}

words! {
    /// Where an invoice is.
    pub(crate) enum InvoiceStatus {
        Draft = "draft",
        Open = "open",
        Paid = "paid",
        Void = "void",
        Uncollectible = "uncollectible",
    }
}

/// Something that is owed and stands on no invoice yet, or on one. The amount is in Stripe's minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct InvoiceItem {
    id: String,
    created: i64,
    amount: i64,
    currency: Currency,
    customer: String,
    description: Option<String>,
    invoice: Option<String>,
    metadata: Metadata,
}

impl Row for InvoiceItem {
    const KIND: &'static str = "invoiceitem";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        json!({
            "id": self.id, "object": "invoiceitem", "amount": self.amount, "currency": self.currency.code(),
            "customer": self.customer, "date": self.created, "description": self.description, "discountable": true,
            "discounts": [], "invoice": self.invoice, "livemode": false, "metadata": self.metadata,
            "period": { "end": self.created, "start": self.created }, "proration": false, "quantity": 1,
        })
    }
}

/// What a customer owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invoice {
    id: String,
    created: i64,
    status: InvoiceStatus,
    is_deleted: bool,
    collection: Collection,
    customer: String,
    currency: Currency,
    total: i64,
    description: Option<String>,
    metadata: Metadata,
}

impl Row for Invoice {
    const KIND: &'static str = "invoice";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        if self.is_deleted {
            return json!({ "id": self.id, "object": "invoice", "deleted": true });
        }
        let paid = if self.status == InvoiceStatus::Paid { self.total } else { 0 };
        json!({
            "id": self.id, "object": "invoice", "amount_due": self.total, "amount_paid": paid,
            "amount_remaining": self.total - paid, "attempted": paid > 0, "auto_advance": false,
            "collection_method": self.collection.word(), "created": self.created, "currency": self.currency.code(),
            "customer": self.customer, "description": self.description, "livemode": false, "metadata": self.metadata,
            "status": self.status.word(), "subtotal": self.total, "total": self.total,
        })
    }
}

fn create_item(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (amount, currency, customer, description, metadata) = turn.read(|params| {
        let (amount, currency) = (params.required_integer("amount")?, Currency::required(params)?);
        let (customer, description) = (params.required_text("customer")?, params.text("description")?);
        Ok((amount, currency, customer, description, MetadataChange::read(params)?))
    })?;
    let account = &mut *turn.account;
    account.customers.named(&customer, "customer")?;
    let item = InvoiceItem {
        id: account.ids.next("ii_"),
        created: account.now,
        amount,
        currency,
        customer,
        description,
        invoice: None,
        metadata: metadata.fresh(),
    };
    account.invoice_items.put(item.clone());
    account.emit("invoiceitem.created", item.render());
    Ok(item.render())
}

fn create(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (customer, description, collection, metadata) = turn.read(|params| {
        params.integer("days_until_due")?;
        let collection = params.word("collection_method")?.unwrap_or(Collection::ChargeAutomatically);
        // Items that wait are always taken onto the invoice here.
        params.text("pending_invoice_items_behavior")?;
        let (customer, description) = (params.required_text("customer")?, params.text("description")?);
        Ok((customer, description, collection, MetadataChange::read(params)?))
    })?;
    let account = &mut *turn.account;
    account.customers.named(&customer, "customer")?;
    let id = account.ids.next("in_");
    let waits = |item: &&InvoiceItem| item.customer == customer && item.invoice.is_none();
    let waiting: Vec<InvoiceItem> = account.invoice_items.oldest_first().filter(waits).cloned().collect();
    let currency =
        waiting.first().map_or_else(|| Currency::parse("usd"), |item| Ok(item.currency.clone()))?;
    let total = waiting.iter().filter(|item| item.currency == currency).map(|item| item.amount).sum();
    for mut item in waiting {
        item.invoice = Some(id.clone());
        account.invoice_items.put(item);
    }
    let invoice = Invoice {
        id,
        created: account.now,
        status: InvoiceStatus::Draft,
        is_deleted: false,
        collection,
        customer,
        currency,
        total,
        description,
        metadata: metadata.fresh(),
    };
    Ok(store(account, invoice, &["invoice.created"]))
}

fn store(account: &mut Account, invoice: Invoice, events: &[&'static str]) -> Value {
    let rendered = invoice.render();
    account.invoices.put(invoice);
    for event in events {
        account.emit(event, rendered.clone());
    }
    rendered
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    turn.account.invoices.find(&turn.id()).map(Row::render)
}

fn update(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (description, metadata) =
        turn.read(|params| Ok((params.unsettable("description")?, MetadataChange::read(params)?)))?;
    let mut invoice = turn.account.invoices.find(&turn.id())?.clone();
    invoice.description = description.unwrap_or(invoice.description);
    metadata.apply(&mut invoice.metadata);
    Ok(store(turn.account, invoice, &["invoice.updated"]))
}

/// The invoice in the path, which must be in one of these states.
fn in_state(turn: &mut Turn<'_>, states: &[InvoiceStatus], deed: &str) -> Result<Invoice, Refusal> {
    turn.read_nothing()?;
    let invoice = turn.account.invoices.find(&turn.id())?;
    let wrong = || {
        let message = format!("You can't {deed} an invoice whose status is {}.", invoice.status.word());
        Refusal::invalid(message).code("invoice_not_editable")
    };
    (states.contains(&invoice.status) && !invoice.is_deleted).then(|| invoice.clone()).ok_or_else(wrong)
}

fn finalize(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let invoice = in_state(turn, &[InvoiceStatus::Draft], "finalize")?;
    Ok(store(turn.account, Invoice { status: InvoiceStatus::Open, ..invoice }, &["invoice.finalized"]))
}

fn void(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let invoice = in_state(turn, &[InvoiceStatus::Open], "void")?;
    Ok(store(turn.account, Invoice { status: InvoiceStatus::Void, ..invoice }, &["invoice.voided"]))
}

fn send(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let invoice = in_state(turn, &[InvoiceStatus::Draft, InvoiceStatus::Open], "send")?;
    Ok(store(turn.account, Invoice { status: InvoiceStatus::Open, ..invoice }, &["invoice.sent"]))
}

fn mark_uncollectible(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let invoice = in_state(turn, &[InvoiceStatus::Open], "give up")?;
    let invoice = Invoice { status: InvoiceStatus::Uncollectible, ..invoice };
    Ok(store(turn.account, invoice, &["invoice.marked_uncollectible"]))
}

fn remove(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let invoice = in_state(turn, &[InvoiceStatus::Draft], "delete")?;
    turn.account.emit("invoice.deleted", invoice.render());
    Ok(store(turn.account, Invoice { is_deleted: true, ..invoice }, &[]))
}

fn pay(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let method = turn.read(|params| params.text("payment_method"))?;
    let mut invoice = turn.account.invoices.find(&turn.id())?.clone();
    if matches!(invoice.status, InvoiceStatus::Paid | InvoiceStatus::Void) || invoice.is_deleted {
        return Err(Refusal::invalid("Invoice is already paid or void.").code("invoice_not_editable"));
    }
    let method = payer_of(turn.account, &invoice, method)?;
    let terms = Terms { customer: Some(invoice.customer.clone()), ..Terms::default() };
    invoice.currency.holds_charge(invoice.total)?;
    let intent = payment_intent::make(turn.account, invoice.total, invoice.currency.clone(), terms);
    match payment_intent::attempt(turn.account, intent, &method, Presence::OffSession) {
        Ok(intent) if intent.status == IntentStatus::Succeeded => {
            invoice.status = InvoiceStatus::Paid;
            Ok(store(turn.account, invoice, &["invoice.paid", "invoice.payment_succeeded"]))
        }
        Ok(_) => Ok(store(turn.account, invoice, &[])),
        Err(refusal) => {
            let asks = refusal.code_word() == Some("authentication_required");
            let event = if asks { "invoice.payment_action_required" } else { "invoice.payment_failed" };
            store(turn.account, invoice, &[event]);
            Err(refusal)
        }
    }
}

/// The method that was named, or the one its customer pays with.
fn payer_of(
    account: &mut Account,
    invoice: &Invoice,
    method: Option<String>,
) -> Result<PaymentMethod, Refusal> {
    let default = account.customers.find(&invoice.customer)?.default_payment_method.clone();
    let name = method.or(default).ok_or_else(|| {
        Refusal::invalid("There is no default_payment_method set on this Customer or Invoice.")
            .code("invoice_payment_intent_requires_action")
    })?;
    payment_method::named(account, &name, "payment_method")
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, (customer, status)) =
        turn.read_page(|params| Ok((params.text("customer")?, params.word::<InvoiceStatus>("status")?)))?;
    let chosen = turn.account.invoices.newest_first().filter(|invoice| {
        !invoice.is_deleted
            && customer.as_ref().is_none_or(|customer| *customer == invoice.customer)
            && status.is_none_or(|status| status == invoice.status)
    });
    page_of(chosen, &wish, range, "/v1/invoices")
}
