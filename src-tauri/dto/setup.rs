//! First run and wallets.

use serde::{Deserialize, Serialize};
use specta::Type;

/// Finishes the first run.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct SetupFinishRequest {
    /// Shop name, required.
    pub shop_name: String,
    /// ISO 4217.
    pub currency: String,
    /// `en` or `de`.
    pub language: String,
}

/// Asks for fresh words. Only the window may ask; `serve` refuses.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct WalletCreateRequest {
    /// 12 or 24.
    pub words: u8,
}

/// The one reply that carries a secret, to the set-up window, once. Nothing is kept until the proof is given.
#[derive(Clone, Serialize, Type)]
pub struct NewWalletWords {
    /// The words in order.
    pub words: Vec<String>,
    /// Positions (from 0) that will be asked back.
    pub ask: Vec<u8>,
}

/// The words asked back. Right answers put the mnemonic into the keyring and the account into the settings.
#[derive(Clone, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct WalletProveRequest {
    /// The answers in the order asked.
    pub answers: Vec<String>,
}

/// Imports words the owner has. Only the window may; `serve` refuses.
#[derive(Clone, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct WalletImportRequest {
    /// 12 or 24 words.
    pub words: String,
}

/// Sets a watch-only account: an xpub with its origin, or a descriptor.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct WalletWatchRequest {
    /// The text pasted.
    pub account: String,
}

/// Switches to another mode: another data file, another set of books.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct ModeSwitchRequest {
    /// `practice` or `live` (`sandbox` is chosen on the command line).
    pub mode: String,
}
