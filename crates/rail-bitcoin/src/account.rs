//! The account the till sells into: public keys only, from which it derives its addresses.
//!
//! Accepted are an account key with or without its origin (BIP-32, BIP-84; `zpub` and `vpub` of SLIP-132 too) and
//! `wpkh(…)` or `tr(…)` descriptors (BIP-380). Only the external chain (`/0/*`) is kept: the till receives, it never
//! spends. No error repeats what was typed: people paste secrets here.

mod extended_key;
mod typed_descriptor;

use std::fmt;

use bdk_wallet::miniscript::{Descriptor, DescriptorPublicKey};
use thiserror::Error;

use crate::Network;
use extended_key::descriptor_of_key;
use typed_descriptor::external_descriptor;

/// A checked account: the descriptor of its receive addresses.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    descriptor: Descriptor<DescriptorPublicKey>,
    network: Network,
}

/// Reads an account as typed or pasted.
///
/// # Errors
/// Whatever cannot be sold into on `network`, each with what to do instead.
pub fn check_account(text: &str, network: Network) -> Result<Account, AccountError> {
    let text = text.trim();
    if extended_key::holds_a_secret(text) {
        return Err(AccountError::PrivateKey);
    }
    let descriptor = if text.contains('(') {
        external_descriptor(text, network)?
    } else {
        descriptor_of_key(text, network)?
    };
    Ok(Account { descriptor, network })
}

impl Account {
    /// The network it was checked for.
    #[must_use]
    pub const fn network(&self) -> Network {
        self.network
    }

    /// The smallest output the network relays to its addresses, in sat: the dust limit of Bitcoin Core.
    #[must_use]
    pub const fn dust_limit_sat(&self) -> i64 {
        match self.descriptor {
            Descriptor::Tr(_) => 330,
            _ => 294,
        }
    }

    /// The descriptor of the receive addresses.
    pub(crate) const fn descriptor(&self) -> &Descriptor<DescriptorPublicKey> {
        &self.descriptor
    }
}

/// The descriptor of the receive addresses with its checksum: public, but it shows every address of the shop.
impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.descriptor, f)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({})", self.network)
    }
}

/// Why an account cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum AccountError {
    /// A private key, or the words of one.
    #[error(
        "this is a secret that can spend the money: never paste it anywhere; give the account's public key (xpub) instead"
    )]
    PrivateKey,
    /// The check digits do not fit.
    #[error(
        "the account key has a typing error (its check digits do not fit): copy it again from your wallet"
    )]
    Checksum,
    /// A key of another network.
    #[error(
        "this account belongs to {found}, but the till is set to {network}: give one that begins with {wanted}"
    )]
    WrongNetwork {
        /// Where the key belongs.
        found: &'static str,
        /// What the till is set to.
        network: Network,
        /// The prefixes that would do.
        wanted: &'static str,
    },
    /// An account of nested or legacy addresses.
    #[error(
        "this account is for addresses of an older kind: give a native segwit (84') or taproot (86') account instead"
    )]
    OlderAddresses,
    /// An account several people sign for.
    #[error(
        "this is one key of a shared (multi-signature) account: the till can only sell into a single-key account"
    )]
    Shared,
    /// Brackets that hold no key origin.
    #[error(
        "the part in brackets is not a key origin such as [d34db33f/84'/1'/0']: copy the account key again"
    )]
    Origin,
    /// The key is at another depth than its origin says.
    #[error("the key is not the one its brackets name: copy the account key again, brackets included")]
    Depth,
    /// A descriptor of one address, or with another path than `/0/*`.
    #[error("the descriptor must name all receive addresses: end its key with /0/* or /<0;1>/*")]
    Path,
    /// Another kind of descriptor.
    #[error("this kind of descriptor cannot be sold into: use wpkh(…) or tr(…)")]
    Kind,
    /// A descriptor that cannot be read.
    #[error("the descriptor cannot be read: copy it again from your wallet")]
    Descriptor,
    /// Anything else.
    #[error("this is not an account: paste an xpub, tpub, zpub or vpub, or a wpkh(…) or tr(…) descriptor")]
    Unrecognised,
}

impl AccountError {
    /// The error for a key of the other kind of network.
    const fn wrong_network(network: Network) -> Self {
        let (found, wanted) = match network {
            Network::Bitcoin => ("a test network", "xpub or zpub"),
            Network::Testnet4 | Network::Signet | Network::Regtest => {
                ("the real bitcoin network", "tpub or vpub")
            }
        };
        Self::WrongNetwork { found, network, wanted }
    }
}

#[cfg(test)]
mod tests;
