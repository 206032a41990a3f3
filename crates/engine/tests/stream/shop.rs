//! A shop under test: store, engine, rails and a clock, and the trouble its disk can be given.

mod opening;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use engine::{Clock, Command, Engine, EngineError, RailSetup, Reply};
use ledger::Account;
use money::{Currency, Money, Percent};
use payment::rail::Report;
use payment::transfer::WithdrawnReason;
use payment::{
    Cart, CartLine, InvoiceId, Level, Mark, Observation, PaymentId, Rail, RailError, RailId, RefundId, Sale,
    State, Stray, Timestamp, TransferRef,
};
use rail_practice::{Act, Mining, Nature, PracticeRail};
use settings::Settings;
use store::{Trouble, Troublemaker};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use self::opening::Takers;
use crate::clock::{MORNING, TurnedClock};

/// Longest wait for anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The simulated rail as the engine last opened it.
#[derive(Clone, Default)]
pub(crate) struct Practice(watch::Sender<Option<Arc<PracticeRail>>>);

impl Practice {
    pub(crate) fn setup(&self, clock: &Arc<TurnedClock>) -> RailSetup {
        let (slot, clock) = (self.0.clone(), clock.clone());
        let open = move |memory| {
            let clock = clock.clone();
            let tells: rail_practice::Clock = Arc::new(move || clock.now().wall);
            let rail = PracticeRail::open(Nature::Bitcoin, &memory, tells, Mining::OnDemand)
                .map_err(|error| RailError::Misconfigured(error.to_string()))?;
            let rail = Arc::new(rail);
            slot.send_replace(Some(rail.clone()));
            Ok(rail as Arc<dyn Rail>)
        };
        RailSetup { id: RailId::BITCOIN, open: Arc::new(open) }
    }

    pub(crate) fn rail(&self) -> Arc<PracticeRail> {
        self.0.borrow().clone().expect("the engine has opened the rail")
    }

    /// Waits until the engine opens the rail anew.
    pub(crate) async fn opened_anew(&self) {
        let mut slot = self.0.subscribe();
        slot.borrow_and_update();
        tokio::time::timeout(PATIENCE, slot.changed()).await.expect("it is opened anew").unwrap();
    }
}

/// A shop that is open.
pub(crate) struct Shop {
    pub(crate) engine: Engine,
    pub(crate) clock: Arc<TurnedClock>,
    pub(crate) practice: Practice,
    folder: TempDir,
    takers: Takers,
    trouble: Troublemaker,
    ids: AtomicU32,
}

/// A code that is shown.
#[derive(Clone, Debug)]
pub(crate) struct Charged {
    pub(crate) invoice: InvoiceId,
    pub(crate) payment: PaymentId,
    pub(crate) address: String,
    pub(crate) coins: Money,
}

impl Shop {
    pub(crate) fn trouble(&self, trouble: impl Into<Option<Trouble>>) {
        self.trouble.make(trouble.into());
    }

    /// Takes the data file away, so that it can't be opened; gives back how to put it there again.
    pub(crate) fn hide_file(&self) -> impl FnOnce() + use<> {
        let (path, hidden) = (self.folder.path().join("till.db"), self.folder.path().join("hidden.db"));
        std::fs::rename(&path, &hidden).unwrap();
        move || std::fs::rename(&hidden, &path).unwrap()
    }

    fn random(&self) -> [u8; 10] {
        let mut random = [0; 10];
        random[..4].copy_from_slice(&self.ids.fetch_add(1, Ordering::SeqCst).to_be_bytes());
        random
    }

    pub(crate) fn next_invoice(&self) -> InvoiceId {
        InvoiceId::generate(self.clock.now().wall, self.random())
    }

    pub(crate) fn next_payment(&self) -> PaymentId {
        PaymentId::generate(self.clock.now().wall, self.random())
    }

    pub(crate) fn next_refund(&self) -> RefundId {
        RefundId::generate(self.clock.now().wall, self.random())
    }

    pub(crate) async fn ask(&self, command: Command) -> Result<Reply, EngineError> {
        self.engine.ask(command).await
    }

    pub(crate) fn opening(&self, cents: i64) -> Command {
        Command::OpenSale { invoice: self.next_invoice(), cart: cart(cents) }
    }

    pub(crate) async fn open_sale(&self, cents: i64) -> Sale {
        self.engine.ask_sale(self.opening(cents)).await.unwrap()
    }

    /// Opens a sale and shows its code.
    pub(crate) async fn charge(&self, cents: i64) -> Charged {
        let sale = self.open_sale(cents).await;
        self.show_code(sale.id).await
    }

    pub(crate) async fn show_code(&self, invoice: InvoiceId) -> Charged {
        let payment = self.next_payment();
        let sale =
            self.engine.start_payment(invoice, payment, (RailId::BITCOIN, Currency::BTC)).await.unwrap();
        let chain = sale.payment(payment).unwrap().chain().unwrap();
        let address = chain.address.clone().unwrap_or_else(|| panic!("no address: {:?}", chain.failure));
        Charged { invoice, payment, address, coins: chain.terms.quote.coin }
    }

    /// Asks for a code without waiting for it.
    pub(crate) async fn ask_for_code(&self, invoice: InvoiceId) -> PaymentId {
        let payment = self.next_payment();
        let command = Command::StartPayment { invoice, payment, rail: RailId::BITCOIN, coin: Currency::BTC };
        self.engine.ask_sale(command).await.unwrap();
        payment
    }

    pub(crate) fn cash(&self, invoice: InvoiceId, cents: i64) -> Command {
        Command::TakeCash { invoice, payment: self.next_payment(), tendered: eur(cents) }
    }

    pub(crate) async fn take_cash(&self, invoice: InvoiceId, cents: i64) -> Sale {
        self.engine.ask_sale(self.cash(invoice, cents)).await.unwrap()
    }

    pub(crate) async fn cash_sale(&self, cents: i64) -> Sale {
        let sale = self.open_sale(cents).await;
        self.take_cash(sale.id, cents).await
    }

    pub(crate) async fn change_settings(&self, change: impl FnOnce(&mut Settings)) {
        let before = self.engine.settings().as_ref().clone();
        let mut settings = before.clone();
        change(&mut settings);
        self.ask(replacing(&before, settings)).await.unwrap();
    }

    /// Hands commands in, one after the other, without waiting for answers.
    pub(crate) async fn hand_in(&self, commands: impl IntoIterator<Item = Command>) -> HandedIn {
        let runtime = tokio::runtime::Handle::current();
        let asks = commands.into_iter().map(|command| {
            let engine = self.engine.clone();
            runtime.spawn(async move { engine.ask(command).await })
        });
        let asks = asks.collect();
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        HandedIn(asks)
    }

    pub(crate) async fn sale(&self, invoice: InvoiceId) -> Sale {
        self.engine.sale(invoice).await.unwrap()
    }

    pub(crate) fn act(&self, act: &Act) {
        self.practice.rail().act(act).unwrap();
    }

    pub(crate) fn pay(&self, address: &str, coins: Money) {
        self.act(&Act::Pay { address: address.to_owned(), amount: coins });
    }

    pub(crate) fn mine(&self, blocks: u32) {
        (0..blocks).for_each(|_| self.act(&Act::MineBlock));
    }

    /// The rail says that it saw this.
    pub(crate) async fn report(&self, report: Report) -> Result<Reply, EngineError> {
        self.ask(Command::TakeReport { rail: RailId::BITCOIN, report }).await
    }

    /// The rail says that it saw these transfers; there may be others.
    pub(crate) async fn saw(&self, observations: impl IntoIterator<Item = Observation>) {
        let observations = observations.into_iter().collect();
        self.report(Report { observations, ..Report::default() }).await.unwrap();
    }

    pub(crate) async fn until(&self, invoice: InvoiceId, wish: &str, is_so: impl Fn(&Sale) -> bool) -> Sale {
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
            Err(_) => panic!("waited in vain until {wish}: {:#?}", self.sale(invoice).await),
        }
    }

    pub(crate) async fn until_state(&self, invoice: InvoiceId, wished: State) -> Sale {
        self.until(invoice, wished.name(), |sale| state(sale) == wished).await
    }

    pub(crate) async fn strays(&self) -> Vec<Stray> {
        self.engine.reader().strays().await.unwrap()
    }

    /// Waits until the only stray payment looks as wished.
    pub(crate) async fn until_stray(&self, is_so: impl Fn(&Stray) -> bool) -> Stray {
        let mut changes = self.engine.feed().subscribe();
        let waiting = async {
            loop {
                let strays = self.strays().await;
                assert!(strays.len() <= 1, "{strays:#?}");
                if let Some(stray) = strays.into_iter().find(|stray| is_so(stray)) {
                    return stray;
                }
                let _a_change_or_a_lag = changes.recv().await;
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.expect("the stray payment comes to look as wished")
    }

    pub(crate) async fn balance(&self, account: Account, currency: Currency) -> i64 {
        let balances = self.engine.reader().balances().await.unwrap();
        let found = balances.iter().find(|(of, amount)| *of == account && amount.currency() == currency);
        found.map_or(0, |(_, amount)| amount.minor())
    }

    /// The whole journal, computed again from zero.
    pub(crate) async fn check_books(&self) {
        let checked = self.engine.reader().verify().await.unwrap();
        assert_eq!(checked.fault, None);
        for currency in [Currency::BTC, eur(0).currency()] {
            let balances = self.engine.reader().balances().await.unwrap();
            let of_currency = balances.iter().filter(|(_, amount)| amount.currency() == currency);
            assert_eq!(of_currency.map(|(_, amount)| amount.minor()).sum::<i64>(), 0, "{currency}");
        }
    }

    /// Events in the journal.
    pub(crate) async fn events(&self) -> i64 {
        self.engine.reader().head().await.unwrap().events
    }

    /// Kinds of the alerts nobody has read, newest first.
    /// Waits until the owner is told of something of this kind.
    pub(crate) async fn until_alert(&self, kind: &str) {
        let mut changes = self.engine.feed().subscribe();
        let told = async {
            while !self.alerts().await.iter().any(|told| told == kind) {
                let _a_change_or_a_lag = changes.recv().await;
            }
        };
        tokio::time::timeout(PATIENCE, told).await.expect("the owner is told");
    }

    pub(crate) async fn alerts(&self) -> Vec<String> {
        let alerts = self.engine.reader().alerts().await.unwrap();
        alerts.into_iter().map(|alert| alert.kind).collect()
    }
}

/// Commands whose answers are still to come.
pub(crate) struct HandedIn(Vec<JoinHandle<Result<Reply, EngineError>>>);

impl HandedIn {
    pub(crate) async fn answers(self) -> Vec<Result<Reply, EngineError>> {
        let mut answers = Vec::with_capacity(self.0.len());
        for ask in self.0 {
            answers.push(tokio::time::timeout(PATIENCE, ask).await.expect("it is answered").unwrap());
        }
        answers
    }
}

/// A change of the settings by somebody who looked at those before.
pub(crate) fn replacing(before: &Settings, settings: Settings) -> Command {
    Command::ChangeSettings { settings: Box::new(settings), based_on: Box::new(before.clone()) }
}

pub(crate) fn cart(cents: i64) -> Cart {
    let line = CartLine {
        description: "Flat white".to_owned(),
        quantity: 1,
        unit_price: eur(cents),
        tax: Percent::parse("20").unwrap(),
        note: String::new(),
    };
    Cart { lines: vec![line], tax_included: true, note: String::new() }
}

pub(crate) fn eur(cents: i64) -> Money {
    Money::new(cents, Currency::iso("EUR").unwrap())
}

pub(crate) fn sat(sat: i64) -> Money {
    Money::new(sat, Currency::BTC)
}

pub(crate) fn part(coins: Money, percent: i64) -> Money {
    Money::new(coins.minor() * percent / 100, coins.currency())
}

pub(crate) fn state(sale: &Sale) -> State {
    sale.standing().unwrap().state
}

/// A reading of a transfer, seen in the morning.
pub(crate) fn seen(reference: &str, number: u64, address: &str, coins: Money, level: Level) -> Observation {
    Observation {
        reference: TransferRef::new(reference),
        number,
        address: address.to_owned(),
        amount: coins,
        exact: None,
        level,
        seen_at: Timestamp::from_millis(MORNING),
    }
}

pub(crate) fn unconfirmed() -> Level {
    Level::Unconfirmed { agreeing_servers: 2 }
}

pub(crate) fn confirmed(confirmations: u32) -> Level {
    Level::Confirmed { block_hash: "0f".repeat(32), height: 101, confirmations, mark: Mark::Head }
}

pub(crate) fn replaced() -> Level {
    Level::Withdrawn { reason: WithdrawnReason::Replaced }
}
