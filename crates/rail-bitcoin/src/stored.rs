//! What the rail asks to be stored: BDK's change set and what BDK does not know, in an explicit, versioned encoding.
//!
//! A stored change is one version byte and then, for version 1, JSON. Changes are merged in the order they were stored;
//! merging one twice changes nothing.

use std::collections::BTreeMap;

use bdk_wallet::ChangeSet;
use bdk_wallet::chain::Merge;
use serde::{Deserialize, Serialize};
use thiserror::Error;

const VERSION: u8 = 1;

/// One stored change, or several merged into one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// BDK's own.
    #[serde(default, skip_serializing_if = "Merge::is_empty")]
    pub(crate) wallet: ChangeSet,
    /// Addresses that were shown to a customer, by index. Only the change set of an offer holds one, so what is stored
    /// here was stored together with the offer: a revealed index that is missing here was never shown.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) shown: BTreeMap<u32, Shown>,
    /// Indices below this one are never offered again: another copy of this wallet may have shown them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) offer_from: u32,
    /// The whole account was compared with the network.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) scanned: bool,
}

/// For whom an address was shown, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shown {
    /// The payment, as text.
    pub(crate) payment: String,
    /// Seconds since the Unix epoch.
    pub(crate) at: u64,
}

/// A stored change set that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum StoredError {
    /// Written by a newer version.
    #[error("the bitcoin wallet was stored by a newer version of the till: install that version again")]
    Newer,
    /// Not what was written.
    #[error("the stored bitcoin wallet is damaged: restore the latest backup")]
    Damaged,
    /// Change sets of two accounts.
    #[error(
        "the books hold another bitcoin account: set the account of the settings back, or begin a new data folder"
    )]
    OtherAccount,
}

impl Stored {
    /// The bytes to store.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        serde_json::to_writer(&mut bytes, self)
            .expect("a Vec takes every byte, and all keys of the maps are numbers, hashes or outpoints");
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

    /// Reads all stored change sets, oldest first.
    pub(crate) fn decode_all(change_sets: &[Vec<u8>]) -> Result<Self, StoredError> {
        let mut all = Self::default();
        for bytes in change_sets {
            let next = Self::decode(bytes)?;
            if !all.is_same_account(&next) {
                return Err(StoredError::OtherAccount);
            }
            all.merge(next);
        }
        Ok(all)
    }

    /// Adds a later change.
    pub(crate) fn merge(&mut self, later: Self) {
        self.wallet.merge(later.wallet);
        self.shown.extend(later.shown);
        self.offer_from = self.offer_from.max(later.offer_from);
        self.scanned |= later.scanned;
    }

    /// Is there nothing to store?
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Holds it more than the times an unconfirmed transaction was last seen or missed? Those change with every look
    /// and may wait for company.
    pub(crate) fn is_urgent(&self) -> bool {
        let Self { wallet, shown, offer_from, scanned } = self;
        let ChangeSet { tx_graph, local_chain, indexer, descriptor, .. } = wallet;
        let graph_grew = !tx_graph.txs.is_empty() || !tx_graph.anchors.is_empty();
        graph_grew
            || !local_chain.is_empty()
            || !indexer.is_empty()
            || descriptor.is_some()
            || !shown.is_empty()
            || *offer_from > 0
            || *scanned
    }

    /// BDK merges only change sets of one wallet.
    fn is_same_account(&self, other: &Self) -> bool {
        fn agree<T: PartialEq>(one: Option<&T>, other: Option<&T>) -> bool {
            one.is_none() || other.is_none() || one == other
        }
        let (one, other) = (&self.wallet, &other.wallet);
        agree(one.descriptor.as_ref(), other.descriptor.as_ref())
            && agree(one.change_descriptor.as_ref(), other.change_descriptor.as_ref())
            && agree(one.network.as_ref(), other.network.as_ref())
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown() -> Stored {
        let shown = Shown { payment: "pay_1".to_owned(), at: 1_790_000_000 };
        Stored { shown: BTreeMap::from([(7, shown)]), offer_from: 3, scanned: true, ..Stored::default() }
    }

    #[test]
    fn what_is_stored_reads_back() {
        for stored in [shown(), Stored::default()] {
            assert_eq!(Stored::decode(&stored.encode()), Ok(stored));
        }
        assert_eq!(
            String::from_utf8_lossy(&shown().encode()[1..]),
            r#"{"shown":{"7":{"payment":"pay_1","at":1790000000}},"offer_from":3,"scanned":true}"#
        );
    }

    #[test]
    fn storing_the_same_twice_changes_nothing() {
        let once = Stored::decode_all(&[shown().encode()]);
        assert_eq!(once, Stored::decode_all(&[shown().encode(), shown().encode()]));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        let newer = [&[VERSION + 1], &shown().encode()[1..]].concat();
        assert_eq!(Stored::decode(&newer), Err(StoredError::Newer));
        for damaged in [&b""[..], b"\0{}", b"\x01", b"\x01null", b"\x01{\"shown\":{\"x\":1}}"] {
            assert_eq!(Stored::decode(damaged), Err(StoredError::Damaged), "{damaged:?}");
        }
    }
}
