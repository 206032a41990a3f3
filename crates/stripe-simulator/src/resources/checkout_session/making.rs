//! Making a session.

use serde_json::Value;

use crate::account::Account;
use crate::agenda::Job;
use crate::clock::DAY;
use crate::resources::line::{self, LineWish};
use crate::resources::payment_intent::{CaptureMethod, FutureUsage, Terms};
use crate::resources::payment_method::MethodKind;
use crate::resources::setup_intent::{self, PageTerms};
use crate::route::Turn;
use crate::wire::{Metadata, MetadataChange, Params, Refusal, Row};

use super::{CheckoutSession, Purpose, SessionPayment, SessionStatus};

/// A session is open so long at least, and at most.
const OPEN_MIN: i64 = 30 * 60;
const OPEN_MAX: i64 = DAY;

/// What the intent of a session is made with: `payment_intent_data`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct IntentTerms {
    pub(crate) capture_method: Option<CaptureMethod>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) setup_future_usage: Option<FutureUsage>,
    shipping: Option<Value>,
    statement_descriptor_suffix: Option<String>,
}

impl IntentTerms {
    pub(super) fn of_intent(&self, customer: Option<String>, kinds: Vec<String>) -> Terms {
        Terms {
            capture_method: self.capture_method,
            customer,
            description: Some(self.description.clone()),
            metadata: MetadataChange::setting(self.metadata.clone()),
            payment_method_types: kinds,
            setup_future_usage: self.setup_future_usage,
            shipping: self.shipping.clone(),
            statement_descriptor_suffix: self.statement_descriptor_suffix.clone(),
            ..Terms::default()
        }
    }
}

/// Reads `payment_intent_data`.
pub(crate) fn read_intent_terms(params: &mut Params) -> Result<IntentTerms, Refusal> {
    let read = |data: &mut Params| {
        Ok(IntentTerms {
            capture_method: data.word("capture_method")?,
            description: data.text("description")?,
            metadata: MetadataChange::read(data)?.fresh(),
            setup_future_usage: data.word("setup_future_usage")?,
            shipping: data.kept("shipping"),
            statement_descriptor_suffix: data.text("statement_descriptor_suffix")?,
        })
    };
    Ok(params.nested("payment_intent_data", read)?.unwrap_or_default())
}

/// What a session is made of, besides its lines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wish {
    pub(crate) payment_link: Option<String>,
    pub(crate) success_url: Option<String>,
    pub(crate) cancel_url: Option<String>,
    pub(crate) client_reference_id: Option<String>,
    pub(crate) customer: Option<String>,
    pub(crate) customer_email: Option<String>,
    pub(crate) kinds: Vec<String>,
    pub(crate) expires_at: Option<i64>,
    pub(crate) metadata: MetadataChange,
    pub(crate) terms: IntentTerms,
}

/// What a page is wanted for.
enum Use {
    Payment(Vec<LineWish>),
    Setup(PageTerms),
}

fn read_use(params: &mut Params) -> Result<Use, Refusal> {
    match params.text("mode")?.as_deref() {
        None | Some("payment") => line::read_lines(params).map(Use::Payment),
        Some("setup") => setup_intent::read_page_terms(params).map(Use::Setup),
        Some(mode) => {
            let message = format!("Invalid mode: {mode} is not simulated, only payment and setup are.");
            Err(Refusal::invalid(message).param("mode"))
        }
    }
}

fn read(params: &mut Params, takes_types: bool) -> Result<(Use, Wish), Refusal> {
    let wanted = read_use(params)?;
    let hosted = ["hosted", "hosted_page"];
    if let Some(mode) = params.text("ui_mode")?.filter(|mode| !hosted.contains(&mode.as_str())) {
        return Err(Refusal::invalid(format!(
            "Invalid ui_mode: {mode} is not simulated, only hosted_page is."
        )));
    }
    // How the page talks to its payer changes nothing.
    for words in ["locale", "submit_type", "customer_creation", "billing_address_collection"] {
        params.text(words)?;
    }
    let types = if takes_types { "payment_method_types" } else { "allowed_payment_method_types" };
    let wish = Wish {
        payment_link: None,
        success_url: Some(params.required_text("success_url")?),
        cancel_url: params.text("cancel_url")?,
        client_reference_id: params.text("client_reference_id")?,
        customer: params.text("customer")?,
        customer_email: params.text("customer_email")?,
        kinds: params.texts(types)?,
        expires_at: params.integer("expires_at")?,
        metadata: MetadataChange::read(params)?,
        terms: read_intent_terms(params)?,
    };
    if matches!(wanted, Use::Setup(_)) && wish.kinds.is_empty() {
        // At Stripe a currency would do as well.
        return Err(Refusal::missing(types));
    }
    Ok((wanted, wish))
}

pub(super) fn create(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let takes_types = turn.version.takes_payment_method_types();
    let (wanted, wish) = turn.read(|params| read(params, takes_types))?;
    let account = &mut *turn.account;
    if let Some(customer) = &wish.customer {
        account.customers.named(customer, "customer")?;
    }
    let open_for = wish.expires_at.map_or(OPEN_MAX, |expires_at| expires_at - account.now);
    if !(OPEN_MIN..=OPEN_MAX).contains(&open_for) {
        let message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout Session creation.";
        return Err(Refusal::invalid(message).param("expires_at"));
    }
    let purpose = match wanted {
        Use::Payment(lines) => {
            let (lines, currency) = line::make_lines(account, lines)?;
            currency.holds_charge(line::total(&lines))?;
            Purpose::Payment { lines, currency }
        }
        Use::Setup(terms) => {
            let (customer, kinds) = (wish.customer.clone(), wish.kinds.clone());
            Purpose::Setup { intent: setup_intent::make_for_page(account, customer, kinds, terms) }
        }
    };
    Ok(make(account, purpose, wish).render())
}

/// A new session, open for its payer.
pub(crate) fn make(account: &mut Account, purpose: Purpose, wish: Wish) -> CheckoutSession {
    let id = account.ids.next("cs_test_");
    let (payment, kinds) = match &purpose {
        Purpose::Payment { currency, .. } if wish.kinds.is_empty() => {
            (SessionPayment::Unpaid, MethodKind::offered(currency))
        }
        Purpose::Payment { .. } => (SessionPayment::Unpaid, wish.kinds),
        Purpose::Setup { .. } => (SessionPayment::NotRequired, wish.kinds),
    };
    let session = CheckoutSession {
        page: format!("{}/pay/{id}", account.base),
        id,
        created: account.now,
        status: SessionStatus::Open,
        payment,
        purpose,
        payment_intent: None,
        payment_link: wish.payment_link,
        success_url: wish.success_url,
        cancel_url: wish.cancel_url,
        client_reference_id: wish.client_reference_id,
        customer: wish.customer,
        customer_email: wish.customer_email,
        kinds,
        expires_at: wish.expires_at.unwrap_or(account.now + OPEN_MAX),
        metadata: wish.metadata.fresh(),
        terms: wish.terms,
    };
    account.agenda.note(session.expires_at, Job::SessionExpires { session: session.id.clone() });
    account.checkout_sessions.put(session.clone());
    session
}
