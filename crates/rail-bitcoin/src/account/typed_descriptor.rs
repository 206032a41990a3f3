//! An account as a descriptor.

use std::str::FromStr;

use bdk_wallet::bitcoin::bip32::ChildNumber;
use bdk_wallet::miniscript::descriptor::Wildcard;
use bdk_wallet::miniscript::descriptor::checksum::desc_checksum;
use bdk_wallet::miniscript::{Descriptor, DescriptorPublicKey, ForEachKey};

use super::AccountError;
use crate::Network;

/// Reads a descriptor and keeps its external chain.
pub(super) fn external_descriptor(
    text: &str,
    network: Network,
) -> Result<Descriptor<DescriptorPublicKey>, AccountError> {
    check_digits(text)?;
    let descriptor =
        Descriptor::<DescriptorPublicKey>::from_str(text).map_err(|_| AccountError::Descriptor)?;
    match descriptor {
        Descriptor::Wpkh(_) | Descriptor::Tr(_) => {}
        Descriptor::Pkh(_) | Descriptor::Sh(_) | Descriptor::Bare(_) | Descriptor::Wsh(_) => {
            return Err(AccountError::Kind);
        }
    }
    if descriptor.for_any_key(|key| !is_of(key, network)) {
        return Err(AccountError::wrong_network(network));
    }
    let chains = descriptor.into_single_descriptors().map_err(|_| AccountError::Path)?;
    let external = chains.into_iter().next().ok_or(AccountError::Path)?;
    let names_receive_addresses = external.for_each_key(is_receive_range);
    if names_receive_addresses { Ok(external) } else { Err(AccountError::Path) }
}

/// The checksum (BIP-380) is optional, but when it is there it must fit.
fn check_digits(text: &str) -> Result<(), AccountError> {
    let Some((body, digits)) = text.split_once('#') else { return Ok(()) };
    let wanted = desc_checksum(body).map_err(|_| AccountError::Descriptor)?;
    if wanted == digits { Ok(()) } else { Err(AccountError::Checksum) }
}

fn is_of(key: &DescriptorPublicKey, network: Network) -> bool {
    match key {
        // A single key carries no network; its missing range is refused later.
        DescriptorPublicKey::Single(_) => true,
        DescriptorPublicKey::XPub(key) => key.xkey.network == network.kind(),
        DescriptorPublicKey::MultiXPub(key) => key.xkey.network == network.kind(),
    }
}

fn is_receive_range(key: &DescriptorPublicKey) -> bool {
    let DescriptorPublicKey::XPub(key) = key else { return false };
    let last = key.derivation_path.into_iter().last();
    key.wildcard == Wildcard::Unhardened && last == Some(&ChildNumber::Normal { index: 0 })
}
