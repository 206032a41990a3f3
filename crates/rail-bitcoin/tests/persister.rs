//! BDK's own tests for persisters, over the real encoding.

use bdk_wallet::persist_test_utils::{
    persist_keychains, persist_multiple_wallet_changesets, persist_network, persist_single_keychain,
    persist_wallet_changeset,
};
use bdk_wallet::{ChangeSet, WalletPersister};
use rail_bitcoin::{ChangeLog, StoredError};

/// Holds what a store would: bytes, in the order they came.
#[derive(Default)]
struct Shelf(Vec<Vec<u8>>);

impl WalletPersister for Shelf {
    type Error = StoredError;

    fn initialize(shelf: &mut Self) -> Result<ChangeSet, StoredError> {
        let mut log = ChangeLog::of_stored(&shelf.0)?;
        let Ok(all) = WalletPersister::initialize(&mut log);
        Ok(all)
    }

    fn persist(shelf: &mut Self, changes: &ChangeSet) -> Result<(), StoredError> {
        let mut log = ChangeLog::of_stored(&shelf.0)?;
        let Ok(()) = WalletPersister::persist(&mut log, changes);
        shelf.0.extend(log.hand_over());
        Ok(())
    }
}

#[test]
fn a_wallets_changes_read_back_merged() {
    persist_wallet_changeset("shelf", |_| Ok(Shelf::default()));
}

#[test]
fn two_wallets_do_not_mix() {
    persist_multiple_wallet_changesets("shelf", |_| Ok((Shelf::default(), Shelf::default())));
}

#[test]
fn the_network_reads_back() {
    persist_network("shelf", |_| Ok(Shelf::default()));
}

#[test]
fn both_descriptors_read_back() {
    persist_keychains("shelf", |_| Ok(Shelf::default()));
}

#[test]
fn a_single_descriptor_reads_back() {
    persist_single_keychain("shelf", |_| Ok(Shelf::default()));
}
