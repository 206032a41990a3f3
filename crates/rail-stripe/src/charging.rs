//! Charging tabs: a payer of the stream is a customer at Stripe who saved a card or another method, and is charged while
//! not there (<https://docs.stripe.com/payments/save-and-reuse>). A charge is known by the settlement's key in the metadata of
//! its intent; `payers` knows the customers, and `saving` what they saved.

use std::collections::HashMap;

use money::{Currency, Money};
use payment::card::{CardMemory, CardRail};
use payment::charging::{Charge, ChargeStatus, ChargingRail, SavedCards, Taken};
use payment::rail::{RailFuture, RailHealth};
use payment::{RailError, RailId};
use stripe::StripeError;
use stripe_shared::{ApiErrorsCode, PaymentIntent, PaymentIntentStatus, PaymentMethod};

use crate::account::Saved;
use crate::amounts;
use crate::failure::code;
use crate::payers::Payers;
use crate::rail::{CLOCKS_APART, Clock, StripeConfig, StripeRail, stripes};
use crate::reading::{Facts, currency, told};

/// Which settlement it is, in the metadata of intents.
const SETTLEMENT: &str = "tillstream_settlement";
/// What the payer's bank wants before it pays.
const MUST_CONFIRM: &str = "the payer's bank wants the payer to confirm it: let them pay at the till";

/// The card went between being chosen and being charged.
const FORGOTTEN: &str = "the payer's card was forgotten meanwhile: have another one saved, and try again";

/// Saved cards and other methods through Stripe.
pub struct StripeCharging {
    pub(crate) rail: StripeRail,
    pub(crate) payers: Payers,
}

impl StripeCharging {
    /// Opens it. Nobody is called yet.
    ///
    /// # Errors
    /// [`RailError::Misconfigured`] when the key is unusable.
    pub fn open(config: &StripeConfig, clock: Clock) -> Result<Self, RailError> {
        let rail = StripeRail::open(config, &CardMemory::default(), clock)?;
        Ok(Self { rail, payers: Payers::default() })
    }

    async fn take(&self, charge: &Charge) -> Result<ChargeStatus, RailError> {
        let count =
            amounts::charged(charge.amount).map_err(|error| RailError::Declined(error.to_string()))?;
        let Some(method) = self.methods(&charge.payer).await?.into_iter().next() else {
            return Err(nothing_saved());
        };
        let Some(customer) = self.payers.find(&self.rail, &charge.payer).await? else {
            return Err(nothing_saved());
        };
        let wish = charge.key();
        let saved = Saved {
            key: &self.rail.key(&wish),
            count,
            currency: stripes(charge.amount.currency())?,
            customer: &customer,
            method: &method,
            metadata: HashMap::from([(SETTLEMENT.to_owned(), wish.clone())]),
        };
        let made = self.rail.account.charge_saved(saved).await;
        let must_confirm = made.as_ref().is_err_and(asks_payer);
        match self.rail.done(&wish, made) {
            Ok(intent) => self.status(&intent).await,
            Err(RailError::Declined(_)) if must_confirm => Err(RailError::Declined(MUST_CONFIRM.to_owned())),
            // What Stripe finds wrong may be that the card was forgotten a moment ago.
            Err(RailError::Protocol(_)) if !self.is_saved(&charge.payer, &method).await? => {
                Err(RailError::Declined(FORGOTTEN.to_owned()))
            }
            Err(error) => Err(error),
        }
    }

    async fn is_saved(&self, payer: &str, method: &PaymentMethod) -> Result<bool, RailError> {
        Ok(self.methods(payer).await?.iter().any(|saved| saved.id == method.id))
    }

    /// Without a customer nothing was sent. A list is true at once, a search a minute later.
    async fn look_for(&self, charge: &Charge) -> Result<Option<ChargeStatus>, RailError> {
        let Some(customer) = self.payers.find(&self.rail, &charge.payer).await? else { return Ok(None) };
        let since = charge.settlement.made_at().millis() / 1_000 - CLOCKS_APART;
        let (key, mut after) = (charge.key(), None::<String>);
        loop {
            let page = self.rail.account.intents_of(&customer, since, after.as_deref()).await;
            let page = self.rail.noted(page)?;
            if let Some(found) = page.data.iter().find(|intent| intent.metadata.get(SETTLEMENT) == Some(&key))
            {
                return self.status(found).await.map(Some);
            }
            match page.data.last() {
                Some(last) if page.has_more => after = Some(last.id.as_str().to_owned()),
                Some(_) | None => return Ok(None),
            }
        }
    }

    /// What became of an intent. A declined one is never tried again: the next attempt has a key of its own.
    async fn status(&self, intent: &PaymentIntent) -> Result<ChargeStatus, RailError> {
        match &intent.status {
            PaymentIntentStatus::Succeeded => self.taken(intent).await.map(ChargeStatus::Taken),
            PaymentIntentStatus::Processing => Ok(ChargeStatus::Pending),
            PaymentIntentStatus::RequiresAction => Err(RailError::Declined(MUST_CONFIRM.to_owned())),
            PaymentIntentStatus::RequiresPaymentMethod | PaymentIntentStatus::Canceled => {
                let error = intent.last_payment_error.as_ref();
                let asks =
                    error.is_some_and(|error| error.code == Some(ApiErrorsCode::AuthenticationRequired));
                let words = error.and_then(|error| error.message.clone()).filter(|_| !asks);
                let why = if asks { MUST_CONFIRM } else { "the bank declined it" };
                Err(RailError::Declined(words.unwrap_or_else(|| why.to_owned())))
            }
            other => {
                let word = other.as_str();
                Err(RailError::Protocol(format!("Stripe left a charge of a saved card in the state {word}")))
            }
        }
    }

    /// What was taken, with Stripe's fee where it is known and in the same currency.
    async fn taken(&self, intent: &PaymentIntent) -> Result<Taken, RailError> {
        let intent = self.rail.noted(self.rail.account.intent(intent.id.as_str()).await)?;
        let amount = told(intent.amount_received, currency(&intent.currency)?)?;
        let reference = intent.id.as_str().to_owned();
        let facts = Facts { intent, refunds: Vec::new(), disputes: Vec::new() };
        let fee = facts.fee()?.filter(|fee| fee.currency() == amount.currency());
        Ok(Taken { reference, amount, fee })
    }
}

fn nothing_saved() -> RailError {
    RailError::Declined("the payer has saved no card: have one saved, or let them pay at the till".to_owned())
}

fn asks_payer(error: &StripeError) -> bool {
    code(error) == Some(&ApiErrorsCode::AuthenticationRequired)
}

impl ChargingRail for StripeCharging {
    fn id(&self) -> RailId {
        RailId::STRIPE
    }

    fn health(&self) -> RailHealth {
        self.rail.health()
    }

    fn charge_min(&self, currency: Currency) -> Option<Money> {
        amounts::smallest(currency)
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> RailFuture<'a, Result<ChargeStatus, RailError>> {
        Box::pin(self.take(charge))
    }

    fn find<'a>(&'a self, charge: &'a Charge) -> RailFuture<'a, Result<Option<ChargeStatus>, RailError>> {
        Box::pin(self.look_for(charge))
    }

    fn saved(&self) -> Option<&dyn SavedCards> {
        Some(self)
    }
}
