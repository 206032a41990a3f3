//! Changes that wait for the store's one writer, which commits them together with the observations made from them.
//!
//! Two piles: *in flight* (handed over with a report that is not answered yet) and *staged*. Nothing leaves a pile but
//! towards the store, so whatever fails in between is handed over again.

use crate::stored::Stored;

/// What the store does not have yet.
#[derive(Debug, Default)]
pub(crate) struct ChangeLog {
    in_flight: Stored,
    staged: Stored,
}

impl ChangeLog {
    /// Stages a change.
    pub(crate) fn stage(&mut self, change: Stored) {
        self.staged.merge(change);
    }

    /// Hands over what the store does not have yet, in its stored form; `None` when it has everything.
    /// Until [`ChangeLog::committed`] is called the next call hands over the same and more.
    pub(crate) fn hand_over(&mut self) -> Option<Vec<u8>> {
        let staged = std::mem::take(&mut self.staged);
        self.in_flight.merge(staged);
        (!self.in_flight.is_empty()).then(|| self.in_flight.encode())
    }

    /// What was handed over is committed.
    pub(crate) fn committed(&mut self) {
        self.in_flight = Stored::default();
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
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::stored::StoredChain;

    fn chain(id: u64) -> Stored {
        let compared = StoredChain { compared: true, ..StoredChain::default() };
        Stored { chains: BTreeMap::from([(id, compared)]), ..Stored::default() }
    }

    fn both() -> Vec<u8> {
        let mut both = chain(1);
        both.merge(chain(2));
        both.encode()
    }

    #[test]
    fn what_is_not_committed_is_handed_over_again_with_what_came_after() {
        let mut log = ChangeLog::default();
        assert_eq!(log.hand_over(), None);
        log.stage(chain(1));
        assert_eq!(log.hand_over(), Some(chain(1).encode()));
        log.stage(chain(2));
        assert_eq!(log.hand_over(), Some(both()));
        log.committed();
        assert_eq!(log.hand_over(), None);
    }

    #[test]
    fn a_change_staged_while_another_is_in_flight_is_not_forgotten() {
        let mut log = ChangeLog::default();
        log.stage(chain(1));
        log.hand_over();
        log.stage(chain(2));
        log.committed();
        assert_eq!(log.hand_over(), Some(chain(2).encode()));
    }

    #[test]
    fn a_copy_leaves_everything_where_it_is() {
        let mut log = ChangeLog::default();
        log.stage(chain(1));
        assert_eq!(log.copy_with(chain(2)), both());
        assert!(log.is_urgent());
        assert_eq!(log.hand_over(), Some(chain(1).encode()));
    }
}
