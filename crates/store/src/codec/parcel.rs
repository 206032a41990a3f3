//! The event of a parcel.

use money::{Money, Percent};
use payment::stream::{Conversion, Group, Parcel};
use payment::{QuotedRate, RailId};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::parts::{any_rail_name, money_shape, percent_text};
use super::terms::QuotedRateShape;
use super::{CodecError, Encoded, StoredEvent};

const KIND: &str = "taken";

/// Puts a parcel into text.
///
/// # Errors
/// When a value has no stored form, which no parcel of the desk has.
pub(crate) fn encode_parcel(parcel: &Parcel) -> Result<Encoded, CodecError> {
    let payload = serde_json::to_string(&Shape(parcel)).map_err(|e| CodecError::Unstorable(e.to_string()))?;
    Ok(Encoded { kind: KIND, payload })
}

/// Reads a parcel back.
///
/// # Errors
/// When its encoding, its kind or its payload is not known to this version.
pub(crate) fn decode_parcel(stored: &StoredEvent<'_>) -> Result<Parcel, CodecError> {
    let OwnedShape(parcel) = stored.read()?;
    stored.is_kind(KIND)?;
    Ok(parcel)
}

#[derive(Serialize)]
struct Shape<'a>(#[serde(with = "ParcelShape")] &'a Parcel);

#[derive(Deserialize)]
struct OwnedShape(#[serde(with = "ParcelShape")] Parcel);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Parcel", deny_unknown_fields)]
struct ParcelShape {
    first: i64,
    count: u32,
    #[serde(with = "hash_text")]
    rows_hash: [u8; 32],
    #[serde(with = "group_list")]
    groups: Vec<Group>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Group", deny_unknown_fields)]
struct GroupShape {
    #[serde(with = "any_rail_name")]
    rail: RailId,
    count: u32,
    #[serde(with = "money_shape")]
    gross: Money,
    #[serde(with = "money_shape")]
    fee: Money,
    #[serde(with = "percent_text")]
    tax: Percent,
    #[serde(with = "conversion_or_null")]
    conversion: Option<Conversion>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Conversion", deny_unknown_fields)]
struct ConversionShape {
    #[serde(with = "QuotedRateShape")]
    rate: QuotedRate,
    #[serde(with = "money_shape")]
    left_before: Money,
    #[serde(with = "money_shape")]
    left_after: Money,
    #[serde(with = "money_shape")]
    value: Money,
}

mod group_list {
    use super::*;

    #[derive(Serialize)]
    struct Borrowed<'a>(#[serde(with = "GroupShape")] &'a Group);

    #[derive(Deserialize)]
    struct Owned(#[serde(with = "GroupShape")] Group);

    pub(super) fn serialize<S: Serializer>(groups: &[Group], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(groups.iter().map(Borrowed))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Group>, D::Error> {
        Ok(Vec::<Owned>::deserialize(from)?.into_iter().map(|Owned(group)| group).collect())
    }
}

mod conversion_or_null {
    use super::*;

    #[derive(Serialize)]
    struct Borrowed<'a>(#[serde(with = "ConversionShape")] &'a Conversion);

    #[derive(Deserialize)]
    struct Owned(#[serde(with = "ConversionShape")] Conversion);

    pub(super) fn serialize<S: Serializer>(
        conversion: &Option<Conversion>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        conversion.as_ref().map(Borrowed).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Conversion>, D::Error> {
        Ok(Option::<Owned>::deserialize(from)?.map(|Owned(conversion)| conversion))
    }
}

mod hash_text {
    use super::*;

    pub(super) fn serialize<S: Serializer>(hash: &[u8; 32], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(hash))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<[u8; 32], D::Error> {
        let mut hash = [0; 32];
        hex::decode_to_slice(String::deserialize(from)?, &mut hash).map_err(D::Error::custom)?;
        Ok(hash)
    }
}
