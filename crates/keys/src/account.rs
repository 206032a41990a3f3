//! From the words to the public account key a watch-only wallet needs (BIP-32, BIP-84).
//!
//! Invariant: what leaves the crate is public. The private keys on the way are erased.

use std::fmt;

use bitcoin::NetworkKind;
use bitcoin::bip32::{ChildNumber, DerivationPath, Xpriv, Xpub};
use bitcoin::secp256k1::Secp256k1;

use crate::Mnemonic;

/// The Bitcoin networks a till can sell on. All test networks share one coin type, and so one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BitcoinNetwork {
    /// The real one.
    Bitcoin,
    /// The public test network of BIP-94.
    Testnet4,
    /// The signed test network of BIP-325.
    Signet,
    /// A private chain on this machine.
    Regtest,
}

/// An account's extended public key with its key origin, in the form of the settings file:
/// `[d34db33f/84'/1'/0']tpub…`. Not a secret, but it shows every address of the shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountKey {
    text: String,
}

impl AccountKey {
    /// The form of the settings file and of descriptors.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Mnemonic {
    /// The first native-segwit account (BIP-84) with an empty passphrase: `m/84'/0'/0'` on the real network,
    /// `m/84'/1'/0'` on every test network.
    pub fn account(&self, network: BitcoinNetwork) -> AccountKey {
        self.public_account(network.kind(), &network.account_path())
    }

    /// The public key at a path, with its origin.
    pub(crate) fn public_account(&self, kind: NetworkKind, path: &DerivationPath) -> AccountKey {
        let secp = Secp256k1::signing_only();
        let mut master = self.master(kind);
        let fingerprint = master.fingerprint(&secp);
        master.private_key.non_secure_erase();
        let mut account = self.private_account(kind, path);
        let xpub = Xpub::from_priv(&secp, &account);
        account.private_key.non_secure_erase();
        AccountKey { text: format!("[{fingerprint}/{path}]{xpub}") }
    }

    /// The private key at a path. Whoever asks erases it.
    pub(crate) fn private_account(&self, kind: NetworkKind, path: &DerivationPath) -> Xpriv {
        let mut master = self.master(kind);
        let account = master.derive_priv(&Secp256k1::signing_only(), path).expect(NEVER_OFF_THE_CURVE);
        master.private_key.non_secure_erase();
        account
    }

    fn master(&self, kind: NetworkKind) -> Xpriv {
        Xpriv::new_master(kind, self.seed().as_slice()).expect(NEVER_OFF_THE_CURVE)
    }
}

pub(crate) const NEVER_OFF_THE_CURVE: &str = "BIP-32 fails only for a hash outside the curve's order, below one in 2^127, and for paths deeper than 255";

impl BitcoinNetwork {
    const fn kind(self) -> NetworkKind {
        match self {
            Self::Bitcoin => NetworkKind::Main,
            Self::Testnet4 | Self::Signet | Self::Regtest => NetworkKind::Test,
        }
    }

    /// BIP-84: purpose 84', coin type 0' or 1' (SLIP-44), account 0'.
    fn account_path(self) -> DerivationPath {
        let coin = match self.kind() {
            NetworkKind::Main => 0,
            NetworkKind::Test => 1,
        };
        DerivationPath::from([84, coin, 0].map(|index| ChildNumber::Hardened { index }).to_vec())
    }
}

#[cfg(test)]
mod tests {
    use bitcoin::{Address, CompressedPublicKey, KnownHrp};

    use super::*;

    const TEST_NETWORKS: [BitcoinNetwork; 3] =
        [BitcoinNetwork::Testnet4, BitcoinNetwork::Signet, BitcoinNetwork::Regtest];

    fn abandon() -> Mnemonic {
        Mnemonic::parse(&format!("{}about", "abandon ".repeat(11))).unwrap()
    }

    /// The test seed hardware wallet makers publish addresses for.
    fn all_all() -> Mnemonic {
        Mnemonic::parse(&"all ".repeat(12)).unwrap()
    }

    /// The receive address `0/index` below an account key, by the bitcoin crate alone.
    fn receive_address(account: &AccountKey, hrp: KnownHrp, index: u32) -> String {
        let (_, xpub) = account.as_str().split_once(']').unwrap();
        let path = [0, index].map(|index| ChildNumber::Normal { index });
        let child = xpub.parse::<Xpub>().unwrap().derive_pub(&Secp256k1::new(), &path).unwrap();
        Address::p2wpkh(&CompressedPublicKey(child.public_key), hrp).to_string()
    }

    #[test]
    fn the_account_is_that_of_the_bip_84_vector() {
        let account = abandon().account(BitcoinNetwork::Bitcoin);
        assert_eq!(
            account.to_string(),
            "[73c5da0a/84'/0'/0']xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rAPshWcMLoP2fMFMKHP\
             J4ZeZXYVUhLv1VMrjPC7PW6V"
        );
        let addresses = [0, 1].map(|index| receive_address(&account, KnownHrp::Mainnet, index));
        assert_eq!(
            addresses,
            ["bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu", "bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g"]
        );
    }

    #[test]
    fn the_account_is_the_zpub_printed_in_bip_84() {
        let zpub = "zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2o\
                    z2AGutZYs";
        let printed = bitcoin::base58::decode_check(zpub).unwrap();
        let account = abandon().account(BitcoinNetwork::Bitcoin);
        let (_, xpub) = account.as_str().split_once(']').unwrap();
        // The two forms differ in the four version bytes only.
        assert_eq!(xpub.parse::<Xpub>().unwrap().encode()[4..], printed[4..]);
    }

    #[test]
    fn test_networks_share_one_account_of_their_own() {
        for network in TEST_NETWORKS {
            assert_eq!(
                abandon().account(network).as_str(),
                "[73c5da0a/84'/1'/0']tpubDC8msFGeGuwnKG9Upg7DM2b4DaRqg3CUZa5g8v2SRQ6K4NSkxUgd7HsL2XVWbVm39yBA4LAxysQAm397\
                 zwQSQoQgewGiYZqrA9DsP4zbQ1M"
            );
        }
    }

    #[test]
    fn a_hardware_wallet_gives_the_same_addresses() {
        let bitcoin = all_all().account(BitcoinNetwork::Bitcoin);
        let testnet = all_all().account(BitcoinNetwork::Testnet4);
        assert_eq!(
            receive_address(&bitcoin, KnownHrp::Mainnet, 0),
            "bc1qannfxke2tfd4l7vhepehpvt05y83v3qsf6nfkk"
        );
        assert_eq!(
            receive_address(&testnet, KnownHrp::Testnets, 0),
            "tb1qkvwu9g3k2pdxewfqr7syz89r3gj557l3uuf9r9"
        );
    }
}
