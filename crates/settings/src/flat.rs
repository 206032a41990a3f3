//! Settings one by one: for the command line by key, for the database as rows. A value is written as in the form, but
//! texts without quotes.

use std::collections::BTreeMap;

use payment::Timestamp;
use sha2::{Digest, Sha256};
use toml::de::DeValue;
use toml::{Spanned, Value};

use crate::error::{Hint, Place};
use crate::field::Field;
use crate::key::{self, Form, Key};
use crate::{Problem, Settings, SettingsError, fixed_rate};

/// The row that says whether the first run is done: stored with the settings, but no setting.
const SETUP_DONE: &str = "setup_done";
/// The row that says since when the owner's prices stand, in milliseconds since the epoch: likewise no setting.
const FIXED_SINCE: &str = "rates_fixed_since";

/// Long enough that two settings never share a name.
const REVISION_BYTES: usize = 16;

/// A single price also has a key of its own, such as `rates.fixed.BTC/EUR`.
const PRICE_PREFIX: &str = "rates.fixed.";

impl Settings {
    /// Every key, in the order of the form.
    pub fn keys() -> impl Iterator<Item = &'static str> {
        key::all().map(|key| key.path)
    }

    /// The value of a key, such as `shop.name` or `rates.fixed.BTC/EUR`. `None` when there is no such key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<String> {
        if let Some(pair) = key.strip_prefix(PRICE_PREFIX) {
            return self.rates.fixed.get(pair).map(|rate| rate.price().to_string());
        }
        key::at(key).map(|key| self.shown(key))
    }

    /// The settings with another value of one key, checked as a whole.
    ///
    /// # Errors
    /// When there is no such key or the value can't stand. Without a line, because there is no file.
    pub fn with(&self, key: &str, value: &str) -> Result<Self, SettingsError> {
        let mut settings = self.clone();
        if let Some(pair) = key.strip_prefix(PRICE_PREFIX) {
            settings.rates.fixed.extend([fixed_rate(pair, value)?]);
        } else {
            settings.take(key::at(key).ok_or_else(|| unknown(key))?, value)?;
        }
        settings.check()?;
        Ok(settings)
    }

    /// Every setting as a row for the database.
    #[must_use]
    pub fn to_rows(&self) -> BTreeMap<String, String> {
        let settings = key::all().map(|key| (key.path.to_owned(), self.shown(key)));
        let since = self.rates.fixed_since.map(|since| (FIXED_SINCE.to_owned(), since.millis().to_string()));
        settings.chain([(SETUP_DONE.to_owned(), self.setup_done.to_string())]).chain(since).collect()
    }

    /// A short name for exactly these settings of this mode: whoever changes them says which ones they looked at, so
    /// that nobody overwrites what they have not seen.
    #[must_use]
    pub fn revision(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(self.mode.name());
        // Since when a price stands is noted when it comes into force; nobody looks at it and types another.
        for (key, value) in self.to_rows().into_iter().filter(|(key, _)| key != FIXED_SINCE) {
            // The length of each part keeps what stands in one key from reading like another.
            digest.update(format!("\n{}:{key}{}:{value}", key.len(), value.len()));
        }
        hex::encode(&digest.finalize()[..REVISION_BYTES])
    }

    /// The defaults of a mode with what rows change.
    ///
    /// # Errors
    /// [`SettingsError::NewerRow`] for a row that this version doesn't know; otherwise as [`Settings::with`].
    pub fn from_rows(rows: &BTreeMap<String, String>, defaults: &Self) -> Result<Self, SettingsError> {
        let unknown = rows
            .keys()
            .find(|row| ![SETUP_DONE, FIXED_SINCE].contains(&row.as_str()) && key::at(row).is_none());
        if let Some(row) = unknown {
            return Err(SettingsError::NewerRow(row.clone()));
        }
        let mut settings = defaults.clone();
        // In the order of the form the currency comes before every amount.
        for key in key::all() {
            if let Some(value) = rows.get(key.path) {
                settings.take(key, value)?;
            }
        }
        if let Some(done) = rows.get(SETUP_DONE) {
            settings.setup_done = done == "true";
        }
        let since = rows.get(FIXED_SINCE).and_then(|since| since.parse().ok());
        settings.rates.fixed_since = since.map(Timestamp::from_millis).or(settings.rates.fixed_since);
        settings.check()?;
        Ok(settings)
    }

    /// Takes a value that stands by itself.
    fn take(&mut self, key: &Key, value: &str) -> Result<(), Problem> {
        let parsed = match key.form {
            Form::Text => Spanned::new(0..value.len(), DeValue::String(value.into())),
            Form::Toml | Form::Rows => DeValue::parse(value).map_err(|_| {
                let example = self.shown(key);
                Problem::new(key.path, format!("this can't be read: write it like {example}"))
            })?,
        };
        (key.read)(self, &Field::new(key.path.to_owned(), &parsed, value))
    }

    fn shown(&self, key: &Key) -> String {
        match (key.show)(self) {
            Value::String(text) => text,
            value => value.to_string(),
        }
    }
}

fn unknown(key: &str) -> SettingsError {
    let keys: Vec<&str> = Settings::keys().collect();
    let hint = Hint::about(key, &keys);
    SettingsError::UnknownKey {
        place: Place { line: None },
        key: key.to_owned(),
        section: "the settings".into(),
        hint,
    }
}
