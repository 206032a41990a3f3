//! A till: the rail with its watch running, and books.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use money::{Currency, Money};
use payment::rail::{Attempt, Offer, RailMemory};
use payment::{PaymentId, Rail, RailError, Timestamp};
use rail_bitcoin::{BitcoinConfig, BitcoinRail, Clock, Network, RpcPassword};
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::books::Books;

pub(crate) struct Till {
    pub(crate) rail: Arc<BitcoinRail>,
    pub(crate) books: Arc<Books>,
    pub(crate) watch: JoinHandle<Result<(), RailError>>,
    pub(crate) account: String,
    runtime: Runtime,
}

/// The settings of a till over these servers, with an account whose words everybody knows.
pub(crate) fn settings(servers: &[&str], password: &str) -> BitcoinConfig {
    BitcoinConfig {
        network: Network::Regtest,
        account: "[73c5da0a/84'/1'/0']tpubDC8msFGeGuwnKG9Upg7DM2b4DaRqg3CUZa5g8v2SRQ6K4NSkxUgd7HsL2XVWbVm39yBA4LAxysQAm397zwQSQoQgewGiYZqrA9DsP4zbQ1M".to_owned(),
        servers: servers.iter().map(|server| (*server).to_owned()).collect(),
        password: Some(RpcPassword::new(password)),
    }
}

/// The clock the servers go by too.
#[expect(clippy::disallowed_methods, reason = "real servers run on the real clock")]
pub(crate) fn wall_clock() -> Clock {
    Arc::new(|| {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap())
    })
}

pub(crate) fn btc(sat: i64) -> Money {
    Money::new(sat, Currency::BTC)
}

/// A payment nobody asked for before.
pub(crate) fn attempt(sat: i64) -> Attempt {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    let mut random = [0; 10];
    random[2..].copy_from_slice(&COUNT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    let payment = PaymentId::generate(Timestamp::from_millis(1_790_000_000_000), random);
    Attempt { payment, amount: btc(sat) }
}

impl Till {
    /// A till that begins with what its books hold.
    pub(crate) fn open(settings: &BitcoinConfig, books: &Arc<Books>) -> Self {
        Self::open_with(settings, books, &books.memory())
    }

    pub(crate) fn open_with(settings: &BitcoinConfig, books: &Arc<Books>, memory: &RailMemory) -> Self {
        let runtime = Runtime::new().unwrap();
        let rail = Arc::new(BitcoinRail::open(settings, memory, wall_clock()).unwrap());
        let watch = watching(&runtime, &rail, books);
        Self { rail, books: Arc::clone(books), watch, account: settings.account.clone(), runtime }
    }

    /// Watches again after a watch that ended.
    pub(crate) fn watch_again(&mut self) {
        self.watch = watching(&self.runtime, &self.rail, &self.books);
    }

    /// Asks for an address.
    pub(crate) fn offer(&self, attempt: &Attempt) -> Result<Offer, RailError> {
        self.runtime.block_on(self.rail.offer(attempt))
    }

    /// Asks for an address, commits the offer and shows it.
    pub(crate) fn show(&self, sat: i64) -> String {
        let offer = self.offer(&attempt(sat)).unwrap();
        self.books.commit_offer(offer.change_set);
        offer.address
    }

    /// Waits until the watch has ended by itself.
    pub(crate) fn end(&mut self) -> Result<(), RailError> {
        self.runtime.block_on(&mut self.watch).unwrap()
    }

    /// Ends the runtime; is every thread it lent given back in time?
    pub(crate) fn runtime_ended_within(self, limit: Duration) -> bool {
        let (done, ended) = mpsc::channel();
        thread::spawn(move || {
            drop(self.runtime);
            done.send(())
        });
        ended.recv_timeout(limit).is_ok()
    }

    /// The problem of the server at this place of the settings.
    pub(crate) fn problem(&self, server: usize) -> Option<String> {
        self.rail.health(Currency::BTC).servers[server].problem.clone()
    }
}

fn watching(
    runtime: &Runtime,
    rail: &Arc<BitcoinRail>,
    books: &Arc<Books>,
) -> JoinHandle<Result<(), RailError>> {
    let (rail, sink) = (Arc::clone(rail), Arc::clone(books));
    runtime.spawn(async move { rail.watch(sink).await })
}
