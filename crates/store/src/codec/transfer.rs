//! What a rail saw.

use money::Money;
use payment::transfer::WithdrawnReason;
use payment::{Level, Observation, Timestamp, TransferRef};
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

mod reference_text {
    use super::*;

    pub(super) fn serialize<S: Serializer>(reference: &TransferRef, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(reference.as_str())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<TransferRef, D::Error> {
        String::deserialize(from).map(TransferRef::new)
    }
}
