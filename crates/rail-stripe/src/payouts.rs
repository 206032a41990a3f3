//! Payouts to the shop's bank, each read anew with the movements of the balance that it is made of
//! (<https://docs.stripe.com/payouts/reconciliation>). Stripe lists them for payouts that it makes by itself, and only
//! once it has put them together.

use payment::RailError;
use payment::payout::{PartKind, PayoutPart, PayoutReading, PayoutStatus};
use payment::{RailId, Timestamp};
use stripe_shared::{BalanceTransaction, Payout, PayoutReconciliationStatus};
use stripe_types::Expandable;

use crate::rail::StripeRail;
use crate::reading::{currency, told};

/// The movement that takes a payout from the balance is listed with what it is made of, and is no part of it.
const ITSELF: &[&str] = &["payout", "payout_reversal"];

impl StripeRail {
    /// The payout of this name.
    pub(crate) async fn payout(&self, id: &str) -> Result<PayoutReading, RailError> {
        let payout = self.noted(self.account.payout(id).await)?;
        let is_put_together = matches!(payout.reconciliation_status, PayoutReconciliationStatus::Completed);
        let parts = if is_put_together { Some(self.parts(id).await?) } else { None };
        reading(&payout, parts)
    }

    async fn parts(&self, payout: &str) -> Result<Vec<PayoutPart>, RailError> {
        let (mut parts, mut after) = (Vec::new(), None::<String>);
        loop {
            let page = self.noted(self.account.movements_of(payout, after.as_deref()).await)?;
            after = page.data.last().map(|movement| movement.id.as_str().to_owned());
            let is_last = !page.has_more || after.is_none();
            let of_it = page.data.iter().filter(|part| !ITSELF.contains(&part.reporting_category.as_str()));
            for movement in of_it {
                parts.push(part(movement)?);
            }
            if is_last {
                return Ok(parts);
            }
        }
    }
}

fn reading(payout: &Payout, parts: Option<Vec<PayoutPart>>) -> Result<PayoutReading, RailError> {
    let at = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1_000));
    Ok(PayoutReading {
        reference: payout.id.as_str().to_owned(),
        made_at: at(payout.created),
        arrives_at: at(payout.arrival_date),
        amount: told(payout.amount, currency(&payout.currency)?)?,
        status: status(&payout.status)?,
        parts,
    })
}

fn status(word: &str) -> Result<PayoutStatus, RailError> {
    match word {
        "pending" => Ok(PayoutStatus::Pending),
        "in_transit" => Ok(PayoutStatus::InTransit),
        "paid" => Ok(PayoutStatus::Paid),
        "failed" => Ok(PayoutStatus::Failed),
        "canceled" => Ok(PayoutStatus::Cancelled),
        _ => Err(RailError::Protocol(format!(
            "{} tells an unknown status of a payout: {word}",
            RailId::STRIPE
        ))),
    }
}

/// By the categories of Stripe's reports (<https://docs.stripe.com/reports/reporting-categories>).
fn part(movement: &BalanceTransaction) -> Result<PayoutPart, RailError> {
    let unit = currency(&movement.currency)?;
    let kind = match movement.reporting_category.as_str() {
        "charge" | "charge_failure" => PartKind::Payment,
        "refund" | "refund_failure" | "partial_capture_reversal" => PartKind::Refund,
        "dispute" | "dispute_reversal" => PartKind::Dispute,
        "fee" | "network_cost" => PartKind::Fee,
        _ => PartKind::Other,
    };
    Ok(PayoutPart {
        reference: movement.id.as_str().to_owned(),
        kind,
        // Never expanded: nobody asked for more than its name.
        of: movement.source.as_ref().and_then(|source| match source {
            Expandable::Id(id) => Some(id.as_str().to_owned()),
            Expandable::Object(_) => None,
        }),
        gross: told(movement.amount, unit)?,
        fee: told(movement.fee, unit)?,
        net: told(movement.net, unit)?,
    })
}
