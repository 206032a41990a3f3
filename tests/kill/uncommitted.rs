//! The kills that always fall between what the wallet knows and its commit. It has seen a payment and the journal has
//! not: after the restart the payment books all the same. It has offered an address and the journal does not know it:
//! nobody saw it, and after the restart it goes to one payment only.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use engine::RailSetup;
use ledger::Account;
use money::{Currency, Money};
use payment::rail::{
    Attempt, NotCommitted, Offer, PaymentLink, RailFuture, RailHealth, RailMemory, Report, ReportSink,
};
use payment::sale::ChainPayment;
use payment::{Rail, RailError, RailId, Sale, State};
use store::{SalesFilter, Store};

use crate::contract::bitcoin::{RegtestTown, regtest_rail};
use crate::contract::shop::{Shop, TurnedClock};
use crate::contract::town::{Place, Town};

const TEST: &str =
    "kill::uncommitted::payment_seen_but_not_committed_when_the_till_dies_is_booked_after_the_restart";
const TEST_OF_OFFER: &str = "kill::uncommitted::address_offered_but_not_committed_when_the_till_dies_was_shown_to_nobody_and_goes_to_one_payment";
const FOLDER: &str = "TILLSTREAM_TEST_DOOMED_FOLDER";
const ACCOUNT: &str = "TILLSTREAM_TEST_DOOMED_ACCOUNT";
const SERVER: &str = "TILLSTREAM_TEST_DOOMED_SERVER";
const DOOM: &str = "TILLSTREAM_TEST_DOOM";

/// What the child does not survive.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doom {
    /// The rail hands a payment over to be committed.
    Sighting,
    /// The rail has offered an address.
    Offer,
}

impl Doom {
    const fn name(self) -> &'static str {
        match self {
            Self::Sighting => "sighting",
            Self::Offer => "offer",
        }
    }

    /// This process dies of it, if it is its doom.
    fn strike(self) {
        if std::env::var(DOOM).is_ok_and(|doom| doom == self.name()) {
            let own = rustix::process::getpid();
            rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payment_seen_but_not_committed_when_the_till_dies_is_booked_after_the_restart() {
    if let Ok(folder) = std::env::var(FOLDER) {
        return sell_until_doom(Path::new(&folder)).await;
    }
    let town = RegtestTown::start();
    let folder = tempfile::tempdir().unwrap();
    let doomed = doomed(TEST, Doom::Sighting, folder.path(), &town);
    let (invoice, address, sat) = wait_for_code(folder.path()).await;
    town.pay(&address, Money::new(sat, Currency::BTC));
    killed_itself(doomed).await;

    let shop = Shop::open_in(folder.path(), town).await;
    let invoice = invoice.parse().unwrap();
    shop.until_state(invoice, State::Detected).await;
    shop.town.mine(1);
    shop.until_state(invoice, State::Paid).await;
    shop.check_books_at_rest().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn address_offered_but_not_committed_when_the_till_dies_was_shown_to_nobody_and_goes_to_one_payment() {
    if let Ok(folder) = std::env::var(FOLDER) {
        return sell_until_doom(Path::new(&folder)).await;
    }
    let town = RegtestTown::start();
    let folder = tempfile::tempdir().unwrap();
    killed_itself(doomed(TEST_OF_OFFER, Doom::Offer, folder.path(), &town)).await;
    assert!(!code_file(folder.path()).exists(), "nothing was shown");
    let journal = Store::open_reader(&folder.path().join("till.db")).await.unwrap();
    let invoice =
        journal.sales(&SalesFilter { limit: 2, ..SalesFilter::default() }).await.unwrap().rows[0].invoice;
    let sale = journal.sale(invoice).await.unwrap().unwrap();
    assert_eq!(chain(&sale).address, None, "nothing was committed");
    journal.close().await;

    let shop = Shop::open_in(folder.path(), town).await;
    let sale = shop.until_state(invoice, State::Waiting).await;
    let (address, coins) = (chain(&sale).address.clone().unwrap(), chain(&sale).terms.quote.coin);
    let other = shop.charge(450).await;
    assert_ne!(other.address, address, "an address goes to one payment");
    shop.town.pay(&address, coins);
    shop.town.pay(&other.address, other.coins);
    shop.town.mine(1);
    for invoice in [invoice, other.invoice] {
        shop.until_state(invoice, State::Paid).await;
    }
    let held =
        shop.town.node.till_holds().unwrap().iter().map(|(_, sat)| i64::try_from(*sat).unwrap()).sum::<i64>();
    assert_eq!(shop.balance(Account::BitcoinWallet, Currency::BTC).await, held);
    shop.check_books_at_rest().await;
}

/// A child that sells over the town's servers until its doom.
fn doomed(test: &str, doom: Doom, folder: &Path, town: &RegtestTown) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(FOLDER, folder)
        .env(ACCOUNT, &town.account)
        .env(SERVER, town.indexer.electrum_url())
        .env(DOOM, doom.name())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

async fn killed_itself(mut doomed: Child) {
    let ended = tokio::task::spawn_blocking(move || doomed.wait().unwrap()).await.unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(9), "killed by itself: {ended}");
}

fn chain(sale: &Sale) -> &ChainPayment {
    sale.payments[0].chain().unwrap()
}

/// The child: shows a code, if it lives that long.
async fn sell_until_doom(folder: &Path) {
    let shop = Shop::open_in(folder, Doomed).await;
    let code = shop.charge(450).await;
    let note = format!("{} {} {}", code.invoice, code.address, code.coins.minor());
    let written = folder.join("code.part");
    std::fs::write(&written, note).unwrap();
    std::fs::rename(written, code_file(folder)).unwrap();
    std::future::pending::<()>().await;
}

fn code_file(folder: &Path) -> PathBuf {
    folder.join("code")
}

async fn wait_for_code(folder: &Path) -> (String, String, i64) {
    let waiting = async {
        loop {
            if let Ok(note) = std::fs::read_to_string(code_file(folder)) {
                let mut words = note.split(' ').map(str::to_owned);
                let mut next = || words.next().unwrap();
                return (next(), next(), next().parse().unwrap());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), waiting).await.expect("the doomed shop shows a code")
}

/// A town without people of its own: the rail is the real one, and kills the process when its doom comes.
struct Doomed;

impl Place for Doomed {
    fn rails(&self, clock: Arc<TurnedClock>) -> Vec<RailSetup> {
        let (account, server) = (std::env::var(ACCOUNT).unwrap(), std::env::var(SERVER).unwrap());
        let real = regtest_rail(account, vec![server], clock);
        let open = move |memory: RailMemory| {
            let rail = (real.open)(memory)?;
            Ok(Arc::new(DoomedRail { rail }) as Arc<dyn Rail>)
        };
        vec![RailSetup { id: RailId::BITCOIN, open: Arc::new(open) }]
    }
}

struct DoomedRail {
    rail: Arc<dyn Rail>,
}

impl Rail for DoomedRail {
    fn id(&self) -> RailId {
        self.rail.id()
    }
    fn coins(&self) -> Vec<Currency> {
        self.rail.coins()
    }
    fn network(&self, coin: Currency) -> String {
        self.rail.network(coin)
    }
    fn health(&self, coin: Currency) -> RailHealth {
        self.rail.health(coin)
    }
    fn amount_min(&self, coin: Currency) -> Money {
        self.rail.amount_min(coin)
    }
    fn link(&self, address: &str, amount: Money) -> PaymentLink {
        self.rail.link(address, amount)
    }
    fn offer<'a>(&'a self, attempt: &'a Attempt) -> RailFuture<'a, Result<Offer, RailError>> {
        Box::pin(async move {
            let offer = self.rail.offer(attempt).await;
            Doom::Offer.strike();
            offer
        })
    }
    fn watch<'a>(&'a self, sink: Arc<dyn ReportSink>) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(async move { self.rail.watch(Arc::new(DoomedSink { sink })).await })
    }
}

struct DoomedSink {
    sink: Arc<dyn ReportSink>,
}

impl ReportSink for DoomedSink {
    fn report<'a>(&'a self, rail: RailId, report: Report) -> RailFuture<'a, Result<(), NotCommitted>> {
        if !report.observations.is_empty() {
            Doom::Sighting.strike();
        }
        self.sink.report(rail, report)
    }
}
