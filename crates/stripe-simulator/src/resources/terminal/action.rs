//! What a reader is told to do: show a cart, take a payment, give money back. It answers at once and acts later.

use serde_json::{Value, json};

use crate::account::Account;
use crate::agenda::Job;
use crate::currency::Currency;
use crate::resources::payment_intent::IntentStatus;
use crate::resources::payment_method::MethodKind;
use crate::resources::refund;
use crate::route::{Route, Turn, post};
use crate::wire::{MetadataChange, Params, Refusal, Row, Word, words};

use super::hand::ReaderTrouble;
use super::reader::{Reader, ReaderStatus, living};

pub(crate) const ROUTES: &[Route] = &[
    post("/v1/terminal/readers/:id/process_payment_intent", "terminal_reader", process_payment_intent),
    post("/v1/terminal/readers/:id/refund_payment", "terminal_reader", refund_payment),
    post("/v1/terminal/readers/:id/set_reader_display", "terminal_reader", set_reader_display),
    post("/v1/terminal/readers/:id/cancel_action", "terminal_reader", cancel_action),
];

words! {
    /// How far a reader is.
    pub(crate) enum ActionStatus {
        InProgress = "in_progress",
        Succeeded = "succeeded",
        Failed = "failed",
    }
}

/// What a reader is doing, or did last.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Action {
    pub(super) deed: Deed,
    pub(super) status: ActionStatus,
    /// Code and words.
    pub(super) failure: Option<(String, String)>,
}

/// The deeds a reader knows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Deed {
    ProcessPaymentIntent {
        intent: String,
        config: Value,
    },
    /// `refund` is there once it was made.
    RefundPayment {
        charge: String,
        intent: Option<String>,
        amount: i64,
        metadata: MetadataChange,
        refund: Option<String>,
    },
    SetReaderDisplay {
        cart: Value,
    },
}

impl Deed {
    fn kind(&self) -> &'static str {
        match self {
            Self::ProcessPaymentIntent { .. } => "process_payment_intent",
            Self::RefundPayment { .. } => "refund_payment",
            Self::SetReaderDisplay { .. } => "set_reader_display",
        }
    }

    fn render(&self) -> Value {
        match self {
            Self::ProcessPaymentIntent { intent, config } => {
                json!({ "payment_intent": intent, "process_config": config })
            }
            Self::RefundPayment { charge, intent, amount, metadata, refund } => json!({
                "amount": amount, "charge": charge, "metadata": metadata.clone().fresh(), "payment_intent": intent,
                "refund": refund,
            }),
            Self::SetReaderDisplay { cart } => json!({ "cart": cart, "type": "cart" }),
        }
    }
}

impl Action {
    pub(super) fn render(&self) -> Value {
        let (code, message) = self.failure.clone().unzip();
        let kind = self.deed.kind();
        let mut action = json!({ "failure_code": code, "failure_message": message, "status": self.status.word(), "type": kind });
        action[kind] = self.deed.render();
        action
    }
}

/// A reader that can be told something now.
fn ready(turn: &mut Turn<'_>) -> Result<Reader, Refusal> {
    let reader = living(turn)?;
    let refuse = |code, message: &str| Err(Refusal::invalid(message).code(code));
    if reader.status == ReaderStatus::Offline {
        let message = "Reader is currently offline, please ensure the reader is powered on and connected to the internet \
                       before retrying your request.";
        return refuse("terminal_reader_offline", message);
    }
    if reader.is_silent {
        return refuse("terminal_reader_timeout", "Timed out while waiting for a response from the reader.");
    }
    if is_waiting_for_card(&reader) {
        let message = "Reader is currently busy processing another request, please reference the integration guide at \
                       https://stripe.com/docs/terminal/payments/collect-payment?terminal-sdk-platform=server-driven.";
        return refuse("terminal_reader_busy", message);
    }
    Ok(reader)
}

pub(super) fn is_waiting_for_card(reader: &Reader) -> bool {
    reader.action.as_ref().is_some_and(|action| {
        action.status == ActionStatus::InProgress && !matches!(action.deed, Deed::SetReaderDisplay { .. })
    })
}

/// Tells a reader to do something. A planned trouble loses the reader's word that it asks for a card, though it does.
fn begin(account: &mut Account, mut reader: Reader, deed: Deed) -> Result<Value, Refusal> {
    reader.action = Some(Action { deed, status: ActionStatus::InProgress, failure: None });
    let trouble = if is_waiting_for_card(&reader) { reader.trouble.take() } else { None };
    account.readers.put(reader.clone());
    if trouble == Some(ReaderTrouble::AnswerIsLost) {
        let message = "Timed out while waiting for a response from the reader.";
        return Err(Refusal::invalid(message).code("terminal_reader_timeout"));
    }
    Ok(reader.render())
}

fn process_payment_intent(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (intent, config) = turn.read(|params| {
        let intent = params.required_text("payment_intent")?;
        let config = params.nested("process_config", read_config)?;
        Ok((intent, config.unwrap_or_else(|| json!({}))))
    })?;
    let reader = ready(turn)?;
    let mut intent = turn.account.payment_intents.named(&intent, "payment_intent")?.clone();
    let at_reader = [MethodKind::CardPresent.word(), MethodKind::InteracPresent.word()];
    if !intent.payment_method_types.iter().any(|kind| at_reader.contains(&kind.as_str())) {
        let message = "The PaymentIntent must allow card_present to be processed by a reader.";
        return Err(Refusal::invalid(message)
            .code("payment_intent_invalid_parameter")
            .param("payment_intent"));
    }
    let waits =
        matches!(intent.status, IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation);
    if !waits || intent.reader.is_some() {
        let message = format!(
            "Payment intent must be in the requires_payment_method or requires_confirmation state to be processed by a \
             reader, but is in the {} state.",
            intent.status.word()
        );
        return Err(Refusal::invalid(message).code("intent_invalid_state").param("payment_intent"));
    }
    intent.reader = Some(reader.id.clone());
    let deed = Deed::ProcessPaymentIntent { intent: intent.id.clone(), config };
    turn.account.payment_intents.put(intent);
    begin(turn.account, reader, deed)
}

/// How the reader should ask; it is shown again and changes nothing here.
fn read_config(config: &mut Params) -> Result<Value, Refusal> {
    let (cancellation, skips) = (config.flag("enable_customer_cancellation")?, config.flag("skip_tipping")?);
    let (redisplay, return_url) = (config.text("allow_redisplay")?, config.text("return_url")?);
    let tipping = config.nested("tipping", |tipping| tipping.integer("amount_eligible"))?;
    Ok(json!({
        "enable_customer_cancellation": cancellation, "skip_tipping": skips, "allow_redisplay": redisplay,
        "return_url": return_url, "tipping": tipping.map(|amount| json!({ "amount_eligible": amount })),
    }))
}

fn refund_payment(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (charge, intent, amount, metadata) = turn.read(|params| {
        let (charge, intent) = (params.text("charge")?, params.text("payment_intent")?);
        if charge.is_none() && intent.is_none() {
            return Err(Refusal::missing("payment_intent"));
        }
        params.nested("refund_payment_config", |config| config.flag("enable_customer_cancellation"))?;
        Ok((charge, intent, params.integer("amount")?, MetadataChange::read(params)?))
    })?;
    let reader = ready(turn)?;
    let charge = refund::refunded_charge(turn.account, charge, intent)?;
    let amount = refund::permitted(turn.account, &charge, amount)?;
    let intent = charge.payment_intent.clone();
    begin(
        turn.account,
        reader,
        Deed::RefundPayment { charge: charge.id, intent, amount, metadata, refund: None },
    )
}

fn set_reader_display(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let cart = turn.read(|params| {
        let kind = params.required_text("type")?;
        if kind != "cart" {
            return Err(Refusal::invalid("Invalid type: must be one of cart").param("type"));
        }
        params.nested("cart", read_cart)?.ok_or_else(|| Refusal::missing("cart"))
    })?;
    let reader = ready(turn)?;
    let id = reader.id.clone();
    turn.account.agenda.note(turn.account.now, Job::ReaderShows { reader: id });
    begin(turn.account, reader, Deed::SetReaderDisplay { cart })
}

fn read_cart(cart: &mut Params) -> Result<Value, Refusal> {
    let currency = Currency::required(cart)?;
    let (total, tax) = (cart.required_integer("total")?, cart.integer("tax")?);
    let items = cart.each("line_items", |item| {
        let (amount, quantity) = (item.required_integer("amount")?, item.required_integer("quantity")?);
        Ok(json!({ "amount": amount, "description": item.required_text("description")?, "quantity": quantity }))
    })?;
    if items.is_empty() {
        return Err(Refusal::missing("cart[line_items]"));
    }
    Ok(json!({ "currency": currency.code(), "line_items": items, "tax": tax, "total": total }))
}

fn cancel_action(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    let mut reader = living(turn)?;
    if reader.status == ReaderStatus::Offline {
        let message = "Reader is currently offline, please ensure the reader is powered on.";
        return Err(Refusal::invalid(message).code("terminal_reader_offline"));
    }
    if let Some(Action { deed: Deed::ProcessPaymentIntent { intent, .. }, .. }) = reader.action.take() {
        let_go(turn.account, &intent);
    }
    turn.account.readers.put(reader.clone());
    Ok(reader.render())
}

/// No reader handles the intent any more.
pub(super) fn let_go(account: &mut Account, intent: &str) {
    if let Some(mut intent) = account.payment_intents.get(intent).cloned() {
        intent.reader = None;
        account.payment_intents.put(intent);
    }
}
