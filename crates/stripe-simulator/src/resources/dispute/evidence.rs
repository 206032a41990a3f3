//! What the shop answers a dispute with, and giving it up.

use serde_json::Value;

use crate::account::Account;
use crate::agenda::Job;
use crate::route::Turn;
use crate::wire::{MetadataChange, Params, Refusal, Row};

use super::course::{announce, decide, withdraw};
use super::{Dispute, DisputeStatus};

/// Characters of all evidence together.
const CHARACTERS_MAX: usize = 150_000;

/// What evidence is made of. Those of the second list are ids of files.
pub(super) const TEXTS: &[&str] = &[
    "access_activity_log",
    "billing_address",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "uncategorized_text",
];
pub(super) const FILES: &[&str] = &[
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
];

fn read(params: &mut Params) -> Result<Vec<(&'static str, String)>, Refusal> {
    let entries = |evidence: &mut Params| {
        let mut entries = Vec::new();
        for name in TEXTS.iter().chain(FILES) {
            entries.extend(evidence.unsettable(name)?.map(|text| (*name, text.unwrap_or_default())));
        }
        Ok(entries)
    };
    let entries = params.nested("evidence", entries)?.unwrap_or_default();
    let file = entries.iter().find(|(name, id)| FILES.contains(name) && !id.is_empty());
    if let Some((name, id)) = file.filter(|(_, id)| !id.starts_with("file_")) {
        return Err(Refusal::no_such("file upload", id, &format!("evidence[{name}]")));
    }
    let characters: usize = entries.iter().map(|(_, text)| text.chars().count()).sum();
    if characters > CHARACTERS_MAX {
        let message = format!("The total character count of your evidence cannot exceed {CHARACTERS_MAX}.");
        return Err(Refusal::invalid(message).param("evidence"));
    }
    Ok(entries)
}

pub(super) fn update(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (entries, submits, metadata) = turn.read(|params| {
        let submits = params.flag("submit")?.unwrap_or(true);
        Ok((read(params)?, submits, MetadataChange::read(params)?))
    })?;
    let mut dispute = turn.account.disputes.find(&turn.id())?.clone();
    if dispute.is_closed() && !entries.is_empty() {
        return Err(Refusal::invalid("This dispute is already closed"));
    }
    metadata.apply(&mut dispute.metadata);
    let submits = submits && !entries.is_empty();
    for (name, text) in entries {
        if text.is_empty() {
            dispute.evidence.remove(name);
        } else {
            dispute.evidence.insert(name, text);
        }
    }
    if submits {
        submit(turn.account, &mut dispute);
    }
    turn.account.disputes.put(dispute.clone());
    announce(turn.account, &dispute, "charge.dispute.updated");
    Ok(dispute.render())
}

fn submit(account: &mut Account, dispute: &mut Dispute) {
    dispute.submissions += 1;
    let evidence = dispute.evidence.get("uncategorized_text").map(String::as_str);
    if dispute.is_inquiry() && evidence == Some("escalate_inquiry_evidence") {
        dispute.status = DisputeStatus::NeedsResponse;
        withdraw(account, dispute.clone());
        *dispute = account.disputes.get(&dispute.id).cloned().unwrap_or_else(|| dispute.clone());
        return;
    }
    let under_review =
        if dispute.is_inquiry() { DisputeStatus::WarningUnderReview } else { DisputeStatus::UnderReview };
    dispute.status = under_review;
    let verdict = match evidence {
        Some("winning_evidence") => Some(true),
        Some("losing_evidence") => Some(false),
        _ => None,
    };
    if let Some(won) = verdict {
        account.agenda.note(account.now, Job::DisputeDecided { dispute: dispute.id.clone(), won });
    }
}

pub(super) fn close(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    let id = turn.id();
    if turn.account.disputes.find(&id)?.is_closed() {
        return Err(Refusal::invalid("This dispute is already closed"));
    }
    decide(turn.account, &id, false);
    turn.account.disputes.find(&id).map(Row::render)
}
