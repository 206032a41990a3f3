//! What a charge takes over from whoever asks for it.

use serde_json::Value;

use crate::currency::Currency;
use crate::resources::payment_intent::PaymentIntent;
use crate::wire::Metadata;

/// What a charge takes over from whoever asks for it.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) payment_intent: Option<String>,
    pub(crate) customer: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) metadata: Metadata,
    pub(crate) receipt_email: Option<String>,
    pub(crate) shipping: Option<Value>,
    pub(crate) statement_descriptor_suffix: Option<String>,
    pub(crate) transfer_group: Option<String>,
}

impl Terms {
    pub(crate) fn of(currency: Currency) -> Self {
        Self {
            amount: 0,
            currency,
            payment_intent: None,
            customer: None,
            description: None,
            metadata: Metadata::new(),
            receipt_email: None,
            shipping: None,
            statement_descriptor_suffix: None,
            transfer_group: None,
        }
    }

    pub(crate) fn of_intent(intent: &PaymentIntent) -> Self {
        Self {
            amount: intent.amount,
            currency: intent.currency.clone(),
            payment_intent: Some(intent.id.clone()),
            customer: intent.customer.clone(),
            description: intent.description.clone(),
            metadata: intent.metadata.clone(),
            receipt_email: intent.receipt_email.clone(),
            shipping: intent.shipping.clone(),
            statement_descriptor_suffix: intent.statement_descriptor_suffix.clone(),
            transfer_group: intent.transfer_group.clone(),
        }
    }
}
