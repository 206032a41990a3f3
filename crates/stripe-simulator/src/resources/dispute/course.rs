//! How a dispute comes, what it does to the balance, and how it ends.

use std::collections::BTreeMap;

use crate::account::Account;
use crate::agenda::Job;
use crate::clock::DAY;
use crate::resources::balance::{self, Source};
use crate::resources::charge::Charge;
use crate::wire::{Metadata, Row};

use super::{Dispute, DisputeReason, DisputeStatus};

/// So long the shop may answer.
const ANSWER_WITHIN: i64 = 9 * DAY;

/// A payer's bank objects to a charge. An inquiry asks first and moves no money yet.
pub(crate) fn open(account: &mut Account, charge: &str, reason: DisputeReason, is_inquiry: bool) {
    let status = if is_inquiry { DisputeStatus::WarningNeedsResponse } else { DisputeStatus::NeedsResponse };
    if let Some(dispute) = begin(account, charge, reason, status) {
        account.agenda.note(dispute.due_by, Job::DisputeOverdue { dispute: dispute.id.clone() });
        announce(account, &dispute, "charge.dispute.created");
        if !is_inquiry {
            withdraw(account, dispute);
        }
    }
}

/// An objection that never became a dispute, because it was settled before.
pub(crate) fn prevent(account: &mut Account, charge: &str) {
    if let Some(dispute) = begin(account, charge, DisputeReason::General, DisputeStatus::Prevented) {
        announce(account, &dispute, "charge.dispute.created");
        announce(account, &dispute, "charge.dispute.closed");
    }
}

/// An objection that stands in a way which nobody has heard of.
pub(crate) fn puzzle(account: &mut Account, charge: &str) {
    if let Some(dispute) = begin(account, charge, DisputeReason::General, DisputeStatus::Novel) {
        announce(account, &dispute, "charge.dispute.created");
    }
}

fn begin(
    account: &mut Account,
    charge: &str,
    reason: DisputeReason,
    status: DisputeStatus,
) -> Option<Dispute> {
    let mut charge: Charge = account.charges.get(charge)?.clone();
    let dispute = Dispute {
        id: account.ids.next("du_"),
        created: account.now,
        amount: charge.amount_captured,
        currency: charge.currency.clone(),
        status,
        reason,
        charge: charge.id.clone(),
        payment_intent: charge.payment_intent.clone(),
        brand: charge.method.means.card().map_or("visa", |card| card.brand),
        movements: Vec::new(),
        evidence: BTreeMap::new(),
        submissions: 0,
        due_by: account.now + ANSWER_WITHIN,
        is_overdue: false,
        metadata: Metadata::new(),
    };
    charge.is_disputed = true;
    account.charges.put(charge);
    account.disputes.put(dispute.clone());
    Some(dispute)
}

pub(super) fn announce(account: &mut Account, dispute: &Dispute, event: &'static str) {
    account.emit(event, dispute.render());
}

/// Takes the disputed money from the balance, with the fee.
pub(super) fn withdraw(account: &mut Account, mut dispute: Dispute) {
    let Some(charge) = account.charges.get(&dispute.charge).cloned() else { return };
    let id = balance::book(account, Source::Dispute(&dispute.id, &charge), dispute.amount);
    dispute.movements.extend(account.render(&id));
    account.disputes.put(dispute.clone());
    announce(account, &dispute, "charge.dispute.funds_withdrawn");
}

/// The card network decides.
pub(crate) fn decide(account: &mut Account, id: &str, won: bool) {
    let open = account.disputes.get(id).filter(|dispute| !dispute.is_closed()).cloned();
    let Some(mut dispute) = open else { return };
    let withheld = dispute.withholds();
    dispute.status = match (dispute.is_inquiry(), won) {
        (true, _) => DisputeStatus::WarningClosed,
        (false, true) => DisputeStatus::Won,
        (false, false) => DisputeStatus::Lost,
    };
    if won && withheld {
        reinstate(account, &mut dispute);
    }
    account.disputes.put(dispute.clone());
    announce(account, &dispute, "charge.dispute.closed");
}

fn reinstate(account: &mut Account, dispute: &mut Dispute) {
    let Some(charge) = account.charges.get(&dispute.charge).cloned() else { return };
    let id = balance::book(account, Source::DisputeReversal(&dispute.id, &charge), dispute.amount);
    dispute.movements.extend(account.render(&id));
    announce(account, dispute, "charge.dispute.funds_reinstated");
}

/// Nobody answered in time: an inquiry is closed, a dispute is lost.
pub(crate) fn overdue(account: &mut Account, id: &str) {
    let waiting = account.disputes.get(id).filter(|dispute| dispute.needs_response()).cloned();
    if let Some(mut dispute) = waiting {
        dispute.is_overdue = true;
        account.disputes.put(dispute);
        decide(account, id, false);
    }
}
