//! The fence around key material.
//!
//! Purpose: make, read and keep what must never leak: the words behind the shop's coins, passwords, API keys, the
//! owner's PIN. Start at [`Vault`], which keeps secrets in the OS keyring, and at [`Mnemonic`], from which an
//! [`AccountKey`] (public, the only part that goes into the database) is derived. An [`EvmSigner`] moves what came in on
//! EVM chains, once the owner's [`Pin`] was right.
//!
//! Invariants:
//! - Nothing here prints a secret: no `Debug`, `Display` or error text contains one. The only door is
//!   [`Secret::expose`], and [`Mnemonic::words`] for the one screen that shows them.
//! - Our own copies are wiped when dropped. Copies made inside the bus library and the keyring are out of our reach.
//! - A keyring that is absent, locked or silent never holds up the till: every call ends within a deadline.
//! - The dependency graph stays under 80 crates, without an async runtime and without serde.

mod account;
mod courier;
mod evm;
mod mnemonic;
mod os_keyring;
mod pin;
mod secret;
mod vault;
mod word_proof;

pub use account::{AccountKey, BitcoinNetwork};
pub use evm::{EvmAddress, EvmKey, EvmSignature, EvmSigner, SigningError};
pub use mnemonic::{Mnemonic, MnemonicError, WordCount, is_mnemonic_word};
pub use pin::{Moment, PIN_DIGITS, Pin, PinError, PinRefused, PinState};
pub use secret::{Secret, SecretName, UnknownSecretName};
pub use vault::{ScopeError, Vault, VaultError, VaultScope, VaultStatus};
pub use word_proof::WordProof;
