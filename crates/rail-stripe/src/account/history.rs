//! What happened in the account: everything of a kind since a time, newest first, page by page. Pages are asked for by
//! hand, because the client's own paging sends two cursors at once.

use stripe::StripeError;
use stripe_core::balance_transaction::ListBalanceTransaction;
use stripe_core::dispute::ListDispute;
use stripe_core::event::ListEvent;
use stripe_core::payment_intent::ListPaymentIntent;
use stripe_core::payout::{ListPayout, RetrievePayout};
use stripe_core::refund::ListRefund;
use stripe_shared::{BalanceTransaction, Dispute, Event, PaymentIntent, Payout, Refund};
use stripe_types::List;

use super::{Account, PAGE, since_then};

impl Account {
    /// Events of these kinds since a time, newest first.
    pub(crate) async fn events_since(
        &self,
        kinds: &[&str],
        since: i64,
        after: Option<&str>,
    ) -> Result<List<Event>, StripeError> {
        let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
        let list = ListEvent::new().types(kinds).created(since_then(since)).limit(PAGE);
        let list = match after {
            Some(after) => list.starting_after(after),
            None => list,
        };
        list.send(&self.client).await
    }

    /// Payments made since, newest first.
    pub(crate) async fn intents_since(
        &self,
        since: i64,
        after: Option<&str>,
    ) -> Result<List<PaymentIntent>, StripeError> {
        let list = ListPaymentIntent::new().created(since_then(since)).limit(PAGE);
        let list = match after {
            Some(after) => list.starting_after(after),
            None => list,
        };
        list.send(&self.client).await
    }

    /// Refunds made since, newest first.
    pub(crate) async fn refunds_since(
        &self,
        since: i64,
        after: Option<&str>,
    ) -> Result<List<Refund>, StripeError> {
        let list = ListRefund::new().created(since_then(since)).limit(PAGE);
        let list = match after {
            Some(after) => list.starting_after(after),
            None => list,
        };
        list.send(&self.client).await
    }

    /// Disputes made since, newest first.
    pub(crate) async fn disputes_since(
        &self,
        since: i64,
        after: Option<&str>,
    ) -> Result<List<Dispute>, StripeError> {
        let list = ListDispute::new().created(since_then(since)).limit(PAGE);
        let list = match after {
            Some(after) => list.starting_after(after),
            None => list,
        };
        list.send(&self.client).await
    }

    /// Payouts made since, newest first.
    pub(crate) async fn payouts_since(
        &self,
        since: i64,
        after: Option<&str>,
    ) -> Result<List<Payout>, StripeError> {
        let list = ListPayout::new().created(since_then(since)).limit(PAGE);
        let list = match after {
            Some(after) => list.starting_after(after),
            None => list,
        };
        list.send(&self.client).await
    }

    pub(crate) async fn payout(&self, id: &str) -> Result<Payout, StripeError> {
        RetrievePayout::new(id).send(&self.client).await
    }

    /// Movements of the balance that went out with a payout, and the payout itself; newest first.
    pub(crate) async fn movements_of(
        &self,
        payout: &str,
        after: Option<&str>,
    ) -> Result<List<BalanceTransaction>, StripeError> {
        let list = ListBalanceTransaction::new().payout(payout).limit(PAGE);
        let list = match after {
            Some(after) => list.starting_after(after),
            None => list,
        };
        list.send(&self.client).await
    }
}
