//! The shop's account on EVM chains: its public key for watching, and signatures that move what came in.
//!
//! One account serves every chain, `m/44'/60'/0'` (BIP-44, SLIP-44), because an address is the same on all of them.
//! Below it, `0/i` are the addresses shown to customers and `1/0` is the one that pays network fees: it is shown to
//! nobody, so no customer's money is ever on it.
//!
//! Invariants: a private key never leaves this file, and is erased when its [`EvmSigner`] goes. What is signed is a
//! digest that somebody else made and checked; nothing is signed before the owner has approved it.

use std::fmt;

use bitcoin::NetworkKind;
use bitcoin::bip32::{ChildNumber, DerivationPath, Xpriv};
use bitcoin::secp256k1::{Message, PublicKey, Secp256k1, SecretKey, SignOnly};
use sha3::{Digest, Keccak256};

use crate::account::{AccountKey, NEVER_OFF_THE_CURVE};
use crate::{Mnemonic, MnemonicError, SecretName, Vault, VaultError};

/// Signs for the addresses of one account. Erased when dropped, and nothing prints it.
pub struct EvmSigner {
    account: Xpriv,
    secp: Secp256k1<SignOnly>,
}

/// Which address of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EvmKey {
    /// The one shown for a payment: `0/i`.
    Receiving(u32),
    /// The one that lends network fees to the others: `1/0`.
    Fees,
}

/// An address, 20 bytes. Shown with the checksum of EIP-55.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct EvmAddress([u8; 20]);

/// A recoverable ECDSA signature on secp256k1, `s` in the lower half of the order (EIP-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvmSignature {
    /// Big-endian.
    pub r: [u8; 32],
    /// Big-endian.
    pub s: [u8; 32],
    /// The parity of the curve point's y: `true` is 1. The legacy `v` is 27 or 28, EIP-155's is `35 + 2·chain` plus it.
    pub is_y_odd: bool,
}

/// Why nothing was signed. Never contains a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// The shop only watches, or its words were removed.
    #[error(
        "the words of this account are not on this computer: sign with the wallet that has them, \
         or `tillstream secret set evm.mnemonic`"
    )]
    NoWords,
    /// BIP-32 has no such address.
    #[error("there is no address number {0}: numbers go up to 2147483647")]
    NoSuchAddress(u32),
    /// The keyring.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// What the keyring has is no mnemonic.
    #[error("what the keyring keeps as evm.mnemonic is damaged: {0}")]
    Words(#[from] MnemonicError),
}

impl Mnemonic {
    /// The first account on EVM chains with an empty passphrase: `m/44'/60'/0'`.
    pub fn evm_account(&self) -> AccountKey {
        self.public_account(NetworkKind::Main, &account_path())
    }

    /// Signs for that account.
    pub fn evm_signer(&self) -> EvmSigner {
        EvmSigner {
            account: self.private_account(NetworkKind::Main, &account_path()),
            secp: Secp256k1::signing_only(),
        }
    }
}

impl Vault {
    /// Signs for the account whose words are kept as `evm.mnemonic`. Ask for it only when the owner has approved, and
    /// let it go at once.
    ///
    /// # Errors
    /// [`SigningError::NoWords`] in a shop that only watches.
    pub fn evm_signer(&self) -> Result<EvmSigner, SigningError> {
        let words = self.get(SecretName::EvmMnemonic)?.ok_or(SigningError::NoWords)?;
        Ok(Mnemonic::parse(words.expose())?.evm_signer())
    }
}

impl EvmSigner {
    /// An address of the account. Whoever signs compares it with the one that money came to: the words kept may be others
    /// than those of the account that is watched.
    ///
    /// # Errors
    /// [`SigningError::NoSuchAddress`].
    pub fn address(&self, key: EvmKey) -> Result<EvmAddress, SigningError> {
        self.with_key(key, |secret| EvmAddress::of(&PublicKey::from_secret_key(&self.secp, secret)))
    }

    /// Signs a digest: Keccak-256 of a transaction (EIP-155, EIP-1559) or of typed data (EIP-712). The same digest is
    /// always signed the same way (RFC 6979), so that a step signed twice is one transaction.
    ///
    /// # Errors
    /// [`SigningError::NoSuchAddress`].
    pub fn sign(&self, key: EvmKey, digest: [u8; 32]) -> Result<EvmSignature, SigningError> {
        self.with_key(key, |secret| sign(&self.secp, secret, digest))
    }

    /// Lends the key of an address for one computation, and erases it.
    fn with_key<T>(&self, key: EvmKey, compute: impl FnOnce(&SecretKey) -> T) -> Result<T, SigningError> {
        let path = key.path()?;
        let mut below = self.account.derive_priv(&self.secp, &path).expect(NEVER_OFF_THE_CURVE);
        let computed = compute(&below.private_key);
        below.private_key.non_secure_erase();
        Ok(computed)
    }
}

impl Drop for EvmSigner {
    fn drop(&mut self) {
        self.account.private_key.non_secure_erase();
    }
}

impl fmt::Debug for EvmSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EvmSigner(…)")
    }
}

impl EvmKey {
    fn path(self) -> Result<[ChildNumber; 2], SigningError> {
        let (chain, index) = match self {
            Self::Receiving(index) => (0, index),
            Self::Fees => (1, 0),
        };
        let number = ChildNumber::from_normal_idx(index).map_err(|_| SigningError::NoSuchAddress(index))?;
        Ok([ChildNumber::Normal { index: chain }, number])
    }
}

impl EvmAddress {
    /// The last 20 bytes of the Keccak-256 of a public key (yellow paper, appendix F).
    fn of(key: &PublicKey) -> Self {
        let hash = Keccak256::digest(&key.serialize_uncompressed()[1..]);
        let mut bytes = [0; 20];
        bytes.copy_from_slice(&hash[12..]);
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

/// EIP-55: a letter is large where the hash of the small ones has a digit of 8 or more.
impl fmt::Display for EvmAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let small: String = self.0.iter().map(|byte| format!("{byte:02x}")).collect();
        let hash = Keccak256::digest(&small);
        let digits = hash.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        f.write_str("0x")?;
        small.chars().zip(digits).try_for_each(|(letter, digit)| {
            write!(f, "{}", if digit >= 8 { letter.to_ascii_uppercase() } else { letter })
        })
    }
}

impl fmt::Debug for EvmAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn sign(secp: &Secp256k1<SignOnly>, key: &SecretKey, digest: [u8; 32]) -> EvmSignature {
    let signature = secp.sign_ecdsa_recoverable(&Message::from_digest(digest), key);
    let (parity, bytes) = signature.serialize_compact();
    let (mut r, mut s) = ([0; 32], [0; 32]);
    r.copy_from_slice(&bytes[..32]);
    s.copy_from_slice(&bytes[32..]);
    EvmSignature { r, s, is_y_odd: parity.to_i32() % 2 == 1 }
}

fn account_path() -> DerivationPath {
    DerivationPath::from([44, 60, 0].map(|index| ChildNumber::Hardened { index }).to_vec())
}

#[cfg(test)]
mod tests;
