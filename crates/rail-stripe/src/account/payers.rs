//! What the account knows of payers: customers, the pages on which they save a card, what they saved, and what they were
//! charged for it.

use std::collections::HashMap;

use stripe::StripeError;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAllowedPaymentMethodTypes, ListCheckoutSession,
};
use stripe_client_core::StripeRequest;
use stripe_core::customer::{CreateCustomer, ListCustomer, ListPaymentMethodsCustomer};
use stripe_core::payment_intent::{CreatePaymentIntent, CreatePaymentIntentOffSession, ListPaymentIntent};
use stripe_payment::payment_method::DetachPaymentMethod;
use stripe_shared::{
    CheckoutSession, CheckoutSessionMode, Customer, PaymentIntent, PaymentIntentAllowedPaymentMethodTypes,
    PaymentMethod,
};
use stripe_types::{Currency, List};

use super::{Account, PAGE, once_for, since_then};

/// A charge of what a customer saved.
pub(crate) struct Saved<'a> {
    pub(crate) key: &'a str,
    /// In Stripe's count.
    pub(crate) count: i64,
    pub(crate) currency: Currency,
    pub(crate) customer: &'a str,
    pub(crate) method: &'a PaymentMethod,
    pub(crate) metadata: HashMap<String, String>,
}

/// A page on which a customer saves a card.
pub(crate) struct ToSave<'a> {
    pub(crate) key: &'a str,
    pub(crate) customer: &'a str,
    /// Unix seconds, between half an hour and a day from now.
    pub(crate) expires_at: i64,
    /// Where the phone goes when the card is saved: Stripe asks for an address.
    pub(crate) afterwards: &'a str,
    /// One entry: two would be sent in any order, and the same key must say the same.
    pub(crate) metadata: HashMap<String, String>,
}

impl Account {
    /// Customers, newest first.
    pub(crate) async fn customers(&self, after: Option<&str>) -> Result<List<Customer>, StripeError> {
        let list = ListCustomer::new().limit(PAGE);
        let list = match after {
            Some(after) => list.starting_after(after),
            None => list,
        };
        list.send(&self.client).await
    }

    pub(crate) async fn make_customer(
        &self,
        key: &str,
        metadata: HashMap<String, String>,
    ) -> Result<Customer, StripeError> {
        let make = CreateCustomer::new().metadata(metadata);
        make.customize().request_strategy(once_for(key)?).send(&self.client).await
    }

    /// A page of Stripe's own, which shows the customer what saving a card allows the shop to do.
    pub(crate) async fn make_saving_page(&self, asked: ToSave<'_>) -> Result<CheckoutSession, StripeError> {
        CreateCheckoutSession::new()
            .mode(CheckoutSessionMode::Setup)
            .allowed_payment_method_types(vec![CreateCheckoutSessionAllowedPaymentMethodTypes::Card])
            .customer(asked.customer)
            .expires_at(asked.expires_at)
            .metadata(asked.metadata)
            .success_url(asked.afterwards)
            .customize()
            .request_strategy(once_for(asked.key)?)
            .send(&self.client)
            .await
    }

    /// Pages of a customer made since, newest first.
    pub(crate) async fn pages_of(
        &self,
        customer: &str,
        since: i64,
    ) -> Result<List<CheckoutSession>, StripeError> {
        let list = ListCheckoutSession::new().customer(customer).created(since_then(since)).limit(PAGE);
        list.send(&self.client).await
    }

    /// What a customer saved, newest first. Nobody saves more than fits on a page.
    pub(crate) async fn saved_methods(&self, customer: &str) -> Result<List<PaymentMethod>, StripeError> {
        ListPaymentMethodsCustomer::new(customer).limit(PAGE).send(&self.client).await
    }

    /// Takes a method from its customer for good.
    pub(crate) async fn detach(&self, method: &str) -> Result<PaymentMethod, StripeError> {
        DetachPaymentMethod::new(method).send(&self.client).await
    }

    /// Charges what a customer saved, while the customer is not there.
    pub(crate) async fn charge_saved(&self, saved: Saved<'_>) -> Result<PaymentIntent, StripeError> {
        let Ok(kind) = saved.method.type_.as_str().parse::<PaymentIntentAllowedPaymentMethodTypes>();
        CreatePaymentIntent::new(saved.count, saved.currency)
            .allowed_payment_method_types(vec![kind])
            .confirm(true)
            .customer(saved.customer)
            .metadata(saved.metadata)
            .off_session(CreatePaymentIntentOffSession::Bool(true))
            .payment_method(saved.method.id.as_str())
            .customize()
            .request_strategy(once_for(saved.key)?)
            .send(&self.client)
            .await
    }

    /// Payments of a customer made since, newest first.
    pub(crate) async fn intents_of(
        &self,
        customer: &str,
        since: i64,
        after: Option<&str>,
    ) -> Result<List<PaymentIntent>, StripeError> {
        let list = ListPaymentIntent::new().customer(customer).created(since_then(since)).limit(PAGE);
        let list = match after {
            Some(after) => list.starting_after(after),
            None => list,
        };
        list.send(&self.client).await
    }
}
