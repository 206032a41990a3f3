//! What the rail asks to be stored, in an explicit, versioned encoding.
//!
//! A stored change is one version byte and then, for version 1, JSON. Changes are merged in the order they were stored;
//! merging one twice changes nothing, because each says how something stands and never by how much it changed.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::block::BlockId;

const VERSION: u8 = 1;

/// One stored change, or several merged into one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// The first address of the account, which tells accounts apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<Address>,
    /// Addresses that may have been shown, by index.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) shown: BTreeMap<u32, Shown>,
    /// What is known of each chain, by its id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) chains: BTreeMap<u64, StoredChain>,
}

/// For whom an address was shown, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shown {
    /// The address, so that opening a hundred thousand derives none.
    pub(crate) address: Address,
    /// The payment, as text. `None` where only another copy of the books could know.
    pub(crate) payment: Option<String>,
    /// Milliseconds since the Unix epoch.
    pub(crate) at: i64,
}

/// What is known of one chain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StoredChain {
    /// Every block up to this one was scanned while a payment was open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scanned: Option<BlockId>,
    /// The first addresses were looked at for money from before the till.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) compared: bool,
    /// Money that came, by reference.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) known: BTreeMap<String, Known>,
    /// Money that went away again, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) outflows: BTreeMap<String, Outflow>,
}

/// Money that came to an address of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Known {
    /// The address.
    pub(crate) to: Address,
    /// `None` for the native coin.
    pub(crate) contract: Option<Address>,
    /// What arrived.
    pub(crate) base_units: U256,
    /// What the transfer said; more than what arrived when the token takes a toll.
    pub(crate) said: U256,
    /// The transaction. `None` for what only a balance shows.
    pub(crate) transaction: Option<B256>,
    /// The block it is in, or was in last.
    pub(crate) block: BlockId,
    /// How it stands.
    pub(crate) standing: Standing,
    /// When it was first seen, in milliseconds since the Unix epoch.
    pub(crate) seen_at: i64,
    /// What a token that the shop does not list says of itself.
    pub(crate) claim: Option<Claim>,
}

/// How money that came stands, as far as it must be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Standing {
    /// In a block that may still be replaced.
    InBlock,
    /// In a finalized block.
    Final,
    /// Its block was replaced.
    Gone,
}

/// What a token says of itself: anybody can write that.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claim {
    /// Its symbol, cleaned.
    pub(crate) symbol: String,
    /// Its decimals.
    pub(crate) decimals: Option<u8>,
}

/// Money that left an address, as a balance showed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Outflow {
    pub(crate) owner: Address,
    pub(crate) contract: Option<Address>,
    pub(crate) base_units: U256,
    /// The block in which the balance was looked at.
    pub(crate) block: BlockId,
    pub(crate) standing: Standing,
}

/// A stored change set that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum StoredError {
    /// Written by a newer version.
    #[error("the ether wallet was stored by a newer version of the till: install that version again")]
    Newer,
    /// Not what was written.
    #[error("the stored ether wallet is damaged: restore the latest backup")]
    Damaged,
    /// Change sets of two accounts.
    #[error(
        "the books hold another account for ether: set the account of the settings back, or begin a new data folder"
    )]
    OtherAccount,
}

impl Stored {
    /// The bytes to store.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        serde_json::to_writer(&mut bytes, self)
            .expect("a Vec takes every byte, and all keys of the maps are numbers or texts");
        bytes
    }

    /// Reads stored bytes.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, StoredError> {
        match bytes.split_first() {
            Some((&VERSION, json)) => serde_json::from_slice(json).map_err(|_| StoredError::Damaged),
            Some((&version, _)) if version > VERSION => Err(StoredError::Newer),
            _ => Err(StoredError::Damaged),
        }
    }

    /// Reads all stored change sets of an account, oldest first.
    pub(crate) fn decode_all(change_sets: &[Vec<u8>], account: Address) -> Result<Self, StoredError> {
        let mut all = Self::default();
        for bytes in change_sets {
            let next = Self::decode(bytes)?;
            if next.account.is_some_and(|other| other != account) {
                return Err(StoredError::OtherAccount);
            }
            all.merge(next);
        }
        Ok(all)
    }

    /// Adds a later change.
    pub(crate) fn merge(&mut self, later: Self) {
        self.account = later.account.or(self.account);
        self.shown.extend(later.shown);
        for (id, chain) in later.chains {
            self.chains.entry(id).or_default().merge(chain);
        }
    }

    /// Is there nothing to store?
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Holds it more than how far the chains were scanned? That changes with every block and may wait for company.
    pub(crate) fn is_urgent(&self) -> bool {
        !self.shown.is_empty() || self.chains.values().any(StoredChain::is_urgent)
    }
}

impl StoredChain {
    /// Adds a later change.
    pub(crate) fn merge(&mut self, later: Self) {
        self.scanned = later.scanned.or(self.scanned);
        self.compared |= later.compared;
        self.known.extend(later.known);
        self.outflows.extend(later.outflows);
    }

    fn is_urgent(&self) -> bool {
        self.compared || !self.known.is_empty() || !self.outflows.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCOUNT: Address = Address::repeat_byte(1);

    fn stored() -> Stored {
        let block = BlockId { number: 7, hash: B256::repeat_byte(7) };
        let known = Known {
            to: ACCOUNT,
            contract: None,
            base_units: U256::MAX,
            said: U256::MAX,
            transaction: None,
            block,
            standing: Standing::InBlock,
            seen_at: 5,
            claim: None,
        };
        let chain = StoredChain {
            scanned: Some(block),
            compared: true,
            known: BTreeMap::from([("a:0".to_owned(), known)]),
            outflows: BTreeMap::new(),
        };
        let shown = Shown { address: ACCOUNT, payment: Some("pay_1".to_owned()), at: 1_790_000_000_000 };
        Stored {
            account: Some(ACCOUNT),
            shown: BTreeMap::from([(3, shown)]),
            chains: BTreeMap::from([(8_453, chain)]),
        }
    }

    #[test]
    fn what_is_stored_reads_back() {
        for stored in [stored(), Stored::default()] {
            assert_eq!(Stored::decode(&stored.encode()), Ok(stored));
        }
    }

    #[test]
    fn storing_the_same_twice_changes_nothing_and_a_later_change_counts() {
        let mut later = stored();
        later.chains.get_mut(&8_453).unwrap().known.get_mut("a:0").unwrap().standing = Standing::Gone;
        let sets = [stored().encode(), later.encode(), later.encode()];
        assert_eq!(Stored::decode_all(&sets, ACCOUNT), Ok(later));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let newer = [&[VERSION + 1], &stored().encode()[1..]].concat();
        assert_eq!(Stored::decode(&newer), Err(StoredError::Newer));
        for damaged in [&b""[..], b"\0{}", b"\x01", b"\x01null", b"\x01{\"shown\":{\"x\":1}}"] {
            assert_eq!(Stored::decode(damaged), Err(StoredError::Damaged), "{damaged:?}");
        }
        let other = Stored::decode_all(&[stored().encode()], Address::repeat_byte(2));
        assert_eq!(other, Err(StoredError::OtherAccount));
    }
}
