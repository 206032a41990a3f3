//! BDK's persister as this till needs it: it stages. What the wallet persists waits here until the store's one writer
//! has committed it together with the observations made from it.
//!
//! Three piles: *committed* (the store has it), *in flight* (handed over with a report that is not answered yet) and
//! *staged*. Nothing leaves a pile but towards the store, so whatever fails in between is handed over again.

use std::convert::Infallible;

use bdk_wallet::{ChangeSet, WalletPersister};

use crate::stored::{Stored, StoredError};

/// A log of staged wallet changes over whatever the store holds.
#[derive(Debug, Default)]
pub struct ChangeLog {
    committed: Stored,
    in_flight: Stored,
    staged: Stored,
}

impl ChangeLog {
    /// Begins with the change sets the store holds, oldest first.
    ///
    /// # Errors
    /// When one is damaged, of a newer version, or of another account.
    pub fn of_stored(change_sets: &[Vec<u8>]) -> Result<Self, StoredError> {
        Ok(Self { committed: Stored::decode_all(change_sets)?, ..Self::default() })
    }

    /// Hands over what the store does not have yet, in its stored form; `None` when it has everything.
    /// Until [`ChangeLog::committed`] is called the next call hands over the same and more.
    pub fn hand_over(&mut self) -> Option<Vec<u8>> {
        let staged = std::mem::take(&mut self.staged);
        self.in_flight.merge(staged);
        (!self.in_flight.is_empty()).then(|| self.in_flight.encode())
    }

    /// What was handed over is committed.
    pub fn committed(&mut self) {
        let in_flight = std::mem::take(&mut self.in_flight);
        self.committed.merge(in_flight);
    }

    /// Stages a change of our own.
    pub(crate) fn stage(&mut self, change: Stored) {
        self.staged.merge(change);
    }

    /// What the store does not have yet, merged with `own`, for somebody who never says whether it was committed.
    pub(crate) fn copy_with(&self, own: Stored) -> Vec<u8> {
        let mut copy = self.in_flight.clone();
        copy.merge(self.staged.clone());
        copy.merge(own);
        copy.encode()
    }

    /// Is anything waiting that should not wait longer?
    pub(crate) fn is_urgent(&self) -> bool {
        self.in_flight.is_urgent() || self.staged.is_urgent()
    }

    /// Everything, wherever it waits.
    pub(crate) fn all(&self) -> Stored {
        let mut all = self.committed.clone();
        all.merge(self.in_flight.clone());
        all.merge(self.staged.clone());
        all
    }

    /// When a transaction was first seen, in seconds since the Unix epoch. BDK forgets it when a wallet is loaded.
    pub(crate) fn first_seen(&self, txid: bdk_wallet::bitcoin::Txid) -> Option<u64> {
        let piles = [&self.committed, &self.in_flight, &self.staged];
        piles.into_iter().filter_map(|pile| pile.wallet.tx_graph.first_seen.get(&txid).copied()).min()
    }
}

impl WalletPersister for ChangeLog {
    type Error = Infallible;

    fn initialize(log: &mut Self) -> Result<ChangeSet, Self::Error> {
        Ok(log.all().wallet)
    }

    fn persist(log: &mut Self, changes: &ChangeSet) -> Result<(), Self::Error> {
        log.stage(Stored { wallet: changes.clone(), ..Stored::default() });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(index: u32) -> Stored {
        Stored { offer_from: index, ..Stored::default() }
    }

    #[test]
    fn what_is_not_committed_is_handed_over_again_with_what_came_after() {
        let mut log = ChangeLog::default();
        assert_eq!(log.hand_over(), None);
        log.stage(from(1));
        let first = log.hand_over();
        assert_eq!(first, Some(from(1).encode()));
        log.stage(from(2));
        assert_eq!(log.hand_over(), Some(from(2).encode()));
        log.committed();
        assert_eq!(log.hand_over(), None);
    }

    #[test]
    fn a_change_staged_while_another_is_in_flight_is_not_forgotten() {
        let mut log = ChangeLog::default();
        log.stage(from(1));
        log.hand_over();
        log.stage(from(2));
        log.committed();
        assert_eq!(log.hand_over(), Some(from(2).encode()));
    }

    #[test]
    fn a_copy_leaves_everything_where_it_is() {
        let mut log = ChangeLog::default();
        log.stage(from(1));
        let own = Stored { scanned: true, ..Stored::default() };
        assert_eq!(log.copy_with(own), Stored { scanned: true, ..from(1) }.encode());
        assert_eq!(log.hand_over(), Some(from(1).encode()));
    }
}
