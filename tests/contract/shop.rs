//! A shop under test: a real store and engine, a clock the test turns, and a town.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};
use std::time::Duration;

use engine::{Clock, Command, Engine, Now, Reply, Setup, SystemClock};
use ledger::Account;
use money::{Currency, Money, Percent};
use payment::rail::RailHealth;
use payment::{Cart, CartLine, InvoiceId, Payment, PaymentId, Policy, RailId, Sale, State, Stray, Transfer};
use settings::{Mode, PolicyRow, PolicyScope, Settings};
use store::{Opened, Store, StoreOptions, Subject};
use tempfile::TempDir;

use super::town::{Place, Town};

/// Longest wait for anything a town does to reach the books.
const PATIENCE: Duration = Duration::from_secs(60);
/// After this long a quote is over.
pub const QUOTE_LIFE: Duration = Duration::from_secs(15 * 60 + 1);

/// The machine's clocks, moved forward by the test.
#[derive(Default)]
pub struct TurnedClock {
    ahead_ms: AtomicI64,
}

impl TurnedClock {
    pub fn turn(&self, by: Duration) {
        self.ahead_ms.fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> Now {
        let real = SystemClock.now();
        let ahead = self.ahead_ms.load(Ordering::SeqCst);
        Now {
            wall: real.wall.plus_millis(ahead),
            monotonic_ms: real.monotonic_ms.saturating_add_signed(ahead),
        }
    }
}

pub struct Shop<T> {
    pub town: T,
    pub engine: Engine,
    pub clock: Arc<TurnedClock>,
    folder: Folder,
    ids: AtomicU8,
}

/// Where the books are: a folder of the test's own, or one that outlives this shop.
enum Folder {
    Own(TempDir),
    Given(PathBuf),
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Self::Own(folder) => folder.path(),
            Self::Given(path) => path,
        }
    }
}

impl<T: Place> Shop<T> {
    pub async fn open(town: T) -> Self {
        Self::open_on(Folder::Own(tempfile::tempdir().unwrap()), town).await
    }

    /// A shop on books that were begun before, or go on afterwards.
    pub async fn open_in(folder: &Path, town: T) -> Self {
        Self::open_on(Folder::Given(folder.to_owned()), town).await
    }

    async fn open_on(folder: Folder, town: T) -> Self {
        let clock = Arc::new(TurnedClock::default());
        let engine = start(folder.path(), &town, clock.clone()).await;
        Self { town, engine, clock, folder, ids: AtomicU8::new(0) }
    }

    /// Stops the engine in order and starts another on the same file.
    pub async fn restart(&mut self) {
        self.restart_after(async |_: &T| ()).await;
    }

    /// As [`Shop::restart`], and something happens while the till is off.
    pub async fn restart_after(&mut self, meanwhile: impl AsyncFnOnce(&T)) {
        self.engine.stop().await;
        meanwhile(&self.town).await;
        self.engine = start(self.folder.path(), &self.town, self.clock.clone()).await;
    }

    /// Time passes, for the till and for the town.
    pub fn turn(&self, by: Duration) {
        self.clock.turn(by);
        self.town.time_is(self.clock.now().wall);
    }

    pub async fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        let mut settings = self.engine.settings().as_ref().clone();
        change(&mut settings);
        let based_on = Box::new(self.engine.settings().as_ref().clone());
        let change = Command::ChangeSettings { settings: Box::new(settings), based_on };
        self.engine.ask(change).await.unwrap();
    }

    pub fn next_payment(&self) -> PaymentId {
        PaymentId::generate(self.clock.now().wall, [self.ids.fetch_add(1, Ordering::SeqCst); 10])
    }

    /// In the shop's unit of account.
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.town.currency())
    }

    pub async fn open_sale(&self, cents: i64) -> Sale {
        let invoice =
            InvoiceId::generate(self.clock.now().wall, [self.ids.fetch_add(1, Ordering::SeqCst); 10]);
        let line = CartLine {
            description: "Flat white".to_owned(),
            quantity: 1,
            unit_price: self.money(cents),
            tax: Percent::parse("20").unwrap(),
            note: String::new(),
        };
        let cart = Cart { lines: vec![line], tax_included: true, note: String::new() };
        self.engine.ask_sale(Command::OpenSale { invoice, cart }).await.unwrap()
    }

    /// Opens a sale and shows its code.
    pub async fn charge(&self, cents: i64) -> Charged {
        let sale = self.open_sale(cents).await;
        self.show_code(sale.id).await
    }

    pub async fn show_code(&self, invoice: InvoiceId) -> Charged {
        let payment = self.next_payment();
        let sale = self.engine.start_payment(invoice, payment, self.town.coin()).await.unwrap();
        let chain = sale.payment(payment).unwrap().chain().unwrap();
        let address = chain.address.clone().unwrap_or_else(|| panic!("no address: {:?}", chain.failure));
        Charged { invoice: sale.id, payment, address, coins: chain.terms.quote.coin }
    }

    pub async fn take_cash(&self, invoice: InvoiceId, cents: i64) -> Sale {
        let command = Command::TakeCash { invoice, payment: self.next_payment(), tendered: eur(cents) };
        self.engine.ask_sale(command).await.unwrap()
    }

    pub async fn sale(&self, invoice: InvoiceId) -> Sale {
        self.engine.sale(invoice).await.unwrap()
    }

    /// Waits until the sale looks as wished, and gives it.
    pub async fn until(&self, invoice: InvoiceId, wish: &str, is_so: impl Fn(&Sale) -> bool) -> Sale {
        let mut changes = self.engine.feed().subscribe();
        let waiting = async {
            loop {
                let sale = self.sale(invoice).await;
                if is_so(&sale) {
                    return sale;
                }
                let _a_change_or_a_lag = changes.recv().await;
            }
        };
        match tokio::time::timeout(PATIENCE, waiting).await {
            Ok(sale) => sale,
            Err(_) => {
                let sale = self.sale(invoice).await;
                panic!("waited in vain until {wish}: {:?}\n{:#?}", state(&sale), sale.payments)
            }
        }
    }

    pub async fn until_state(&self, invoice: InvoiceId, wished: State) -> Sale {
        self.until(invoice, wished.name(), |sale| state(sale) == wished).await
    }

    /// Waits until the sale's payment is seen, and is not safe yet.
    pub async fn until_seen(&self, invoice: InvoiceId) -> Sale
    where
        T: Town,
    {
        self.until_state(invoice, self.town.seen_as()).await
    }

    /// Waits until the rail feels as wished.
    pub async fn until_health(&self, wish: &str, is_so: impl Fn(&RailHealth) -> bool) {
        let waiting = async {
            let (rail, coin) = self.town.coin();
            let feels_so = || is_so(&self.engine.rail(rail).unwrap().unwrap().health(coin));
            while !feels_so() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .unwrap_or_else(|_| panic!("waited in vain until {wish}"));
    }

    /// Waits for the only stray payment to look as wished.
    pub async fn until_stray(&self, wish: &str, is_so: impl Fn(&Stray) -> bool) -> Stray {
        let mut changes = self.engine.feed().subscribe();
        let waiting = async {
            loop {
                let strays = self.engine.reader().strays().await.unwrap();
                assert!(strays.len() <= 1, "one stray payment at most: {strays:#?}");
                if let Some(stray) = strays.into_iter().find(|stray| is_so(stray)) {
                    return stray;
                }
                let _a_change_or_a_lag = changes.recv().await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting)
            .await
            .unwrap_or_else(|_| panic!("waited in vain until {wish}"))
    }

    pub async fn ask_stray(&self, command: Command) -> Stray {
        match self.engine.ask(command).await.unwrap() {
            Reply::Stray(stray) => *stray,
            other => panic!("no stray payment: {other:?}"),
        }
    }

    pub async fn balance(&self, account: Account, currency: Currency) -> i64 {
        let balances = self.engine.reader().balances().await.unwrap();
        let found = balances.iter().find(|(of, amount)| *of == account && amount.currency() == currency);
        found.map_or(0, |(_, amount)| amount.minor())
    }

    /// The town's coins that are safe, in minor units.
    pub async fn wallet(&self) -> i64 {
        self.balance(self.accounts().0, self.coin()).await
    }

    /// The town's coins that were seen and are not safe yet.
    pub async fn pending(&self) -> i64 {
        self.balance(self.accounts().1, self.coin()).await
    }

    /// The town's coin.
    pub fn coin(&self) -> Currency {
        self.town.coin().1
    }

    fn accounts(&self) -> (Account, Account) {
        match self.town.coin().0 {
            RailId::EVM => (Account::EvmWallet, Account::EvmPending),
            _ => (Account::BitcoinWallet, Account::BitcoinPending),
        }
    }

    /// What is safe and what is final is said for every amount, by rows of an upper limit and a rule.
    pub async fn change_policy(&self, rows: impl IntoIterator<Item = (Option<Money>, Policy)>) {
        let scope = PolicyScope { rail: self.town.coin().0, chain_id: None };
        let row = |(up_to, policy)| PolicyRow { scope, policy: Policy { up_to, ..policy } };
        let policy: Vec<PolicyRow> = rows.into_iter().map(row).collect();
        self.change_settings(|settings| settings.policy = policy).await;
    }

    /// What the owner is told, the newest first.
    pub async fn alerts(&self) -> Vec<(String, Option<Subject>)> {
        let alerts = self.engine.reader().alerts().await.unwrap();
        alerts.into_iter().map(|alert| (alert.kind, alert.subject)).collect()
    }

    /// The whole journal, recomputed from zero.
    pub async fn check_books(&self) {
        let report = self.engine.reader().verify().await.unwrap();
        assert_eq!(report.fault, None);
    }

    /// As [`Shop::check_books`], and the accounts that must be empty when nothing is under way.
    pub async fn check_books_at_rest(&self) {
        self.check_books().await;
        for (account, currency) in [
            (Account::InvoiceClearing, self.town.currency()),
            (Account::PendingReceipts, self.coin()),
            (self.accounts().1, self.coin()),
        ] {
            assert_eq!(self.balance(account, currency).await, 0, "{account} is empty at rest");
        }
    }
}

/// A code that is shown.
#[derive(Clone, Debug)]
pub struct Charged {
    pub invoice: InvoiceId,
    pub payment: PaymentId,
    pub address: String,
    pub coins: Money,
}

pub fn eur(cents: i64) -> Money {
    Money::new(cents, Currency::iso("EUR").unwrap())
}

pub fn state(sale: &Sale) -> State {
    sale.standing().unwrap().state
}

pub fn part(coins: Money, percent: i64) -> Money {
    Money::new(coins.minor() * percent / 100, coins.currency())
}

/// The transfers of every payment, those that are gone too.
pub fn transfers(sale: &Sale) -> impl Iterator<Item = &Transfer> {
    sale.payments.iter().filter_map(Payment::chain).flat_map(|chain| chain.transfers.values())
}

pub fn quote_ended(sale: &Sale, payment: PaymentId) -> bool {
    sale.payment(payment).and_then(Payment::chain).is_some_and(|chain| chain.ended_at.is_some())
}

pub fn is_final(sale: &Sale) -> bool {
    sale.coverage().unwrap().is_final
}

async fn start<T: Place>(folder: &Path, town: &T, clock: Arc<TurnedClock>) -> Engine {
    let options =
        StoreOptions { path: folder.join("till.db"), mode: store::Mode::Sandbox, now: clock.now().wall };
    let Opened { store, writer } = Store::open(options).await.unwrap();
    let defaults = Settings::defaults(Mode::Sandbox).with("shop.currency", town.currency().code()).unwrap();
    let mut settings = Settings::from_rows(&writer.settings().unwrap(), &defaults).unwrap();
    town.prepare(&mut settings);
    let (rails, cards) = (town.rails(clock.clone()), town.cards(clock.clone()));
    let (charging, rates) = (Vec::new(), Vec::new());
    let setup = Setup { store, writer, settings, rails, charging, cards, rates, clock };
    Engine::start(setup).await.unwrap()
}
