//! The rail: the port's side of the simulated world.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use money::{Currency, Money};
use payment::rail::{
    Attempt, Offer, PaymentLink, RailFuture, RailHealth, RailMemory, ReportSink, ServerHealth, Tip,
};
use payment::{Rail, RailError, RailId, Timestamp};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use crate::act::{Act, ActRefused};
use crate::address;
use crate::change_set::{self, OpenError};
use crate::nature::Nature;
use crate::world::World;

/// Blocks come by themselves until every payment is this deep: final by the default policy.
const SELF_MINED_DEPTH: u32 = 6;

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Who finds blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mining {
    /// While someone watches, a block is found so long after a payment, and so on until the payment is final. A
    /// newcomer then sees "Paid" without knowing that blocks exist.
    ByItself {
        /// The time to each block.
        block_every: Duration,
    },
    /// Only [`Act::MineBlock`] does.
    OnDemand,
}

impl Mining {
    /// What practice mode uses: long enough to see each state, short enough to wait for.
    pub const PRACTICE: Self = Self::ByItself { block_every: Duration::from_secs(4) };
}

/// A chain without a network: the simulated customer and chain behind the port.
pub struct PracticeRail {
    nature: Nature,
    world: Mutex<World>,
    happened: Notify,
    clock: Clock,
    mining: Mining,
    opened_at: Timestamp,
    /// Held while watching: two watches would each forget what the other staged.
    watching: tokio::sync::Mutex<()>,
}

impl PracticeRail {
    /// Opens the world as it was last committed.
    ///
    /// # Errors
    /// When what was stored can't be read.
    pub fn open(
        nature: Nature,
        memory: &RailMemory,
        clock: Clock,
        mining: Mining,
    ) -> Result<Self, OpenError> {
        let world = Mutex::new(World::open(memory)?);
        let opened_at = clock();
        let watching = tokio::sync::Mutex::new(());
        Ok(Self { nature, world, happened: Notify::new(), clock, mining, opened_at, watching })
    }

    /// Makes the simulated public do something. It is seen by the watch, and is certain once that has committed it.
    ///
    /// # Errors
    /// When it can't be done; nothing has changed then.
    pub fn act(&self, act: &Act) -> Result<(), ActRefused> {
        if let Act::Pay { amount, .. } = act
            && !self.nature.coins().contains(&amount.currency())
        {
            return Err(ActRefused::WrongAmount(*amount));
        }
        let mut world = self.world();
        let events = world.chain.decide(act, (self.clock)())?;
        world.happen(events);
        self.happened.notify_one();
        Ok(())
    }

    fn world(&self) -> MutexGuard<'_, World> {
        // Nothing that holds the lock panics half-way.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn keep_watching(&self, sink: &dyn ReportSink) -> Result<(), RailError> {
        let _only_watch = self.watching.lock().await;
        let mut draft = self.world().everything();
        let mut block_due = None;
        loop {
            let committed = draft.once_committed();
            let stored = sink.report(self.id(), draft.report).await;
            stored.map_err(|refused| RailError::NotSent(refused.to_string()))?;
            self.world().forget(&committed);
            draft = loop {
                if let Some(news) = self.world().news() {
                    break news;
                }
                self.wait(&mut block_due).await;
            };
        }
    }

    /// Waits until something happens, or until it is time for a block, and then finds one.
    async fn wait(&self, block_due: &mut Option<Instant>) {
        *block_due = match self.mining {
            Mining::ByItself { block_every } if self.world().chain.awaits_block(SELF_MINED_DEPTH) => {
                Some(block_due.unwrap_or_else(|| Instant::now() + block_every))
            }
            Mining::ByItself { .. } | Mining::OnDemand => None,
        };
        let Some(due) = *block_due else { return self.happened.notified().await };
        tokio::select! {
            () = self.happened.notified() => {}
            () = sleep_until(due) => {
                *block_due = None;
                self.act(&Act::MineBlock).expect("a block can always be found");
            }
        }
    }
}

impl Rail for PracticeRail {
    fn id(&self) -> RailId {
        self.nature.rail()
    }

    fn coins(&self) -> Vec<Currency> {
        self.nature.coins()
    }

    fn network(&self, coin: Currency) -> String {
        self.nature.network(coin)
    }

    fn health(&self, _: Currency) -> RailHealth {
        let world = self.world();
        // Before its first block the chain is as old as this run.
        let genesis = || Tip { height: 0, hash: address::genesis_hash(), time: self.opened_at };
        let tip = world.chain.tip().map_or_else(genesis, |block| Tip {
            height: block.height,
            hash: block.hash.clone(),
            time: block.time,
        });
        let server = ServerHealth { address: "practice".to_owned(), problem: None };
        RailHealth { tip: Some(tip), servers: vec![server], notices: Vec::new() }
    }

    fn amount_min(&self, coin: Currency) -> Money {
        self.nature.amount_min(coin)
    }

    fn link(&self, address: &str, amount: Money) -> PaymentLink {
        self.nature.link(address, amount)
    }

    fn offer<'a>(&'a self, attempt: &'a Attempt) -> RailFuture<'a, Result<Offer, RailError>> {
        Box::pin(async move {
            if !self.nature.coins().contains(&attempt.amount.currency()) {
                return Err(RailError::Misconfigured(format!("{} can't be paid here", attempt.amount)));
            }
            let address = self.nature.address(attempt.payment);
            self.world().chain.offer(address.clone());
            let change_set = Some(change_set::offered(&address));
            Ok(Offer { payment: attempt.payment, address, change_set })
        })
    }

    fn watch<'a>(&'a self, sink: Arc<dyn ReportSink>) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(async move { self.keep_watching(sink.as_ref()).await })
    }
}
