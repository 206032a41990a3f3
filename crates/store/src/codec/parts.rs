//! Small values: amounts, percentages, rates, ids, rails, instants. An amount carries its currency and scale, so that a
//! journal can be read without knowing what was registered when.

use money::{Currency, Money, Percent, Rate};
use payment::{RailId, Timestamp};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// `{"minor":450,"currency":"EUR","scale":2}`
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoneyShape {
    minor: i64,
    currency: String,
    scale: u8,
}

impl From<&Money> for MoneyShape {
    fn from(money: &Money) -> Self {
        let currency = money.currency();
        Self { minor: money.minor(), currency: currency.code().to_owned(), scale: currency.scale() }
    }
}

impl MoneyShape {
    fn money<E: serde::de::Error>(self) -> Result<Money, E> {
        let currency = Currency::parts(&self.currency, self.scale).map_err(E::custom)?;
        Ok(Money::new(self.minor, currency))
    }
}

/// An amount.
pub(super) mod money_shape {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(money: &Money, to: S) -> Result<S::Ok, S::Error> {
        MoneyShape::from(money).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Money, D::Error> {
        MoneyShape::deserialize(from)?.money()
    }
}

/// An amount or `null`.
pub(super) mod money_or_null {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(money: &Option<Money>, to: S) -> Result<S::Ok, S::Error> {
        money.as_ref().map(MoneyShape::from).serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Money>, D::Error> {
        Option::<MoneyShape>::deserialize(from)?.map(MoneyShape::money).transpose()
    }
}

/// Amounts in order.
pub(super) mod money_list {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(list: &[Money], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(list.iter().map(MoneyShape::from))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Money>, D::Error> {
        Vec::<MoneyShape>::deserialize(from)?.into_iter().map(MoneyShape::money).collect()
    }
}

/// A percentage as decimal text: `"20"`.
pub(super) mod percent_text {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(percent: &Percent, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(percent)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Percent, D::Error> {
        Percent::parse(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// `{"base":"BTC","base_scale":8,"quote":"EUR","quote_scale":2,"price":"57710.00"}`
pub(super) mod rate_shape {
    use super::*;

    #[derive(Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct RateShape {
        base: String,
        base_scale: u8,
        quote: String,
        quote_scale: u8,
        price: String,
    }

    pub(crate) fn serialize<S: Serializer>(rate: &Rate, to: S) -> Result<S::Ok, S::Error> {
        let shape = RateShape {
            base: rate.base().code().to_owned(),
            base_scale: rate.base().scale(),
            quote: rate.quote().code().to_owned(),
            quote_scale: rate.quote().scale(),
            price: rate.price().to_string(),
        };
        shape.serialize(to)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Rate, D::Error> {
        let shape = RateShape::deserialize(from)?;
        let base = Currency::parts(&shape.base, shape.base_scale).map_err(D::Error::custom)?;
        let quote = Currency::parts(&shape.quote, shape.quote_scale).map_err(D::Error::custom)?;
        Rate::parse(base, quote, &shape.price).map_err(D::Error::custom)
    }
}

/// An id in its text form.
pub(super) mod id_text {
    use std::fmt::Display;
    use std::str::FromStr;

    use super::*;

    pub(crate) fn serialize<T: Display, S: Serializer>(id: &T, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(id)
    }

    pub(crate) fn deserialize<'de, T, D>(from: D) -> Result<T, D::Error>
    where
        T: FromStr<Err: Display>,
        D: Deserializer<'de>,
    {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

/// A rail of any kind by its stable name.
pub(super) mod any_rail_name {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(rail: &RailId, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(rail.name())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<RailId, D::Error> {
        let name = String::deserialize(from)?;
        RailId::named(&name).ok_or_else(|| D::Error::custom(format!("the rail {name:?} is not known")))
    }
}

/// An instant in milliseconds since 1970 UTC.
pub(super) mod millis {
    use super::*;

    pub(crate) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_i64(at.millis())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
        i64::deserialize(from).map(Timestamp::from_millis)
    }
}

/// A name that must be one of a table.
pub(super) fn named<'de, T: Copy, D: Deserializer<'de>>(
    from: D,
    table: &[(T, &'static str)],
) -> Result<T, D::Error> {
    let name = String::deserialize(from)?;
    let found = table.iter().find(|(_, known)| *known == name);
    found.map(|(value, _)| *value).ok_or_else(|| D::Error::custom(format!("{name:?} is not known")))
}

/// The name of a value of a table.
pub(super) fn name_of<T: PartialEq, S: Serializer>(
    value: &T,
    table: &[(T, &'static str)],
    to: S,
) -> Result<S::Ok, S::Error> {
    let found = table.iter().find(|(known, _)| known == value);
    match found {
        Some((_, name)) => to.serialize_str(name),
        None => Err(serde::ser::Error::custom("a value has no stored name")),
    }
}

/// A module for a value that is one of a table of names.
macro_rules! name_modules {
    ($($module:ident: $kind:ty;)+) => {$(
        mod $module {
            use serde::{Deserializer, Serializer};

            use super::*;

            pub(super) fn serialize<S: Serializer>(value: &$kind, to: S) -> Result<S::Ok, S::Error> {
                crate::codec::parts::name_of(value, <$kind>::ALL, to)
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<$kind, D::Error> {
                crate::codec::parts::named(from, <$kind>::ALL)
            }
        }
    )+};
}
pub(super) use name_modules;
