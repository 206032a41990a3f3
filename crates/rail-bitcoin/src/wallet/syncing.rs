//! What chain sources ask of the wallet and bring back to it.

use std::collections::HashSet;
use std::sync::Arc;

use bdk_wallet::bitcoin::{Amount, Block, Transaction, Txid};
use bdk_wallet::chain::spk_client::{SyncRequest, SyncResponse};
use bdk_wallet::chain::{CheckPoint, ConfirmationBlockTime, Merge};
use payment::Level;
use thiserror::Error;

use super::{SCAN_GAP_ADDRESSES, Scan, Wallet};

/// What a server sent cannot be. Nothing of it was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Impossible {
    /// It does not connect to any block the wallet knows.
    #[error("blocks of another chain")]
    Chain,
    /// A transaction pays more than the 21 million bitcoin there can ever be (`MAX_MONEY` of the consensus rules).
    #[error("a payment of more bitcoin than there can be")]
    Amount,
}

impl Wallet {
    /// Is the account still to be compared with the network?
    pub(crate) fn scan_due(&self) -> bool {
        self.scan == Scan::Due
    }

    /// The next addresses a scan looks at, from `cursor` on; none when enough unused ones were seen.
    pub(crate) fn scan_window(&self, cursor: u32) -> Vec<u32> {
        let used = self.revealed_count().max(self.last_paid().map_or(0, |index| index + 1));
        (cursor..used + SCAN_GAP_ADDRESSES).collect()
    }

    /// The scan saw everything.
    pub(crate) fn scanned(&mut self) {
        self.end_scan();
    }

    /// What to ask about these addresses.
    pub(crate) fn request(&self, indices: &[u32]) -> SyncRequest {
        let wanted: HashSet<u32> = indices.iter().copied().collect();
        let present = self.sightings.iter().filter(|(_, sighting)| {
            wanted.contains(&sighting.index) && !matches!(sighting.level, Level::Withdrawn { .. })
        });
        let expected: Vec<_> =
            present.map(|(outpoint, sighting)| (self.script(sighting.index), outpoint.txid)).collect();
        SyncRequest::<()>::builder_at(self.sync_time())
            .chain_tip(self.bdk.latest_checkpoint())
            .spks(indices.iter().map(|index| self.script(*index)))
            .expected_spk_txids(expected)
            .build()
    }

    /// Takes in what a server answered.
    pub(crate) fn apply(&mut self, response: SyncResponse) -> Result<(), Impossible> {
        check_amounts(&response.tx_update.txs)?;
        if response.tx_update.txouts.values().any(|output| output.value > Amount::MAX_MONEY) {
            return Err(Impossible::Amount);
        }
        let evicted = response.tx_update.evicted_ats.iter().map(|(_, at)| at.saturating_add(1)).max();
        let seen = response.tx_update.seen_ats.iter().map(|(_, at)| *at).max();
        self.bdk.apply_update(response).map_err(|_| Impossible::Chain)?;
        self.sync_not_before = self.sync_not_before.max(evicted.max(seen).unwrap_or(0));
        self.take_changes();
        Ok(())
    }

    /// The transactions of a block that pay the account.
    pub(crate) fn payments_in(&self, block: &Block) -> Vec<Arc<Transaction>> {
        let index = self.bdk.spk_index();
        let pays = |transaction: &&Transaction| {
            transaction.output.iter().any(|output| index.index_of_spk(output.script_pubkey.clone()).is_some())
        };
        block.txdata.iter().filter(pays).cloned().map(Arc::new).collect()
    }

    /// Takes in transactions that wait to be mined; those that are not ours are left out.
    pub(crate) fn apply_mempool(
        &mut self,
        transactions: Vec<Arc<Transaction>>,
        at: u64,
    ) -> Result<(), Impossible> {
        check_amounts(&transactions)?;
        self.bdk.apply_unconfirmed_txs(transactions.into_iter().map(|transaction| (transaction, at)));
        self.sync_not_before = self.sync_not_before.max(at);
        self.take_changes();
        Ok(())
    }

    /// Everything that waits to be mined is in `mempool`: what the wallet has beyond that is gone.
    pub(crate) fn evict_all_but(&mut self, mempool: &HashSet<Txid>, at: u64) {
        let gone: Vec<(Txid, u64)> = self.unconfirmed().difference(mempool).map(|txid| (*txid, at)).collect();
        if gone.is_empty() {
            return;
        }
        self.bdk.apply_evicted_txs(gone);
        self.sync_not_before = self.sync_not_before.max(at.saturating_add(1));
        self.take_changes();
    }

    /// The time to give a look at the mempool. BDK believes the later of "seen" and "missed", so it never goes back,
    /// whatever the clock does, and moves on after a miss.
    pub(crate) fn sync_time(&self) -> u64 {
        self.now().max(self.sync_not_before)
    }

    /// The newest block the wallet knows.
    pub(crate) fn tip(&self) -> CheckPoint {
        self.bdk.latest_checkpoint()
    }

    /// What a client may keep instead of fetching it again.
    pub(crate) fn transactions(&self) -> Vec<Arc<Transaction>> {
        self.bdk.tx_graph().full_txs().map(|node| node.tx).collect()
    }

    /// The blocks transactions were found in, for the same purpose.
    pub(crate) fn anchors(&self) -> Vec<(Txid, Vec<ConfirmationBlockTime>)> {
        let anchors = self.bdk.tx_graph().all_anchors().iter();
        anchors.map(|(txid, anchors)| (*txid, anchors.iter().copied().collect())).collect()
    }

    fn take_changes(&mut self) {
        let news = self
            .bdk
            .staged()
            .is_some_and(|staged| !staged.tx_graph.is_empty() || !staged.local_chain.is_empty());
        self.persist();
        if news {
            self.look();
        }
    }
}

fn check_amounts(transactions: &[Arc<Transaction>]) -> Result<(), Impossible> {
    let is_possible = |transaction: &Arc<Transaction>| {
        let mut values = transaction.output.iter().map(|output| output.value);
        let total = values.try_fold(Amount::ZERO, Amount::checked_add);
        total.is_some_and(|total| total <= Amount::MAX_MONEY)
    };
    if transactions.iter().all(is_possible) { Ok(()) } else { Err(Impossible::Amount) }
}
