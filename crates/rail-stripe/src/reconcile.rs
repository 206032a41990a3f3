//! A till that was away for longer than Stripe keeps its events (thirty days, <https://docs.stripe.com/api/events>) can't
//! read what happened. It looks at the objects instead: every payment, refund, dispute and payout that can have changed
//! meanwhile names what to read anew, as an event would.

use std::collections::BTreeSet;

use payment::RailError;
use stripe::StripeError;
use stripe_types::List;

use crate::events::Touched;
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

/// A payout is at the bank, or sent back, within so many days (<https://docs.stripe.com/payouts#payout-failures>).
const PAYOUT_CHANGES_FOR: i64 = 20 * DAY;

/// What names something that may have changed.
#[derive(Clone, Copy)]
enum Kind {
    Payments,
    Refunds,
    Disputes,
    Payouts,
}

/// A page of a list: each object's own name with what it touches, and whether there is more.
type Page = (Vec<(String, Option<Touched>)>, bool);

impl Kind {
    const ALL: [(Self, i64); 4] = [
        (Self::Payments, PAYMENT_CHANGES_FOR),
        (Self::Refunds, REFUND_CHANGES_FOR),
        (Self::Disputes, DISPUTE_CHANGES_FOR),
        (Self::Payouts, PAYOUT_CHANGES_FOR),
    ];
}

impl StripeRail {
    /// What may have changed since a moment, in Stripe's seconds.
    pub(crate) async fn changed_since(&self, as_of: i64) -> Result<BTreeSet<Touched>, RailError> {
        let mut changed = BTreeSet::new();
        for (kind, changes_for) in Kind::ALL {
            let (since, mut after) = ((as_of - changes_for).max(0), None::<String>);
            // By hand: the client's own paging sends two cursors at once.
            loop {
                let (objects, has_more) = self.noted(self.page(kind, since, after.as_deref()).await)?;
                after = objects.last().map(|(id, _)| id.clone());
                changed.extend(objects.into_iter().filter_map(|(_, touched)| touched));
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
                (id.clone(), intent.metadata.contains_key(PAYMENT).then_some(Touched::Intent(id)))
            }),
            Kind::Refunds => listed(self.account.refunds_since(since, after).await?, |refund| {
                let intent = refund.payment_intent.as_ref().map(|intent| intent.id().as_str().to_owned());
                (refund.id.as_str().to_owned(), intent.map(Touched::Intent))
            }),
            Kind::Disputes => listed(self.account.disputes_since(since, after).await?, |dispute| {
                let intent = dispute.payment_intent.as_ref().map(|intent| intent.id().as_str().to_owned());
                (dispute.id.as_str().to_owned(), intent.map(Touched::Intent))
            }),
            Kind::Payouts => listed(self.account.payouts_since(since, after).await?, |payout| {
                let id = payout.id.as_str().to_owned();
                (id.clone(), Some(Touched::Payout(id)))
            }),
        })
    }
}

fn listed<T>(page: List<T>, of: impl Fn(&T) -> (String, Option<Touched>)) -> Page {
    (page.data.iter().map(of).collect(), page.has_more)
}
