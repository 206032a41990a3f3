//! Making an intent and changing it before it is paid.

use serde_json::{Value, json};

use crate::account::Account;
use crate::currency::Currency;
use crate::resources::payment_method::{self, MethodKind};
use crate::route::Turn;
use crate::wire::{MetadataChange, Params, Refusal, Row, Word, words};

use super::confirmation::Confirmation;
use super::confirming;
use super::{CaptureMethod, ConfirmationMethod, IntentStatus, Methods, PaymentIntent, Redirects};

words! {
    /// Whether the method will be charged again while its holder is away.
    pub(crate) enum FutureUsage {
        OffSession = "off_session",
        OnSession = "on_session",
    }
}

/// What an intent is made of, besides its amount.
#[derive(Clone, Debug, Default)]
pub(crate) struct Terms {
    pub(crate) capture_method: Option<CaptureMethod>,
    pub(crate) confirmation_method: Option<ConfirmationMethod>,
    pub(crate) customer: Option<String>,
    pub(crate) description: Option<Option<String>>,
    pub(crate) metadata: MetadataChange,
    pub(crate) payment_method_types: Vec<String>,
    pub(crate) methods: Option<Methods>,
    pub(crate) payment_method_options: Option<Value>,
    pub(crate) receipt_email: Option<Option<String>>,
    pub(crate) setup_future_usage: Option<FutureUsage>,
    pub(crate) shipping: Option<Value>,
    pub(crate) statement_descriptor: Option<String>,
    pub(crate) statement_descriptor_suffix: Option<String>,
    pub(crate) transfer_group: Option<String>,
}

impl Terms {
    fn read(params: &mut Params, takes_types: bool) -> Result<Self, Refusal> {
        let kept = |params: &mut Params, name| {
            let is_map = params.is_map(name);
            params.kept(name).filter(|_| is_map)
        };
        Ok(Self {
            capture_method: params.word("capture_method")?,
            confirmation_method: params.word("confirmation_method")?,
            customer: params.text("customer")?,
            description: params.unsettable("description")?,
            metadata: MetadataChange::read(params)?,
            payment_method_types: read_types(params, takes_types)?,
            methods: None,
            payment_method_options: kept(params, "payment_method_options"),
            receipt_email: params.unsettable("receipt_email")?,
            setup_future_usage: params.word("setup_future_usage")?,
            shipping: kept(params, "shipping"),
            statement_descriptor: params.text("statement_descriptor")?,
            statement_descriptor_suffix: params.text("statement_descriptor_suffix")?,
            transfer_group: params.text("transfer_group")?,
        })
    }

    fn apply(self, intent: &mut PaymentIntent) {
        intent.capture_method = self.capture_method.unwrap_or(intent.capture_method);
        intent.confirmation_method = self.confirmation_method.unwrap_or(intent.confirmation_method);
        intent.customer = self.customer.or(intent.customer.take());
        intent.description = self.description.unwrap_or(intent.description.take());
        self.metadata.apply(&mut intent.metadata);
        if let Some(methods @ Methods::Chosen(_)) = self.methods {
            intent.payment_method_types = MethodKind::offered(&intent.currency);
            intent.methods = methods;
        }
        if !self.payment_method_types.is_empty() {
            intent.payment_method_types = self.payment_method_types;
            intent.methods = Methods::Named;
        }
        intent.payment_method_options =
            self.payment_method_options.unwrap_or(intent.payment_method_options.take());
        intent.receipt_email = self.receipt_email.unwrap_or(intent.receipt_email.take());
        let usage = self.setup_future_usage.map(|usage| usage.word().to_owned());
        intent.setup_future_usage = usage.or(intent.setup_future_usage.take());
        intent.shipping = self.shipping.or(intent.shipping.take());
        intent.statement_descriptor = self.statement_descriptor.or(intent.statement_descriptor.take());
        let suffix = self.statement_descriptor_suffix;
        intent.statement_descriptor_suffix = suffix.or(intent.statement_descriptor_suffix.take());
        intent.transfer_group = self.transfer_group.or(intent.transfer_group.take());
    }
}

/// Which methods may pay: `payment_method_types` of old, `allowed_payment_method_types` since it went.
fn read_types(params: &mut Params, takes_types: bool) -> Result<Vec<String>, Refusal> {
    let name = if takes_types { "payment_method_types" } else { "allowed_payment_method_types" };
    let types = params.texts(name)?;
    let known = |kind: &String| MethodKind::ALL.iter().any(|(word, _)| word == kind) || kind == "link";
    match types.iter().find(|kind| !known(kind)) {
        None => Ok(types),
        Some(stranger) => {
            let message = format!("The payment method type provided: {stranger} is invalid.");
            Err(Refusal::invalid(message).param(name))
        }
    }
}

/// Interac moves Canadian dollars and nothing else
/// (<https://docs.stripe.com/terminal/payments/regional?integration-country=CA>).
fn allow(types: &[String], currency: &Currency) -> Result<(), Refusal> {
    let interac = MethodKind::InteracPresent.word();
    if currency.code() == "cad" || types.iter().all(|kind| kind != interac) {
        return Ok(());
    }
    let message = format!("The payment method type provided: {interac} is invalid for the currency given.");
    Err(Refusal::invalid(message).param("allowed_payment_method_types"))
}

/// A new intent, which nobody has tried to pay yet.
pub(crate) fn make(account: &mut Account, amount: i64, currency: Currency, terms: Terms) -> PaymentIntent {
    let id = account.ids.next("pi_");
    let mut intent = PaymentIntent {
        client_secret: format!("{id}_secret_{}", account.ids.letters("secret")),
        id,
        created: account.now,
        amount,
        amount_capturable: 0,
        amount_received: 0,
        currency,
        status: IntentStatus::RequiresPaymentMethod,
        capture_method: CaptureMethod::Automatic,
        confirmation_method: ConfirmationMethod::Automatic,
        customer: None,
        description: None,
        metadata: std::collections::BTreeMap::new(),
        payment_method: None,
        payment_method_types: vec![MethodKind::Card.word().to_owned()],
        payment_method_options: json!({}),
        methods: Methods::Named,
        latest_charge: None,
        last_error: None,
        return_url: None,
        canceled: None,
        receipt_email: None,
        setup_future_usage: None,
        shipping: None,
        statement_descriptor: None,
        statement_descriptor_suffix: None,
        transfer_group: None,
        action_url: None,
        reader: None,
    };
    terms.apply(&mut intent);
    account.payment_intents.put(intent.clone());
    account.emit("payment_intent.created", intent.render());
    intent
}

/// Who chooses how an intent can be paid, as its creation says it.
fn read_methods(params: &mut Params, terms: &Terms, stripe_chooses: bool) -> Result<Methods, Refusal> {
    let automatic = params.nested("automatic_payment_methods", |automatic| {
        let redirects = automatic.word::<Redirects>("allow_redirects")?.unwrap_or(Redirects::Always);
        let is_enabled = automatic.flag("enabled")?;
        Ok((is_enabled.ok_or_else(|| Refusal::missing("automatic_payment_methods[enabled]"))?, redirects))
    })?;
    Ok(match automatic {
        Some((true, redirects)) => Methods::Chosen(redirects),
        None if stripe_chooses && terms.payment_method_types.is_empty() => Methods::Chosen(Redirects::Always),
        _ => Methods::Named,
    })
}

pub(super) fn create(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let takes_types = turn.version.takes_payment_method_types();
    let (stripe_chooses, captures_later) = (turn.version.chooses_methods(), turn.version.captures_later());
    let (amount, currency, mut terms, methods, confirms, confirmation) = turn.read(|params| {
        let amount = params.required_integer("amount")?;
        let currency = Currency::required(params)?;
        currency.holds_charge(amount)?;
        let terms = Terms::read(params, takes_types)?;
        allow(&terms.payment_method_types, &currency)?;
        let methods = read_methods(params, &terms, stripe_chooses)?;
        let confirms = params.flag("confirm")?.unwrap_or_default();
        let confirmation = Confirmation::read(params)?;
        if confirmation.needs_confirm() && !confirms {
            let message = "You can only pass return_url, off_session or error_on_requires_action together with confirm=true.";
            return Err(Refusal::invalid(message));
        }
        Ok((amount, currency, terms, methods, confirms, confirmation))
    })?;
    if captures_later {
        terms.capture_method.get_or_insert(CaptureMethod::AutomaticAsync);
    }
    if let Some(customer) = &terms.customer {
        turn.account.customers.named(customer, "customer")?;
    }
    let method = confirmation.method(turn.account)?;
    terms.methods = Some(methods);
    let mut intent = make(turn.account, amount, currency, terms);
    if let Some(method) = method {
        intent = confirming::choose(turn.account, intent, &method)?;
    }
    if confirms {
        intent = confirming::carry_out(turn.account, intent, confirmation)?;
    }
    Ok(intent.render())
}

pub(super) fn update(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let takes_types = turn.version.takes_payment_method_types();
    let (amount, currency, terms, method) = turn.read(|params| {
        let (amount, currency) = (params.integer("amount")?, Currency::read(params)?);
        Ok((amount, currency, Terms::read(params, takes_types)?, params.text("payment_method")?))
    })?;
    let mut intent = turn.account.payment_intents.find(&turn.id())?.clone();
    let is_open = matches!(
        intent.status,
        IntentStatus::RequiresPaymentMethod
            | IntentStatus::RequiresConfirmation
            | IntentStatus::RequiresAction
    );
    if !is_open && (amount.is_some() || currency.is_some() || method.is_some() || terms.customer.is_some()) {
        let message = format!(
            "This PaymentIntent's amount could not be updated because it has a status of {}. You may only update the \
             amount of a PaymentIntent with one of the following statuses: requires_payment_method, \
             requires_confirmation, requires_action.",
            intent.status.word()
        );
        return Err(intent.unexpected(message));
    }
    if let Some(customer) = &terms.customer {
        turn.account.customers.named(customer, "customer")?;
    }
    intent.amount = amount.unwrap_or(intent.amount);
    intent.currency = currency.unwrap_or(intent.currency);
    intent.currency.holds_charge(intent.amount)?;
    terms.apply(&mut intent);
    if let Some(name) = method {
        let method = payment_method::named(turn.account, &name, "payment_method")?;
        intent = confirming::choose(turn.account, intent, &method)?;
    }
    turn.account.payment_intents.put(intent.clone());
    Ok(intent.render())
}
