//! Which of several answers to believe: the median of those that agree, if they are more than half of those asked.
//!
//! More than half, because then no two halves can come to different prices: of three sources one may be down or lie, of two
//! none. Who asks one source alone believes it.

use money::{Currency, Percent, Rate};

use super::NoRate;
use crate::Timestamp;

/// How far from the median an answer may be, in percent.
pub const OUTLIER_PERCENT: &str = "2";

/// What one source said, and what was made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceAnswer {
    /// The source's name.
    pub source: String,
    /// Its price, if it told one; crossed already.
    pub price: Option<Rate>,
    /// The currency its price was crossed through.
    pub through: Option<Currency>,
    /// When its price was so.
    pub as_of: Option<Timestamp>,
    /// Whether it counts.
    pub verdict: Verdict,
}

/// What was made of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Agreed,
    /// It is too far from what the others say.
    Outlier,
    /// It is too old.
    Stale,
    /// There is none: one line that says why.
    Missing(String),
}

impl Verdict {
    /// The stable name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Agreed => "agreed",
            Self::Outlier => "outlier",
            Self::Stale => "stale",
            Self::Missing(_) => "missing",
        }
    }
}

/// Finds the price that the answers agree on, and how old the oldest of those is. Answers come with the verdict
/// [`Verdict::Agreed`] when they are fresh; those that are too far from the others become outliers. A `preferred` source
/// that agrees with the others gives the price alone.
///
/// # Errors
/// [`NoRate::NotAsked`], [`NoRate::TooFew`] or [`NoRate::Apart`].
pub fn agree(answers: &mut [SourceAnswer], preferred: &[String]) -> Result<(Rate, Timestamp), NoRate> {
    let asked = answers.len();
    if asked == 0 {
        return Err(NoRate::NotAsked);
    }
    let needed = asked / 2 + 1;
    let fresh = agreed(answers).count();
    let too_few = NoRate::TooFew { answered: fresh, asked, needed };
    if fresh < needed {
        return Err(too_few);
    }
    let middle = median(answers).ok_or(too_few.clone())?;
    let limit = Percent::parse(OUTLIER_PERCENT).expect("the constant is a percentage");
    for answer in answers.iter_mut().filter(|answer| answer.verdict == Verdict::Agreed) {
        if answer.price.is_none_or(|price| price.is_further_than(limit, &middle)) {
            answer.verdict = Verdict::Outlier;
        }
    }
    if agreed(answers).count() < needed {
        return Err(NoRate::Apart);
    }
    let first = preferred.iter().find_map(|name| agreed(answers).find(|answer| answer.source == *name));
    let rate = first.and_then(|answer| answer.price).or_else(|| median(answers)).ok_or(too_few)?;
    let oldest = agreed(answers).filter_map(|answer| answer.as_of).min().ok_or(NoRate::Apart)?;
    Ok((rate, oldest))
}

fn agreed(answers: &[SourceAnswer]) -> impl Iterator<Item = &SourceAnswer> {
    answers.iter().filter(|answer| answer.verdict == Verdict::Agreed && answer.price.is_some())
}

/// The middle price, or halfway between the two in the middle.
fn median(answers: &[SourceAnswer]) -> Option<Rate> {
    let mut prices: Vec<Rate> = agreed(answers).filter_map(|answer| answer.price).collect();
    prices.sort_by_key(Rate::price);
    let upper = *prices.get(prices.len() / 2)?;
    if prices.len() % 2 == 1 {
        return Some(upper);
    }
    prices.get(prices.len() / 2 - 1)?.middle(upper).ok()
}
