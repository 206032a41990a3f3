//! Events of a payout.

use money::Money;
use payment::payout::{PartKind, PayoutPart, PayoutReading, PayoutStatus};
use payment::{PayoutEvent, RailId, Timestamp};
use serde::{Deserialize, Serialize};

use super::parts::{any_rail_name, millis, money_shape, name_modules};
use super::{CodecError, Encoded, StoredEvent};

/// Puts an event into text.
///
/// # Errors
/// When a value has no stored form, which no event made by the machine has.
pub(crate) fn encode_payout(event: &PayoutEvent) -> Result<Encoded, CodecError> {
    let payload = serde_json::to_string(&Shape(event)).map_err(|e| CodecError::Unstorable(e.to_string()))?;
    Ok(Encoded { kind: KIND, payload })
}

/// Reads an event back.
///
/// # Errors
/// When its encoding, its kind or its payload is not known to this version.
pub(crate) fn decode_payout(stored: &StoredEvent<'_>) -> Result<PayoutEvent, CodecError> {
    let OwnedShape(event) = stored.read()?;
    stored.is_kind(KIND)?;
    Ok(event)
}

const KIND: &str = "payout_read";

#[derive(Serialize)]
struct Shape<'a>(#[serde(with = "PayoutEventShape")] &'a PayoutEvent);

#[derive(Deserialize)]
struct OwnedShape(#[serde(with = "PayoutEventShape")] PayoutEvent);

#[derive(Serialize, Deserialize)]
#[serde(remote = "PayoutEvent", deny_unknown_fields)]
enum PayoutEventShape {
    #[serde(rename = "payout_read")]
    Read {
        #[serde(with = "any_rail_name")]
        rail: RailId,
        #[serde(with = "ReadingShape")]
        reading: PayoutReading,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "PayoutReading", deny_unknown_fields)]
struct ReadingShape {
    reference: String,
    #[serde(with = "millis")]
    made_at: Timestamp,
    #[serde(with = "millis")]
    arrives_at: Timestamp,
    #[serde(with = "money_shape")]
    amount: Money,
    #[serde(with = "status_name")]
    status: PayoutStatus,
    #[serde(with = "parts_or_null")]
    parts: Option<Vec<PayoutPart>>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "PayoutPart", deny_unknown_fields)]
struct PartShape {
    reference: String,
    #[serde(with = "part_kind")]
    kind: PartKind,
    of: Option<String>,
    #[serde(with = "money_shape")]
    gross: Money,
    #[serde(with = "money_shape")]
    fee: Money,
    #[serde(with = "money_shape")]
    net: Money,
}

name_modules! {
    status_name: PayoutStatus;
    part_kind: PartKind;
}

mod parts_or_null {
    use serde::{Deserializer, Serializer};

    use super::*;

    #[derive(Serialize)]
    struct Borrowed<'a>(#[serde(with = "PartShape")] &'a PayoutPart);

    #[derive(Deserialize)]
    struct Owned(#[serde(with = "PartShape")] PayoutPart);

    #[expect(clippy::ref_option, reason = "serde gives the field as it is")]
    pub(super) fn serialize<S: Serializer>(
        parts: &Option<Vec<PayoutPart>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        let parts = parts.as_ref().map(|parts| parts.iter().map(Borrowed).collect::<Vec<_>>());
        parts.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<Vec<PayoutPart>>, D::Error> {
        let parts = Option::<Vec<Owned>>::deserialize(from)?;
        Ok(parts.map(|parts| parts.into_iter().map(|Owned(part)| part).collect()))
    }
}
