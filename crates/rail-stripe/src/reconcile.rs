//! A till that was away for longer than Stripe keeps its events (thirty days, <https://docs.stripe.com/api/events>) can't
//! read what happened. It looks at the objects instead: every payment, refund and dispute that can have changed meanwhile
//! names a payment to read anew, as an event would.

use std::collections::BTreeSet;

use payment::RailError;
use stripe::StripeError;
use stripe_types::List;

use crate::rail::StripeRail;
use crate::reading::PAYMENT;

const DAY: i64 = 86_400;
/// Away for longer, a till does not trust that every event is still there: a day less than Stripe keeps them.
pub(crate) const AWAY_MAX: i64 = 29 * DAY;
/// A payment is settled within so many days of its beginning: bank debits and holds take longest.
const PAYMENT_CHANGES_FOR: i64 = 45 * DAY;
/// A refund comes back within so many days, if it does (<https://docs.stripe.com/refunds#failed-refunds>).
const REFUND_CHANGES_FOR: i64 = 60 * DAY;
/// A dispute is decided within so many days (<https://docs.stripe.com/disputes/how-disputes-work>).
const DISPUTE_CHANGES_FOR: i64 = 180 * DAY;

/// An object in a list: its own name, and the intent that it belongs to.
type Listed = (String, Option<String>);

impl StripeRail {
    /// The intents that may have changed since a moment, in Stripe's seconds.
    pub(crate) async fn changed_since(&self, as_of: i64) -> Result<BTreeSet<String>, RailError> {
        let since = |days: i64| (as_of - days).max(0);
        let mut changed = BTreeSet::new();
        let payments = since(PAYMENT_CHANGES_FOR);
        self.collect(&mut changed, async |after| {
            let page = self.account.intents_since(payments, after.as_deref()).await?;
            Ok(listed(page, |intent| {
                let is_ours = intent.metadata.contains_key(PAYMENT);
                let id = intent.id.as_str().to_owned();
                (id.clone(), is_ours.then_some(id))
            }))
        })
        .await?;
        let refunds = since(REFUND_CHANGES_FOR);
        self.collect(&mut changed, async |after| {
            let page = self.account.refunds_since(refunds, after.as_deref()).await?;
            Ok(listed(page, |refund| {
                let intent = refund.payment_intent.as_ref().map(|intent| intent.id().as_str().to_owned());
                (refund.id.as_str().to_owned(), intent)
            }))
        })
        .await?;
        let disputes = since(DISPUTE_CHANGES_FOR);
        self.collect(&mut changed, async |after| {
            let page = self.account.disputes_since(disputes, after.as_deref()).await?;
            Ok(listed(page, |dispute| {
                let intent = dispute.payment_intent.as_ref().map(|intent| intent.id().as_str().to_owned());
                (dispute.id.as_str().to_owned(), intent)
            }))
        })
        .await?;
        Ok(changed)
    }

    /// Reads a list page by page: the client's own paging sends two cursors at once.
    async fn collect(
        &self,
        changed: &mut BTreeSet<String>,
        page: impl AsyncFn(Option<String>) -> Result<(Vec<Listed>, bool), StripeError>,
    ) -> Result<(), RailError> {
        let mut after = None;
        loop {
            let (objects, has_more) = self.noted(page(after).await)?;
            after = objects.last().map(|(id, _)| id.clone());
            changed.extend(objects.into_iter().filter_map(|(_, intent)| intent));
            if !has_more || after.is_none() {
                return Ok(());
            }
        }
    }
}

fn listed<T>(page: List<T>, of: impl Fn(&T) -> Listed) -> (Vec<Listed>, bool) {
    (page.data.iter().map(of).collect(), page.has_more)
}
