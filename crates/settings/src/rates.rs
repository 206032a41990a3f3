//! `[rates]`: what a coin is worth. A price that the owner fixed comes before everything; else the sources he chose are
//! asked, and `payment::rates` says what to believe.

use std::collections::BTreeMap;

use money::{Currency, Percent, Rate};
use payment::rates::{PEGS, Pair, SOURCE_NAMES};
use payment::{QuotedRate, Timestamp};
use toml::{Table, Value};

use crate::field::Field;
use crate::key::{Form, Key};
use crate::shop::{at_most, unit_of_account};
use crate::{Mode, Problem};

/// The source that the owner is.
const FIXED: &str = "fixed";
/// Three exchanges, of which one may be down; and two sources of currencies, for shops whose currency none of them has.
const LIVE: &[&str] = &["kraken", "coinbase", "bitstamp", "ecb", "coinbase-fiat"];
const SPREAD_DEFAULT: &str = "0.5";
const SPREAD_MAX: &str = "20";

/// Coins beside bitcoin that may have a price, with their own decimals. What a symbol is on a chain is a rail's matter.
const COINS: &[(&str, u8)] =
    &[("ETH", 18), ("POL", 18), ("BNB", 18), ("LTC", 8), ("USDC", 6), ("USDT", 6), ("DAI", 18), ("EURC", 6)];

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
    /// Names of sources, without repetition: `fixed` or public ones.
    pub sources: Vec<String>,
    /// Those of them whose own price is taken while it agrees with the others, the first one first.
    pub preferred: Vec<String>,
    /// The owner's prices by pair (`BTC/EUR`, the rate's own currencies); made by [`fixed_rate`].
    pub fixed: BTreeMap<String, Rate>,
    /// Since when these prices stand. A fact that is stored with the settings, but not in the form; `None` until a price
    /// was changed.
    pub fixed_since: Option<Timestamp>,
    /// What the shop keeps of each coin's price, 0 to 20 percent.
    pub spread: Percent,
    /// The same for single coins by symbol (`USDC`), or by symbol and chain (`USDC.8453`), which comes first.
    pub spreads: BTreeMap<String, Percent>,
    /// Stablecoins by symbol that are taken for what they promise, whatever the market says.
    pub at_par: Vec<String>,
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
        let sources: &[&str] = if mode == Mode::Live { LIVE } else { &[FIXED] };
        let mut rates = Self {
            sources: sources.iter().map(|source| (*source).to_owned()).collect(),
            preferred: Vec::new(),
            fixed: BTreeMap::new(),
            fixed_since: None,
            spread,
            spreads: BTreeMap::new(),
            at_par: Vec::new(),
        };
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
        let mut known = vec![FIXED];
        known.extend(SOURCE_NAMES);
        check_names("rates.sources", &self.sources, &known, "source")?;
        let chosen: Vec<&str> =
            self.sources.iter().map(String::as_str).filter(|name| *name != FIXED).collect();
        check_names("rates.preferred", &self.preferred, &chosen, "source in rates.sources")?;
        let stablecoins: Vec<&str> = PEGS.iter().map(|(coin, _)| *coin).collect();
        check_names("rates.at_par", &self.at_par, &stablecoins, "stablecoin")?;
        for (pair, rate) in &self.fixed {
            if *pair != pair_of(rate.base(), rate.quote()) {
                let message = format!("this is a price of {}", pair_of(rate.base(), rate.quote()));
                return Err(Problem::new(format!("rates.fixed.{pair}"), message));
            }
        }
        for (coin, spread) in &self.spreads {
            let key = format!("rates.spreads.{coin}");
            if Currency::iso(coin).is_ok() || Pair::named(coin, "EUR").is_none() {
                return Err(Problem::new(key, "write a coin: BTC, USDC, or USDC.8453 for one chain"));
            }
            at_most(&key, *spread, SPREAD_MAX)?;
        }
        at_most("rates.spread_percent", self.spread, SPREAD_MAX)
    }

    /// The public sources in use, in the owner's order.
    pub fn public_sources(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(String::as_str).filter(|source| *source != FIXED)
    }

    /// What the shop keeps of the price of a coin.
    #[must_use]
    pub fn spread_of(&self, coin: Currency) -> Percent {
        let own = self.spreads.get(coin.code());
        own.or_else(|| self.spreads.get(coin.symbol())).copied().unwrap_or(self.spread)
    }

    /// Whether a coin is taken for what it promises.
    #[must_use]
    pub fn is_at_par(&self, coin: Currency) -> bool {
        self.at_par.iter().any(|listed| listed == coin.symbol())
    }

    pub(crate) fn quoted(&self, base: Currency, quote: Currency, now: Timestamp) -> Option<QuotedRate> {
        let price = self.fixed.get(&pair_of(base, quote))?;
        Some(QuotedRate {
            market: price.for_base(base).ok()?,
            spread: self.spread_of(base),
            source: FIXED.to_owned(),
            as_of: self.fixed_since.unwrap_or(now),
            answers: Vec::new(),
        })
    }
}

/// Refuses names that are not known, and those that stand twice.
fn check_names(list: &str, names: &[String], known: &[&str], what: &str) -> Result<(), Problem> {
    for (index, name) in names.iter().enumerate() {
        let key = format!("{list}.{}", index + 1);
        if !known.contains(&name.as_str()) {
            let message = format!("unknown {what} {name:?}: known are {}", known.join(", "));
            return Err(Problem::new(key, message));
        }
        if names[..index].contains(name) {
            return Err(Problem::new(key, format!("{name} stands here twice: remove one")));
        }
    }
    Ok(())
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
        path: "rates.preferred",
        form: Form::Toml,
        show: |s| s.rates.preferred.clone().into(),
        read: |s, field| {
            s.rates.preferred = field.parsed_items(|source| Ok::<_, Problem>(source.to_owned()))?;
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
    Key {
        path: "rates.spreads",
        form: Form::Toml,
        show: |s| {
            let spread = |(coin, spread): (&String, &Percent)| (coin.clone(), spread.to_string().into());
            Value::Table(s.rates.spreads.iter().map(spread).collect::<Table>())
        },
        read: |s, field| {
            let spread =
                |(coin, spread): (&str, Field<'_>)| Ok((coin.to_owned(), spread.parsed(Percent::parse)?));
            s.rates.spreads = field.members()?.into_iter().map(spread).collect::<Result<_, Problem>>()?;
            Ok(())
        },
    },
    Key {
        path: "rates.at_par",
        form: Form::Toml,
        show: |s| s.rates.at_par.clone().into(),
        read: |s, field| {
            s.rates.at_par = field.parsed_items(|coin| Ok::<_, Problem>(coin.to_owned()))?;
            Ok(())
        },
    },
];
