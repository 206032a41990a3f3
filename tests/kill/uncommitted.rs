//! The kill that always falls between a wallet's update and its commit: the wallet has seen the payment, the journal
//! has not. After the restart the payment books all the same.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use engine::RailSetup;
use money::Money;
use payment::rail::{
    Attempt, NotCommitted, Offer, PaymentLink, RailFuture, RailHealth, RailMemory, Report, ReportSink,
};
use payment::{Rail, RailError, RailId, State};

use crate::contract::bitcoin::{RegtestTown, regtest_rail};
use crate::contract::shop::Shop;
use crate::contract::town::{Fate, Town};

const TEST: &str =
    "kill::uncommitted::payment_seen_but_not_committed_when_the_till_dies_is_booked_after_the_restart";
const FOLDER: &str = "TILLSTREAM_TEST_DOOMED_FOLDER";
const ACCOUNT: &str = "TILLSTREAM_TEST_DOOMED_ACCOUNT";
const SERVER: &str = "TILLSTREAM_TEST_DOOMED_SERVER";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn payment_seen_but_not_committed_when_the_till_dies_is_booked_after_the_restart() {
    if let Ok(folder) = std::env::var(FOLDER) {
        return sell_until_doom(Path::new(&folder)).await;
    }
    let town = RegtestTown::start();
    let folder = tempfile::tempdir().unwrap();
    let mut doomed = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", TEST, "--nocapture"])
        .env(FOLDER, folder.path())
        .env(ACCOUNT, &town.account)
        .env(SERVER, town.indexer.electrum_url())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let (invoice, address, sat) = wait_for_code(folder.path()).await;
    town.pay(&address, Money::new(sat, money::Currency::BTC));
    let ended = tokio::task::spawn_blocking(move || doomed.wait().unwrap()).await.unwrap();
    assert_eq!(std::os::unix::process::ExitStatusExt::signal(&ended), Some(9), "killed by itself: {ended}");

    let shop = Shop::open_in(folder.path(), town).await;
    let invoice = invoice.parse().unwrap();
    shop.until_state(invoice, State::Detected).await;
    shop.town.mine(1);
    shop.until_state(invoice, State::Paid).await;
    shop.check_books_at_rest().await;
}

/// The child: shows a code and dies the moment the rail hands a payment over to be committed.
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

/// A town without people of its own: the rail is the real one, and its first payment kills the process.
struct Doomed;

impl Town for Doomed {
    fn rail(&self) -> RailSetup {
        let (account, server) = (std::env::var(ACCOUNT).unwrap(), std::env::var(SERVER).unwrap());
        let real = regtest_rail(account, server);
        let open = move |memory: RailMemory| {
            let rail = (real.open)(memory)?;
            Ok(Arc::new(DoomedRail { rail }) as Arc<dyn Rail>)
        };
        RailSetup { id: RailId::BITCOIN, open: Arc::new(open) }
    }

    fn pay(&self, _: &str, _: Money) {
        unreachable!("the parent pays");
    }

    fn mine(&self, _: u32) {
        unreachable!("the parent mines");
    }

    fn double_spend(&self, _: &str) {
        unreachable!("nobody double-spends here");
    }

    fn reorganise(&self, _: u32, _: Fate) {
        unreachable!("nobody reorganises here");
    }
}

struct DoomedRail {
    rail: Arc<dyn Rail>,
}

impl Rail for DoomedRail {
    fn id(&self) -> RailId {
        self.rail.id()
    }
    fn coin(&self) -> money::Currency {
        self.rail.coin()
    }
    fn network(&self) -> String {
        self.rail.network()
    }
    fn health(&self) -> RailHealth {
        self.rail.health()
    }
    fn amount_min(&self) -> Money {
        self.rail.amount_min()
    }
    fn link(&self, address: &str, amount: Money) -> PaymentLink {
        self.rail.link(address, amount)
    }
    fn offer<'a>(&'a self, attempt: &'a Attempt) -> RailFuture<'a, Result<Offer, RailError>> {
        self.rail.offer(attempt)
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
            let own = rustix::process::getpid();
            rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
        }
        self.sink.report(rail, report)
    }
}
