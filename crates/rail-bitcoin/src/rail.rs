//! The rail as the engine knows it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use money::{Currency, Money};
use payment::rail::{
    Attempt, Offer, PaymentLink, RailFuture, RailHealth, RailMemory, RailNotice, ReportSink,
};
use payment::{Rail, RailError, RailId};
use thiserror::Error;
use tokio::time::timeout;

use crate::link::payment_link;
use crate::lookout::Lookout;
use crate::source::{Access, SharedWallet};
use crate::stored::StoredError;
use crate::wallet::{GAP_LIMIT, GAP_WARNING, Wallet};
use crate::{Account, AccountError, Clock, Network, RpcPassword, ServerError, check_account, check_server};

/// How long an offer waits for the first comparison of the account with the network.
const SCAN_PATIENCE: Duration = Duration::from_secs(10);

/// What the settings say of the rail.
#[derive(Clone)]
pub struct BitcoinConfig {
    /// The network to sell on.
    pub network: Network,
    /// The account, as [`check_account`] reads it.
    pub account: String,
    /// The servers in the order they are tried, as [`check_server`] reads them; at least one.
    pub servers: Vec<String>,
    /// The password for a `bitcoind+http` server.
    pub password: Option<RpcPassword>,
}

/// People paste secrets into accounts and addresses, so neither is printed.
impl fmt::Debug for BitcoinConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let servers = self.servers.len();
        f.debug_struct("BitcoinConfig")
            .field("network", &self.network)
            .field("servers", &servers)
            .finish_non_exhaustive()
    }
}

/// Why the rail cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum OpenError {
    /// The account.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// A server's address.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// No server.
    #[error("no bitcoin server is named: add one such as electrum+tls://host:50002")]
    NoServer,
    /// What the store holds.
    #[error(transparent)]
    Stored(#[from] StoredError),
}

/// On-chain bitcoin.
pub struct BitcoinRail {
    account: Account,
    lookout: Lookout,
}

impl BitcoinRail {
    /// Opens the rail with what the store holds of it; `clock` says when payments are seen. No server is asked yet.
    ///
    /// # Errors
    /// When the settings cannot be used, or the store holds something else than this account.
    pub fn open(config: &BitcoinConfig, memory: &RailMemory, clock: Clock) -> Result<Self, OpenError> {
        let account = check_account(&config.account, config.network)?;
        let servers: Result<Vec<_>, _> = config.servers.iter().map(|address| check_server(address)).collect();
        let access = |server| Access { server, network: config.network, password: config.password.clone() };
        let accesses: Vec<Access> = servers?.into_iter().map(access).collect();
        if accesses.is_empty() {
            return Err(OpenError::NoServer);
        }
        let wallet = SharedWallet::new(Wallet::open(&account, memory, clock)?);
        Ok(Self { account, lookout: Lookout::new(accesses, wallet) })
    }

    fn check(&self, amount: Money) -> Result<(), RailError> {
        let least = self.amount_min(amount.currency());
        if amount.currency() != Currency::BTC {
            return Err(RailError::Misconfigured(format!(
                "bitcoin cannot be asked for {}",
                amount.currency()
            )));
        }
        if amount < least {
            return Err(RailError::Declined(format!("the bitcoin network carries no less than {least}")));
        }
        Ok(())
    }

    async fn wait_for_scan(&self) -> Result<(), RailError> {
        let mut may_offer = self.lookout.may_offer.subscribe();
        let scanned = timeout(SCAN_PATIENCE, may_offer.wait_for(|may| *may)).await;
        if matches!(scanned, Ok(Ok(_))) {
            return Ok(());
        }
        Err(RailError::NotSent(
            "the account was not compared with the network yet, so its next address may be in use already: \
             wait until a bitcoin server answers"
                .to_owned(),
        ))
    }

    async fn offer_to(&self, attempt: &Attempt) -> Result<Offer, RailError> {
        self.check(attempt.amount)?;
        self.wait_for_scan().await?;
        let (address, change_set) = self.lookout.wallet.lock().offer(attempt.payment);
        self.lookout.offered.notify_one();
        Ok(Offer { payment: attempt.payment, address, change_set: Some(change_set) })
    }
}

impl Rail for BitcoinRail {
    fn id(&self) -> RailId {
        RailId::BITCOIN
    }

    fn coins(&self) -> Vec<Currency> {
        vec![Currency::BTC]
    }

    fn network(&self, _: Currency) -> String {
        self.account.network().name().to_owned()
    }

    fn health(&self, _: Currency) -> RailHealth {
        let unpaid = self.lookout.wallet.lock().unpaid_in_a_row();
        let mut health = self.lookout.board.health();
        if unpaid >= GAP_WARNING {
            health.notices.push(RailNotice::UnpaidInARow { count: unpaid, limit: GAP_LIMIT });
        }
        health
    }

    fn amount_min(&self, _: Currency) -> Money {
        Money::new(self.account.dust_limit_sat(), Currency::BTC)
    }

    fn link(&self, address: &str, amount: Money) -> PaymentLink {
        payment_link(address, amount)
    }

    fn offer<'a>(&'a self, attempt: &'a Attempt) -> RailFuture<'a, Result<Offer, RailError>> {
        Box::pin(self.offer_to(attempt))
    }

    fn watch<'a>(&'a self, sink: Arc<dyn ReportSink>) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(self.lookout.watch(sink))
    }
}
