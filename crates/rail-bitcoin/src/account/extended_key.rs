//! An account as an extended public key, alone or behind its origin.

use std::fmt::Write as _;
use std::str::FromStr;

use bdk_wallet::bitcoin::bip32::{ChildNumber, DerivationPath, Fingerprint, Xpub};
use bdk_wallet::bitcoin::{NetworkKind, PrivateKey, base58};
use bdk_wallet::miniscript::{Descriptor, DescriptorPublicKey};

use super::AccountError;
use crate::Network;

/// Version bytes of the public keys that can be sold into: BIP-32's, and SLIP-132's for native segwit.
const XPUB: [u8; 4] = [0x04, 0x88, 0xb2, 0x1e];
const TPUB: [u8; 4] = [0x04, 0x35, 0x87, 0xcf];
const ZPUB: [u8; 4] = [0x04, 0xb2, 0x47, 0x46];
const VPUB: [u8; 4] = [0x04, 0x5f, 0x1c, 0xf6];

/// What an extended public key can begin with.
const PREFIXES: [&str; 10] = ["xpub", "tpub", "zpub", "vpub", "ypub", "upub", "Zpub", "Vpub", "Ypub", "Upub"];
const WORDS_MIN: usize = 12;

/// Is any part of the text a private key, or is all of it the words of one?
pub(super) fn holds_a_secret(text: &str) -> bool {
    let is_private = |part: &str| part.get(1..4) == Some("prv") || PrivateKey::from_wif(part).is_ok();
    let is_word = |part: &str| part.len() > 2 && part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let words: Vec<&str> = text.split_whitespace().collect();
    text.split(|symbol: char| !symbol.is_ascii_alphanumeric()).any(is_private)
        || (words.len() >= WORDS_MIN && words.into_iter().all(is_word))
}

/// The descriptor of the receive addresses below an account key.
pub(super) fn descriptor_of_key(
    text: &str,
    network: Network,
) -> Result<Descriptor<DescriptorPublicKey>, AccountError> {
    let (origin, key) = split_origin(text)?;
    let xpub = plain_xpub(key, network)?;
    let mut key = String::new();
    let mut kind = "wpkh";
    if let Some((fingerprint, path)) = origin {
        if usize::from(xpub.depth) != path.len() {
            return Err(AccountError::Depth);
        }
        kind = kind_of(&path)?;
        write!(key, "[{fingerprint}/{path}]").expect("writing to a String never fails");
    }
    let text = format!("{kind}({key}{xpub}/0/*)");
    Descriptor::from_str(&text).map_err(|_| AccountError::Unrecognised)
}

/// Which key an account key descends from, and by which path.
type Origin = (Fingerprint, DerivationPath);

fn split_origin(text: &str) -> Result<(Option<Origin>, &str), AccountError> {
    let Some(rest) = text.strip_prefix('[') else { return Ok((None, text)) };
    let (origin, key) = rest.split_once(']').ok_or(AccountError::Origin)?;
    let (fingerprint, path) = origin.split_once('/').ok_or(AccountError::Origin)?;
    let fingerprint = Fingerprint::from_str(fingerprint).map_err(|_| AccountError::Origin)?;
    let path = DerivationPath::from_str(path).map_err(|_| AccountError::Origin)?;
    Ok((Some((fingerprint, path)), key))
}

/// The purpose (BIP-43) tells the kind of address.
fn kind_of(path: &DerivationPath) -> Result<&'static str, AccountError> {
    match path.into_iter().next() {
        Some(ChildNumber::Hardened { index: 84 }) => Ok("wpkh"),
        Some(ChildNumber::Hardened { index: 86 }) => Ok("tr"),
        Some(ChildNumber::Hardened { index: 44 | 49 }) => Err(AccountError::OlderAddresses),
        Some(ChildNumber::Hardened { index: 45 | 48 | 87 }) => Err(AccountError::Shared),
        _ => Err(AccountError::Origin),
    }
}

/// Reads an extended public key in any of its spellings.
fn plain_xpub(key: &str, network: Network) -> Result<Xpub, AccountError> {
    let prefix = key.get(..4).filter(|prefix| PREFIXES.contains(prefix)).ok_or(AccountError::Unrecognised)?;
    match prefix {
        "ypub" | "upub" => return Err(AccountError::OlderAddresses),
        "Ypub" | "Upub" | "Zpub" | "Vpub" => return Err(AccountError::Shared),
        _ => {}
    }
    let mut bytes = base58::decode_check(key).map_err(|_| AccountError::Checksum)?;
    let version = bytes.first_chunk_mut::<4>().ok_or(AccountError::Checksum)?;
    let kind = match *version {
        XPUB | ZPUB => NetworkKind::Main,
        TPUB | VPUB => NetworkKind::Test,
        _ => return Err(AccountError::Unrecognised),
    };
    if kind != network.kind() {
        return Err(AccountError::wrong_network(network));
    }
    *version = if kind == NetworkKind::Main { XPUB } else { TPUB };
    Xpub::decode(&bytes).map_err(|_| AccountError::Checksum)
}
