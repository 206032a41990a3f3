//! The rail as the engine knows it: one rail for all chains, because there is one pool of addresses.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use alloy::primitives::{Address, U256};
use futures_util::future::{join_all, pending};
use money::{Currency, Money};
use payment::rail::{
    Attempt, NotCommitted, Offer, PaymentLink, RailFuture, RailHealth, RailMemory, ReportSink,
};
use payment::{Rail, RailError, RailId};
use thiserror::Error;
use tokio::sync::{Mutex, Notify};
use tokio::time::timeout;

use crate::coin::Coin;
use crate::follower::Follower;
use crate::link::payment_link;
use crate::memory::{Memory, Shared};
use crate::record::Record;
use crate::stored::{StoredChain, StoredError};
use crate::{
    AccountError, Chain, Clock, CoinError, EndpointError, TokenConfig, UnknownChain, check_account,
    check_endpoint,
};

/// How long an offer waits until its chain was looked at once.
const LOOK_PATIENCE: Duration = Duration::from_secs(10);
/// How long the first report waits for all chains.
const FIRST_REPORT_PATIENCE: Duration = Duration::from_secs(10);

/// Gas of a transfer of native coin (the Ethereum Yellow Paper's `Gtransaction`), and of a token's: about 50,000 is usual,
/// and this leaves room for tokens that do more.
const NATIVE_GAS: u64 = 21_000;
const TOKEN_GAS: u64 = 65_000;

/// What the settings say of the rail.
#[derive(Clone)]
pub struct EvmConfig {
    /// The account, as [`check_account`] reads it.
    pub account: String,
    /// The chains to sell on, in the shop's order; at least one.
    pub chains: Vec<ChainConfig>,
}

/// What the settings say of one chain.
#[derive(Clone)]
pub struct ChainConfig {
    /// Its id (EIP-155).
    pub chain_id: u64,
    /// Its providers in the order they are followed, as [`check_endpoint`] reads them; at least one.
    pub providers: Vec<String>,
    /// The tokens to take beside the native coin.
    pub tokens: Vec<TokenConfig>,
}

/// People paste secrets into accounts, and addresses of providers hold keys, so neither is printed.
impl fmt::Debug for EvmConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let chains: Vec<u64> = self.chains.iter().map(|chain| chain.chain_id).collect();
        f.debug_struct("EvmConfig").field("chains", &chains).finish_non_exhaustive()
    }
}

/// Why the rail cannot be opened.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    /// The account.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// A chain that is not in the table.
    #[error(transparent)]
    Chain(#[from] UnknownChain),
    /// A provider's address.
    #[error("{chain}: {reason}")]
    Endpoint {
        /// On which chain.
        chain: &'static str,
        /// What is wrong with it.
        reason: EndpointError,
    },
    /// A coin.
    #[error(transparent)]
    Coin(#[from] CoinError),
    /// No chain.
    #[error("no chain is named: add one such as base")]
    NoChain,
    /// A chain that is named twice.
    #[error("{chain} is named twice: leave one out")]
    Twice {
        /// Which.
        chain: &'static str,
    },
    /// A chain without a provider.
    #[error("{chain} has no provider: add one such as https://host")]
    NoProvider {
        /// Which.
        chain: &'static str,
    },
    /// What the store holds.
    #[error(transparent)]
    Stored(#[from] StoredError),
}

/// Native coins and tokens on EVM chains.
pub struct EvmRail {
    memory: Arc<Shared>,
    followers: Vec<Follower>,
    coins: Vec<Coin>,
    changed: Arc<Notify>,
    one_at_a_time: Mutex<()>,
}

impl EvmRail {
    /// Opens the rail with what the store holds of it; `clock` says when payments are seen. No provider is asked yet.
    ///
    /// # Errors
    /// When the settings cannot be used, or the store holds something else than this account.
    pub fn open(config: &EvmConfig, memory: &RailMemory, clock: Clock) -> Result<Self, OpenError> {
        let account = check_account(&config.account)?;
        let first = account.derive(0).ok_or(AccountError::Depth)?;
        let mut chains = Vec::new();
        for settings in &config.chains {
            let chain = Chain::with_id(settings.chain_id)?;
            if chains.iter().any(|(other, ..): &(&Chain, _, _)| other.id == chain.id) {
                return Err(OpenError::Twice { chain: chain.name });
            }
            let endpoints = settings.providers.iter().map(|text| check_endpoint(text));
            let endpoints = endpoints.collect::<Result<Vec<_>, _>>();
            let endpoints = endpoints.map_err(|reason| OpenError::Endpoint { chain: chain.name, reason })?;
            if endpoints.is_empty() {
                return Err(OpenError::NoProvider { chain: chain.name });
            }
            chains.push((chain, endpoints, Coin::all_of(chain, &settings.tokens)?));
        }
        if chains.is_empty() {
            return Err(OpenError::NoChain);
        }
        let coins = chains.iter().flat_map(|(.., coins)| coins.clone()).collect();
        let records = |stored: &mut BTreeMap<u64, StoredChain>| {
            let record = |(chain, _, coins): &(&'static Chain, _, Vec<Coin>)| {
                Record::open(chain, coins.clone(), stored.remove(&chain.id).unwrap_or_default())
            };
            chains.iter().map(record).collect()
        };
        let memory = Arc::new(Shared::new(Memory::open(account, first, memory, clock, records)?));
        let changed = Arc::new(Notify::new());
        let follower = |(chain, endpoints, _)| {
            Follower::new(chain, endpoints, Arc::clone(&memory), Arc::clone(&changed))
        };
        let followers = chains.into_iter().map(follower).collect();
        Ok(Self { memory, followers, coins, changed, one_at_a_time: Mutex::new(()) })
    }

    /// Requests sent to the providers of a chain since the rail was opened.
    #[must_use]
    pub fn requests(&self, chain_id: u64) -> u64 {
        self.follower(chain_id).map_or(0, |follower| follower.meter.total())
    }

    fn follower(&self, chain_id: u64) -> Option<&Follower> {
        self.followers.iter().find(|follower| follower.chain.id == chain_id)
    }

    fn follower_of(&self, coin: Currency) -> Option<&Follower> {
        self.follower(coin.chain_id()?)
    }

    fn coin(&self, currency: Currency) -> Option<&Coin> {
        self.coins.iter().find(|coin| coin.currency == currency)
    }

    async fn offer_to(&self, attempt: &Attempt) -> Result<Offer, RailError> {
        let currency = attempt.amount.currency();
        let follower = self.follower_of(currency).filter(|_| self.coin(currency).is_some());
        let Some(follower) = follower else {
            return Err(RailError::Misconfigured(format!(
                "{currency} is not among the coins this shop takes"
            )));
        };
        if attempt.amount < self.amount_min(currency) {
            return Err(RailError::Declined(format!("{currency} cannot be asked for in so small an amount")));
        }
        self.wait_for_a_look(follower).await?;
        let offered = self.memory.lock().offer(attempt.payment);
        let Some((address, change_set)) = offered else {
            return Err(RailError::Misconfigured(
                "the account has no address left: give another one".to_owned(),
            ));
        };
        for follower in &self.followers {
            follower.offered.notify_one();
        }
        Ok(Offer { payment: attempt.payment, address, change_set: Some(change_set) })
    }

    /// The account's first addresses may be in use already, until their chain was looked at once.
    async fn wait_for_a_look(&self, follower: &Follower) -> Result<(), RailError> {
        let chain = follower.chain;
        let is_compared = || self.memory.lock().record(chain.id).is_compared();
        if is_compared() {
            return Ok(());
        }
        let mut has_looked = follower.has_looked.subscribe();
        let looked = timeout(LOOK_PATIENCE, has_looked.wait_for(|_| is_compared())).await;
        if matches!(looked, Ok(Ok(_))) {
            return Ok(());
        }
        Err(RailError::NotSent(format!(
            "the account was not compared with {chain} yet, so its next address may be in use already: wait until a \
             provider answers"
        )))
    }

    /// Reports all that is known once every chain was looked at, and then what changes.
    async fn report(&self, sink: &dyn ReportSink) -> NotCommitted {
        let looks = self.followers.iter().map(|follower| async {
            let mut has_looked = follower.has_looked.subscribe();
            has_looked.wait_for(|has| *has).await.map(drop)
        });
        let all_looked = timeout(FIRST_REPORT_PATIENCE, join_all(looks)).await.is_ok();
        tracing::debug!(all_looked, "the first report of a watch");
        let mut complete = true;
        loop {
            let report = self.memory.lock().report(complete);
            if let Some(report) = report {
                if let Err(not_committed) = sink.report(RailId::EVM, report).await {
                    return not_committed;
                }
                self.memory.lock().committed();
            }
            complete = false;
            self.changed.notified().await;
        }
    }

    async fn watch_over(&self, sink: Arc<dyn ReportSink>) -> Result<(), RailError> {
        let _only = self.one_at_a_time.lock().await;
        let _forget = ForgetBoards(&self.followers);
        for follower in &self.followers {
            follower.has_looked.send_replace(false);
        }
        let following = join_all(self.followers.iter().map(Follower::follow));
        let NotCommitted = tokio::select! {
            not_committed = self.report(sink.as_ref()) => not_committed,
            not_committed = async { following.await; pending().await } => not_committed,
        };
        Err(RailError::NotSent(NotCommitted.to_string()))
    }
}

/// Clears the boards, however watching ends.
struct ForgetBoards<'a>(&'a [Follower]);

impl Drop for ForgetBoards<'_> {
    fn drop(&mut self) {
        self.0.iter().for_each(|follower| follower.board.forget());
    }
}

impl Rail for EvmRail {
    fn id(&self) -> RailId {
        RailId::EVM
    }

    fn coins(&self) -> Vec<Currency> {
        self.coins.iter().map(|coin| coin.currency).collect()
    }

    fn network(&self, coin: Currency) -> String {
        self.follower_of(coin).map_or_else(String::new, |follower| follower.chain.name.to_owned())
    }

    fn health(&self, coin: Currency) -> RailHealth {
        self.follower_of(coin).map_or_else(RailHealth::default, |follower| follower.board.health())
    }

    fn amount_min(&self, coin: Currency) -> Money {
        Money::new(1, coin)
    }

    /// At today's price of gas, rounded up. What some chains add for being written to Ethereum is not in it.
    fn network_fee(&self, coin: Currency) -> Option<Money> {
        let follower = self.follower_of(coin)?;
        let gas_price = (*follower.gas_price.borrow())?;
        let is_native = self.coin(coin)?.contract.is_none();
        let wei = gas_price.checked_mul(U256::from(if is_native { NATIVE_GAS } else { TOKEN_GAS }))?;
        let native = self
            .coins
            .iter()
            .find(|other| other.contract.is_none() && other.currency.chain_id() == Some(follower.chain.id))?;
        let down = native.ledger_amount(wei);
        let up = if native.base_units(down)? < wei { down.minor().checked_add(1)? } else { down.minor() };
        Some(Money::new(up, native.currency))
    }

    fn block_time(&self, coin: Currency) -> Option<Duration> {
        Some(self.follower_of(coin)?.chain.block_time)
    }

    fn link(&self, address: &str, amount: Money) -> PaymentLink {
        let plain = || PaymentLink { uri: address.to_owned(), code: address.to_owned() };
        let currency = amount.currency();
        let (Some(coin), Some(chain_id)) = (self.coin(currency), currency.chain_id()) else { return plain() };
        let (Ok(to), Some(base_units)) = (address.parse::<Address>(), coin.base_units(amount)) else {
            return plain();
        };
        payment_link(chain_id, coin, &to, base_units)
    }

    fn offer<'a>(&'a self, attempt: &'a Attempt) -> RailFuture<'a, Result<Offer, RailError>> {
        Box::pin(self.offer_to(attempt))
    }

    fn watch<'a>(&'a self, sink: Arc<dyn ReportSink>) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(self.watch_over(sink))
    }
}
