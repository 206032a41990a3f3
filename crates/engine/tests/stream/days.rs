//! Whole days with a public that acts from a seed, over a network that drops, doubles and reorders what the rail tells.
//! Whatever happens: balanced books, every coin with exactly one owner, and the same seed tells the same story.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::{Command, RailSetup};
use ledger::Account;
use money::{Currency, Money};
use payment::rail::{Attempt, NotCommitted, Offer, PaymentLink, RailFuture, RailHealth, Report, ReportSink};
use payment::stray::Decision;
use payment::{InvoiceId, Observation, Payment, Rail, RailError, RailId, Sale};
use rail_practice::{PracticeScript, Step, unreliable};
use store::{Subject, TimelineEvent};
use tokio::sync::watch;

use crate::clock::{MORNING, QUOTE_LIFE, TurnedClock};
use crate::shop::{Practice, Shop, eur, state};

const CUSTOMERS: u64 = 10;
/// Things that happen between one report and the next, at most.
const BURST_MAX: u64 = 3;

/// What the network was told and what of it arrived.
#[derive(Default)]
struct Network {
    seed: u64,
    /// The newest reading of every transfer.
    truth: Mutex<BTreeMap<String, Observation>>,
    told: Mutex<Vec<Observation>>,
    reports: watch::Sender<u64>,
}

impl Network {
    fn of(seed: u64) -> Arc<Self> {
        Arc::new(Self { seed, ..Self::default() })
    }

    /// Puts itself between the books and a rail.
    fn setup(self: &Arc<Self>, rail: RailSetup) -> RailSetup {
        let network = self.clone();
        let open = move |memory| {
            let inner = (rail.open)(memory)?;
            Ok(Arc::new(Distant { inner, network: network.clone() }) as Arc<dyn Rail>)
        };
        RailSetup { id: RailId::BITCOIN, open: Arc::new(open) }
    }

    fn note(&self, observations: &[Observation]) {
        let mut truth = self.truth.lock().unwrap();
        for seen in observations {
            let newest = truth.entry(seen.reference.to_string()).or_insert_with(|| seen.clone());
            if seen.number > newest.number {
                *newest = seen.clone();
            }
        }
        self.told.lock().unwrap().extend_from_slice(observations);
    }

    /// Transfers that are there at the end of the day, with their amounts in sat.
    fn coins(&self) -> BTreeMap<String, i64> {
        let truth = self.truth.lock().unwrap();
        let present = truth.iter().filter(|(_, seen)| !seen.level.is_withdrawn());
        present.map(|(reference, seen)| (reference.clone(), seen.amount.minor())).collect()
    }
}

/// A rail at the other end of the network.
struct Distant {
    inner: Arc<dyn Rail>,
    network: Arc<Network>,
}

struct Line {
    sink: Arc<dyn ReportSink>,
    network: Arc<Network>,
}

impl ReportSink for Line {
    fn report<'a>(&'a self, rail: RailId, report: Report) -> RailFuture<'a, Result<(), NotCommitted>> {
        Box::pin(async move {
            self.network.note(&report.observations);
            let count = *self.network.reports.borrow();
            let observations = unreliable(report.observations, self.network.seed.wrapping_add(count));
            let stored = self.sink.report(rail, Report { observations, ..report }).await;
            self.network.reports.send_modify(|count| *count += 1);
            stored
        })
    }
}

impl Rail for Distant {
    fn id(&self) -> RailId {
        self.inner.id()
    }

    fn coin(&self) -> Currency {
        self.inner.coin()
    }

    fn network(&self) -> String {
        self.inner.network()
    }

    fn health(&self) -> RailHealth {
        self.inner.health()
    }

    fn amount_min(&self) -> Money {
        self.inner.amount_min()
    }

    fn link(&self, address: &str, amount: Money) -> PaymentLink {
        self.inner.link(address, amount)
    }

    fn offer<'a>(&'a self, attempt: &'a Attempt) -> RailFuture<'a, Result<Offer, RailError>> {
        self.inner.offer(attempt)
    }

    fn watch<'a>(&'a self, sink: Arc<dyn ReportSink>) -> RailFuture<'a, Result<(), RailError>> {
        self.inner.watch(Arc::new(Line { sink, network: self.network.clone() }))
    }
}

/// One day of one seed.
struct Day {
    seed: u64,
    shop: Shop,
    network: Arc<Network>,
    script: PracticeScript,
    sales: Vec<InvoiceId>,
}

impl Day {
    async fn begins(seed: u64) -> Self {
        let (clock, practice, network) = (TurnedClock::at(MORNING), Practice::default(), Network::of(seed));
        let rail = network.setup(practice.setup(&clock));
        let shop = Shop::open_with(clock, practice, vec![rail]).await;
        let mut day =
            Self { seed, shop, network, script: PracticeScript::from_seed(seed), sales: Vec::new() };
        day.reported(0).await;
        day
    }

    /// A customer comes in. Some are sent away again, but have the code already; some pay in cash.
    async fn serves(&mut self, customer: u64) {
        let cents = 300 + i64::try_from(customer * 37 % 1_000).unwrap();
        let code = self.shop.charge(cents).await;
        self.sales.push(code.invoice);
        self.script.offered(&code.address, code.coins).unwrap();
        match (self.seed + customer) % 5 {
            3 => {
                let cancel = Command::CancelSale { invoice: code.invoice, although_seen: true };
                self.shop.ask(cancel).await.unwrap();
            }
            4 => {
                self.shop.take_cash(code.invoice, cents).await;
            }
            _ => {}
        }
    }

    /// Does what happens next, a few things at a time, and waits until the books have heard of it.
    async fn goes_on(&mut self, burst: u64) -> bool {
        let before = *self.network.reports.borrow();
        let mut is_news = false;
        for _ in 0..burst {
            match self.script.next_step() {
                None => {
                    if is_news {
                        self.reported(before).await;
                    }
                    return false;
                }
                Some(Step::Act(act)) => is_news |= self.shop.practice.rail().act(&act).is_ok(),
                Some(Step::QuoteEnds { .. }) => {
                    if is_news {
                        self.reported(before).await;
                    }
                    self.quotes_end().await;
                    return true;
                }
            }
        }
        if is_news {
            self.reported(before).await;
        }
        true
    }

    async fn reported(&mut self, before: u64) {
        let mut reports = self.network.reports.subscribe();
        let waited = tokio::time::timeout(Duration::from_secs(30), reports.wait_for(|count| *count > before));
        waited.await.unwrap_or_else(|_| panic!("seed {}: the rail fell silent", self.seed)).unwrap();
    }

    async fn quotes_end(&self) {
        self.shop.clock.turn(QUOTE_LIFE);
        for invoice in &self.sales {
            let has_ended = |payment: &Payment| payment.chain().is_none_or(|chain| chain.ended_at.is_some());
            self.shop.until(*invoice, "its quotes ended", |sale| sale.payments.iter().all(has_ended)).await;
        }
    }

    /// From opening to rest, with a restart at noon on every other day.
    async fn runs(seed: u64) -> Self {
        let mut day = Self::begins(seed).await;
        for customer in 0..CUSTOMERS {
            day.serves(customer).await;
            if customer == CUSTOMERS / 2 && seed % 2 == 1 {
                let before = *day.network.reports.borrow();
                day.shop.restart().await;
                day.reported(before).await;
            }
            for turn in 0..2 {
                day.goes_on(1 + (seed + customer + turn) % BURST_MAX).await;
            }
        }
        while day.goes_on(BURST_MAX).await {}
        day
    }

    async fn all_sales(&self) -> Vec<Sale> {
        let mut sales = Vec::with_capacity(self.sales.len());
        for invoice in &self.sales {
            sales.push(self.shop.sale(*invoice).await);
        }
        sales
    }

    /// Every event of the day with its number, its source, its time and its entries.
    async fn story(&self) -> Vec<(i64, String)> {
        let strays = self.shop.strays().await;
        let subjects = self.sales.iter().map(|id| Subject::Sale(*id));
        let subjects = subjects.chain(strays.iter().map(|stray| Subject::Stray(stray.id)));
        let mut story = Vec::new();
        for subject in subjects {
            let events = self.shop.engine.reader().timeline(subject).await.unwrap();
            story.extend(events.into_iter().map(|event: TimelineEvent| {
                let told = format!(
                    "{} {:?} {} {:?} {:?}",
                    event.kind, event.event, event.source, event.at, event.entries
                );
                (event.event_id, told)
            }));
        }
        story.sort();
        story
    }

    /// Every coin on the chain belongs to exactly one sale or stray payment, and is in the wallet once.
    async fn check_coins(&self) {
        let (seed, coins) = (self.seed, self.network.coins());
        let mut owned = BTreeMap::new();
        for sale in self.all_sales().await {
            let chains = sale.payments.iter().filter_map(Payment::chain);
            for transfer in chains.flat_map(payment::sale::ChainPayment::present) {
                let owner =
                    owned.insert(transfer.latest.reference.to_string(), transfer.latest.amount.minor());
                assert_eq!(owner, None, "seed {seed}: one owner");
            }
        }
        let settled: i64 = owned.values().sum();
        let strays = self.shop.strays().await;
        for stray in strays.iter().filter(|stray| stray.transfer.is_present()) {
            assert_eq!(stray.decision, Decision::Open);
            let latest = &stray.transfer.latest;
            let owner = owned.insert(latest.reference.to_string(), latest.amount.minor());
            assert_eq!(owner, None, "seed {seed}: one owner");
        }
        assert_eq!(owned, coins, "seed {seed}: no coin is lost or made up");
        let total: i64 = coins.values().sum();
        let balance = |account| self.shop.balance(account, Currency::BTC);
        assert_eq!(balance(Account::BitcoinWallet).await, total, "seed {seed}");
        assert_eq!(balance(Account::StrayPayments).await, settled - total, "seed {seed}");
        assert_eq!(balance(Account::BitcoinPending).await, 0, "seed {seed}: everything is final or gone");
    }

    async fn check(&self) {
        let seed = self.seed;
        self.shop.check_books().await;
        self.check_coins().await;
        assert_eq!(self.shop.engine.reader().findings().await.unwrap(), [], "seed {seed}");
        let sales = self.all_sales().await;
        let sold: i64 =
            sales.iter().filter(|sale| state(sale).is_paid()).map(|sale| sale.due().minor()).sum();
        let euro = eur(0).currency();
        let booked = self.shop.balance(Account::Sales, euro).await
            + self.shop.balance(Account::TaxPayable, euro).await;
        assert_eq!(booked, -sold, "seed {seed}: what is sold is exactly what was due");
    }
}

#[tokio::test]
async fn any_day_leaves_balanced_books_and_every_coin_with_one_owner() {
    for seed in 0..8 {
        Day::runs(seed).await.check().await;
    }
}

#[tokio::test]
async fn what_was_told_once_changes_nothing_when_it_is_told_again() {
    for seed in 100..103 {
        let day = Day::runs(seed).await;
        let (events, story) = (day.shop.events().await, day.story().await);
        let told = day.network.told.lock().unwrap().clone();
        for observations in unreliable(told, seed).chunks(7) {
            day.shop.saw(observations.to_vec()).await;
        }
        assert_eq!(day.shop.events().await, events, "seed {seed}");
        assert_eq!(day.story().await, story);
        day.check().await;
    }
}

#[tokio::test]
async fn the_same_seed_tells_the_same_story() {
    for seed in [7, 8] {
        let (first, second) = (Day::runs(seed).await.story().await, Day::runs(seed).await.story().await);
        assert!(first.len() > 40, "seed {seed} is a quiet day");
        assert_eq!(first, second, "seed {seed}");
    }
    assert_ne!(Day::runs(1).await.story().await, Day::runs(2).await.story().await);
}
