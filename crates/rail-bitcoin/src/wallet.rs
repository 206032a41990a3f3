//! The watch-only wallet: which addresses were shown, what was paid to them, and what of that is stored.
//!
//! Invariants:
//! - An address is offered once, to one payment. Indices that were revealed but never shown are used first; indices
//!   another copy of this wallet may have shown (after a restore) are never used.
//! - Nothing is offered before the account was compared with the network once: an address somebody paid years ago would
//!   make the next customer's sale look paid.
//! - Every change waits in the [`ChangeLog`] until its report is committed.

mod interest;
mod reporting;
mod sightings;
mod syncing;

use std::collections::{BTreeMap, HashMap};

use bdk_wallet::bitcoin::{Address, OutPoint, ScriptBuf};
use bdk_wallet::{KeychainKind, LoadWithPersistError, PersistedWallet};
use payment::rail::RailMemory;
use payment::{Level, PaymentId};

use crate::change_log::ChangeLog;
use crate::stored::{Shown, Stored, StoredError};
use crate::{Account, Clock, Network, clock};
use sightings::Sighting;

pub(crate) use interest::Question;
pub(crate) use syncing::Impossible;

/// Unused addresses after the last used one that a scan looks through before it stops.
pub(crate) const SCAN_GAP_ADDRESSES: u32 = 50;
/// Addresses left out after a restore, beyond the last one used or revealed: the till that was lost may have shown them
/// after its backup to customers who have not paid yet.
pub const RESTORE_SKIP: u32 = 20;
/// Unpaid addresses in a row that other wallets look through when they are restored from the words (BIP-44).
pub const GAP_LIMIT: u32 = 20;
/// Unpaid addresses in a row from which the owner is warned.
pub const GAP_WARNING: u32 = 15;
/// Scripts watched for beyond the last revealed one, so that blocks read in order miss nothing after a restore.
const LOOKAHEAD_ADDRESSES: u32 = 200;

const RECEIVE: KeychainKind = KeychainKind::External;

/// The wallet of one account.
pub(crate) struct Wallet {
    bdk: PersistedWallet<ChangeLog>,
    log: ChangeLog,
    clock: Clock,
    network: Network,
    shown: BTreeMap<u32, Shown>,
    index_of_payment: HashMap<String, u32>,
    offer_from: u32,
    scan: Scan,
    sightings: BTreeMap<OutPoint, Sighting>,
    sync_not_before: u64,
    last_number: u64,
    reported: HashMap<OutPoint, Level>,
    reporting: Vec<(OutPoint, Level)>,
}

/// How far the account was compared with the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scan {
    Due,
    /// Done, but not committed yet.
    Done,
    Committed,
}

impl Wallet {
    /// Opens the wallet from what the store holds of it, or makes it.
    pub(crate) fn open(account: &Account, memory: &RailMemory, clock: Clock) -> Result<Self, StoredError> {
        let mut log = ChangeLog::of_stored(&memory.change_sets)?;
        let Stored { wallet: changes, shown, offer_from, scanned } = log.all();
        let seen = changes.tx_graph.last_seen.values().copied();
        let evicted = changes.tx_graph.last_evicted.values().map(|at| at.saturating_add(1));
        let sync_not_before = seen.chain(evicted).max().unwrap_or(0);
        let scan = if scanned && !memory.restored { Scan::Committed } else { Scan::Due };
        let bdk = load_or_create(account, &mut log)?;
        let mut wallet = Self {
            bdk,
            log,
            clock,
            network: account.network(),
            index_of_payment: shown.iter().map(|(index, shown)| (shown.payment.clone(), *index)).collect(),
            shown,
            offer_from,
            scan,
            sightings: BTreeMap::new(),
            sync_not_before,
            last_number: memory.last_observation,
            reported: HashMap::new(),
            reporting: Vec::new(),
        };
        wallet.look();
        Ok(wallet)
    }

    /// May addresses be offered?
    pub(crate) fn may_offer(&self) -> bool {
        self.scan == Scan::Committed
    }

    /// The address for a payment, and the change set to store before it is shown. The same payment gets the same one.
    pub(crate) fn offer(&mut self, payment: PaymentId) -> (String, Vec<u8>) {
        let payment = payment.to_string();
        let index = self.index_of_payment.get(&payment).copied().unwrap_or_else(|| self.next_index());
        self.reveal_to(index);
        let at = self.now();
        let shown = self.shown.entry(index).or_insert_with(|| Shown { payment: payment.clone(), at }).clone();
        self.index_of_payment.insert(payment, index);
        let own = Stored { shown: BTreeMap::from([(index, shown)]), ..Stored::default() };
        (self.address_of(&self.script(index)), self.log.copy_with(own))
    }

    /// How many of the latest revealed addresses were never paid to.
    pub(crate) fn unpaid_in_a_row(&self) -> u32 {
        let paid = self.last_paid().map_or(0, |index| index + 1);
        self.revealed_count().saturating_sub(paid)
    }

    /// Ends a scan: leaves a margin out when the account was in use before.
    fn end_scan(&mut self) {
        let used = self.revealed_count().max(self.last_paid().map_or(0, |index| index + 1));
        if used > 0 {
            self.offer_from = used + RESTORE_SKIP;
            self.reveal_to(self.offer_from - 1);
        }
        self.log.stage(Stored { offer_from: self.offer_from, scanned: true, ..Stored::default() });
        self.scan = Scan::Done;
    }

    /// Seconds since the Unix epoch.
    fn now(&self) -> u64 {
        clock::unix_seconds(&self.clock)
    }

    fn next_index(&self) -> u32 {
        let revealed = self.revealed_count();
        let unshown = (self.offer_from..revealed)
            .find(|index| !self.shown.contains_key(index) && !self.is_paid(*index));
        unshown.unwrap_or_else(|| revealed.max(self.offer_from))
    }

    fn reveal_to(&mut self, index: u32) {
        self.bdk.reveal_addresses_to(RECEIVE, index).for_each(drop);
        self.persist();
    }

    fn persist(&mut self) {
        let Ok(_) = self.bdk.persist(&mut self.log);
    }

    fn revealed_count(&self) -> u32 {
        self.bdk.derivation_index(RECEIVE).map_or(0, |last| last + 1)
    }

    fn last_paid(&self) -> Option<u32> {
        self.bdk.spk_index().last_used_index(RECEIVE)
    }

    fn is_paid(&self, index: u32) -> bool {
        self.bdk.spk_index().is_used(RECEIVE, index)
    }

    fn script(&self, index: u32) -> ScriptBuf {
        let known = self.bdk.spk_index().spk_at_index(RECEIVE, index);
        known.unwrap_or_else(|| self.bdk.peek_address(RECEIVE, index).script_pubkey())
    }

    fn address_of(&self, script: &ScriptBuf) -> String {
        Address::from_script(script, self.network.chain())
            .expect("wpkh and tr descriptors give only scripts that have an address")
            .to_string()
    }
}

fn load_or_create(account: &Account, log: &mut ChangeLog) -> Result<PersistedWallet<ChangeLog>, StoredError> {
    let descriptor = account.descriptor().clone();
    let network = account.network().chain();
    let loaded = bdk_wallet::Wallet::load()
        .descriptor(RECEIVE, Some(descriptor.clone()))
        .check_network(network)
        .lookahead(LOOKAHEAD_ADDRESSES)
        .load_wallet(log)
        .map_err(|error| match error {
            LoadWithPersistError::InvalidChangeSet(bdk_wallet::LoadError::Mismatch(_)) => {
                StoredError::OtherAccount
            }
            _ => StoredError::Damaged,
        })?;
    match loaded {
        Some(wallet) => Ok(wallet),
        None => bdk_wallet::Wallet::create_single(descriptor)
            .network(network)
            .lookahead(LOOKAHEAD_ADDRESSES)
            .create_wallet(log)
            .map_err(|_| StoredError::Damaged),
    }
}

#[cfg(test)]
mod tests;
