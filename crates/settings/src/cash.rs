//! `[cash]`: the smallest coin in circulation and the notes worth suggesting.

use money::{Currency, Money};
use toml::Value;

use crate::Problem;
use crate::key::{Form, Key};

const NOTES_MAX: usize = 12;

/// Cash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cash {
    /// Cash is taken.
    pub enabled: bool,
    /// What cash is rounded to, in minor units of the shop's currency; at least 1.
    pub smallest_coin_minor: i64,
    /// Notes suggested, ascending, in the shop's currency.
    pub notes: Vec<Money>,
}

/// Smallest coin in circulation where it is more than one minor unit.
const SMALLEST_COINS: &[(&str, &str)] = &[
    ("AUD", "0.05"),
    ("CAD", "0.05"),
    ("CHF", "0.05"),
    ("CZK", "1"),
    ("DKK", "0.50"),
    ("HKD", "0.10"),
    ("HUF", "5"),
    ("ILS", "0.10"),
    ("KRW", "10"),
    ("MYR", "0.05"),
    ("NOK", "1"),
    ("NZD", "0.10"),
    ("SEK", "1"),
    ("SGD", "0.05"),
    ("TWD", "1"),
    ("ZAR", "0.10"),
];

/// Notes in use, in major units; other currencies get [`NOTES_USUAL`].
const NOTES: &[(&str, &[i64])] = &[
    ("AUD", &[5, 10, 20, 50, 100]),
    ("BRL", &[5, 10, 20, 50, 100, 200]),
    ("CAD", &[5, 10, 20, 50, 100]),
    ("CHF", &[10, 20, 50, 100, 200]),
    ("CZK", &[100, 200, 500, 1000, 2000]),
    ("DKK", &[50, 100, 200, 500]),
    ("EUR", &[5, 10, 20, 50, 100, 200]),
    ("GBP", &[5, 10, 20, 50]),
    ("HUF", &[500, 1000, 2000, 5000, 10_000, 20_000]),
    ("INR", &[10, 20, 50, 100, 200, 500]),
    ("ISK", &[500, 1000, 2000, 5000, 10_000]),
    ("JPY", &[1000, 5000, 10_000]),
    ("KRW", &[1000, 5000, 10_000, 50_000]),
    ("MXN", &[20, 50, 100, 200, 500]),
    ("NOK", &[50, 100, 200, 500, 1000]),
    ("NZD", &[5, 10, 20, 50, 100]),
    ("PLN", &[10, 20, 50, 100, 200]),
    ("SEK", &[20, 50, 100, 200, 500, 1000]),
    ("USD", &[1, 5, 10, 20, 50, 100]),
];

const NOTES_USUAL: &[i64] = &[5, 10, 20, 50, 100];

impl Cash {
    /// What fits the coins and notes of a currency.
    pub(crate) fn defaults(currency: Currency) -> Self {
        let of_currency = |(code, _): &&(&str, &[i64])| *code == currency.code();
        let notes = NOTES.iter().find(of_currency).map_or(NOTES_USUAL, |(_, notes)| notes);
        let coin = SMALLEST_COINS.iter().find(|(code, _)| *code == currency.code());
        let coin = coin.and_then(|(_, coin)| Money::parse_exact(coin, currency).ok());
        Self {
            enabled: true,
            smallest_coin_minor: coin.map_or(1, Money::minor),
            notes: notes.iter().map(|note| Money::new(note * currency.minor_per_major(), currency)).collect(),
        }
    }

    pub(crate) fn check(&self, currency: Currency) -> Result<(), Problem> {
        if self.smallest_coin_minor < 1 {
            let message = format!("write an amount of {currency} above zero");
            return Err(Problem::new("cash.smallest_coin", message));
        }
        if self.notes.len() > NOTES_MAX {
            return Err(Problem::new("cash.notes", format!("write at most {NOTES_MAX} notes")));
        }
        for (index, note) in self.notes.iter().enumerate() {
            let key = format!("cash.notes.{}", index + 1);
            if note.currency() != currency || !note.is_positive() {
                return Err(Problem::new(key, format!("write an amount of {currency} above zero")));
            }
            let before = index.checked_sub(1).and_then(|before| self.notes.get(before));
            if before.is_some_and(|before| before >= note) {
                return Err(Problem::new(key, "write the notes in ascending order, each once"));
            }
        }
        Ok(())
    }
}

pub(crate) const KEYS: &[Key] = &[
    Key {
        path: "cash.enabled",
        form: Form::Toml,
        show: |s| Value::Boolean(s.cash.enabled),
        read: |s, field| {
            s.cash.enabled = field.flag()?;
            Ok(())
        },
    },
    Key {
        path: "cash.smallest_coin",
        form: Form::Text,
        show: |s| Value::String(Money::new(s.cash.smallest_coin_minor, s.shop.currency).to_decimal_string()),
        read: |s, field| {
            let coin = field.parsed(|text| Money::parse_exact(text, s.shop.currency))?;
            s.cash.smallest_coin_minor = coin.minor();
            Ok(())
        },
    },
    Key {
        path: "cash.notes",
        form: Form::Toml,
        show: |s| s.cash.notes.iter().map(|note| note.to_decimal_string()).collect::<Vec<_>>().into(),
        read: |s, field| {
            s.cash.notes = field.parsed_items(|text| Money::parse_exact(text, s.shop.currency))?;
            Ok(())
        },
    },
];
