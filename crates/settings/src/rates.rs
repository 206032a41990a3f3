//! `[rates]`: what a coin is worth. The owner's fixed prices are the only source yet; the names of live sources are
//! kept for the versions that ask them.

use std::collections::BTreeMap;

use money::{Currency, Percent, Rate};
use payment::{QuotedRate, Timestamp};
use toml::{Table, Value};

use crate::key::{Form, Key};
use crate::shop::{at_most, unit_of_account};
use crate::{Mode, Problem};

/// The source that the owner is.
const FIXED: &str = "fixed";
const SOURCES: &[&str] = &[FIXED, "kraken", "coinbase", "bitstamp"];
const SPREAD_DEFAULT: &str = "0.5";
const SPREAD_MAX: &str = "20";

/// Coins beside bitcoin that may have a price, with their own decimals. What a symbol is on a chain is a rail's matter.
const COINS: &[(&str, u8)] =
    &[("ETH", 18), ("POL", 18), ("BNB", 18), ("USDC", 6), ("USDT", 6), ("DAI", 18), ("LTC", 8)];

/// What coins cost where they are worth nothing: in money with a smaller unit, and in money without one, of which more is
/// needed for the same things.
const PLAY_PRICES: &[(&str, &str, &str)] = &[
    ("BTC", "58000.00", "9000000"),
    ("ETH", "2900.00", "450000"),
    ("POL", "0.40", "62"),
    ("BNB", "560.00", "87000"),
    ("USDC", "0.92", "143"),
    ("USDT", "0.92", "143"),
    ("DAI", "0.92", "143"),
];

/// Rates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Names of sources, without repetition.
    pub sources: Vec<String>,
    /// The owner's prices by pair (`BTC/EUR`, the rate's own currencies); made by [`fixed_rate`].
    pub fixed: BTreeMap<String, Rate>,
    /// Since when these prices stand. A fact that is stored with the settings, but not in the form; `None` until a price
    /// was changed.
    pub fixed_since: Option<Timestamp>,
    /// What the shop keeps of each coin's price, 0 to 20 percent.
    pub spread: Percent,
}

/// Reads a pair such as `BTC/EUR` and the price of one unit of the first in units of the second.
///
/// # Errors
/// With the key `rates.fixed.PAIR`.
pub fn fixed_rate(pair: &str, price: &str) -> Result<(String, Rate), Problem> {
    let refused = |message: String| Problem::new(format!("rates.fixed.{pair}"), message);
    let (base, quote) =
        pair.split_once('/').ok_or_else(|| refused("write the pair as coin/currency: \"BTC/EUR\"".into()))?;
    let base = coin(base).map_err(|error| refused(error.to_string()))?;
    let quote = unit_of_account(quote).map_err(refused)?;
    let rate = Rate::parse(base, quote, price).map_err(|error| refused(error.to_string()))?;
    Ok((pair_of(base, quote), rate))
}

fn coin(code: &str) -> Result<Currency, money::CurrencyError> {
    match COINS.iter().find(|(known, _)| code.eq_ignore_ascii_case(known)) {
        Some((code, decimals)) => Currency::asset(code, *decimals),
        None => Currency::from_code(code),
    }
}

/// A coin has one price on every chain.
fn pair_of(base: Currency, quote: Currency) -> String {
    format!("{}/{quote}", base.symbol())
}

impl Rates {
    pub(crate) fn defaults(mode: Mode, currency: Currency) -> Self {
        let spread =
            Percent::parse(SPREAD_DEFAULT).expect("the constant is half a percent, which is a percentage");
        let mut rates =
            Self { sources: vec![FIXED.to_owned()], fixed: BTreeMap::new(), fixed_since: None, spread };
        rates.price_play_coins(mode, currency);
        rates
    }

    /// Where coins are worth nothing, each has a price in every currency from the start, so that a newcomer can try it; a
    /// price the owner fixed stays.
    pub(crate) fn price_play_coins(&mut self, mode: Mode, currency: Currency) {
        if mode == Mode::Live {
            return;
        }
        for (coin, with_cents, whole) in PLAY_PRICES {
            let price = if currency.scale() == 0 { whole } else { with_cents };
            if let Ok((pair, rate)) = fixed_rate(&format!("{coin}/{currency}"), price) {
                self.fixed.entry(pair).or_insert(rate);
            }
        }
    }

    /// Notes that the prices are of now, unless they are those from before.
    pub(crate) fn date(&mut self, before: &Self, now: Timestamp) {
        self.fixed_since = if self.fixed == before.fixed { before.fixed_since } else { Some(now) };
    }

    pub(crate) fn check(&self) -> Result<(), Problem> {
        for (index, source) in self.sources.iter().enumerate() {
            let key = format!("rates.sources.{}", index + 1);
            if !SOURCES.contains(&source.as_str()) {
                let message = format!("unknown source {source:?}: known are {}", SOURCES.join(", "));
                return Err(Problem::new(key, message));
            }
            if self.sources[..index].contains(source) {
                return Err(Problem::new(key, format!("{source} stands here twice: remove one")));
            }
        }
        for (pair, rate) in &self.fixed {
            if *pair != pair_of(rate.base(), rate.quote()) {
                let message = format!("this is a price of {}", pair_of(rate.base(), rate.quote()));
                return Err(Problem::new(format!("rates.fixed.{pair}"), message));
            }
        }
        at_most("rates.spread_percent", self.spread, SPREAD_MAX)
    }

    pub(crate) fn quoted(&self, base: Currency, quote: Currency, now: Timestamp) -> Option<QuotedRate> {
        let market = self.fixed.get(&pair_of(base, quote))?.for_base(base).ok()?;
        Some(QuotedRate {
            market,
            spread: self.spread,
            source: FIXED.to_owned(),
            as_of: self.fixed_since.unwrap_or(now),
            answers: Vec::new(),
        })
    }
}

pub(crate) const KEYS: &[Key] = &[
    Key {
        path: "rates.sources",
        form: Form::Toml,
        show: |s| s.rates.sources.clone().into(),
        read: |s, field| {
            s.rates.sources = field.parsed_items(|source| Ok::<_, Problem>(source.to_owned()))?;
            Ok(())
        },
    },
    Key {
        path: "rates.fixed",
        form: Form::Toml,
        show: |s| {
            let price = |(pair, rate): (&String, &Rate)| (pair.clone(), rate.price().to_string().into());
            Value::Table(s.rates.fixed.iter().map(price).collect::<Table>())
        },
        read: |s, field| {
            let mut fixed = BTreeMap::new();
            for (pair, price) in field.members()? {
                let (pair, rate) = fixed_rate(pair, price.text()?)?;
                if fixed.insert(pair, rate).is_some() {
                    return Err(price.problem("this pair stands here twice: remove one"));
                }
            }
            s.rates.fixed = fixed;
            Ok(())
        },
    },
    Key {
        path: "rates.spread_percent",
        form: Form::Text,
        show: |s| Value::String(s.rates.spread.to_string()),
        read: |s, field| {
            s.rates.spread = field.parsed(Percent::parse)?;
            Ok(())
        },
    },
];
