//! Disputes: a payer's bank objects, the shop answers with evidence, the card network decides.
//!
//! - [`course`]: how a dispute comes, is decided, and moves money.
//! - [`evidence`]: what the shop answers.
//!
//! As with Stripe's own test cards the evidence decides: `winning_evidence`, `losing_evidence` and
//! `escalate_inquiry_evidence` as `uncategorized_text` do at once what they say.

mod course;
mod evidence;

pub(crate) use course::{decide, open, overdue, prevent, puzzle};

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::currency::Currency;
use crate::route::{Route, Turn, get, page_of, post};
use crate::wire::{Metadata, Refusal, Row, Word, words};

use evidence::{FILES, TEXTS};

pub(crate) const ROUTES: &[Route] = &[
    get("/v1/disputes", "dispute", list),
    get("/v1/disputes/:id", "dispute", retrieve),
    post("/v1/disputes/:id", "dispute", evidence::update),
    post("/v1/disputes/:id/close", "dispute", evidence::close),
];

words! {
    /// Where a dispute is; those that begin with `warning` are inquiries.
    pub(crate) enum DisputeStatus {
        WarningNeedsResponse = "warning_needs_response",
        WarningUnderReview = "warning_under_review",
        WarningClosed = "warning_closed",
        NeedsResponse = "needs_response",
        UnderReview = "under_review",
        Won = "won",
        Lost = "lost",
        Prevented = "prevented",
        /// No word of Stripe's yet: what it will have thought of by next year.
        Novel = "under_reconsideration",
    }
}

words! {
    /// What the payer says.
    pub(crate) enum DisputeReason {
        Fraudulent = "fraudulent",
        General = "general",
        ProductNotReceived = "product_not_received",
    }
}

/// A payer's objection to a charge. The amount is in Stripe's minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    created: i64,
    pub(crate) amount: i64,
    currency: Currency,
    pub(crate) status: DisputeStatus,
    reason: DisputeReason,
    pub(crate) charge: String,
    payment_intent: Option<String>,
    brand: &'static str,
    movements: Vec<Value>,
    evidence: BTreeMap<&'static str, String>,
    submissions: i64,
    due_by: i64,
    is_overdue: bool,
    metadata: Metadata,
}

impl Row for Dispute {
    const KIND: &'static str = "dispute";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        let mut evidence = json!({ "enhanced_evidence": {} });
        for name in TEXTS.iter().chain(FILES) {
            evidence[*name] = json!(self.evidence.get(name));
        }
        json!({
            "id": self.id, "object": "dispute", "amount": self.amount, "balance_transactions": self.movements,
            "charge": self.charge, "created": self.created, "currency": self.currency.code(),
            "enhanced_eligibility_types": [], "evidence": evidence,
            "evidence_details": {
                "due_by": self.due_by, "enhanced_eligibility": {}, "has_evidence": !self.evidence.is_empty(),
                "past_due": self.is_overdue,
                "submission_count": self.submissions, "submission_method": null,
            },
            "is_charge_refundable": !self.withholds(), "livemode": false, "metadata": self.metadata,
            "payment_intent": self.payment_intent,
            "payment_method_details": {
                "card": {
                    "brand": self.brand, "case_type": if self.is_inquiry() { "inquiry" } else { "chargeback" },
                    "network": self.brand, "network_reason_code": "10.4",
                },
                "type": "card",
            },
            "reason": self.reason.word(), "status": self.status.word(),
        })
    }
}

impl Dispute {
    fn is_inquiry(&self) -> bool {
        use DisputeStatus::{WarningClosed, WarningNeedsResponse, WarningUnderReview};
        matches!(self.status, WarningNeedsResponse | WarningUnderReview | WarningClosed)
    }

    pub(crate) fn needs_response(&self) -> bool {
        matches!(self.status, DisputeStatus::NeedsResponse | DisputeStatus::WarningNeedsResponse)
    }

    fn is_closed(&self) -> bool {
        use DisputeStatus::{Lost, Prevented, WarningClosed, Won};
        matches!(self.status, Won | Lost | WarningClosed | Prevented)
    }

    /// Does the dispute hold the money of its charge?
    pub(crate) fn withholds(&self) -> bool {
        matches!(self.status, DisputeStatus::NeedsResponse | DisputeStatus::UnderReview | DisputeStatus::Lost)
    }
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    turn.account.disputes.find(&turn.id()).map(Row::render)
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, (charge, intent)) =
        turn.read_page(|params| Ok((params.text("charge")?, params.text("payment_intent")?)))?;
    let chosen = turn.account.disputes.newest_first().filter(|dispute| {
        charge.as_ref().is_none_or(|charge| *charge == dispute.charge)
            && (intent.is_none() || dispute.payment_intent == intent)
    });
    page_of(chosen, &wish, range, "/v1/disputes")
}
