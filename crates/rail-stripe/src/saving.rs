//! The cards that payers saved, and the page of Stripe's on which one more is saved: a Checkout Session in setup mode
//! (<https://docs.stripe.com/payments/save-and-reuse>). It shows the payer what saving a card allows the shop to do, and a
//! card that was saved on it is the payer's newest, which is charged from then on.

use std::collections::HashMap;

use payment::RailError;
use payment::charging::{CardExpiry, PageWish, SavedCard, SavedCards, SavingPage};
use payment::rail::RailFuture;
use stripe_shared::{CheckoutSession, CheckoutSessionStatus, PaymentMethod};

use crate::account::ToSave;
use crate::charging::StripeCharging;
use crate::failure::{is_missing, lacks};
use crate::rail::CLOCKS_APART;

/// Which page it is, in the metadata of sessions.
const PAGE: &str = "tillstream_page";
/// A page is open for so many seconds, counted from its id, so that the same wish says the same to Stripe whenever it is
/// sent. Stripe wants half an hour at least.
const OPEN_FOR: i64 = 3_600;
/// Stripe sends the phone somewhere when the card is saved, and the till has no page that a phone could reach.
const AFTERWARDS: &str = "https://stripe.com/payments/checkout";

impl StripeCharging {
    /// Everything that a payer saved, newest first.
    pub(crate) async fn methods(&self, payer: &str) -> Result<Vec<PaymentMethod>, RailError> {
        let Some(customer) = self.payers.find(&self.rail, payer).await? else { return Ok(Vec::new()) };
        match self.rail.account.saved_methods(&customer).await {
            Err(error) if is_missing(&error) => {
                self.payers.forget(&self.rail, payer);
                Ok(Vec::new())
            }
            answer => self.rail.noted(answer).map(|methods| methods.data),
        }
    }

    async fn open_page(&self, wish: &PageWish) -> Result<SavingPage, RailError> {
        let customer = self.payers.find_or_make(&self.rail, &wish.payer).await?;
        if let Some(found) = self.session_of(&customer, wish).await? {
            return state(&found);
        }
        let key = wish.page.to_string();
        let asked = ToSave {
            key: &self.rail.key(&key),
            customer: &customer,
            expires_at: wish.page.made_at().millis() / 1_000 + OPEN_FOR,
            afterwards: AFTERWARDS,
            metadata: HashMap::from([(PAGE.to_owned(), key.clone())]),
        };
        let made = self.rail.account.make_saving_page(asked).await;
        let is_customer_gone = made.as_ref().is_err_and(|error| lacks(error, "customer"));
        match self.rail.done(&key, made) {
            Ok(session) => state(&session),
            Err(RailError::Protocol(_)) if is_customer_gone => {
                self.payers.forget(&self.rail, &wish.payer);
                Err(RailError::NotSent(
                    "the payer's customer was deleted at Stripe: open the page again".to_owned(),
                ))
            }
            Err(RailError::Protocol(reason)) => Err(RailError::Declined(reason)),
            Err(error) => Err(error),
        }
    }

    async fn close_page(&self, wish: &PageWish) -> Result<SavingPage, RailError> {
        let Some(customer) = self.payers.find(&self.rail, &wish.payer).await? else {
            return Ok(SavingPage::Closed);
        };
        let Some(session) = self.session_of(&customer, wish).await? else { return Ok(SavingPage::Closed) };
        if !is_open(&session) {
            return state(&session);
        }
        let (id, key) = (session.id.as_str(), format!("{}-close", wish.page));
        let closed = self.rail.account.expire_session(&self.rail.key(&key), id).await;
        match self.rail.done(&key, closed) {
            Ok(session) => state(&session),
            Err(error) => match self.session_of(&customer, wish).await? {
                // A card was saved on it a moment ago.
                Some(now) if !is_open(&now) => state(&now),
                Some(_) | None => Err(error),
            },
        }
    }

    /// The page by its id in the metadata of the customer's sessions, which are listed at once.
    async fn session_of(
        &self,
        customer: &str,
        wish: &PageWish,
    ) -> Result<Option<CheckoutSession>, RailError> {
        let since = wish.page.made_at().millis() / 1_000 - CLOCKS_APART;
        let page = wish.page.to_string();
        let listed = self.rail.noted(self.rail.account.pages_of(customer, since).await)?;
        let is_it = |session: &CheckoutSession| {
            session.metadata.as_ref().and_then(|metadata| metadata.get(PAGE)) == Some(&page)
        };
        Ok(listed.data.into_iter().find(is_it))
    }

    async fn detach(&self, payer: &str, card: &str) -> Result<(), RailError> {
        let is_there = |methods: Vec<PaymentMethod>| methods.iter().any(|method| method.id.as_str() == card);
        if !is_there(self.methods(payer).await?) {
            return Ok(());
        }
        match self.rail.noted(self.rail.account.detach(card).await) {
            Ok(_) => Ok(()),
            // Somebody else was quicker.
            Err(RailError::Protocol(_)) if !is_there(self.methods(payer).await?) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

fn is_open(session: &CheckoutSession) -> bool {
    session.status == Some(CheckoutSessionStatus::Open)
}

fn state(session: &CheckoutSession) -> Result<SavingPage, RailError> {
    match (&session.status, &session.url) {
        (Some(CheckoutSessionStatus::Open), Some(link)) => Ok(SavingPage::Open { link: link.clone() }),
        (Some(CheckoutSessionStatus::Complete), _) => Ok(SavingPage::Saved),
        (Some(CheckoutSessionStatus::Expired), _) => Ok(SavingPage::Closed),
        _ => Err(RailError::Protocol("Stripe opened a page without an address".to_owned())),
    }
}

fn saved_card(method: &PaymentMethod) -> SavedCard {
    let card = method.card.as_ref();
    let expiry = card.and_then(|card| {
        Some(CardExpiry { year: card.exp_year.try_into().ok()?, month: card.exp_month.try_into().ok()? })
    });
    SavedCard {
        reference: method.id.as_str().to_owned(),
        brand: card.map_or_else(|| method.type_.as_str().to_owned(), |card| card.brand.clone()),
        last4: card.map(|card| card.last4.clone()),
        expiry,
    }
}

impl SavedCards for StripeCharging {
    fn cards<'a>(&'a self, payer: &'a str) -> RailFuture<'a, Result<Vec<SavedCard>, RailError>> {
        Box::pin(async move { Ok(self.methods(payer).await?.iter().map(saved_card).collect()) })
    }

    fn page<'a>(&'a self, wish: &'a PageWish) -> RailFuture<'a, Result<SavingPage, RailError>> {
        Box::pin(self.open_page(wish))
    }

    fn close<'a>(&'a self, wish: &'a PageWish) -> RailFuture<'a, Result<SavingPage, RailError>> {
        Box::pin(self.close_page(wish))
    }

    fn forget<'a>(&'a self, payer: &'a str, card: &'a str) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(self.detach(payer, card))
    }
}
