//! What public sources said when a rate was quoted: kept with the quote, so that a price can be explained years later.

use money::{Currency, Rate};
use payment::Timestamp;
use payment::rates::{SourceAnswer, Verdict};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::parts::rate_shape;

/// `{"source":"kraken","price":{…},"as_of":1790000000000,"verdict":"agreed"}`; what there is none of is left out.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AnswerShape {
    source: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    price: Option<RateShape>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    through: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    as_of: Option<i64>,
    verdict: String,
    /// Why there is no price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(transparent)]
struct RateShape(#[serde(with = "rate_shape")] Rate);

impl From<&SourceAnswer> for AnswerShape {
    fn from(answer: &SourceAnswer) -> Self {
        let reason = match &answer.verdict {
            Verdict::Missing(reason) => Some(reason.clone()),
            Verdict::Agreed | Verdict::Outlier | Verdict::Stale => None,
        };
        Self {
            source: answer.source.clone(),
            price: answer.price.map(RateShape),
            through: answer.through.map(|currency| currency.code().to_owned()),
            as_of: answer.as_of.map(Timestamp::millis),
            verdict: answer.verdict.name().to_owned(),
            reason,
        }
    }
}

impl AnswerShape {
    fn answer<E: serde::de::Error>(self) -> Result<SourceAnswer, E> {
        let verdict = match (self.verdict.as_str(), self.reason) {
            ("agreed", None) => Verdict::Agreed,
            ("outlier", None) => Verdict::Outlier,
            ("stale", None) => Verdict::Stale,
            ("missing", Some(reason)) => Verdict::Missing(reason),
            (verdict, _) => return Err(E::custom(format!("{verdict:?} is no verdict on a source"))),
        };
        let through = self.through.map(|code| Currency::iso(&code)).transpose().map_err(E::custom)?;
        Ok(SourceAnswer {
            source: self.source,
            price: self.price.map(|rate| rate.0),
            through,
            as_of: self.as_of.map(Timestamp::from_millis),
            verdict,
        })
    }
}

pub(super) fn serialize<S: Serializer>(answers: &[SourceAnswer], to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(answers.iter().map(AnswerShape::from))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<SourceAnswer>, D::Error> {
    Vec::<AnswerShape>::deserialize(from)?.into_iter().map(AnswerShape::answer).collect()
}
