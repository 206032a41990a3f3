//! One turn of following: read the head, search or rest, compare balances, and hear the other providers.

use std::time::Duration;

use alloy::primitives::{Address, U256};
use tokio::time::Instant;

use super::{Follower, LOOK_EVERY};
use crate::block::BlockId;
use crate::provider::{HOLDINGS_MAX, Holding, Provider, ProviderError};

/// Addresses from the beginning of the account that are looked at before the first one is offered.
const FIRST_LOOK: u32 = 20;
/// Blocks that are looked up, and lost transactions that are looked for, in one turn.
const LOOK_UPS_MAX: usize = 10;
/// The chain's promises are read no more often than this.
const MARKS_EVERY: Duration = Duration::from_secs(6);

/// While a payment is open, the other providers are asked for their heads no more often than this.
const HEAR_EVERY: Duration = Duration::from_secs(5);

/// How far following came. It outlives a provider.
#[derive(Default)]
pub(super) struct Progress {
    /// The last turn searched no block.
    pub(super) rested: bool,
    looked_at: Option<Instant>,
    marked_at: Option<Instant>,
    heard_at: Option<Instant>,
    compared: Option<BlockId>,
    /// The index of the address with which the round over all of them goes on.
    round: u32,
}

#[cfg(test)]
impl Progress {
    /// As if so much time had passed.
    pub(super) fn pass(&mut self, time: Duration) {
        for last in [&mut self.looked_at, &mut self.marked_at, &mut self.heard_at] {
            *last = last.and_then(|last| last.checked_sub(time));
        }
    }
}

impl Follower {
    /// One turn with the provider that is followed.
    pub(super) async fn turn(
        &self,
        index: usize,
        provider: &Provider,
        progress: &mut Progress,
    ) -> Result<(), ProviderError> {
        let is_look_due = is_due(&mut progress.looked_at, LOOK_EVERY);
        if is_look_due {
            provider.check_chain(self.chain).await?;
        }
        let head = provider.head().await?;
        self.look_before_the_first_offer(provider, head.id).await?;
        let open = self.open_addresses();
        if open.is_empty() {
            self.rest_at(provider, head.id).await?;
        } else {
            self.scan_to(provider, head.id, progress).await?;
        }
        progress.rested = open.is_empty();
        if is_look_due || !open.is_empty() {
            self.look_up(provider).await?;
            self.look_for_lost(provider).await?;
        }
        let tip = self.memory.lock().record(self.chain.id).tip().unwrap_or(head.id);
        if progress.compared != Some(tip) && !open.is_empty() {
            self.compare(provider, &open, tip).await?;
        }
        if is_look_due {
            self.compare_round(provider, progress, tip).await?;
            self.gas_price.send_replace(Some(provider.gas_price().await?));
        }
        progress.compared = Some(tip);
        self.read_marks(provider, progress).await?;
        self.memory.lock().record(self.chain.id).heard_of(tip);
        self.board.follows(index, &head);
        let is_hearing_due = is_look_due || (!open.is_empty() && is_due(&mut progress.heard_at, HEAR_EVERY));
        self.hear_the_others(index, is_hearing_due).await
    }

    /// Goes on to the head without the blocks between, and never back: balances of an older block than the last one would
    /// say that money came or went twice.
    async fn rest_at(&self, provider: &Provider, head: BlockId) -> Result<(), ProviderError> {
        let tip = self.memory.lock().record(self.chain.id).tip();
        let to = match tip.filter(|tip| tip.number > head.number) {
            Some(tip) => provider.header_at(tip.number).await?.ok_or(ProviderError::Behind)?.id,
            None => head,
        };
        self.memory.lock().record(self.chain.id).begin_at(to);
        Ok(())
    }

    fn open_addresses(&self) -> Vec<Address> {
        let memory = self.memory.lock();
        memory.wallet.open_addresses(memory.now())
    }

    /// An account that another wallet used before begins behind the last address that holds money.
    async fn look_before_the_first_offer(
        &self,
        provider: &Provider,
        head: BlockId,
    ) -> Result<(), ProviderError> {
        let first = {
            let mut memory = self.memory.lock();
            let is_compared = memory.record(self.chain.id).is_compared();
            if is_compared { None } else { Some(memory.wallet.next_addresses(FIRST_LOOK)) }
        };
        let Some(first) = first else { return Ok(()) };
        let holdings = self.holdings_of(&first);
        let mut used = 0;
        for part in holdings.chunks(HOLDINGS_MAX) {
            let balances = provider.holdings(part, head.hash).await?;
            let held =
                part.iter().zip(balances).filter(|(_, balance)| balance.is_some_and(|held| !held.is_zero()));
            let places =
                held.filter_map(|(holding, _)| first.iter().position(|address| *address == holding.owner));
            used = places.map(|place| place + 1).max().unwrap_or(0).max(used);
        }
        let mut memory = self.memory.lock();
        if let Ok(used @ 1..) = u32::try_from(used) {
            memory.skip(used);
        }
        memory.record(self.chain.id).compared();
        Ok(())
    }

    /// What stands in blocks that are not on our own chain: do those blocks still stand?
    async fn look_up(&self, provider: &Provider) -> Result<(), ProviderError> {
        let blocks = self.memory.lock().record(self.chain.id).to_look_up();
        for block in blocks.into_iter().take(LOOK_UPS_MAX) {
            if let Some(header) = provider.header_at(block.number).await? {
                self.memory.lock().record(self.chain.id).looked_up(block, header.id.hash);
            }
        }
        Ok(())
    }

    /// Transactions whose block is gone: are they in another one, or do they wait for one?
    async fn look_for_lost(&self, provider: &Provider) -> Result<(), ProviderError> {
        let lost = {
            let mut memory = self.memory.lock();
            let now = memory.now();
            memory.record(self.chain.id).lost(now.millis())
        };
        for transaction in lost.into_iter().rev().take(LOOK_UPS_MAX) {
            let found = provider.transaction(transaction).await?;
            let waits = found.is_none() && provider.knows(transaction).await?;
            self.memory.lock().record(self.chain.id).waits(transaction, waits);
            if let Some(found) = found {
                self.note(provider, &found).await?;
            }
        }
        Ok(())
    }

    /// Compares the balances of addresses, in every coin the shop takes, with what is known.
    pub(super) async fn compare(
        &self,
        provider: &Provider,
        addresses: &[Address],
        at: BlockId,
    ) -> Result<(), ProviderError> {
        self.compare_holdings(provider, &self.holdings_of(addresses), at).await
    }

    async fn compare_holdings(
        &self,
        provider: &Provider,
        holdings: &[Holding],
        at: BlockId,
    ) -> Result<(), ProviderError> {
        for part in holdings.chunks(HOLDINGS_MAX) {
            let balances = provider.holdings(part, at.hash).await?;
            let read = part.iter().zip(balances).filter_map(|(holding, balance)| Some((*holding, balance?)));
            let read: Vec<_> = read.collect();
            let grown: Vec<(Holding, U256)> = {
                let mut memory = self.memory.lock();
                let record = memory.record(self.chain.id);
                read.iter().copied().filter(|(of, balance)| record.has_grown(*of, *balance, at)).collect()
            };
            self.search_for(provider, &grown, at).await?;
            let mut memory = self.memory.lock();
            let now = memory.now().millis();
            for (holding, balance) in read {
                memory.record(self.chain.id).compare(holding, balance, at, now);
            }
        }
        Ok(())
    }

    /// The recent addresses and the next part of the round over all others, one request each.
    async fn compare_round(
        &self,
        provider: &Provider,
        progress: &mut Progress,
        at: BlockId,
    ) -> Result<(), ProviderError> {
        let (recent, round) = {
            let mut memory = self.memory.lock();
            let coins = memory.record(self.chain.id).coins.len();
            let fit = HOLDINGS_MAX / coins.max(1);
            let mut recent = memory.wallet.recent_addresses(memory.now());
            recent.truncate(fit);
            let (round, next) = memory.wallet.round(progress.round, fit);
            progress.round = next;
            (recent, round)
        };
        self.compare(provider, &recent, at).await?;
        let rest: Vec<Address> = round.into_iter().filter(|address| !recent.contains(address)).collect();
        self.compare(provider, &rest, at).await
    }

    async fn read_marks(&self, provider: &Provider, progress: &mut Progress) -> Result<(), ProviderError> {
        let is_settled = self.memory.lock().record(self.chain.id).unsettled().is_empty();
        if is_settled || !is_due(&mut progress.marked_at, MARKS_EVERY) {
            return Ok(());
        }
        let marks = provider.marks().await?;
        self.memory.lock().record(self.chain.id).mark(marks);
        Ok(())
    }

    fn holdings_of(&self, addresses: &[Address]) -> Vec<Holding> {
        let mut memory = self.memory.lock();
        let coins = &memory.record(self.chain.id).coins;
        let of = |owner: &Address| {
            let owner = *owner;
            coins.iter().map(move |coin| Holding { owner, contract: coin.contract })
        };
        addresses.iter().flat_map(of).collect()
    }
}

/// Is it time again? If so, it is done now.
fn is_due(last: &mut Option<Instant>, every: Duration) -> bool {
    let now = Instant::now();
    let is_due = last.is_none_or(|last| now.duration_since(last) >= every);
    if is_due {
        *last = Some(now);
    }
    is_due
}
