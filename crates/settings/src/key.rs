//! The key table: every setting's path in the form, how it is read and how it is shown.

use toml::Value;

use crate::field::Field;
use crate::stream::{fee, route, settlement};
use crate::{Problem, Settings, bitcoin, cash, evm, metrics, policy, rates, shop, stripe, tax};

/// One setting.
pub(crate) struct Key {
    /// Its path in the form, such as `rail.bitcoin.account`.
    pub(crate) path: &'static str,
    /// What kind of value it takes.
    pub(crate) form: Form,
    /// Its value as the form writes it.
    pub(crate) show: fn(&Settings) -> Value,
    /// Takes a value of the form.
    pub(crate) read: fn(&mut Settings, &Field<'_>) -> Result<(), Problem>,
}

/// How a value is written outside a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it is, without quotes.
    Text,
    /// As TOML writes it: `true`, `15`, `["20", "10"]`.
    Toml,
    /// As TOML writes it too; in a file, a section for each row: `[[policy]]`.
    Rows,
}

/// Every setting, in the order of the form.
pub(crate) fn all() -> impl Iterator<Item = &'static Key> {
    let before_rails = [shop::KEYS, tax::KEYS, cash::KEYS, rates::KEYS, policy::KEYS];
    let stream = [route::KEYS, fee::KEYS, settlement::KEYS];
    before_rails
        .into_iter()
        .chain(stream)
        .chain([bitcoin::KEYS, evm::KEYS, stripe::KEYS, metrics::KEYS])
        .flatten()
}

/// The setting at a path.
pub(crate) fn at(path: &str) -> Option<&'static Key> {
    all().find(|key| key.path == path)
}

impl Key {
    /// Section and name: `rail.bitcoin` and `account`. The section of a key at the top is empty.
    pub(crate) fn split(&self) -> (&'static str, &'static str) {
        self.path.rsplit_once('.').unwrap_or(("", self.path))
    }
}
