//! Payment Links: an address that opens a Checkout Session for each payer, as often as its limit allows.

use serde_json::{Value, json};

use crate::account::Account;
use crate::currency::Currency;
use crate::route::{Route, Turn, get, page_of, post};
use crate::wire::{Metadata, MetadataChange, Params, Refusal, Row, Word, words};

use super::checkout_session::{self, CheckoutSession, IntentTerms, Purpose, SessionStatus, Wish};
use super::line::{self, Line};
use super::payment_intent::merge;

pub(crate) const ROUTES: &[Route] = &[
    post("/v1/payment_links", "payment_link", create),
    get("/v1/payment_links", "payment_link", list),
    get("/v1/payment_links/:id", "payment_link", retrieve),
    post("/v1/payment_links/:id", "payment_link", update),
    get("/v1/payment_links/:id/line_items", "payment_link", list_lines),
];

words! {
    /// Where a payer is left who has paid.
    pub(crate) enum AfterKind {
        HostedConfirmation = "hosted_confirmation",
        Redirect = "redirect",
    }
}

/// What follows a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
enum After {
    Confirmation { message: Option<String> },
    Redirect { url: String },
}

/// An address that can be paid at.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PaymentLink {
    pub(crate) id: String,
    created: i64,
    is_active: bool,
    lines: Vec<Line>,
    currency: Currency,
    after: After,
    limit: Option<i64>,
    completed: i64,
    kinds: Vec<String>,
    inactive_message: Option<String>,
    metadata: Metadata,
    terms: IntentTerms,
    /// The last part of its address.
    pub(crate) code: String,
    base: String,
}

impl Row for PaymentLink {
    const KIND: &'static str = "payment link";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        let after = match &self.after {
            After::Confirmation { message } => {
                json!({ "type": "hosted_confirmation", "hosted_confirmation": { "custom_message": message } })
            }
            After::Redirect { url } => json!({ "type": "redirect", "redirect": { "url": url } }),
        };
        let restrictions = self
            .limit
            .map(|limit| json!({ "completed_sessions": { "count": self.completed, "limit": limit } }));
        let kinds = (!self.kinds.is_empty()).then_some(&self.kinds);
        let mut link = json!({
            "id": self.id, "object": "payment_link", "active": self.is_active, "after_completion": after,
            "allow_promotion_codes": false, "application": null, "application_fee_amount": null,
            "application_fee_percent": null, "automatic_tax": { "enabled": false, "liability": null },
            "billing_address_collection": "auto", "consent_collection": null, "currency": self.currency.code(),
            "custom_fields": [],
            "custom_text": {
                "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null,
            },
            "customer_creation": "if_required", "inactive_message": self.inactive_message,
        });
        let rest = json!({
            "invoice_creation": null, "livemode": false, "metadata": self.metadata, "on_behalf_of": null,
            "payment_intent_data": {
                "capture_method": self.terms.capture_method.map(Word::word), "description": self.terms.description,
                "metadata": self.terms.metadata, "setup_future_usage": self.terms.setup_future_usage.map(Word::word),
                "statement_descriptor": null, "statement_descriptor_suffix": null, "transfer_group": null,
            },
            "payment_method_collection": "if_required", "payment_method_types": kinds,
            "phone_number_collection": { "enabled": false }, "restrictions": restrictions,
            "shipping_address_collection": null, "shipping_options": [], "submit_type": "auto",
            "subscription_data": null, "tax_id_collection": { "enabled": false, "required": "never" },
            "transfer_data": null, "url": format!("{}/l/{}", self.base, self.code),
        });
        merge(&mut link, rest);
        link
    }
}

impl PaymentLink {
    /// Why it can't be paid at, in the words its page shows.
    pub(crate) fn closed(&self) -> Option<String> {
        let words = || "This link is no longer active.".to_owned();
        (!self.is_active).then(|| self.inactive_message.clone().unwrap_or_else(words))
    }

    pub(crate) fn render_lines(&self) -> Value {
        line::render_lines(&self.lines, &format!("/v1/payment_links/{}/line_items", self.id))
    }

    /// What its page says to a payer who has paid.
    pub(crate) fn thanks(&self) -> Option<&str> {
        match &self.after {
            After::Confirmation { message } => message.as_deref(),
            After::Redirect { .. } => None,
        }
    }
}

fn read_after(params: &mut Params) -> Result<Option<After>, Refusal> {
    params.nested("after_completion", |after| {
        let kind = after.word("type")?.ok_or_else(|| Refusal::missing("after_completion[type]"))?;
        let message =
            after.nested("hosted_confirmation", |confirmation| confirmation.text("custom_message"))?;
        let url = after.nested("redirect", |redirect| redirect.required_text("url"))?;
        Ok(match kind {
            AfterKind::HostedConfirmation => After::Confirmation { message: message.flatten() },
            AfterKind::Redirect => {
                After::Redirect { url: url.ok_or_else(|| Refusal::missing("after_completion[redirect]"))? }
            }
        })
    })
}

fn read_limit(params: &mut Params) -> Result<Option<i64>, Refusal> {
    let limit = params.nested("restrictions", |restrictions| {
        restrictions.nested("completed_sessions", |sessions| sessions.required_integer("limit"))
    })?;
    let limit = limit.flatten();
    if limit.is_some_and(|limit| limit < 1) {
        let message = "This value must be greater than or equal to 1.";
        return Err(Refusal::invalid(message).param("restrictions[completed_sessions][limit]"));
    }
    Ok(limit)
}

fn create(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (lines, after, limit, kinds, message, terms, metadata) = turn.read(|params| {
        let lines = line::read_lines(params)?;
        let (after, limit) = (read_after(params)?, read_limit(params)?);
        let (kinds, message) = (params.texts("payment_method_types")?, params.text("inactive_message")?);
        let terms = checkout_session::read_intent_terms(params)?;
        Ok((lines, after, limit, kinds, message, terms, MetadataChange::read(params)?))
    })?;
    let account = &mut *turn.account;
    let (lines, currency) = line::make_lines(account, lines)?;
    currency.holds_charge(line::total(&lines))?;
    let link = PaymentLink {
        id: account.ids.next("plink_"),
        created: account.now,
        is_active: true,
        lines,
        currency,
        after: after.unwrap_or(After::Confirmation { message: None }),
        limit,
        completed: 0,
        kinds,
        inactive_message: message,
        metadata: metadata.fresh(),
        terms,
        code: account.ids.letters("payment link").chars().take(12).collect(),
        base: account.base.clone(),
    };
    store(account, link.clone(), "payment_link.created");
    Ok(link.render())
}

fn store(account: &mut Account, link: PaymentLink, event: &'static str) {
    account.emit(event, link.render());
    account.payment_links.put(link);
}

/// A payer opens the link: a session of its own, or the words why not.
pub(crate) fn open(account: &mut Account, code: &str) -> Result<CheckoutSession, String> {
    let link = account.payment_links.newest_first().find(|link| link.code == code).cloned();
    let Some(link) = link else { return Err("There is no such link.".to_owned()) };
    if let Some(words) = link.closed() {
        return Err(words);
    }
    let wish = Wish {
        payment_link: Some(link.id.clone()),
        success_url: match &link.after {
            After::Redirect { url } => Some(url.clone()),
            After::Confirmation { .. } => None,
        },
        kinds: link.kinds,
        metadata: MetadataChange::setting(link.metadata),
        terms: link.terms,
        ..Wish::default()
    };
    let purpose = Purpose::Payment { lines: link.lines, currency: link.currency };
    Ok(checkout_session::make(account, purpose, wish))
}

/// A session of the link was completed. When that was the last one allowed, the link and its other pages are closed.
pub(crate) fn was_paid(account: &mut Account, id: &str) {
    let Some(mut link) = account.payment_links.get(id).cloned() else { return };
    link.completed += 1;
    let is_used_up = link.limit.is_some_and(|limit| link.completed >= limit);
    link.is_active = link.is_active && !is_used_up;
    store(account, link, "payment_link.updated");
    if is_used_up {
        close_pages(account, id);
    }
}

fn close_pages(account: &mut Account, id: &str) {
    let is_open_of = |session: &&CheckoutSession| {
        session.status == SessionStatus::Open && session.payment_link.as_deref() == Some(id)
    };
    let open: Vec<CheckoutSession> =
        account.checkout_sessions.oldest_first().filter(is_open_of).cloned().collect();
    for session in open {
        checkout_session::expire(account, session);
    }
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    turn.account.payment_links.find(&turn.id()).map(Row::render)
}

fn update(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (active, after, limit, message, metadata) = turn.read(|params| {
        let (active, after, limit) = (params.flag("active")?, read_after(params)?, read_limit(params)?);
        Ok((active, after, limit, params.unsettable("inactive_message")?, MetadataChange::read(params)?))
    })?;
    let mut link = turn.account.payment_links.find(&turn.id())?.clone();
    link.is_active = active.unwrap_or(link.is_active);
    link.after = after.unwrap_or(link.after);
    link.limit = limit.or(link.limit);
    link.inactive_message = message.unwrap_or(link.inactive_message);
    metadata.apply(&mut link.metadata);
    store(turn.account, link.clone(), "payment_link.updated");
    Ok(link.render())
}

fn list_lines(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read(|params| params.integer("limit"))?;
    turn.account.payment_links.find(&turn.id()).map(PaymentLink::render_lines)
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, active) = turn.read_page(|params| params.flag("active"))?;
    let links = turn.account.payment_links.newest_first();
    let chosen = links.filter(|link| active.is_none_or(|active| active == link.is_active));
    page_of(chosen, &wish, range, "/v1/payment_links")
}
