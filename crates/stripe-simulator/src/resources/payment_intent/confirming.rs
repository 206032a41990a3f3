//! A try to pay: the payer's bank approves, declines, or wants to see its customer.

use serde_json::Value;

use crate::account::Account;
use crate::agenda::Job;
use crate::clock::DAY;
use crate::defect::Defect;
use crate::resources::cards::{self, Decline, Fate};
use crate::resources::charge::{self, Charge, Terms};
use crate::resources::payment_method::{self, Means, PaymentMethod};
use crate::route::Turn;
use crate::wire::{Refusal, Row, Word};

use super::confirmation::Confirmation;
use super::{CaptureMethod, IntentStatus, Methods, PaymentIntent, Redirects};

/// How long an authorization holds: online, and at a reader.
const HOLDS_ONLINE: i64 = 7 * DAY;
const HOLDS_IN_PERSON: i64 = 2 * DAY;
/// A bank debit is settled so many seconds later: as in Stripe's test mode, moments instead of days.
const DEBIT_TAKES: i64 = 5;

/// Is the payer there, and has it proved who it is?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// On a page that can ask.
    OnSession,
    /// The page has asked.
    Authenticated,
    /// Away: a question is a decline.
    OffSession,
    /// At a reader.
    AtReader,
}

pub(super) fn confirm(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let confirmation = turn.read(Confirmation::read)?;
    let mut intent = turn.account.payment_intents.find(&turn.id())?.clone();
    if let Some(method) = confirmation.method(turn.account)? {
        intent = choose(turn.account, intent, &method)?;
    }
    carry_out(turn.account, intent, confirmation).map(|intent| intent.render())
}

/// Sets the method an intent is to be paid with.
pub(super) fn choose(
    account: &mut Account,
    mut intent: PaymentIntent,
    method: &PaymentMethod,
) -> Result<PaymentIntent, Refusal> {
    if !is_open(intent.status) {
        return Err(refuse_confirm(&intent));
    }
    let kind = method.means.kind().word();
    if !intent.payment_method_types.iter().any(|allowed| allowed == kind) {
        let message = format!(
            "The PaymentMethod provided ({kind}) is not allowed for this PaymentIntent. Please attach a PaymentMethod of \
             one of the following types: {}.",
            intent.payment_method_types.join(", ")
        );
        return Err(Refusal::invalid(message).param("payment_method"));
    }
    if method.customer.is_some() && method.customer != intent.customer {
        let message = "The provided PaymentMethod belongs to a Customer. Please include the Customer in the customer \
                       parameter on the PaymentIntent.";
        return Err(Refusal::invalid(message).param("payment_method"));
    }
    intent.payment_method = Some(method.id.clone());
    intent.status = IntentStatus::RequiresConfirmation;
    account.payment_intents.put(intent.clone());
    Ok(intent)
}

fn is_open(status: IntentStatus) -> bool {
    use IntentStatus::{RequiresAction, RequiresConfirmation, RequiresPaymentMethod};
    matches!(status, RequiresPaymentMethod | RequiresConfirmation | RequiresAction)
}

fn refuse_confirm(intent: &PaymentIntent) -> Refusal {
    let why = match intent.status {
        IntentStatus::Succeeded => "it has already succeeded after being previously confirmed".to_owned(),
        status => format!("it has a status of {}", status.word()),
    };
    intent.unexpected(format!("You cannot confirm this PaymentIntent because {why}."))
}

/// Confirms an intent with the method it has.
pub(super) fn carry_out(
    account: &mut Account,
    mut intent: PaymentIntent,
    confirmation: Confirmation,
) -> Result<PaymentIntent, Refusal> {
    if !is_open(intent.status) {
        return Err(refuse_confirm(&intent));
    }
    let Some(method) = intent.payment_method.clone() else {
        let message = "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update \
                       the PaymentIntent with a payment method and then confirm it again, or confirm it again directly \
                       with a payment method or ConfirmationToken.";
        return Err(intent.unexpected(message.to_owned()));
    };
    let method = account.payment_methods.find(&method)?.clone();
    intent.return_url = confirmation.return_url.or(intent.return_url.take());
    if intent.methods == Methods::Chosen(Redirects::Always) && intent.return_url.is_none() {
        let message = "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some \
                       of these payment methods might redirect your customer off of your page, you must provide a \
                       `return_url`. If you don't want to accept redirect-based payment methods, set \
                       `automatic_payment_methods[enabled]` to `true` and \
                       `automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment \
                       Intents.";
        return Err(Refusal::invalid(message).about("payment_intent", intent.render()));
    }
    let presence = if confirmation.off_session || confirmation.fails_on_action {
        Presence::OffSession
    } else {
        Presence::OnSession
    };
    attempt(account, intent, &method, presence)
}

/// One try with one method. A decline leaves the intent open for the next one.
pub(crate) fn attempt(
    account: &mut Account,
    intent: PaymentIntent,
    method: &PaymentMethod,
    presence: Presence,
) -> Result<PaymentIntent, Refusal> {
    match verdict(&intent, method, presence) {
        Verdict::Approved => approve(account, intent, method, presence),
        Verdict::Declined(decline) => Err(decline_it(account, intent, method, decline)),
        Verdict::Asks => Ok(ask(account, intent, method)),
    }
}

enum Verdict {
    Approved,
    Declined(&'static Decline),
    Asks,
}

/// What the payer's bank says.
fn verdict(intent: &PaymentIntent, method: &PaymentMethod, presence: Presence) -> Verdict {
    let at_reader =
        (presence == Presence::AtReader).then(|| cards::decline_by_amount(intent.amount)).flatten();
    if let Some(decline) = at_reader {
        return Verdict::Declined(decline);
    }
    match method.means.card().map(|card| card.fate) {
        Some(Fate::Declines(decline) | Fate::DeclinesWhenCharged(decline)) => Verdict::Declined(decline),
        Some(Fate::Authenticates) => match presence {
            Presence::OnSession => Verdict::Asks,
            Presence::OffSession => Verdict::Declined(&cards::AUTHENTICATION_REQUIRED),
            Presence::Authenticated | Presence::AtReader => Verdict::Approved,
        },
        _ => Verdict::Approved,
    }
}

fn ask(account: &mut Account, mut intent: PaymentIntent, method: &PaymentMethod) -> PaymentIntent {
    intent.payment_method = Some(method.id.clone());
    intent.status = IntentStatus::RequiresAction;
    intent.action_url = Some(format!("{}/authenticate/{}", account.base, intent.id));
    account.payment_intents.put(intent.clone());
    account.emit("payment_intent.requires_action", intent.render());
    intent
}

/// The payer proved on the page who it is, or failed to.
///
/// # Errors
/// The decline, or that nobody had asked.
pub(crate) fn authenticate(
    account: &mut Account,
    id: &str,
    succeeds: bool,
) -> Result<PaymentIntent, Refusal> {
    let intent = account.payment_intents.find(id)?.clone();
    let method = intent.payment_method.clone().filter(|_| intent.status == IntentStatus::RequiresAction);
    let Some(method) = method else {
        return Err(
            intent.unexpected("Nobody has asked the payer of this PaymentIntent for anything.".to_owned())
        );
    };
    let method = account.payment_methods.find(&method)?.clone();
    if succeeds {
        attempt(account, intent, &method, Presence::Authenticated)
    } else {
        Err(decline_it(account, intent, &method, &cards::NOT_AUTHENTICATED))
    }
}

/// Books a failed try and gives the 402 that tells of it.
fn decline_it(
    account: &mut Account,
    mut intent: PaymentIntent,
    method: &PaymentMethod,
    decline: &'static Decline,
) -> Refusal {
    let reached_the_bank = decline.decline_code.is_some();
    let charge =
        reached_the_bank.then(|| charge::make_failed(account, Terms::of_intent(&intent), method, decline));
    if let Some(charge) = &charge {
        intent.latest_charge = Some(charge.id.clone());
    }
    let refusal = decline.refusal(charge.as_ref().map(|charge| charge.id.as_str()));
    let refusal = refusal.about("payment_method", method.render());
    intent.status = IntentStatus::RequiresPaymentMethod;
    intent.payment_method = None;
    intent.action_url = None;
    intent.last_error = Some(refusal.object());
    account.payment_intents.put(intent.clone());
    if let Some(charge) = charge {
        account.emit("charge.failed", charge.render());
    }
    account.emit("payment_intent.payment_failed", intent.render());
    refusal.about("payment_intent", intent.render())
}

fn approve(
    account: &mut Account,
    mut intent: PaymentIntent,
    method: &PaymentMethod,
    presence: Presence,
) -> Result<PaymentIntent, Refusal> {
    intent.last_error = None;
    intent.action_url = None;
    intent.payment_method = Some(method.id.clone());
    let is_to_be_kept = intent.setup_future_usage.is_some() && method.customer.is_none();
    if let Some(customer) = intent.customer.clone().filter(|_| is_to_be_kept) {
        payment_method::attach_to(account, method.clone(), &customer)?;
    }
    let charge = charge::make(account, Terms::of_intent(&intent), method);
    intent.latest_charge = Some(charge.id.clone());
    match method.means {
        Means::SepaDebit { succeeds } | Means::BacsDebit { succeeds } => {
            begin_debit(account, &mut intent, &charge, succeeds)
        }
        // Interac authorizes and captures in one step, whatever is asked.
        Means::InteracPresent(_) => take(account, &mut intent, charge, method),
        _ if intent.capture_method == CaptureMethod::Manual => {
            authorize(account, &mut intent, &charge, presence)
        }
        _ => take(account, &mut intent, charge, method),
    }
    Ok(intent)
}

fn begin_debit(account: &mut Account, intent: &mut PaymentIntent, charge: &Charge, succeeds: bool) {
    intent.status = IntentStatus::Processing;
    account.payment_intents.put(intent.clone());
    account.emit("payment_intent.processing", intent.render());
    account.emit("charge.pending", charge.render());
    let job = Job::DebitSettles { charge: charge.id.clone(), succeeds };
    account.agenda.note(account.now + DEBIT_TAKES, job);
}

fn authorize(account: &mut Account, intent: &mut PaymentIntent, charge: &Charge, presence: Presence) {
    intent.status = IntentStatus::RequiresCapture;
    intent.amount_capturable = intent.amount;
    account.payment_intents.put(intent.clone());
    account.emit("charge.succeeded", charge.render());
    account.emit("payment_intent.amount_capturable_updated", intent.render());
    let holds = if presence == Presence::AtReader { HOLDS_IN_PERSON } else { HOLDS_ONLINE };
    account.agenda.note(account.now + holds, Job::AuthorizationLapses { intent: intent.id.clone() });
}

fn take(account: &mut Account, intent: &mut PaymentIntent, charge: Charge, method: &PaymentMethod) {
    let amount = intent.amount;
    let charge = if intent.capture_method == CaptureMethod::AutomaticAsync {
        charge::capture_and_book_later(account, charge)
    } else {
        charge::capture(account, charge, amount)
    };
    intent.status = IntentStatus::Succeeded;
    intent.amount_received = amount;
    account.payment_intents.put(intent.clone());
    account.emit("charge.succeeded", charge.render());
    account.emit("payment_intent.succeeded", intent.render());
    if account.has(Defect::ChargesTwice) {
        let second = charge::make(account, Terms::of_intent(intent), method);
        charge::capture(account, second, amount);
    }
}
