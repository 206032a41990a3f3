//! The bitcoin networks a till can sell on, under the words of the settings file.

use std::fmt;

use bdk_wallet::bitcoin::{self, NetworkKind};
use thiserror::Error;

/// A bitcoin network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// The real one.
    Bitcoin,
    /// The public test network of BIP-94.
    Testnet4,
    /// The signed test network of BIP-325.
    Signet,
    /// A private chain on this machine.
    Regtest,
}

impl Network {
    const ALL: [Self; 4] = [Self::Bitcoin, Self::Testnet4, Self::Signet, Self::Regtest];

    /// Finds a network by its word in the settings file.
    ///
    /// # Errors
    /// [`UnknownNetwork`], which lists the words.
    pub fn named(word: &str) -> Result<Self, UnknownNetwork> {
        Self::ALL.into_iter().find(|network| network.name() == word).ok_or(UnknownNetwork)
    }

    /// Its word in the settings file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bitcoin => "bitcoin",
            Self::Testnet4 => "testnet4",
            Self::Signet => "signet",
            Self::Regtest => "regtest",
        }
    }

    /// The library's name for it.
    pub(crate) const fn chain(self) -> bitcoin::Network {
        match self {
            Self::Bitcoin => bitcoin::Network::Bitcoin,
            Self::Testnet4 => bitcoin::Network::Testnet4,
            Self::Signet => bitcoin::Network::Signet,
            Self::Regtest => bitcoin::Network::Regtest,
        }
    }

    /// Real or test: all that an extended key tells of its network.
    pub(crate) const fn kind(self) -> NetworkKind {
        match self {
            Self::Bitcoin => NetworkKind::Main,
            Self::Testnet4 | Self::Signet | Self::Regtest => NetworkKind::Test,
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word that names no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no bitcoin network has that name: use one of {}", Network::ALL.map(Network::name).join(", "))]
pub struct UnknownNetwork;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_network_reads_back_from_its_word() {
        for network in Network::ALL {
            assert_eq!(Network::named(network.name()), Ok(network));
        }
    }

    #[test]
    fn another_word_is_answered_with_the_right_ones() {
        let error = Network::named("mainnet").unwrap_err().to_string();
        assert_eq!(error, "no bitcoin network has that name: use one of bitcoin, testnet4, signet, regtest");
    }
}
