//! A piece of text that must not leak, and the names secrets are kept under.
//!
//! Invariant: the text leaves a [`Secret`] only through [`Secret::expose`], and is wiped when the `Secret` is dropped.

use std::fmt;

use zeroize::Zeroizing;

/// Text that is wiped from memory when dropped and that no formatting prints.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over the text. Pass an owned `String`, so that no copy stays behind.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. Never log it, store it or put it into an error.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The secrets a till can have, under the names of the command line (`tillstream secret set NAME`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecretName {
    /// The words behind the shop's bitcoin account.
    BitcoinMnemonic,
    /// The password of a Bitcoin node's RPC.
    BitcoindPassword,
    /// The words behind the shop's account on EVM chains.
    EvmMnemonic,
    /// The record of the owner's PIN: its argon2 hash, and how often it was guessed wrong. Never the PIN.
    OwnerPin,
    /// The Stripe API key, best a restricted one.
    StripeKey,
    /// The secret that signs Stripe's webhooks.
    StripeWebhook,
}

impl SecretName {
    /// Every name, in the order shown to people.
    pub const ALL: [Self; 6] = [
        Self::BitcoinMnemonic,
        Self::BitcoindPassword,
        Self::EvmMnemonic,
        Self::OwnerPin,
        Self::StripeKey,
        Self::StripeWebhook,
    ];

    /// Reads a name as typed on the command line.
    ///
    /// # Errors
    /// [`UnknownSecretName`], which lists the names. It does not repeat what was typed: people put the secret there.
    pub fn parse(text: &str) -> Result<Self, UnknownSecretName> {
        Self::ALL.into_iter().find(|name| name.as_str() == text).ok_or(UnknownSecretName)
    }

    /// The name as typed on the command line. It is also part of the keyring entry, so it never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BitcoinMnemonic => "bitcoin.mnemonic",
            Self::BitcoindPassword => "bitcoind.password",
            Self::EvmMnemonic => "evm.mnemonic",
            Self::OwnerPin => "owner.pin",
            Self::StripeKey => "stripe.key",
            Self::StripeWebhook => "stripe.webhook",
        }
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What was typed is not the name of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no secret has that name: use one of {}", SecretName::ALL.map(SecretName::as_str).join(", "))]
pub struct UnknownSecretName;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_hides_the_text() {
        let secret = Secret::new("canary-7f3a");
        assert_eq!(format!("{secret:?} {secret:#?}"), "Secret(…) Secret(…)");
        assert_eq!(secret.expose(), "canary-7f3a");
    }

    #[test]
    fn every_name_reads_back() {
        for name in SecretName::ALL {
            assert_eq!(SecretName::parse(name.as_str()), Ok(name));
            assert_eq!(name.to_string(), name.as_str());
        }
    }

    #[test]
    fn a_wrong_name_lists_the_right_ones_and_does_not_repeat_what_was_typed() {
        for typed in ["sk_live_canary", "", "Stripe.Key", " stripe.key"] {
            let error = SecretName::parse(typed).unwrap_err().to_string();
            assert_eq!(
                error,
                "no secret has that name: use one of bitcoin.mnemonic, bitcoind.password, evm.mnemonic, owner.pin, \
                 stripe.key, stripe.webhook"
            );
        }
    }
}
