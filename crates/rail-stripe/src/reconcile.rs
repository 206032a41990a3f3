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

/// What names a payment that may have changed.
#[derive(Clone, Copy)]
enum Kind {
    Payments,
    Refunds,
    Disputes,
}

/// A page of a list: each object's own name with the intent that it belongs to, and whether there is more.
type Page = (Vec<(String, Option<String>)>, bool);

impl Kind {
    const ALL: [(Self, i64); 3] = [
        (Self::Payments, PAYMENT_CHANGES_FOR),
        (Self::Refunds, REFUND_CHANGES_FOR),
        (Self::Disputes, DISPUTE_CHANGES_FOR),
    ];
}

impl StripeRail {
    /// The intents that may have changed since a moment, in Stripe's seconds.
    pub(crate) async fn changed_since(&self, as_of: i64) -> Result<BTreeSet<String>, RailError> {
        let mut changed = BTreeSet::new();
        for (kind, changes_for) in Kind::ALL {
            let (since, mut after) = ((as_of - changes_for).max(0), None::<String>);
            // By hand: the client's own paging sends two cursors at once.
            loop {
                let (objects, has_more) = self.noted(self.page(kind, since, after.as_deref()).await)?;
                after = objects.last().map(|(id, _)| id.clone());
                changed.extend(objects.into_iter().filter_map(|(_, intent)| intent));
                if !has_more || after.is_none() {
                    break;
                }
            }
        }
        Ok(changed)
    }

    async fn page(&self, kind: Kind, since: i64, after: Option<&str>) -> Result<Page, StripeError> {
        Ok(match kind {
            Kind::Payments => listed(self.account.intents_since(since, after).await?, |intent| {
                let id = intent.id.as_str().to_owned();
                (id.clone(), intent.metadata.contains_key(PAYMENT).then_some(id))
            }),
            Kind::Refunds => listed(self.account.refunds_since(since, after).await?, |refund| {
                let intent = refund.payment_intent.as_ref().map(|intent| intent.id().as_str().to_owned());
                (refund.id.as_str().to_owned(), intent)
            }),
            Kind::Disputes => listed(self.account.disputes_since(since, after).await?, |dispute| {
                let intent = dispute.payment_intent.as_ref().map(|intent| intent.id().as_str().to_owned());
                (dispute.id.as_str().to_owned(), intent)
            }),
        })
    }
}

fn listed<T>(page: List<T>, of: impl Fn(&T) -> (String, Option<String>)) -> Page {
    (page.data.iter().map(of).collect(), page.has_more)
}
