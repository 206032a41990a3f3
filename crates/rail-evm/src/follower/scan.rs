//! Searching every block, while a payment is open.

use alloy::primitives::{Address, B256};

use super::Follower;
use super::turn::Progress;
use crate::arrival::arrivals;
use crate::block::{Block, BlockId, Transaction};
use crate::own_chain::Taken;
use crate::provider::{FILTER_MAX, Provider, ProviderError};
use crate::set_up::claim_of;

/// More blocks than these are not searched one by one after an outage: the balances tell what came, and a bounded search
/// finds it.
const GAP_MAX: u64 = 256;
/// After a rest, searching begins so many blocks below the head: the payment may have been quicker than the first turn.
const BELOW: u64 = 5;

impl Follower {
    /// Follows our own chain to this head and searches each new block.
    pub(super) async fn scan_to(
        &self,
        provider: &Provider,
        head: BlockId,
        progress: &Progress,
    ) -> Result<(), ProviderError> {
        self.begin(provider, head, progress).await?;
        loop {
            let wanted = self.memory.lock().record(self.chain.id).wanted(head);
            let Some(number) = wanted else { return Ok(()) };
            let block = provider.block_at(number).await?.ok_or(ProviderError::NoBlock)?;
            let taken = self.memory.lock().record(self.chain.id).take(&block.header);
            match taken {
                Taken::Extended(_) => self.scan(provider, &block).await?,
                Taken::Unwound(_) => {}
                Taken::Known => return Ok(()),
                Taken::Gap => return Err(ProviderError::Nonsense("a block above the one asked for")),
                Taken::AgainstFinalized => {
                    // Whoever is right, what is not final is looked up anew, with the next provider.
                    self.memory.lock().record(self.chain.id).begin_at(head);
                    return Err(ProviderError::AgainstFinalized(number));
                }
            }
        }
    }

    /// Where to go on: at our own tip, unless that is too far below.
    async fn begin(
        &self,
        provider: &Provider,
        head: BlockId,
        progress: &Progress,
    ) -> Result<(), ProviderError> {
        let tip = self.memory.lock().record(self.chain.id).tip();
        let patience = if progress.rested { BELOW } else { GAP_MAX };
        let is_near = tip.is_some_and(|tip| head.number.saturating_sub(tip.number) <= patience);
        if is_near {
            return Ok(());
        }
        let below = head.number.saturating_sub(BELOW);
        let from = provider.header_at(below).await?.ok_or(ProviderError::NoBlock)?;
        self.memory.lock().record(self.chain.id).begin_at(from.id);
        Ok(())
    }

    /// Searches a block of our own chain. When that fails the block is taken again.
    async fn scan(&self, provider: &Provider, block: &Block) -> Result<(), ProviderError> {
        let id = block.header.id;
        let searched = self.search_block(provider, block).await;
        let mut memory = self.memory.lock();
        let record = memory.record(self.chain.id);
        match searched {
            Ok(()) => record.scanned(id),
            Err(_) => record.take_again(id.number),
        }
        searched
    }

    async fn search_block(&self, provider: &Provider, block: &Block) -> Result<(), ProviderError> {
        let id = block.header.id;
        let (mut hashes, watched) = {
            let memory = self.memory.lock();
            let ours = block.payments.iter().filter(|payment| memory.wallet.is_ours(&payment.to));
            let hashes: Vec<B256> = ours.map(|payment| payment.transaction).collect();
            (hashes, memory.wallet.recent_addresses(memory.now()))
        };
        for part in watched.chunks(FILTER_MAX) {
            for hash in provider.transactions_with_transfers(id.hash, part).await? {
                if !hashes.contains(&hash) {
                    hashes.push(hash);
                }
            }
        }
        for hash in hashes {
            let transaction = provider.transaction(hash).await?.ok_or(ProviderError::NoBlock)?;
            if transaction.block != id {
                return Err(ProviderError::NoBlock);
            }
            self.note(provider, &transaction).await?;
        }
        Ok(())
    }

    /// Notes what a transaction brings to any address ever shown.
    pub(super) async fn note(
        &self,
        provider: &Provider,
        transaction: &Transaction,
    ) -> Result<(), ProviderError> {
        let found = {
            let memory = self.memory.lock();
            arrivals(transaction, |address| memory.wallet.is_ours(address))
        };
        for arrival in found {
            let claim = match arrival.contract {
                Some(contract) => self.claim(provider, arrival.to, contract).await?,
                None => Some(None),
            };
            let Some(claim) = claim else { continue };
            let mut memory = self.memory.lock();
            let now = memory.now().millis();
            memory.record(self.chain.id).arrive(arrival, claim, now);
        }
        Ok(())
    }

    /// What an unlisted token says of itself; `Some(None)` for a listed one, `None` for spam.
    async fn claim(
        &self,
        provider: &Provider,
        to: Address,
        contract: Address,
    ) -> Result<Option<Option<crate::stored::Claim>>, ProviderError> {
        {
            let mut memory = self.memory.lock();
            let record = memory.record(self.chain.id);
            if record.lists(contract) {
                return Ok(Some(None));
            }
            if !record.notes_unlisted(to, contract) {
                return Ok(None);
            }
            if let Some(claim) = record.claim(contract) {
                return Ok(Some(Some(claim)));
            }
        }
        Ok(Some(Some(claim_of(provider, contract).await?)))
    }
}
