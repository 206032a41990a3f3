//! Following one chain: one provider is followed, the others are asked whether they see the same.
//!
//! While a payment is open every block is searched. At rest no block is: the head is read, what is not final yet is looked
//! up again, and balances go round over all addresses ever shown. So the requests per minute are the same for ten
//! addresses and a hundred thousand.
//!
//! The first provider in the owner's order that answers is followed, until it fails or one before it answers again.

mod rests;
mod scan;
mod search;
mod turn;
mod witness;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::U256;
use tokio::sync::{Mutex, Notify, watch};
use tokio::time::sleep;

use crate::board::Board;
use crate::memory::Shared;
use crate::meter::Meter;
use crate::provider::{Provider, ProviderError};
use crate::{Chain, Endpoint};
use rests::Rests;
use turn::Progress;
use witness::Witnesses;

/// Pauses between two turns while a payment is open, at least and at most; the chain's block time decides between them.
const PACE_MIN: Duration = Duration::from_millis(500);
const PACE_MAX: Duration = Duration::from_secs(4);
/// The pause between two turns at rest, and between two looks at what no block shows.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Follows one chain.
pub(crate) struct Follower {
    pub(crate) chain: &'static Chain,
    pub(crate) board: Board,
    pub(crate) meter: Arc<Meter>,
    endpoints: Vec<Endpoint>,
    memory: Arc<Shared>,
    /// An address was offered: search for it now.
    pub(crate) offered: Notify,
    /// Something may have changed: time for a report.
    changed: Arc<Notify>,
    /// Becomes true when the chain was looked at once, or no provider answers.
    pub(crate) has_looked: watch::Sender<bool>,
    /// What one unit of gas cost at the last look, in wei.
    pub(crate) gas_price: watch::Sender<Option<U256>>,
    witnesses: Mutex<Witnesses>,
}

/// Why a provider is followed no longer.
enum End {
    Failed(ProviderError),
    Better(usize),
}

impl Follower {
    /// Ready to follow a chain over these providers, of which there is at least one.
    pub(crate) fn new(
        chain: &'static Chain,
        endpoints: Vec<Endpoint>,
        memory: Arc<Shared>,
        changed: Arc<Notify>,
    ) -> Self {
        let witnesses = Mutex::new(Witnesses::of(endpoints.len()));
        Self {
            chain,
            board: Board::of(chain, &endpoints),
            meter: Arc::default(),
            endpoints,
            memory,
            offered: Notify::new(),
            changed,
            has_looked: watch::Sender::new(false),
            gas_price: watch::Sender::new(None),
            witnesses,
        }
    }

    /// Follows one provider after the other, for ever.
    pub(crate) async fn follow(&self) -> Infallible {
        let mut rests = Rests::of(self.endpoints.len());
        let mut progress = Progress::default();
        let mut turn = 0;
        loop {
            sleep(rests.until(turn)).await;
            let end = match self.connect(turn).await {
                Ok(provider) => self.follow_one(turn, provider, &mut progress, &mut rests).await,
                Err(error) => End::Failed(error),
            };
            match end {
                End::Better(other) => turn = other,
                End::Failed(error) => {
                    self.board.fails(turn, &error);
                    rests.failed(turn);
                    turn = rests.next();
                    // With every provider down, what is remembered is all there is to report.
                    if !self.board.health().is_up() {
                        self.has_looked.send_replace(true);
                    }
                }
            }
        }
    }

    /// Follows a provider as long as it serves and none before it does.
    async fn follow_one(
        &self,
        index: usize,
        mut provider: Provider,
        progress: &mut Progress,
        rests: &mut Rests,
    ) -> End {
        loop {
            if let Err(error) = self.turn(index, &provider, progress).await {
                return End::Failed(error);
            }
            rests.served(index);
            self.has_looked.send_replace(true);
            self.changed.notify_one();
            if let Some(better) = self.board.better_than(index) {
                return End::Better(better);
            }
            let pace = self.pace();
            tokio::select! {
                () = provider.next_block(pace) => {}
                () = self.offered.notified() => {}
            }
        }
    }

    pub(super) async fn connect(&self, index: usize) -> Result<Provider, ProviderError> {
        Provider::connect(&self.endpoints[index], self.chain, Arc::clone(&self.meter)).await
    }

    fn pace(&self) -> Duration {
        let memory = self.memory.lock();
        let is_open = !memory.wallet.open_addresses(memory.now()).is_empty();
        if is_open { (self.chain.block_time / 2).clamp(PACE_MIN, PACE_MAX) } else { LOOK_EVERY }
    }
}

#[cfg(test)]
mod tests;
