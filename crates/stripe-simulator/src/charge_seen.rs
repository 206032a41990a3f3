//! What a judge sees of a charge.

use std::collections::BTreeMap;

use crate::resources::charge::Charge;
use crate::wire::Word;

/// A charge as a judge looks at it. Amounts are in Stripe's minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChargeSeen {
    /// `ch_…` or `py_…`.
    pub id: String,
    /// The intent it belongs to; `None` when it was made directly.
    pub payment_intent: Option<String>,
    /// What was asked for.
    pub amount: i64,
    /// What was taken.
    pub captured: i64,
    /// What went back, or was never taken of an authorization.
    pub refunded: i64,
    /// The currency's lower-case code.
    pub currency: &'static str,
    /// `succeeded`, `pending` or `failed`.
    pub status: &'static str,
    /// The key of the request that made it.
    pub idempotency_key: Option<String>,
    /// The notes it took over from its intent.
    pub metadata: BTreeMap<String, String>,
}

impl ChargeSeen {
    pub(crate) fn of(charge: &Charge) -> Self {
        Self {
            id: charge.id.clone(),
            payment_intent: charge.payment_intent.clone(),
            amount: charge.amount,
            captured: charge.amount_captured,
            refunded: charge.amount_refunded,
            currency: charge.currency.code(),
            status: charge.status.word(),
            idempotency_key: charge.idempotency_key.clone(),
            metadata: charge.metadata.clone(),
        }
    }
}
