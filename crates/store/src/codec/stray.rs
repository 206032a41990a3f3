//! Events of a stray payment.

use money::Money;
use payment::stray::StrayFinding;
use payment::{InvoiceId, Observation, PaymentId, Policy, QuotedRate, RailId, StrayEvent, StrayReason};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::parts::{id_text, money_shape, name_of, named};
use super::terms::{PolicyShape, QuotedRateShape, rail_name};
use super::transfer::ObservationShape;
use super::{CodecError, Encoded, StoredEvent};

/// Puts an event into text.
///
/// # Errors
/// When a value has no stored form, which no event made by the machine has.
pub(crate) fn encode_stray(event: &StrayEvent) -> Result<Encoded, CodecError> {
    let payload = serde_json::to_string(&Shape(event)).map_err(|e| CodecError::Unstorable(e.to_string()))?;
    Ok(Encoded { kind: kind(event), payload })
}

/// Reads an event back.
///
/// # Errors
/// When its encoding, its kind or its payload is not known to this version.
pub(crate) fn decode_stray(stored: &StoredEvent<'_>) -> Result<StrayEvent, CodecError> {
    let OwnedShape(event) = stored.read()?;
    stored.is_kind(kind(&event))?;
    Ok(event)
}

const fn kind(event: &StrayEvent) -> &'static str {
    match event {
        StrayEvent::Found { .. } => "found",
        StrayEvent::Observed { .. } => "observed",
        StrayEvent::Assigned { .. } => "assigned",
        StrayEvent::Credited { .. } => "credited",
    }
}

#[derive(Serialize)]
struct Shape<'a>(#[serde(with = "StrayEventShape")] &'a StrayEvent);

#[derive(Deserialize)]
struct OwnedShape(#[serde(with = "StrayEventShape")] StrayEvent);

#[derive(Serialize, Deserialize)]
#[serde(remote = "StrayEvent", rename_all = "snake_case", deny_unknown_fields)]
enum StrayEventShape {
    Found {
        #[serde(with = "FindingShape")]
        finding: StrayFinding,
        #[serde(with = "ObservationShape")]
        observation: Observation,
    },
    Observed {
        #[serde(with = "ObservationShape")]
        observation: Observation,
    },
    Assigned {
        #[serde(with = "id_text")]
        invoice: InvoiceId,
        #[serde(with = "id_text")]
        payment: PaymentId,
    },
    Credited {
        customer: String,
        #[serde(with = "money_shape")]
        value: Money,
        #[serde(with = "QuotedRateShape")]
        rate: QuotedRate,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "StrayFinding", deny_unknown_fields)]
struct FindingShape {
    #[serde(with = "rail_name")]
    rail: RailId,
    address: String,
    #[serde(with = "shown_by")]
    shown_by: Option<(InvoiceId, PaymentId)>,
    #[serde(with = "reason_name")]
    reason: StrayReason,
    #[serde(with = "PolicyShape")]
    policy: Policy,
}

/// `{"invoice":"inv_…","payment":"pay_…"}` or `null`.
mod shown_by {
    use super::*;

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct ShownBy {
        #[serde(with = "id_text")]
        invoice: InvoiceId,
        #[serde(with = "id_text")]
        payment: PaymentId,
    }

    pub(super) fn serialize<S: Serializer>(
        shown_by: &Option<(InvoiceId, PaymentId)>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        shown_by.map(|(invoice, payment)| ShownBy { invoice, payment }).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<(InvoiceId, PaymentId)>, D::Error> {
        let shown_by = Option::<ShownBy>::deserialize(from)?;
        Ok(shown_by.map(|ShownBy { invoice, payment }| (invoice, payment)))
    }
}

mod reason_name {
    use super::*;

    pub(super) fn serialize<S: Serializer>(reason: &StrayReason, to: S) -> Result<S::Ok, S::Error> {
        name_of(reason, StrayReason::ALL, to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<StrayReason, D::Error> {
        named(from, StrayReason::ALL)
    }
}
