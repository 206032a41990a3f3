//! A till: the rail with its watch running, and books.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use counterparties::{Anvil, AnvilSetup, EvmMining, EvmNode, Token, wait_until};
use money::{Currency, Money};
use payment::rail::{Attempt, RailMemory};
use payment::{PaymentId, Rail, RailError, Timestamp};
use rail_evm::{ChainConfig, Clock, EvmConfig, EvmRail, TokenConfig};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::books::Books;

/// The chain with the quickest turns.
pub(crate) const ARBITRUM: u64 = 42_161;
/// The account of eleven times `abandon` and `about` (BIP-39), which no test node makes rich.
pub(crate) const ACCOUNT: &str = "[73c5da0a/44'/60'/0']xpub6DCoCpSuQZB2jawqnGMEPS63ePKWkwWPH4TU45Q7LPXWuNd8TMtVxRrgjtEshuqpK3mdhaWHPFsBngh5GFZaM6si3yZdUsT8ddYM3PwnATt";

pub(crate) struct Till {
    pub(crate) rail: Arc<EvmRail>,
    pub(crate) books: Arc<Books>,
    settings: EvmConfig,
    watch: JoinHandle<Result<(), RailError>>,
    runtime: Runtime,
}

/// A node whose chain may be replaced 100 blocks deep before anything of it is final.
pub(crate) fn node() -> Anvil {
    let setup = AnvilSetup {
        chain_id: ARBITRUM,
        mining: EvmMining::OnDemand,
        slots_in_an_epoch: 50,
        is_pruned: false,
    };
    Anvil::start_with(setup).unwrap()
}

/// The settings of a till over these providers.
pub(crate) fn settings(providers: &[&str], tokens: &[(&str, &Token, u8)]) -> EvmConfig {
    let token = |(symbol, token, decimals): &(&str, &Token, u8)| TokenConfig {
        symbol: (*symbol).to_owned(),
        contract: token.address().to_lowercase(),
        decimals: *decimals,
    };
    let chain = ChainConfig {
        chain_id: ARBITRUM,
        providers: providers.iter().map(|provider| (*provider).to_owned()).collect(),
        tokens: tokens.iter().map(token).collect(),
    };
    EvmConfig { account: ACCOUNT.to_owned(), chains: vec![chain] }
}

pub(crate) fn ether() -> Currency {
    Currency::on_chain("ETH", ARBITRUM, 18).unwrap()
}

/// The clock the nodes go by too.
#[expect(clippy::disallowed_methods, reason = "real nodes run on the real clock")]
pub(crate) fn wall_clock() -> Clock {
    Arc::new(|| {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap())
    })
}

/// A payment nobody asked for before.
pub(crate) fn attempt() -> Attempt {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let mut random = [0; 10];
    random[2..].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    let payment = PaymentId::generate(Timestamp::from_millis(1_790_000_000_000), random);
    Attempt { payment, amount: Money::new(1_000_000, ether()) }
}

impl Till {
    /// A till with empty books over a node.
    pub(crate) fn over(node: &EvmNode, tokens: &[(&str, &Token, u8)]) -> Self {
        Self::open(settings(&[node.url()], tokens), &Arc::default())
    }

    /// A till that begins with what its books hold.
    pub(crate) fn open(settings: EvmConfig, books: &Arc<Books>) -> Self {
        Self::open_with(settings, books, &books.memory())
    }

    pub(crate) fn open_with(settings: EvmConfig, books: &Arc<Books>, memory: &RailMemory) -> Self {
        let runtime = Runtime::new().unwrap();
        let rail = Arc::new(EvmRail::open(&settings, memory, wall_clock()).unwrap());
        let (watched, sink) = (Arc::clone(&rail), Arc::clone(books));
        let watch = runtime.spawn(async move { watched.watch(sink).await });
        Self { rail, books: Arc::clone(books), settings, watch, runtime }
    }

    /// The till dies and is started again with what was committed.
    pub(crate) fn restarted(self) -> Self {
        let books = self.books.reopened();
        let settings = self.closed();
        Self::open(settings, &books)
    }

    /// The till is closed.
    pub(crate) fn closed(self) -> EvmConfig {
        self.watch.abort();
        drop(self.runtime);
        self.settings
    }

    /// Asks for an address, commits the offer and shows it.
    pub(crate) fn show(&self) -> String {
        let offer = self.runtime.block_on(self.rail.offer(&attempt())).unwrap();
        self.books.commit_offer(offer.change_set);
        offer.address
    }

    /// The problem of the provider at this place of the settings.
    pub(crate) fn problem(&self, provider: usize) -> Option<String> {
        self.rail.health(ether()).servers[provider].problem.clone()
    }

    /// Waits until the problem of a provider satisfies.
    pub(crate) fn wait_for_problem(&self, provider: usize, is_met: impl Fn(Option<&str>) -> bool) {
        wait_until("a provider's problem is shown", Duration::from_secs(30), || {
            Ok(is_met(self.problem(provider).as_deref()).then_some(()))
        })
        .unwrap_or_else(|error| panic!("{error}: {:?}", self.problem(provider)));
    }

    /// Waits until the till follows the node's newest block.
    pub(crate) fn wait_for_tip(&self, node: &EvmNode) {
        wait_until("the till follows the newest block", Duration::from_secs(30), || {
            let head = node.head()?;
            let tip = self.rail.health(ether()).tip;
            Ok(tip.is_some_and(|tip| u64::from(tip.height) == head).then_some(()))
        })
        .unwrap();
    }
}
