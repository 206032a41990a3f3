//! What a payment began with: cash counted, or a quote with its rate and policy; and how a rail refused.

use money::{Money, Percent, Rate};
use payment::rail::RailFailureClass;
use payment::rates::SourceAnswer;
use payment::sale::{CashPayment, RailFailure};
use payment::{Depth, Mark, PaymentTerms, Policy, Quote, QuotedRate, RailId, Timestamp};
use serde::{Deserialize, Serialize};

use super::answers;
use super::parts::{millis, money_or_null, money_shape, percent_text, rate_shape};

#[derive(Serialize, Deserialize)]
#[serde(remote = "CashPayment", deny_unknown_fields)]
pub(super) struct CashShape {
    #[serde(with = "money_shape")]
    counted: Money,
    #[serde(with = "money_shape")]
    tendered: Money,
    #[serde(with = "money_shape")]
    change: Money,
    #[serde(with = "money_shape")]
    rounding: Money,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "PaymentTerms", deny_unknown_fields)]
pub(super) struct TermsShape {
    #[serde(with = "rail_name")]
    rail: RailId,
    #[serde(with = "money_shape")]
    amount: Money,
    #[serde(with = "QuoteShape")]
    quote: Quote,
    #[serde(with = "PolicyShape")]
    policy: Policy,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Quote", deny_unknown_fields)]
struct QuoteShape {
    #[serde(with = "money_shape")]
    coin: Money,
    #[serde(with = "QuotedRateShape")]
    rate: QuotedRate,
    life_ms: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "QuotedRate", deny_unknown_fields)]
pub(super) struct QuotedRateShape {
    #[serde(with = "rate_shape")]
    market: Rate,
    #[serde(with = "percent_text")]
    spread: Percent,
    source: String,
    #[serde(with = "millis")]
    as_of: Timestamp,
    /// Quotes from before there were public sources, and those of the owner's own price, have none.
    #[serde(with = "answers", default, skip_serializing_if = "Vec::is_empty")]
    answers: Vec<SourceAnswer>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Policy", deny_unknown_fields)]
pub(super) struct PolicyShape {
    #[serde(with = "money_or_null")]
    up_to: Option<Money>,
    #[serde(with = "depth")]
    safe: Depth,
    #[serde(with = "depth")]
    r#final: Depth,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "RailFailure", deny_unknown_fields)]
pub(super) struct FailureShape {
    #[serde(with = "class_name")]
    class: RailFailureClass,
    reason: String,
}

/// A rail by its stable name.
pub(super) mod rail_name {
    use serde::de::Error as _;
    use serde::{Deserializer, Serializer};

    use super::*;

    pub(crate) fn serialize<S: Serializer>(rail: &RailId, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(rail.name())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<RailId, D::Error> {
        let name = String::deserialize(from)?;
        RailId::chain_named(&name).ok_or_else(|| D::Error::custom(format!("the rail {name:?} is not known")))
    }
}

/// A number of blocks, or the name of a mark.
mod depth {
    use serde::{Deserializer, Serializer};

    use super::*;

    #[derive(Serialize, Deserialize)]
    #[serde(untagged)]
    enum Shape {
        Confirmations(u16),
        Marked(#[serde(with = "super::super::transfer::mark_name")] Mark),
    }

    pub(super) fn serialize<S: Serializer>(depth: &Depth, to: S) -> Result<S::Ok, S::Error> {
        match *depth {
            Depth::Confirmations(blocks) => Shape::Confirmations(blocks),
            Depth::Marked(mark) => Shape::Marked(mark),
        }
        .serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Depth, D::Error> {
        Ok(match Shape::deserialize(from)? {
            Shape::Confirmations(blocks) => Depth::Confirmations(blocks),
            Shape::Marked(mark) => Depth::Marked(mark),
        })
    }
}

mod class_name {
    use serde::{Deserializer, Serializer};

    use super::super::parts::{name_of, named};
    use super::*;

    pub(super) fn serialize<S: Serializer>(class: &RailFailureClass, to: S) -> Result<S::Ok, S::Error> {
        name_of(class, RailFailureClass::ALL, to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<RailFailureClass, D::Error> {
        named(from, RailFailureClass::ALL)
    }
}
