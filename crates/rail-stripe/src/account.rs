//! The shop's account at Stripe: every call that the rail makes, each tried once, with a deadline. What is tried again,
//! and when, the till decides: the client's own ways of trying again would make keys that nobody stored.

mod history;
mod payers;

use std::collections::HashMap;
use std::time::Duration;

use miniserde::json::Value;
use payment::RailError;
use payment::card::{CaptureMode, Evidence, ReaderPlace};
use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError};
use stripe_checkout::checkout_session::{ExpireCheckoutSession, ListCheckoutSession};
use stripe_client_core::{RequestBuilder, StripeMethod, StripeRequest};
use stripe_core::dispute::{ListDispute, UpdateDispute, UpdateDisputeEvidence};
use stripe_core::payment_intent::{
    CancelPaymentIntent, CancelPaymentIntentCancellationReason, CapturePaymentIntent, CreatePaymentIntent,
    RetrievePaymentIntent,
};
use stripe_core::refund::{CreateRefund, ListRefund};
use stripe_payment::payment_link::{
    AfterCompletionConfirmationPageParams, CompletedSessionsParams, CreatePaymentLink,
    CreatePaymentLinkAfterCompletion, CreatePaymentLinkAfterCompletionType, CreatePaymentLinkLineItems,
    CreatePaymentLinkLineItemsPriceData, CreatePaymentLinkLineItemsPriceDataProductData,
    CreatePaymentLinkPaymentIntentData, CreatePaymentLinkPaymentIntentDataCaptureMethod, ListPaymentLink,
    RestrictionsParams, RetrievePaymentLink, UpdatePaymentLink,
};
use stripe_shared::{
    CheckoutSession, Dispute, PaymentIntent, PaymentIntentAllowedPaymentMethodTypes,
    PaymentIntentCaptureMethod, PaymentLink, Refund,
};
use stripe_terminal::terminal_location::{
    CreateTerminalLocation, CreateTerminalLocationAddress, ListTerminalLocation,
};
use stripe_terminal::terminal_reader::{
    CancelActionTerminalReader, CreateTerminalReader, ListTerminalReader, ProcessPaymentIntentTerminalReader,
    RefundPaymentTerminalReader, RetrieveTerminalReader, RetrieveTerminalReaderReturned,
    SetReaderDisplayTerminalReader, SetReaderDisplayTerminalReaderCart, SetReaderDisplayTerminalReaderType,
};
use stripe_terminal::{TerminalLocation, TerminalReader};
use stripe_types::{Currency, List, RangeBoundsTs, RangeQueryTs};

pub(crate) use self::payers::{Saved, ToSave};
use crate::failure::failure;

/// Longer than Stripe takes, shorter than a clerk waits.
const ANSWER_WAIT: Duration = Duration::from_secs(20);
/// A cart is shown soon, or the payment goes on without it.
const DISPLAY_WAIT: Duration = Duration::from_secs(3);
/// The most that Stripe lists on a page.
pub(crate) const PAGE: i64 = 100;
/// What is read with a payment intent, so that one call tells everything about its charge.
const WITH_CHARGE: &str = "latest_charge.balance_transaction";

/// What is to be charged.
pub(crate) struct Asked<'a> {
    pub(crate) key: &'a str,
    /// In Stripe's count.
    pub(crate) count: i64,
    pub(crate) currency: Currency,
    pub(crate) capture: CaptureMode,
    pub(crate) description: &'a str,
    pub(crate) metadata: HashMap<String, String>,
}

/// Where Stripe is, and who asks.
#[derive(Clone)]
pub(crate) struct Account {
    client: Client,
}

impl Account {
    /// With a key, at Stripe or at a stand-in for it.
    pub(crate) fn open(key: &str, elsewhere: Option<&str>) -> Result<Self, RailError> {
        // The client takes the process's provider, and with two compiled in there is none. Whoever set one first stays.
        let _was_set = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let builder = ClientBuilder::new(key)
            .timeout(ANSWER_WAIT)
            .request_strategy(RequestStrategy::Once)
            .app_info("Tillstream", Some(env!("CARGO_PKG_VERSION").to_owned()), None);
        let builder = match elsewhere {
            Some(url) => builder.url(url),
            None => builder,
        };
        let client = builder.build().map_err(|error| failure(&error))?;
        Ok(Self { client })
    }

    /// A payment at a reader. Nothing is charged by making it.
    pub(crate) async fn make_intent(&self, asked: Asked<'_>) -> Result<PaymentIntent, StripeError> {
        let capture = match asked.capture {
            CaptureMode::AtOnce => PaymentIntentCaptureMethod::Automatic,
            CaptureMode::Later => PaymentIntentCaptureMethod::Manual,
        };
        CreatePaymentIntent::new(asked.count, asked.currency.clone())
            .allowed_payment_method_types(cards_at_readers(&asked.currency))
            .capture_method(capture)
            .description(asked.description)
            .metadata(asked.metadata)
            .customize()
            .request_strategy(once_for(asked.key)?)
            .send(&self.client)
            .await
    }

    pub(crate) async fn intent(&self, id: &str) -> Result<PaymentIntent, StripeError> {
        RetrievePaymentIntent::new(id).expand([WITH_CHARGE.to_owned()]).send(&self.client).await
    }

    pub(crate) async fn cancel_intent(
        &self,
        key: &str,
        id: &str,
        reason: CancelPaymentIntentCancellationReason,
    ) -> Result<PaymentIntent, StripeError> {
        let cancel = CancelPaymentIntent::new(id).cancellation_reason(reason);
        cancel.customize().request_strategy(once_for(key)?).send(&self.client).await
    }

    /// Takes a part of what is held; the rest is let go.
    pub(crate) async fn capture(
        &self,
        key: &str,
        id: &str,
        count: i64,
    ) -> Result<PaymentIntent, StripeError> {
        let capture = CapturePaymentIntent::new(id).amount_to_capture(count);
        capture.customize().request_strategy(once_for(key)?).send(&self.client).await
    }

    pub(crate) async fn refund(
        &self,
        key: &str,
        intent: &str,
        count: i64,
        metadata: HashMap<String, String>,
    ) -> Result<Refund, StripeError> {
        let refund = CreateRefund::new().payment_intent(intent).amount(count).metadata(metadata);
        refund.customize().request_strategy(once_for(key)?).send(&self.client).await
    }

    /// Refunds of a payment, newest first.
    pub(crate) async fn refunds(&self, intent: &str) -> Result<List<Refund>, StripeError> {
        ListRefund::new().payment_intent(intent).limit(PAGE).send(&self.client).await
    }

    /// Disputes of a payment, newest first.
    pub(crate) async fn disputes(&self, intent: &str) -> Result<List<Dispute>, StripeError> {
        ListDispute::new().payment_intent(intent).limit(PAGE).send(&self.client).await
    }

    /// Sends everything that is said about a dispute, and has the bank read it.
    pub(crate) async fn answer_dispute(&self, dispute: &str, evidence: &Evidence) -> Result<(), StripeError> {
        let text = |text: &String| (!text.is_empty()).then(|| text.clone());
        let evidence = UpdateDisputeEvidence {
            product_description: text(&evidence.product_description),
            service_date: text(&evidence.service_date),
            customer_name: text(&evidence.customer_name),
            customer_email_address: text(&evidence.customer_email_address),
            refund_policy_disclosure: text(&evidence.refund_policy_disclosure),
            refund_refusal_explanation: text(&evidence.refund_refusal_explanation),
            uncategorized_text: text(&evidence.uncategorized_text),
            ..UpdateDisputeEvidence::new()
        };
        UpdateDispute::new(dispute).evidence(evidence).submit(true).send(&self.client).await.map(|_| ())
    }

    /// A page for one customer, who is thanked on it: no page of the shop's own is needed.
    pub(crate) async fn make_link(&self, asked: Asked<'_>) -> Result<PaymentLink, StripeError> {
        let capture = match asked.capture {
            CaptureMode::AtOnce => None,
            CaptureMode::Later => Some(CreatePaymentLinkPaymentIntentDataCaptureMethod::Manual),
        };
        let price = CreatePaymentLinkLineItemsPriceData {
            product_data: Some(CreatePaymentLinkLineItemsPriceDataProductData::new(asked.description)),
            unit_amount: Some(asked.count),
            ..CreatePaymentLinkLineItemsPriceData::new(asked.currency)
        };
        let line =
            CreatePaymentLinkLineItems { price_data: Some(price), ..CreatePaymentLinkLineItems::new(1_u64) };
        let intent = CreatePaymentLinkPaymentIntentData {
            capture_method: capture,
            description: Some(asked.description.to_owned()),
            metadata: Some(asked.metadata.clone()),
            ..CreatePaymentLinkPaymentIntentData::new()
        };
        let thanks = CreatePaymentLinkAfterCompletion {
            hosted_confirmation: Some(AfterCompletionConfirmationPageParams::new()),
            ..CreatePaymentLinkAfterCompletion::new(CreatePaymentLinkAfterCompletionType::HostedConfirmation)
        };
        CreatePaymentLink::new(vec![line])
            .after_completion(thanks)
            .metadata(asked.metadata)
            .payment_intent_data(intent)
            .restrictions(RestrictionsParams::new(CompletedSessionsParams::new(1)))
            .customize()
            .request_strategy(once_for(asked.key)?)
            .send(&self.client)
            .await
    }

    pub(crate) async fn link(&self, id: &str) -> Result<PaymentLink, StripeError> {
        RetrievePaymentLink::new(id).send(&self.client).await
    }

    /// Pages, newest first.
    pub(crate) async fn links(&self, after: Option<&str>) -> Result<List<PaymentLink>, StripeError> {
        let list = ListPaymentLink::new().limit(PAGE);
        let list = match after {
            Some(after) => list.starting_after(after),
            None => list,
        };
        list.send(&self.client).await
    }

    /// Closes a page for whoever opens it from now on.
    pub(crate) async fn close_link(&self, key: &str, id: &str) -> Result<PaymentLink, StripeError> {
        let close = UpdatePaymentLink::new(id).active(false);
        close.customize().request_strategy(once_for(key)?).send(&self.client).await
    }

    /// What customers opened of a page, newest first.
    pub(crate) async fn sessions(&self, link: &str) -> Result<List<CheckoutSession>, StripeError> {
        ListCheckoutSession::new().payment_link(link).limit(PAGE).send(&self.client).await
    }

    /// The page that a payment was made on.
    pub(crate) async fn session_of(&self, intent: &str) -> Result<Option<CheckoutSession>, StripeError> {
        let sessions = ListCheckoutSession::new().payment_intent(intent).limit(1).send(&self.client).await?;
        Ok(sessions.data.into_iter().next())
    }

    /// Closes a page that a customer has open.
    pub(crate) async fn expire_session(&self, key: &str, id: &str) -> Result<CheckoutSession, StripeError> {
        let expire = ExpireCheckoutSession::new(id);
        expire.customize().request_strategy(once_for(key)?).send(&self.client).await
    }

    pub(crate) async fn reader(&self, id: &str) -> Result<TerminalReader, StripeError> {
        match RetrieveTerminalReader::new(id).send(&self.client).await? {
            RetrieveTerminalReaderReturned::TerminalReader(reader) => Ok(reader),
            RetrieveTerminalReaderReturned::DeletedTerminalReader(_) => Err(StripeError::ConfigError(
                "the reader was removed: choose another in Settings, Cards".to_owned(),
            )),
        }
    }

    /// Has a reader ask for a card.
    pub(crate) async fn process(
        &self,
        key: &str,
        reader: &str,
        intent: &str,
    ) -> Result<TerminalReader, StripeError> {
        let process = ProcessPaymentIntentTerminalReader::new(reader, intent);
        process.customize().request_strategy(once_for(key)?).send(&self.client).await
    }

    /// Has a reader ask for the card that money is to go back to.
    pub(crate) async fn refund_at(
        &self,
        key: &str,
        reader: &str,
        intent: &str,
        count: i64,
        metadata: HashMap<String, String>,
    ) -> Result<TerminalReader, StripeError> {
        let refund = RefundPaymentTerminalReader::new(reader);
        let refund = refund.payment_intent(intent).amount(count).metadata(metadata);
        refund.customize().request_strategy(once_for(key)?).send(&self.client).await
    }

    /// Has a reader show a cart. Nobody waits long for that.
    pub(crate) async fn show(
        &self,
        reader: &str,
        cart: SetReaderDisplayTerminalReaderCart,
    ) -> Result<(), StripeError> {
        let kind = SetReaderDisplayTerminalReaderType::Cart;
        let show = SetReaderDisplayTerminalReader::new(reader, kind).cart(cart);
        show.customize().timeout(DISPLAY_WAIT).send(&self.client).await.map(|_| ())
    }

    /// Has a reader stop what it is doing.
    pub(crate) async fn stop_reader(&self, reader: &str) -> Result<(), StripeError> {
        CancelActionTerminalReader::new(reader).send(&self.client).await.map(|_| ())
    }

    pub(crate) async fn readers(&self, after: Option<&str>) -> Result<List<TerminalReader>, StripeError> {
        let list = ListTerminalReader::new().limit(PAGE);
        let list = match after {
            Some(after) => list.starting_after(after),
            None => list,
        };
        list.send(&self.client).await
    }

    /// By the code that the reader shows.
    pub(crate) async fn make_reader(
        &self,
        code: &str,
        label: &str,
        location: &str,
    ) -> Result<TerminalReader, StripeError> {
        CreateTerminalReader::new(code).label(label).location(location).send(&self.client).await
    }

    /// Places, newest first. A shop with more branches than fit on a page names the place it means.
    pub(crate) async fn locations(&self) -> Result<List<TerminalLocation>, StripeError> {
        ListTerminalLocation::new().limit(PAGE).send(&self.client).await
    }

    pub(crate) async fn make_location(&self, place: &ReaderPlace) -> Result<TerminalLocation, StripeError> {
        let address = CreateTerminalLocationAddress {
            city: Some(place.city.clone()),
            line1: Some(place.line.clone()),
            postal_code: Some(place.postal_code.clone()),
            state: place.state.clone(),
            ..CreateTerminalLocationAddress::new(place.country.clone())
        };
        let make = CreateTerminalLocation::new().display_name(place.name.clone()).address(address);
        make.send(&self.client).await
    }

    /// Whose key this is.
    pub(crate) async fn own_account(&self) -> Result<stripe_shared::Account, StripeError> {
        RequestBuilder::new(StripeMethod::Get, "/account").customize().send(&self.client).await
    }

    /// Reads whatever is at a path, to see whether the key may.
    pub(crate) async fn look(&self, path: &str) -> Result<Value, StripeError> {
        RequestBuilder::new(StripeMethod::Get, path).customize().send(&self.client).await
    }

    /// Changes what is at a path, to see whether the key may. For paths where nothing is.
    pub(crate) async fn change(&self, path: &str) -> Result<Value, StripeError> {
        RequestBuilder::new(StripeMethod::Post, path).customize().send(&self.client).await
    }
}

/// What a reader may take. Canada's debit cards go by a network of their own, which moves Canadian dollars alone
/// (<https://docs.stripe.com/terminal/payments/regional?integration-country=CA>).
fn cards_at_readers(currency: &Currency) -> Vec<PaymentIntentAllowedPaymentMethodTypes> {
    let mut kinds = vec![PaymentIntentAllowedPaymentMethodTypes::CardPresent];
    if *currency == Currency::CAD {
        kinds.push(PaymentIntentAllowedPaymentMethodTypes::InteracPresent);
    }
    kinds
}

/// Once, and again only as the same.
fn once_for(key: &str) -> Result<RequestStrategy, StripeError> {
    let key = IdempotencyKey::new(key).map_err(|error| StripeError::ConfigError(error.to_string()))?;
    Ok(RequestStrategy::Idempotent(key))
}

fn since_then(since: i64) -> RangeQueryTs {
    RangeQueryTs::Bounds(RangeBoundsTs { gt: None, gte: Some(since), lt: None, lte: None })
}
