//! Events of a sweep. Base units and prices of gas have 128 bits: they are stored as decimal text, which every reader of JSON
//! keeps whole.

use payment::sweep::{Attempt, Delivery, Fate, GasPrice, StepReading, SweepEvent, SweepPlan, SweepSigner};
use serde::{Deserialize, Serialize};

use super::parts::name_modules;
use super::sweep_plan::plan_shape;
use super::{CodecError, Encoded, StoredEvent};

/// Puts an event into text.
///
/// # Errors
/// When a value has no stored form, which no event made by the machine has.
pub(crate) fn encode_sweep(event: &SweepEvent) -> Result<Encoded, CodecError> {
    let payload = serde_json::to_string(&Shape(event)).map_err(|e| CodecError::Unstorable(e.to_string()))?;
    Ok(Encoded { kind: kind_of(event), payload })
}

/// Reads an event back.
///
/// # Errors
/// When its encoding, its kind or its payload is not known to this version.
pub(crate) fn decode_sweep(stored: &StoredEvent<'_>) -> Result<SweepEvent, CodecError> {
    let OwnedShape(event) = stored.read()?;
    stored.is_kind(kind_of(&event))?;
    Ok(event)
}

const fn kind_of(event: &SweepEvent) -> &'static str {
    match event {
        SweepEvent::Planned { .. } => "sweep_planned",
        SweepEvent::Approved { .. } => "sweep_approved",
        SweepEvent::Signed { .. } => "sweep_signed",
        SweepEvent::Delivered { .. } => "sweep_delivered",
        SweepEvent::Read { .. } => "sweep_read",
        SweepEvent::Stopped => "sweep_stopped",
    }
}

#[derive(Serialize)]
struct Shape<'a>(#[serde(with = "SweepEventShape")] &'a SweepEvent);

#[derive(Deserialize)]
struct OwnedShape(#[serde(with = "SweepEventShape")] SweepEvent);

#[derive(Serialize, Deserialize)]
#[serde(remote = "SweepEvent", deny_unknown_fields)]
enum SweepEventShape {
    #[serde(rename = "sweep_planned")]
    Planned {
        #[serde(with = "plan_shape")]
        plan: SweepPlan,
    },
    #[serde(rename = "sweep_approved")]
    Approved {
        #[serde(with = "signer_name")]
        signer: SweepSigner,
    },
    #[serde(rename = "sweep_signed")]
    Signed {
        step: usize,
        #[serde(with = "AttemptShape")]
        attempt: Attempt,
    },
    #[serde(rename = "sweep_delivered")]
    Delivered {
        step: usize,
        hash: String,
        #[serde(with = "delivery_name")]
        delivery: Delivery,
    },
    #[serde(rename = "sweep_read")]
    Read {
        step: usize,
        #[serde(with = "ReadingShape")]
        reading: StepReading,
    },
    #[serde(rename = "sweep_stopped")]
    Stopped,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Attempt", deny_unknown_fields)]
struct AttemptShape {
    hash: String,
    #[serde(with = "hex_bytes")]
    bytes: Vec<u8>,
    #[serde(with = "PriceShape")]
    price: GasPrice,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "GasPrice", deny_unknown_fields)]
pub(super) struct PriceShape {
    #[serde(with = "units")]
    max_fee: u128,
    #[serde(with = "units")]
    max_priority_fee: u128,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "StepReading", deny_unknown_fields)]
struct ReadingShape {
    number: u64,
    #[serde(with = "FateShape")]
    fate: Fate,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Fate", rename_all = "snake_case", deny_unknown_fields)]
enum FateShape {
    InPool {
        hash: String,
    },
    Mined {
        hash: String,
        block_hash: String,
        is_success: bool,
        #[serde(with = "units")]
        fee: u128,
        is_final: bool,
    },
    Missing,
    NumberTaken,
}

name_modules! {
    signer_name: SweepSigner;
    delivery_name: Delivery;
}

/// Base units as decimal text.
pub(super) mod units {
    use serde::de::Error as _;
    use serde::{Deserializer, Serializer};

    use super::*;

    pub(crate) fn serialize<S: Serializer>(units: &u128, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(units)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u128, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// Signed bytes in hex.
mod hex_bytes {
    use serde::de::Error as _;
    use serde::{Deserializer, Serializer};

    use super::*;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}
