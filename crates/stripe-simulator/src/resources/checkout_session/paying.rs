//! What becomes of a session: its payer pays or saves a method, is declined, is asked who it is, or never comes.

use serde_json::Value;

use crate::account::Account;
use crate::currency::Currency;
use crate::resources::payment_intent::{self, IntentStatus, PaymentIntent, Presence};
use crate::resources::payment_link;
use crate::resources::payment_method::{self, PaymentMethod};
use crate::resources::setup_intent::{self, SetupStatus};
use crate::route::Turn;
use crate::wire::{Refusal, Row, Word};

use super::{CheckoutSession, Purpose, SessionPayment, SessionStatus};

pub(super) fn confirm_on_page(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (method, expected) = turn.read(|params| {
        let method = params.required_text("payment_method")?;
        let expected = params.integer("expected_amount")?;
        params.text("expected_payment_method_type")?;
        params.text("return_url")?;
        Ok((method, expected))
    })?;
    let id = turn.id();
    let amount = turn.account.checkout_sessions.find(&id)?.amount();
    if expected.is_some_and(|expected| expected != amount) {
        let message = "The amount of this Checkout Session is not the expected one.";
        return Err(Refusal::invalid(message).code("checkout_amount_mismatch").param("expected_amount"));
    }
    let method = payment_method::named(turn.account, &method, "payment_method")?;
    attempt(turn.account, &id, &method)?;
    turn.account.checkout_sessions.find(&id).map(Row::render)
}

/// What came of a try on a page.
pub(crate) enum Tried {
    /// The page has done what it is for, or is about to.
    Done,
    /// The bank wants to see its customer first, at this address.
    Asks(String),
}

impl Tried {
    fn of(asks: Option<String>) -> Self {
        asks.map_or(Self::Done, Self::Asks)
    }
}

/// The payer of an open session tries a method on its page.
pub(crate) fn attempt(account: &mut Account, id: &str, method: &PaymentMethod) -> Result<Tried, Refusal> {
    let session = account.checkout_sessions.find(id)?.clone();
    if session.status != SessionStatus::Open {
        return Err(Refusal::invalid(format!("This Checkout Session is {}.", session.status.word())));
    }
    let kind = method.means.kind().word();
    if !session.kinds.iter().any(|allowed| allowed == kind) {
        let message = format!("This Checkout Session takes {}, and no {kind}.", session.kinds.join(", "));
        return Err(Refusal::invalid(message).param("payment_method"));
    }
    match &session.purpose {
        Purpose::Payment { currency, .. } => {
            let intent = match &session.payment_intent {
                Some(intent) => account.payment_intents.find(intent)?.clone(),
                None => begin(account, session.clone(), currency.clone()),
            };
            let intent_id = intent.id.clone();
            let intent = payment_intent::attempt(account, intent, method, Presence::OnSession)?;
            settle(account, &intent_id);
            Ok(Tried::of(intent.action_url.filter(|_| intent.status == IntentStatus::RequiresAction)))
        }
        Purpose::Setup { intent } => {
            let tried = setup_intent::attempt(account, intent, method)?;
            settle(account, intent);
            Ok(Tried::of(tried.action_url))
        }
    }
}

/// The intent of a session is made when its payer first tries to pay.
fn begin(account: &mut Account, mut session: CheckoutSession, currency: Currency) -> PaymentIntent {
    let terms = session.terms.of_intent(session.customer.clone(), session.kinds.clone());
    let intent = payment_intent::make(account, session.amount(), currency, terms);
    session.payment_intent = Some(intent.id.clone());
    account.checkout_sessions.put(session);
    intent
}

/// Lets the session of an intent of either kind follow it.
pub(crate) fn settle(account: &mut Account, intent: &str) {
    if intent.starts_with("seti_") {
        settle_setup(account, intent);
    } else {
        settle_payment(account, intent);
    }
}

/// A page is done once its method is kept.
fn settle_setup(account: &mut Account, intent: &str) {
    let is_kept =
        account.setup_intents.get(intent).is_some_and(|intent| intent.status == SetupStatus::Succeeded);
    let is_its = |session: &&CheckoutSession| session.status == SessionStatus::Open && session.is_of(intent);
    let session = account.checkout_sessions.newest_first().find(is_its).cloned();
    if let Some(session) = session.filter(|_| is_kept) {
        complete(account, session, SessionPayment::NotRequired);
    }
}

fn settle_payment(account: &mut Account, intent: &str) {
    let Some(status) = account.payment_intents.get(intent).map(|intent| intent.status) else { return };
    let is_its = |session: &&CheckoutSession| session.is_of(intent);
    let session = account.checkout_sessions.newest_first().find(is_its).cloned();
    let Some(session) = session else { return };
    match (session.status, status) {
        (SessionStatus::Open, IntentStatus::Succeeded) => complete(account, session, SessionPayment::Paid),
        (SessionStatus::Open, IntentStatus::Processing | IntentStatus::RequiresCapture) => {
            complete(account, session, SessionPayment::Unpaid);
        }
        (SessionStatus::Complete, IntentStatus::Succeeded) if session.payment == SessionPayment::Unpaid => {
            let session = CheckoutSession { payment: SessionPayment::Paid, ..session };
            store(account, session, "checkout.session.async_payment_succeeded");
        }
        (SessionStatus::Complete, IntentStatus::RequiresPaymentMethod) => {
            store(account, session, "checkout.session.async_payment_failed");
        }
        _ => (),
    }
}

fn complete(account: &mut Account, session: CheckoutSession, payment: SessionPayment) {
    let session = CheckoutSession { status: SessionStatus::Complete, payment, ..session };
    let link = session.payment_link.clone();
    store(account, session, "checkout.session.completed");
    if let Some(link) = link {
        payment_link::was_paid(account, &link);
    }
}

fn store(account: &mut Account, session: CheckoutSession, event: &'static str) {
    account.emit(event, session.render());
    account.checkout_sessions.put(session);
}

pub(super) fn expire_on_request(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    let session = turn.account.checkout_sessions.find(&turn.id())?.clone();
    if session.status != SessionStatus::Open {
        let message = format!(
            "Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {}.",
            session.status.word()
        );
        return Err(Refusal::invalid(message));
    }
    expire(turn.account, session);
    turn.account.checkout_sessions.find(&turn.id()).map(Row::render)
}

/// Closes the page of an open session, and cancels what its payer had begun.
pub(crate) fn expire(account: &mut Account, session: CheckoutSession) {
    let begun =
        session.payment_intent.as_ref().and_then(|intent| account.payment_intents.get(intent)).cloned();
    if let Some(intent) = begun {
        payment_intent::end(account, intent, None);
    }
    if let Purpose::Setup { intent } = &session.purpose {
        setup_intent::end(account, intent);
    }
    let session = CheckoutSession { status: SessionStatus::Expired, ..session };
    store(account, session, "checkout.session.expired");
}

/// The time of a session is up.
pub(crate) fn expire_unpaid(account: &mut Account, id: &str) {
    let open =
        account.checkout_sessions.get(id).filter(|session| session.status == SessionStatus::Open).cloned();
    if let Some(session) = open {
        expire(account, session);
    }
}
