//! A database that came from a backup: what the lost till did after it is unknown.

use std::collections::HashSet;
use std::sync::Arc;

use payment::rail::RailMemory;
use rail_bitcoin::RESTORE_SKIP;

use crate::books::{Books, has_confirmations};
use crate::till::{Till, attempt, settings};
use crate::town::{Kind, Town};

/// Shows addresses before and after a backup, pays one of the latter, loses the till and restores the backup.
fn a_restored_till_starts_afresh(kind: Kind) {
    let town = Town::with(kind);
    let settings = settings(&[&town.server], town.node.rpc_password());
    let books = Arc::new(Books::default());
    let till = Till::open(&settings, &books);
    let mut shown: Vec<String> = (0..3).map(|_| till.show(1_000)).collect();
    let backup = RailMemory { restored: true, ..books.memory() };
    shown.extend((0..12).map(|_| till.show(1_000)));
    let last_paid = shown[11].clone();
    let txid = town.node.pay(&last_paid, 1_000).unwrap();
    town.mine(1);
    books.wait_for("the lost till sees the payment", txid, &last_paid, has_confirmations(1));
    drop(till);

    let restored = Books::restored(&backup);
    let till = Till::open_with(&settings, &restored, &backup);
    restored.wait_for("the restored till finds the payment", txid, &last_paid, has_confirmations(1));
    let fresh: Vec<String> = (0..2).map(|_| till.show(1_000)).collect();
    let known: HashSet<&String> = shown.iter().collect();
    assert!(
        fresh.iter().all(|address| !known.contains(address)),
        "no address of the lost till is offered again"
    );
    let report = &restored.reports()[0];
    assert!(report.complete && report.scanned && report.change_set.is_some());
    let revealed = shown.iter().position(|address| *address == last_paid).unwrap() + 1;
    let skip = usize::try_from(RESTORE_SKIP).unwrap();
    assert_eq!(address_at(&till, revealed + skip), fresh[0], "the margin is left out, and not more");

    let memory = restored.memory();
    drop(till);
    let again = Till::open_with(&settings, &restored, &memory);
    let next = again.offer(&attempt(1_000)).unwrap().address;
    assert!(!known.contains(&next) && !fresh.contains(&next), "also after the next start");
}

/// The account's address at an index, by the settings' descriptor alone.
fn address_at(till: &Till, index: usize) -> String {
    use bdk_wallet::bitcoin::Network;
    use bdk_wallet::miniscript::{Descriptor, DescriptorPublicKey};
    let account = rail_bitcoin::check_account(&till.account, rail_bitcoin::Network::Regtest).unwrap();
    let descriptor: Descriptor<DescriptorPublicKey> = account.to_string().parse().unwrap();
    let definite = descriptor.at_derivation_index(u32::try_from(index).unwrap()).unwrap();
    definite.address(Network::Regtest).unwrap().to_string()
}

#[test]
fn a_restored_till_never_offers_a_used_or_skipped_address() {
    a_restored_till_starts_afresh(Kind::ElectrumTcp);
}

#[test]
fn a_restored_till_with_its_own_node_finds_what_came_after_the_backup() {
    a_restored_till_starts_afresh(Kind::Bitcoind);
}

#[test]
fn a_restored_till_with_esplora_starts_afresh_too() {
    a_restored_till_starts_afresh(Kind::Esplora);
}
