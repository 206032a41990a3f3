//! Events of a settlement.

use money::Money;
use payment::RailId;
use payment::rail::RailFailureClass;
use payment::stream::settlement::Bill;
use payment::stream::{SettlementEvent, Tab};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::parts::{any_rail_name, money_shape, name_of, named};
use super::{CodecError, Encoded, StoredEvent};

/// Puts an event into text.
///
/// # Errors
/// When a value has no stored form, which no event made by the machine has.
pub(crate) fn encode_settlement(event: &SettlementEvent) -> Result<Encoded, CodecError> {
    let payload = serde_json::to_string(&Shape(event)).map_err(|e| CodecError::Unstorable(e.to_string()))?;
    Ok(Encoded { kind: kind(event), payload })
}

/// Reads an event back.
///
/// # Errors
/// When its encoding, its kind or its payload is not known to this version.
pub(crate) fn decode_settlement(stored: &StoredEvent<'_>) -> Result<SettlementEvent, CodecError> {
    let OwnedShape(event) = stored.read()?;
    stored.is_kind(kind(&event))?;
    Ok(event)
}

const fn kind(event: &SettlementEvent) -> &'static str {
    match event {
        SettlementEvent::Opened { .. } => "opened",
        SettlementEvent::Doubted { .. } => "doubted",
        SettlementEvent::NeverArrived => "never_arrived",
        SettlementEvent::Charged { .. } => "charged",
        SettlementEvent::SetAside { .. } => "set_aside",
        SettlementEvent::TriedAgain => "tried_again",
    }
}

#[derive(Serialize)]
struct Shape<'a>(#[serde(with = "SettlementEventShape")] &'a SettlementEvent);

#[derive(Deserialize)]
struct OwnedShape(#[serde(with = "SettlementEventShape")] SettlementEvent);

#[derive(Serialize, Deserialize)]
#[serde(remote = "SettlementEvent", rename_all = "snake_case", deny_unknown_fields)]
enum SettlementEventShape {
    Opened {
        #[serde(with = "bill_shape")]
        bill: Bill,
    },
    Doubted {
        reason: String,
    },
    NeverArrived,
    Charged {
        reference: String,
        #[serde(with = "money_shape")]
        fee: Money,
    },
    SetAside {
        #[serde(with = "trouble_name")]
        trouble: RailFailureClass,
        reason: String,
    },
    TriedAgain,
}

/// A bill. The currency of its tab is that of its amount, so it is written once.
mod bill_shape {
    use super::*;

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct BillShape {
        payer: String,
        #[serde(with = "any_rail_name")]
        rail: RailId,
        method: String,
        #[serde(with = "money_shape")]
        amount: Money,
        parts: u32,
        last_micropayment: i64,
    }

    pub(super) fn serialize<S: Serializer>(bill: &Bill, to: S) -> Result<S::Ok, S::Error> {
        let Bill { tab: Tab { payer, rail, method, currency }, amount, parts, last_micropayment } = bill;
        if amount.currency() != *currency {
            return Err(serde::ser::Error::custom("a bill is in the currency of its tab"));
        }
        let shape = BillShape {
            payer: payer.clone(),
            rail: *rail,
            method: method.clone(),
            amount: *amount,
            parts: *parts,
            last_micropayment: *last_micropayment,
        };
        shape.serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Bill, D::Error> {
        let BillShape { payer, rail, method, amount, parts, last_micropayment } =
            BillShape::deserialize(from)?;
        let tab = Tab { payer, rail, method, currency: amount.currency() };
        Ok(Bill { tab, amount, parts, last_micropayment })
    }
}

mod trouble_name {
    use super::*;

    pub(super) fn serialize<S: Serializer>(trouble: &RailFailureClass, to: S) -> Result<S::Ok, S::Error> {
        name_of(trouble, RailFailureClass::ALL, to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<RailFailureClass, D::Error> {
        named(from, RailFailureClass::ALL)
    }
}
