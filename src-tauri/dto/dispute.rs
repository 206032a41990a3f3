//! Answering disputes.

use serde::Deserialize;
use specta::Type;

/// An answer to a dispute: what only people know. The rest is from the books. Each text may be empty.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct DisputeAnswerRequest {
    /// The sale.
    pub invoice: String,
    /// The payment.
    pub payment: String,
    /// The processor's name for the dispute.
    pub dispute: String,
    /// The day on which goods were handed over or work was done, as the bank should read it.
    pub served_on: String,
    /// Who the customer is.
    pub customer_name: String,
    /// Their address for mail.
    pub customer_email: String,
    /// What was said and written with them.
    pub communication: String,
    /// The shop's terms for giving money back.
    pub refund_policy: String,
    /// Why no money was given back.
    pub refund_refusal: String,
}
