//! What a rail saw.

use money::Money;
use payment::transfer::WithdrawnReason;
use payment::{ExactAmount, Level, Mark, Observation, Timestamp, TransferRef};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::parts::{millis, money_shape};

#[derive(Serialize, Deserialize)]
#[serde(remote = "Observation", deny_unknown_fields)]
pub(super) struct ObservationShape {
    #[serde(with = "reference_text")]
    reference: TransferRef,
    number: u64,
    address: String,
    #[serde(with = "money_shape")]
    amount: Money,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "exact_or_none")]
    exact: Option<ExactAmount>,
    #[serde(with = "LevelShape")]
    level: Level,
    #[serde(with = "millis")]
    seen_at: Timestamp,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Level", rename_all = "snake_case", deny_unknown_fields)]
enum LevelShape {
    Unconfirmed {
        agreeing_servers: u8,
    },
    Confirmed {
        block_hash: String,
        height: u32,
        confirmations: u32,
        #[serde(default, skip_serializing_if = "Mark::is_head", with = "mark_name")]
        mark: Mark,
    },
    Withdrawn {
        #[serde(with = "ReasonShape")]
        reason: WithdrawnReason,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "WithdrawnReason", rename_all = "snake_case")]
enum ReasonShape {
    Replaced,
    Dropped,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "ExactAmount", deny_unknown_fields)]
struct ExactShape {
    base_units: String,
    decimals: Option<u8>,
    symbol: String,
    contract: Option<String>,
    chain_id: u64,
}

mod exact_or_none {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Shape(#[serde(with = "ExactShape")] ExactAmount);

    pub(super) fn serialize<S: Serializer>(exact: &Option<ExactAmount>, to: S) -> Result<S::Ok, S::Error> {
        exact.clone().map(Shape).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<ExactAmount>, D::Error> {
        Ok(Option::<Shape>::deserialize(from)?.map(|Shape(exact)| exact))
    }
}

/// A block's mark by its stable name.
pub(super) mod mark_name {
    use super::super::parts::{name_of, named};
    use super::*;

    pub(in crate::codec) fn serialize<S: Serializer>(mark: &Mark, to: S) -> Result<S::Ok, S::Error> {
        name_of(mark, Mark::ALL, to)
    }

    pub(in crate::codec) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Mark, D::Error> {
        named(from, Mark::ALL)
    }
}

mod reference_text {
    use super::*;

    pub(super) fn serialize<S: Serializer>(reference: &TransferRef, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(reference.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<TransferRef, D::Error> {
        String::deserialize(from).map(TransferRef::new)
    }
}
