//! SetupIntents: a method is kept for later, and nothing is charged.

use serde_json::{Value, json};

use crate::account::Account;
use crate::route::{Route, Turn, get, page_of, post};
use crate::wire::{Metadata, MetadataChange, Params, Refusal, Row, Word, words};

use super::cards::{self, Decline, Fate};
use super::payment_intent::{FutureUsage, merge};
use super::payment_method::{self, PaymentMethod};

pub(crate) const ROUTES: &[Route] = &[
    post("/v1/setup_intents", "setup_intent", create),
    get("/v1/setup_intents", "setup_intent", list),
    get("/v1/setup_intents/:id", "setup_intent", retrieve),
    post("/v1/setup_intents/:id", "setup_intent", update),
    post("/v1/setup_intents/:id/confirm", "setup_intent", confirm),
    post("/v1/setup_intents/:id/cancel", "setup_intent", cancel),
];

words! {
    /// Where it is.
    pub(crate) enum SetupStatus {
        RequiresPaymentMethod = "requires_payment_method",
        RequiresConfirmation = "requires_confirmation",
        RequiresAction = "requires_action",
        Succeeded = "succeeded",
        Canceled = "canceled",
    }
}

words! {
    /// Why it was cancelled.
    pub(crate) enum CancelReason {
        Abandoned = "abandoned",
        Duplicate = "duplicate",
        RequestedByCustomer = "requested_by_customer",
    }
}

/// The wish to keep a method.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SetupIntent {
    id: String,
    created: i64,
    pub(crate) status: SetupStatus,
    customer: Option<String>,
    payment_method: Option<String>,
    payment_method_types: Vec<String>,
    usage: FutureUsage,
    description: Option<String>,
    metadata: Metadata,
    client_secret: String,
    last_error: Option<Value>,
    cancel_reason: Option<CancelReason>,
    pub(crate) return_url: Option<String>,
    pub(crate) action_url: Option<String>,
}

impl Row for SetupIntent {
    const KIND: &'static str = "setup_intent";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        let asks = self.status == SetupStatus::RequiresAction;
        let next_action = asks.then(|| {
            json!({
                "type": "redirect_to_url",
                "redirect_to_url": { "return_url": self.return_url, "url": self.action_url },
            })
        });
        let mut intent = json!({
            "id": self.id, "object": "setup_intent", "application": null, "automatic_payment_methods": null,
            "cancellation_reason": self.cancel_reason.map(Word::word), "client_secret": self.client_secret,
            "created": self.created, "customer": self.customer, "customer_account": null,
            "description": self.description, "excluded_payment_method_types": null, "flow_directions": null,
            "last_setup_error": self.last_error, "latest_attempt": null, "livemode": false, "mandate": null,
        });
        let rest = json!({
            "metadata": self.metadata, "next_action": next_action, "on_behalf_of": null,
            "payment_method": self.payment_method, "payment_method_configuration_details": null,
            "payment_method_options": {}, "payment_method_types": self.payment_method_types,
            "single_use_mandate": null, "status": self.status.word(), "usage": self.usage.word(),
        });
        merge(&mut intent, rest);
        intent
    }
}

impl SetupIntent {
    /// One that is not made yet.
    fn blank() -> Self {
        Self {
            id: String::new(),
            created: 0,
            status: SetupStatus::RequiresPaymentMethod,
            customer: None,
            payment_method: None,
            payment_method_types: Vec::new(),
            usage: FutureUsage::OffSession,
            description: None,
            metadata: Metadata::new(),
            client_secret: String::new(),
            last_error: None,
            cancel_reason: None,
            return_url: None,
            action_url: None,
        }
    }
}

/// What the page of a Checkout Session makes its intent with: `setup_intent_data`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PageTerms {
    description: Option<String>,
    metadata: Metadata,
}

/// Reads `setup_intent_data`.
pub(crate) fn read_page_terms(params: &mut Params) -> Result<PageTerms, Refusal> {
    let read = |data: &mut Params| {
        Ok(PageTerms {
            description: data.text("description")?,
            metadata: MetadataChange::read(data)?.fresh(),
        })
    };
    Ok(params.nested("setup_intent_data", read)?.unwrap_or_default())
}

/// The intent of a page. It comes and goes with the page.
pub(crate) fn make_for_page(
    account: &mut Account,
    customer: Option<String>,
    kinds: Vec<String>,
    terms: PageTerms,
) -> String {
    let wish = SetupIntent {
        customer,
        payment_method_types: kinds,
        description: terms.description,
        metadata: terms.metadata,
        ..SetupIntent::blank()
    };
    begin(account, wish, None).id
}

/// The payer of a page tries to have a method kept.
pub(crate) fn attempt(
    account: &mut Account,
    id: &str,
    method: &PaymentMethod,
) -> Result<SetupIntent, Refusal> {
    let mut intent = account.setup_intents.find(id)?.clone();
    intent.payment_method = Some(method.id.clone());
    carry_out(account, intent)
}

/// The page of an intent was closed.
pub(crate) fn end(account: &mut Account, id: &str) {
    let Some(mut intent) = account.setup_intents.get(id).cloned() else { return };
    intent.status = SetupStatus::Canceled;
    intent.action_url = None;
    store(account, &intent, Some("setup_intent.canceled"));
}

fn create(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let types_name = if turn.version.takes_payment_method_types() {
        "payment_method_types"
    } else {
        "allowed_payment_method_types"
    };
    let (wish, method, confirms) = turn.read(|params| {
        params.nested("automatic_payment_methods", |automatic| {
            automatic.text("allow_redirects")?;
            automatic.flag("enabled")
        })?;
        let types = params.texts(types_name)?;
        let intent = SetupIntent {
            customer: params.text("customer")?,
            payment_method_types: if types.is_empty() { vec!["card".to_owned()] } else { types },
            usage: params.word("usage")?.unwrap_or(FutureUsage::OffSession),
            description: params.text("description")?,
            metadata: MetadataChange::read(params)?.fresh(),
            return_url: params.text("return_url")?,
            ..SetupIntent::blank()
        };
        Ok((intent, params.text("payment_method")?, params.flag("confirm")?.unwrap_or_default()))
    })?;
    let account = &mut *turn.account;
    if let Some(customer) = &wish.customer {
        account.customers.named(customer, "customer")?;
    }
    let method = method.map(|name| payment_method::named(account, &name, "payment_method")).transpose()?;
    let intent = begin(account, wish, method);
    let intent = if confirms { carry_out(account, intent)? } else { intent };
    Ok(intent.render())
}

/// A new intent, with a method where one is chosen.
fn begin(account: &mut Account, wish: SetupIntent, method: Option<PaymentMethod>) -> SetupIntent {
    let id = account.ids.next("seti_");
    let mut intent = SetupIntent {
        client_secret: format!("{id}_secret_{}", account.ids.letters("secret")),
        id,
        created: account.now,
        ..wish
    };
    if let Some(method) = method {
        intent.payment_method = Some(method.id);
        intent.status = SetupStatus::RequiresConfirmation;
    }
    store(account, &intent, Some("setup_intent.created"));
    intent
}

fn store(account: &mut Account, intent: &SetupIntent, event: Option<&'static str>) {
    account.setup_intents.put(intent.clone());
    if let Some(event) = event {
        account.emit(event, intent.render());
    }
}

fn confirm(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (method, return_url) =
        turn.read(|params| Ok((params.text("payment_method")?, params.text("return_url")?)))?;
    let mut intent = turn.account.setup_intents.find(&turn.id())?.clone();
    intent.return_url = return_url.or(intent.return_url);
    if let Some(name) = method {
        intent.payment_method = Some(payment_method::named(turn.account, &name, "payment_method")?.id);
    }
    carry_out(turn.account, intent).map(|intent| intent.render())
}

fn carry_out(account: &mut Account, mut intent: SetupIntent) -> Result<SetupIntent, Refusal> {
    if matches!(intent.status, SetupStatus::Succeeded | SetupStatus::Canceled) {
        return Err(unexpected(&intent, "confirm"));
    }
    let Some(method) = intent.payment_method.clone() else {
        let message = "You cannot confirm this SetupIntent because it's missing a payment method.";
        return Err(Refusal::invalid(message).code("setup_intent_unexpected_state"));
    };
    let method = account.payment_methods.find(&method)?.clone();
    match method.means.card().map(|card| card.fate) {
        Some(Fate::Declines(decline)) => Err(fail(account, intent, decline)),
        Some(Fate::Authenticates) => {
            intent.status = SetupStatus::RequiresAction;
            intent.action_url = Some(format!("{}/authenticate/{}", account.base, intent.id));
            store(account, &intent, Some("setup_intent.requires_action"));
            Ok(intent)
        }
        _ => succeed(account, intent, method),
    }
}

fn succeed(
    account: &mut Account,
    mut intent: SetupIntent,
    method: PaymentMethod,
) -> Result<SetupIntent, Refusal> {
    intent.status = SetupStatus::Succeeded;
    intent.last_error = None;
    intent.action_url = None;
    if let Some(customer) = intent.customer.clone() {
        payment_method::attach_to(account, method, &customer)?;
    }
    store(account, &intent, Some("setup_intent.succeeded"));
    Ok(intent)
}

fn fail(account: &mut Account, mut intent: SetupIntent, decline: &'static Decline) -> Refusal {
    intent.status = SetupStatus::RequiresPaymentMethod;
    intent.payment_method = None;
    intent.action_url = None;
    let refusal = decline.refusal(None);
    intent.last_error = Some(refusal.object());
    store(account, &intent, Some("setup_intent.setup_failed"));
    refusal.about("setup_intent", intent.render())
}

/// The holder proved on the page who it is, or failed to.
///
/// # Errors
/// The decline, or that nobody had asked.
pub(crate) fn authenticate(account: &mut Account, id: &str, succeeds: bool) -> Result<SetupIntent, Refusal> {
    let intent = account.setup_intents.find(id)?.clone();
    let method = intent.payment_method.clone().filter(|_| intent.status == SetupStatus::RequiresAction);
    let Some(method) = method else { return Err(unexpected(&intent, "authenticate")) };
    let method = account.payment_methods.find(&method)?.clone();
    if succeeds {
        succeed(account, intent, method)
    } else {
        Err(fail(account, intent, &cards::NOT_AUTHENTICATED))
    }
}

fn unexpected(intent: &SetupIntent, deed: &str) -> Refusal {
    let message =
        format!("You cannot {deed} this SetupIntent because it has a status of {}.", intent.status.word());
    Refusal::invalid(message).code("setup_intent_unexpected_state").about("setup_intent", intent.render())
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read(|params| params.text("client_secret"))?;
    turn.account.setup_intents.find(&turn.id()).map(Row::render)
}

fn update(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (customer, description, metadata) = turn.read(|params| {
        Ok((params.text("customer")?, params.unsettable("description")?, MetadataChange::read(params)?))
    })?;
    let mut intent = turn.account.setup_intents.find(&turn.id())?.clone();
    if let Some(customer) = customer {
        turn.account.customers.named(&customer, "customer")?;
        intent.customer = Some(customer);
    }
    intent.description = description.unwrap_or(intent.description);
    metadata.apply(&mut intent.metadata);
    store(turn.account, &intent, None);
    Ok(intent.render())
}

fn cancel(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let reason = turn.read(|params| params.word("cancellation_reason"))?;
    let mut intent = turn.account.setup_intents.find(&turn.id())?.clone();
    if matches!(intent.status, SetupStatus::Succeeded | SetupStatus::Canceled) {
        return Err(unexpected(&intent, "cancel"));
    }
    intent.status = SetupStatus::Canceled;
    intent.cancel_reason = reason;
    intent.action_url = None;
    store(turn.account, &intent, Some("setup_intent.canceled"));
    Ok(intent.render())
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, (customer, method)) =
        turn.read_page(|params| Ok((params.text("customer")?, params.text("payment_method")?)))?;
    let chosen = turn.account.setup_intents.newest_first().filter(|intent| {
        (customer.is_none() || intent.customer == customer)
            && (method.is_none() || intent.payment_method == method)
    });
    page_of(chosen, &wish, range, "/v1/setup_intents")
}
