//! The account the till sells into: one public key, from which an address for every payment is derived.
//!
//! It is the account key `m/44'/60'/n'` (BIP-44, coin type 60), as wallets export it; address i is its child `0/i`, the
//! same on every chain. No error repeats what was typed: people paste secrets here.

use std::fmt;
use std::str::FromStr;

use alloy::primitives::Address;
use bitcoin::NetworkKind;
use bitcoin::base58;
use bitcoin::bip32::{ChildNumber, DerivationPath, Fingerprint, Xpub};
use bitcoin::secp256k1::Secp256k1;
use thiserror::Error;

/// How deep an account key stands below its master key: purpose, coin, account.
const ACCOUNT_DEPTH: u8 = 3;
/// The chain of addresses that are shown to others (BIP-44).
const RECEIVE: ChildNumber = ChildNumber::Normal { index: 0 };
const WORDS_MIN: usize = 12;

/// A checked account.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The key above all addresses that are shown to customers.
    receive: Xpub,
}

/// Reads an account as typed or pasted: an `xpub…`, with or without its origin in brackets.
///
/// # Errors
/// Whatever cannot be sold into, each with what to do instead.
pub fn check_account(text: &str) -> Result<Account, AccountError> {
    let text = text.trim();
    if holds_a_secret(text) {
        return Err(AccountError::PrivateKey);
    }
    let (origin, key) = split_origin(text)?;
    let xpub = plain_xpub(key)?;
    if let Some(path) = &origin {
        check_path(path)?;
    }
    let is_account = xpub.depth == ACCOUNT_DEPTH && xpub.child_number.is_hardened();
    if !is_account {
        return Err(AccountError::Depth);
    }
    let receive = xpub.ckd_pub(&Secp256k1::verification_only(), RECEIVE).map_err(|_| AccountError::Depth)?;
    Ok(Account { receive })
}

impl Account {
    /// The address of this index with the check digits of EIP-55. `None` beyond 2^31 indices, and for an index that has
    /// no key (one in 2^127, BIP-32).
    #[must_use]
    pub fn address(&self, index: u32) -> Option<String> {
        self.derive(index).map(|address| address.to_checksum(None))
    }

    /// The address of this index.
    pub(crate) fn derive(&self, index: u32) -> Option<Address> {
        let child = ChildNumber::from_normal_idx(index).ok()?;
        let key = self.receive.ckd_pub(&Secp256k1::verification_only(), child).ok()?;
        let point = key.public_key.serialize_uncompressed();
        Some(Address::from_raw_public_key(point.get(1..)?))
    }
}

/// An account key shows every address of the shop, so it is not printed.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Account(evm)")
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
    /// A key of bitcoin, by its prefix or its path.
    #[error("this account is for bitcoin: give the one of m/44'/60'/0', as a wallet for ether exports it")]
    Bitcoin,
    /// Another purpose or coin than BIP-44's for ether.
    #[error("this account is not for ether: its path must be m/44'/60'/ and the number of the account")]
    Path,
    /// Brackets that hold no key origin.
    #[error(
        "the part in brackets is not a key origin such as [d34db33f/44'/60'/0']: copy the account key again"
    )]
    Origin,
    /// A master key, an address key, or another key than its origin says.
    #[error(
        "this key is not an account's: give the one of m/44'/60'/0', which stands three steps below the words"
    )]
    Depth,
    /// One address.
    #[error(
        "this is one address: give the account's public key (xpub), so that each payment gets a fresh address"
    )]
    OneAddress,
    /// Anything else.
    #[error("this is not an account: paste the xpub of m/44'/60'/0' from your wallet")]
    Unrecognised,
}

/// Is any part of the text a private key, or is all of it the words of one?
fn holds_a_secret(text: &str) -> bool {
    let is_private = |part: &str| {
        let digits = part.strip_prefix("0x").unwrap_or(part);
        let is_raw_key = digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        part.get(1..4) == Some("prv") || is_raw_key || bitcoin::PrivateKey::from_wif(part).is_ok()
    };
    let is_word = |part: &str| part.len() > 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let words: Vec<&str> = text.split_whitespace().collect();
    text.split(|symbol: char| !symbol.is_ascii_alphanumeric()).any(is_private)
        || (words.len() >= WORDS_MIN && words.into_iter().all(is_word))
}

fn split_origin(text: &str) -> Result<(Option<DerivationPath>, &str), AccountError> {
    let Some(rest) = text.strip_prefix('[') else { return Ok((None, text)) };
    let (origin, key) = rest.split_once(']').ok_or(AccountError::Origin)?;
    let (fingerprint, path) = origin.split_once('/').ok_or(AccountError::Origin)?;
    Fingerprint::from_str(fingerprint).map_err(|_| AccountError::Origin)?;
    let path = DerivationPath::from_str(path).map_err(|_| AccountError::Origin)?;
    Ok((Some(path), key))
}

fn check_path(path: &DerivationPath) -> Result<(), AccountError> {
    let steps: Vec<ChildNumber> = path.into_iter().copied().collect();
    match steps[..] {
        [
            ChildNumber::Hardened { index: 44 },
            ChildNumber::Hardened { index: 60 },
            ChildNumber::Hardened { .. },
        ] => Ok(()),
        [ChildNumber::Hardened { index: 49 | 84 | 86 }, ..]
        | [ChildNumber::Hardened { index: 44 }, ChildNumber::Hardened { index: 0 | 1 }, ..] => {
            Err(AccountError::Bitcoin)
        }
        _ => Err(AccountError::Path),
    }
}

fn plain_xpub(key: &str) -> Result<Xpub, AccountError> {
    if key.len() == 42 && key.starts_with("0x") {
        return Err(AccountError::OneAddress);
    }
    match key.get(..4) {
        Some("xpub") => {}
        Some("tpub" | "ypub" | "zpub" | "upub" | "vpub" | "Ypub" | "Zpub" | "Upub" | "Vpub") => {
            return Err(AccountError::Bitcoin);
        }
        _ => return Err(AccountError::Unrecognised),
    }
    let bytes = base58::decode_check(key).map_err(|_| AccountError::Checksum)?;
    let xpub = Xpub::decode(&bytes).map_err(|_| AccountError::Checksum)?;
    if xpub.network == NetworkKind::Main { Ok(xpub) } else { Err(AccountError::Bitcoin) }
}

#[cfg(test)]
mod tests;
