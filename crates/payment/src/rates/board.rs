//! The board: what each source said last, and what the till believes.
//!
//! A price that is more than [`JUMP_PERCENT`] percent away from the last one believed must stand for [`JUMP_STANDS_MS`]
//! before it is believed, and one about ten times as high or low for [`TENFOLD_STANDS_MS`]: a source that moved a decimal
//! point does it for all its readers at once, and markets hardly ever move like that. Whoever can't wait fixes a price.

use std::collections::{HashMap, HashSet};
use std::fmt;

use money::{Currency, Percent, Rate};
use thiserror::Error;

use super::consensus::{OUTLIER_PERCENT, SourceAnswer, Verdict, agree};
use super::{Answer, Pair, Told, Trade, dollar, euro, peg};
use crate::Timestamp;

/// How long the last price holds when there is no new one.
pub const LAST_GOOD_MS: i64 = 15 * 60_000;
/// What the shop keeps in addition then, in percent.
pub const LAST_GOOD_EXTRA_PERCENT: &str = "1";
/// How far the price of a stablecoin may be from what it promises, in percent.
pub const PAR_PERCENT: &str = "1";
/// How far a price may move at once, in percent.
pub const JUMP_PERCENT: &str = "50";
/// How long a price that moved further must stand.
pub const JUMP_STANDS_MS: i64 = 5 * 60_000;
/// About ten times as much: nine times more, less what a market moves meanwhile.
const TENFOLD_PERCENT: &str = "880";
/// How long a price about ten times as high or low must stand.
pub const TENFOLD_STANDS_MS: i64 = 60 * 60_000;
/// After so long nobody remembers what a price was, and any is believed.
const REMEMBERED_MS: i64 = 24 * 60 * 60_000;
/// How far ahead of the till's clock a source's clock may be.
const AHEAD_MS: i64 = 60_000;

/// A source that is in use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// What it deals in.
    pub trade: Trade,
    /// How old an answer of it may be, in milliseconds.
    pub fresh_ms: i64,
    /// What it is asked.
    pub asked: Vec<Pair>,
}

/// How a source is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceState {
    /// Its name.
    pub name: String,
    /// What it deals in.
    pub trade: Trade,
    /// When it last answered as it should.
    pub answered_at: Option<Timestamp>,
    /// Why it did not the last time, one line.
    pub problem: Option<String>,
}

/// What a price rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The sources agree now.
    Agreed,
    /// They agreed some minutes ago.
    LastGood,
    /// A stablecoin is taken for what it promises.
    Par,
}

impl Basis {
    /// The stable name, kept with quotes.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agreed => "market",
            Self::LastGood => "last_good",
            Self::Par => "par",
        }
    }
}

/// A price, and how it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Market {
    /// The price.
    pub rate: Rate,
    /// The time of the oldest answer that counts.
    pub as_of: Timestamp,
    /// What it rests on.
    pub basis: Basis,
    /// What each source said.
    pub answers: Vec<SourceAnswer>,
    /// Why it is not of now, for [`Basis::LastGood`].
    pub trouble: Option<NoRate>,
}

/// A price that is not like the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jump {
    /// The last price believed.
    pub from: Rate,
    /// The price now.
    pub to: Rate,
    /// How long it must stand before it is believed.
    pub minutes: i64,
}

impl fmt::Display for Jump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { from, to, minutes } = self;
        write!(
            f,
            "the price jumped from {from} to {to}: it is believed when it has stood for {minutes} minutes"
        )
    }
}

/// Why there is no price: one line for the shop that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NoRate {
    /// No source in use has it.
    #[error("no source in use has this price: choose more sources or fix a price in Settings, Rates")]
    NotAsked,
    /// Too few answer.
    #[error(
        "{answered} of {asked} sources answer, and {needed} are needed: check the internet connection, or fix a price in \
         Settings, Rates"
    )]
    TooFew {
        /// How many told a fresh price.
        answered: usize,
        /// How many were asked.
        asked: usize,
        /// How many have to.
        needed: usize,
    },
    /// They are too far from each other.
    #[error("the sources are more than {OUTLIER_PERCENT} % apart: wait, or fix a price in Settings, Rates")]
    Apart,
    /// The price is not like the last one.
    #[error("{0}. Wait, or fix a price in Settings, Rates")]
    Jumped(Box<Jump>),
    /// A product of prices that can't be kept.
    #[error("the price is too small or too large to count with: fix a price in Settings, Rates")]
    OutOfRange,
    /// The coin promises nothing it could be taken for.
    #[error("{0} is no stablecoin the till knows, so it has no par: take it off the list in Settings, Rates")]
    NoPar(Currency),
}

impl NoRate {
    /// The stable name, which the screens translate.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NotAsked => "not_asked",
            Self::TooFew { .. } => "too_few",
            Self::Apart => "apart",
            Self::Jumped(_) => "jumped",
            Self::OutOfRange => "out_of_range",
            Self::NoPar(_) => "no_par",
        }
    }
}

/// The last price believed.
#[derive(Clone, Debug)]
struct Believed {
    rate: Rate,
    as_of: Timestamp,
    at: Timestamp,
    answers: Vec<SourceAnswer>,
    /// A price that is not like it, and since when that stands.
    jump: Option<(Rate, Timestamp)>,
}

/// What sources said and what is believed.
#[derive(Clone, Debug, Default)]
pub struct Board {
    listed: Vec<Listed>,
    wanted: Vec<Pair>,
    preferred: Vec<String>,
    told: HashMap<(String, Pair), Result<Answer, String>>,
    states: HashMap<String, SourceState>,
    believed: HashMap<Pair, Believed>,
}

impl Board {
    /// Takes the sources in use in the owner's order, those he prefers, and the pairs somebody may want. What is believed
    /// stays.
    pub fn arrange(&mut self, listed: Vec<Listed>, preferred: Vec<String>, wanted: Vec<Pair>) {
        let state = |source: &Listed| SourceState {
            name: source.name.clone(),
            trade: source.trade,
            answered_at: None,
            problem: None,
        };
        let fresh = listed.iter().map(|source| {
            let known = self.states.get(&source.name).cloned();
            (source.name.clone(), known.unwrap_or_else(|| state(source)))
        });
        self.states = fresh.collect();
        self.told.retain(|(name, pair), _| {
            listed.iter().any(|source| source.name == *name && source.asked.contains(pair))
        });
        (self.listed, self.preferred, self.wanted) = (listed, preferred, wanted);
    }

    /// Takes what a source said. A source that is not in use any more is not listened to.
    pub fn take(&mut self, name: &str, told: Vec<Told>, now: Timestamp) {
        let Some(state) = self.states.get_mut(name) else { return };
        state.answered_at = Some(now);
        state.problem = told
            .iter()
            .find_map(|told| told.answer.as_ref().err().map(|problem| format!("{}: {problem}", told.pair)));
        for told in told {
            self.told.insert((name.to_owned(), told.pair), told.answer);
        }
        self.believe(now);
    }

    /// Notes that a source said nothing. What it said before counts until it is too old.
    pub fn miss(&mut self, name: &str, problem: String, now: Timestamp) {
        if let Some(state) = self.states.get_mut(name) {
            state.problem = Some(problem);
        }
        self.believe(now);
    }

    /// How each source is doing, in the owner's order.
    #[must_use]
    pub fn sources(&self) -> Vec<SourceState> {
        self.listed.iter().filter_map(|source| self.states.get(&source.name).cloned()).collect()
    }

    /// The price of one unit of the pair's base.
    ///
    /// # Errors
    /// Why there is none now.
    pub fn market(&self, pair: Pair, now: Timestamp) -> Result<Market, NoRate> {
        let mut answers = self.answers(pair, now);
        let found = agree(&mut answers, &self.preferred);
        let trouble = match found {
            Ok((rate, as_of)) => match self.doubt(pair, rate, now) {
                None => return Ok(Market { rate, as_of, basis: Basis::Agreed, answers, trouble: None }),
                Some(doubt) => doubt,
            },
            Err(none) => none,
        };
        match self.believed.get(&pair) {
            Some(last) if age(last.at, now) <= LAST_GOOD_MS => Ok(Market {
                rate: last.rate,
                as_of: last.as_of,
                basis: Basis::LastGood,
                answers: last.answers.clone(),
                trouble: Some(trouble),
            }),
            _ => Err(trouble),
        }
    }

    /// The price of a stablecoin that is taken for what it promises: one of its currency, crossed by the prices of
    /// currencies into `quote`.
    ///
    /// # Errors
    /// When it promises nothing, or the currencies have no price.
    pub fn par(&self, coin: Currency, quote: Currency, now: Timestamp) -> Result<Market, NoRate> {
        let pair = Pair::of(coin, quote);
        let currency = peg(pair.base.code()).ok_or(NoRate::NoPar(pair.base))?;
        let one = Rate::parse(pair.base, currency, "1").map_err(|_| NoRate::NoPar(pair.base))?;
        if currency == pair.quote {
            let answers = Vec::new();
            return Ok(Market { rate: one, as_of: now, basis: Basis::Par, answers, trouble: None });
        }
        let fiat = self.fiat(currency, pair.quote, now)?;
        let rate = one.through(fiat.rate).map_err(|_| NoRate::OutOfRange)?;
        Ok(Market { rate, basis: Basis::Par, ..fiat })
    }

    /// What the market gives for a stablecoin, if that is too far from what it promises.
    #[must_use]
    pub fn off_par(&self, coin: Currency, now: Timestamp) -> Option<Rate> {
        let base = Pair::of(coin, coin).base;
        let currency = peg(base.code())?;
        let market = self.market(Pair { base, quote: currency }, now).ok()?;
        let one = Rate::parse(base, currency, "1").ok()?;
        market.rate.is_further_than(percent(PAR_PERCENT), &one).then_some(market.rate)
    }

    /// The price of one `base` in `quote`, both currencies.
    ///
    /// # Errors
    /// Why there is none now.
    pub fn fiat(&self, base: Currency, quote: Currency, now: Timestamp) -> Result<Market, NoRate> {
        let from_euro = |to: Currency| self.market(Pair { base: euro(), quote: to }, now);
        if base == euro() {
            return from_euro(quote);
        }
        let first = from_euro(base)?;
        let turned = first.rate.turned().map_err(|_| NoRate::OutOfRange)?;
        if quote == euro() {
            return Ok(Market { rate: turned, ..first });
        }
        let second = from_euro(quote)?;
        let rate = turned.through(second.rate).map_err(|_| NoRate::OutOfRange)?;
        Ok(Market { rate, as_of: first.as_of.min(second.as_of), ..second })
    }

    /// What each source that was asked about a pair says of it now.
    fn answers(&self, pair: Pair, now: Timestamp) -> Vec<SourceAnswer> {
        self.listed.iter().filter_map(|source| self.answer(source, pair, now)).collect()
    }

    /// `None` when the source is not asked about it in any way.
    fn answer(&self, source: &Listed, pair: Pair, now: Timestamp) -> Option<SourceAnswer> {
        let ways = [pair.quote, dollar(), euro()].map(|quote| Pair { base: pair.base, quote });
        let way = ways.into_iter().find(|way| source.asked.contains(way))?;
        let through = (way.quote != pair.quote).then_some(way.quote);
        let mut answer = SourceAnswer {
            source: source.name.clone(),
            price: None,
            through,
            as_of: None,
            verdict: Verdict::Agreed,
        };
        match self.told.get(&(source.name.clone(), way)) {
            Some(Ok(told)) => {
                answer.as_of = Some(told.as_of);
                match self.crossed(told.price, through, pair.quote, now) {
                    Ok(price) => answer.price = Some(price),
                    Err(none) => answer.verdict = Verdict::Missing(none.to_string()),
                }
                if !is_fresh(told.as_of, source.fresh_ms, now) && answer.price.is_some() {
                    answer.verdict = self.stale(&source.name);
                }
            }
            Some(Err(problem)) => answer.verdict = Verdict::Missing(problem.clone()),
            None => answer.verdict = Verdict::Missing(self.problem(&source.name)),
        }
        Some(answer)
    }

    fn crossed(
        &self,
        price: Rate,
        through: Option<Currency>,
        quote: Currency,
        now: Timestamp,
    ) -> Result<Rate, NoRate> {
        match through {
            None => Ok(price),
            Some(currency) => {
                let fiat = self.fiat(currency, quote, now)?;
                price.through(fiat.rate).map_err(|_| NoRate::OutOfRange)
            }
        }
    }

    fn stale(&self, name: &str) -> Verdict {
        match self.states.get(name).and_then(|state| state.problem.clone()) {
            Some(problem) => Verdict::Missing(problem),
            None => Verdict::Stale,
        }
    }

    fn problem(&self, name: &str) -> String {
        let problem = self.states.get(name).and_then(|state| state.problem.clone());
        problem.unwrap_or_else(|| "it was not asked yet".to_owned())
    }

    /// Why a price that the sources agree on is not believed yet.
    fn doubt(&self, pair: Pair, rate: Rate, now: Timestamp) -> Option<NoRate> {
        let last = self.believed.get(&pair).filter(|last| age(last.at, now) <= REMEMBERED_MS)?;
        if !is_jump(&rate, &last.rate) {
            return None;
        }
        let stands = stands_ms(&rate, &last.rate);
        let since = last.jump.filter(|(to, _)| !is_jump(&rate, to)).map(|(_, since)| since);
        let is_believed = since.is_some_and(|since| age(since, now) >= stands);
        if is_believed {
            return None;
        }
        Some(NoRate::Jumped(Box::new(Jump { from: last.rate, to: rate, minutes: stands / 60_000 })))
    }

    /// Goes through everything that is wanted, currencies first because coins are crossed by them.
    fn believe(&mut self, now: Timestamp) {
        let currencies = self.listed.iter().filter(|source| source.trade == Trade::Currencies);
        let mut pairs: Vec<Pair> = currencies.flat_map(|source| source.asked.clone()).collect();
        pairs.extend(&self.wanted);
        let mut gone_through = HashSet::new();
        for pair in pairs {
            if gone_through.insert(pair) {
                self.believe_pair(pair, now);
            }
        }
    }

    /// Notes what the sources agree on now: as what is believed, or as a jump that must stand first.
    fn believe_pair(&mut self, pair: Pair, now: Timestamp) {
        let mut answers = self.answers(pair, now);
        let Ok((rate, as_of)) = agree(&mut answers, &self.preferred) else { return };
        if self.doubt(pair, rate, now).is_none() {
            self.believed.insert(pair, Believed { rate, as_of, at: now, answers, jump: None });
        } else if let Some(last) = self.believed.get_mut(&pair) {
            let goes_on = last.jump.is_some_and(|(to, _)| !is_jump(&rate, &to));
            if !goes_on {
                last.jump = Some((rate, now));
            }
        }
    }
}

fn percent(text: &str) -> Percent {
    Percent::parse(text).expect("constants are percentages")
}

fn age(since: Timestamp, now: Timestamp) -> i64 {
    now.millis().saturating_sub(since.millis())
}

fn is_fresh(as_of: Timestamp, fresh_ms: i64, now: Timestamp) -> bool {
    (-AHEAD_MS..=fresh_ms).contains(&age(as_of, now))
}

fn is_jump(rate: &Rate, last: &Rate) -> bool {
    rate.is_further_than(percent(JUMP_PERCENT), last)
}

fn stands_ms(rate: &Rate, last: &Rate) -> i64 {
    let tenfold = percent(TENFOLD_PERCENT);
    if rate.is_further_than(tenfold, last) || last.is_further_than(tenfold, rate) {
        TENFOLD_STANDS_MS
    } else {
        JUMP_STANDS_MS
    }
}
