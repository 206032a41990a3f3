//! A card, a wallet or a local method on the customer's own phone: a page of Stripe's for one payment
//! (<https://docs.stripe.com/payment-links>), whose short address makes a small code. The page thanks the customer itself.

use payment::card::{CardAttempt, CardEnd, CardLevel, CardReading};
use payment::{PaymentId, RailError};
use stripe_core::payment_intent::CancelPaymentIntentCancellationReason as Why;
use stripe_shared::{CheckoutSession, CheckoutSessionStatus, PaymentLink};

use crate::failure::is_missing;
use crate::rail::StripeRail;
use crate::reading::PAYMENT;

impl StripeRail {
    pub(crate) async fn open_for_phone(&self, attempt: &CardAttempt) -> Result<CardReading, RailError> {
        let wish = attempt.payment.to_string();
        let key = self.key(&wish);
        let made = self.account.make_link(self.asked(&key, attempt)?).await;
        let link = self.done(&wish, made)?;
        Ok(self.waiting(&link))
    }

    pub(crate) async fn find_for_phone(
        &self,
        attempt: &CardAttempt,
    ) -> Result<Option<CardReading>, RailError> {
        match self.link_of(attempt).await? {
            Some(link) => self.reading_of_link(&link).await.map(Some),
            None => Ok(None),
        }
    }

    /// Closes the page for everybody, also for who has it open. Who paid before that has paid; what is held is let go.
    pub(crate) async fn cancel_for_phone(&self, attempt: &CardAttempt) -> Result<CardReading, RailError> {
        let Some(link) = self.link_of(attempt).await? else {
            return Err(RailError::NotSent("it never arrived".to_owned()));
        };
        let id = link.id.as_str();
        let wish = format!("{}-close", attempt.payment);
        let closed = self.done(&wish, self.account.close_link(&self.key(&wish), id).await)?;
        for session in self.noted(self.account.sessions(id).await)?.data {
            if session.status == Some(CheckoutSessionStatus::Open) {
                let session = session.id.as_str();
                // One that was paid a moment ago can't be closed, and is read below.
                let _closed_or_paid =
                    self.account.expire_session(&format!("{session}-expire"), session).await;
            }
        }
        if let Some(intent) = self.paid_on(id).await? {
            self.call_off(attempt, &intent, Why::RequestedByCustomer).await?;
        }
        self.reading_of_link(&closed).await
    }

    /// The intent of the session that a customer completed on the page.
    pub(crate) async fn paid_on(&self, link: &str) -> Result<Option<String>, RailError> {
        let sessions = self.noted(self.account.sessions(link).await)?.data;
        Ok(sessions.iter().find(|session| is_complete(session)).and_then(intent_of))
    }

    async fn reading_of_link(&self, link: &PaymentLink) -> Result<CardReading, RailError> {
        let waiting = self.waiting(link);
        let sessions = self.noted(self.account.sessions(link.id.as_str()).await)?.data;
        if let Some(intent) = sessions.iter().find(|session| is_complete(session)).and_then(intent_of) {
            let facts = self.facts(&intent).await?;
            return facts.reading(self.next_number(), waiting.reference, waiting.level);
        }
        // A card that was declined on the page leaves an intent behind, and the page open for another card.
        let declined = match sessions.iter().find_map(intent_of) {
            Some(intent) if link.active => self.facts(&intent).await?.declined(),
            Some(_) | None => None,
        };
        Ok(CardReading { declined, ..waiting })
    }

    /// A page that nobody has paid on.
    fn waiting(&self, link: &PaymentLink) -> CardReading {
        let level = if link.active {
            CardLevel::Waiting { link: Some(link.url.clone()) }
        } else {
            CardLevel::Ended(CardEnd::Cancelled)
        };
        CardReading {
            number: self.next_number(),
            reference: link.id.as_str().to_owned(),
            level,
            declined: None,
            charge: None,
            refunds: Vec::new(),
            disputes: Vec::new(),
        }
    }

    /// By the name that Stripe told, or by our id in the metadata of pages that are not older.
    async fn link_of(&self, attempt: &CardAttempt) -> Result<Option<PaymentLink>, RailError> {
        if let Some(reference) = &attempt.reference {
            return match self.account.link(reference).await {
                Err(error) if is_missing(&error) => Ok(None),
                answer => self.noted(answer).map(Some),
            };
        }
        let mut after: Option<String> = None;
        loop {
            let page = self.noted(self.account.links(after.as_deref()).await)?;
            let last = page.data.last().map(|link| link.id.as_str().to_owned());
            let mut is_older = false;
            for link in page.data {
                match paid_by(&link) {
                    Some(payment) if payment == attempt.payment => return Ok(Some(link)),
                    Some(payment) if payment < attempt.payment => is_older = true,
                    Some(_) | None => {}
                }
            }
            if is_older || !page.has_more || last.is_none() {
                return Ok(None);
            }
            after = last;
        }
    }
}

fn paid_by(link: &PaymentLink) -> Option<PaymentId> {
    link.metadata.get(PAYMENT)?.parse().ok()
}

fn is_complete(session: &CheckoutSession) -> bool {
    session.status == Some(CheckoutSessionStatus::Complete)
}

fn intent_of(session: &CheckoutSession) -> Option<String> {
    session.payment_intent.as_ref().map(|intent| intent.id().as_str().to_owned())
}
