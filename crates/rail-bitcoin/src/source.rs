//! A server the chain is read from. Three protocols, one shape: catch up, then say what is new, step by step.
//!
//! Everything here blocks, so it runs on threads of its own ([`off_the_runtime`]), one step at a time: a step ends when
//! the server has answered or its time is up, and whoever stops watching raises [`Stop`] between two requests.

mod bitcoind;
mod electrum;
mod esplora;
mod scripts;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bdk_wallet::bitcoin::BlockHash;
use bdk_wallet::bitcoin::constants::genesis_block;
use payment::rail::Tip;
use thiserror::Error;
use tokio::task::spawn_blocking;

use crate::server::Protocol;
use crate::wallet::{Impossible, Question, Wallet};
use crate::{Network, RpcPassword, Server};

/// How long a server may take to answer one request.
const ANSWER_SECONDS: u64 = 10;

/// One connected server.
pub(crate) trait Source: Send {
    /// Brings the wallet up to date on every address, scanning the account first when that is due.
    fn catch_up(&mut self, wallet: &SharedWallet, stop: &Stop) -> Result<Tip, SourceError>;

    /// Brings the wallet up to date on what is new since the last step.
    fn step(&mut self, wallet: &SharedWallet, stop: &Stop) -> Result<Tip, SourceError>;

    /// Looks at a few addresses no step looks at.
    fn look_back(&mut self, wallet: &SharedWallet, stop: &Stop) -> Result<(), SourceError>;

    /// Does the server know this transaction, in a block or without a conflict in its mempool?
    fn knows(&mut self, question: &Question) -> Result<bool, SourceError>;

    /// Does the server answer, apart from all questions?
    fn ping(&mut self) -> Result<(), SourceError>;

    /// How long to wait between two steps; `hot` while a customer may be paying.
    fn pace(&self, hot: bool) -> Duration;

    /// Should it be connected anew, although nothing is wrong?
    fn is_worn(&self) -> bool {
        false
    }
}

/// What it takes to connect to a server.
#[derive(Clone)]
pub(crate) struct Access {
    pub(crate) server: Server,
    pub(crate) network: Network,
    pub(crate) password: Option<RpcPassword>,
}

impl Access {
    /// The first block tells the networks apart.
    fn check_genesis(&self, hash: BlockHash) -> Result<(), SourceError> {
        let wanted = genesis_block(self.network.chain()).block_hash();
        if hash == wanted { Ok(()) } else { Err(SourceError::WrongNetwork(self.network)) }
    }
}

/// Connects to a server and checks that it serves the till's network.
pub(crate) fn connect(access: &Access) -> Result<Box<dyn Source>, SourceError> {
    match &access.server.protocol {
        Protocol::ElectrumTls | Protocol::ElectrumTcp => electrum::connect(access),
        Protocol::Esplora { tls, path } => esplora::connect(access, *tls, path),
        Protocol::Bitcoind { user } => bitcoind::connect(access, user),
    }
}

/// Runs blocking work on a thread of its own. A panic in a client library is its server's failure, not ours.
pub(crate) async fn off_the_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, SourceError> + Send + 'static,
) -> Result<T, SourceError> {
    spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(SourceError::Nonsense("an answer of an unknown form".to_owned())))
}

/// The wallet as sources and customers share it. It is never locked while a server is being asked.
#[derive(Clone)]
pub(crate) struct SharedWallet(Arc<Mutex<Wallet>>);

impl SharedWallet {
    /// Shares a wallet.
    pub(crate) fn new(wallet: Wallet) -> Self {
        Self(Arc::new(Mutex::new(wallet)))
    }

    /// Locks it for a moment.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Wallet> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A flag that watching has ended.
#[derive(Clone, Default)]
pub(crate) struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Raises it.
    pub(crate) fn raise(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Fails once it is raised.
    fn check(&self) -> Result<(), SourceError> {
        if self.0.load(Ordering::Relaxed) { Err(SourceError::Stopped) } else { Ok(()) }
    }
}

/// Why a server cannot be used at the moment. One line each, for the owner to read; no password is ever in it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(crate) enum SourceError {
    #[error("it does not answer: {0}")]
    Unreachable(String),
    #[error("it refuses: {0}")]
    Refused(String),
    #[error("its certificate is not one the web trusts: give a server that has such a certificate")]
    Certificate,
    #[error("it has no password: run `tillstream secret set bitcoind.password`")]
    PasswordMissing,
    #[error("it serves another network than {0}")]
    WrongNetwork(Network),
    #[error("it answers nonsense: {0}")]
    Nonsense(String),
    #[error("watching has ended")]
    Stopped,
}

impl SourceError {
    fn unreachable(error: &impl fmt::Display) -> Self {
        Self::Unreachable(one_line(error))
    }

    fn refused(error: &impl fmt::Display) -> Self {
        Self::Refused(one_line(error))
    }

    fn nonsense(error: &impl fmt::Display) -> Self {
        Self::Nonsense(one_line(error))
    }
}

impl From<Impossible> for SourceError {
    fn from(error: Impossible) -> Self {
        Self::nonsense(&error)
    }
}

/// The first line of an error, and not too much of it: a server may have written it.
fn one_line(error: &impl fmt::Display) -> String {
    const LENGTH_MAX: usize = 160;
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    line.chars().filter(|symbol| !symbol.is_control()).take(LENGTH_MAX).collect()
}
