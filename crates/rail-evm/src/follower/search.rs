//! A bounded search for transfers of tokens that a balance gave away: after an outage, or to an address of long ago.
//!
//! Events are asked for by range, from the newest blocks backwards, and every answer is held against the transaction it
//! names. What is not found is booked as money that only the balance shows, so nothing depends on the search.

use alloy::primitives::{Address, B256, U256};

use super::Follower;
use crate::block::BlockId;
use crate::provider::{FILTER_MAX, Holding, Provider, ProviderError};

/// Requests for one search.
const REQUESTS_MAX: usize = 20;
/// Blocks in one request, at first; halved when a provider refuses so many.
const RANGE_BLOCKS: u64 = 2_000;
const RANGE_BLOCKS_MIN: u64 = 10;
/// Transactions that are read for one search.
const TRANSACTIONS_MAX: usize = 50;

impl Follower {
    /// Looks for the transfers behind balances that grew.
    pub(super) async fn search_for(
        &self,
        provider: &Provider,
        grown: &[(Holding, U256)],
        at: BlockId,
    ) -> Result<(), ProviderError> {
        let tokens = grown.iter().map(|(holding, _)| holding).filter(|holding| holding.contract.is_some());
        let owners: Vec<Address> = tokens.map(|holding| holding.owner).take(FILTER_MAX).collect();
        if owners.is_empty() {
            return Ok(());
        }
        let mut blocks = RANGE_BLOCKS;
        let mut to = at.number;
        let mut read = 0;
        for _ in 0..REQUESTS_MAX {
            let from = to.saturating_sub(blocks - 1);
            match provider.transactions_in_range(from, to, &owners).await {
                Ok(found) => {
                    for hash in found.into_iter().take(TRANSACTIONS_MAX - read) {
                        read += 1;
                        self.note_if_on_our_chain(provider, hash, at).await?;
                    }
                }
                // Some companies say "too many requests" for "too many blocks".
                Err(ProviderError::Refused(_) | ProviderError::Throttled) if blocks > RANGE_BLOCKS_MIN => {
                    blocks /= 2;
                    continue;
                }
                Err(ProviderError::Refused(_)) => return Ok(()),
                Err(error) => return Err(error),
            }
            if from == 0 || self.is_all_explained(grown, at) || read == TRANSACTIONS_MAX {
                return Ok(());
            }
            to = from - 1;
        }
        Ok(())
    }

    async fn note_if_on_our_chain(
        &self,
        provider: &Provider,
        hash: B256,
        at: BlockId,
    ) -> Result<(), ProviderError> {
        match provider.transaction(hash).await? {
            Some(transaction) if transaction.block.number <= at.number => {
                self.note(provider, &transaction).await
            }
            _ => Ok(()),
        }
    }

    fn is_all_explained(&self, grown: &[(Holding, U256)], at: BlockId) -> bool {
        let mut memory = self.memory.lock();
        let record = memory.record(self.chain.id);
        let mut tokens = grown.iter().filter(|(holding, _)| holding.contract.is_some());
        tokens.all(|(holding, balance)| !record.has_grown(*holding, *balance, at))
    }
}
