//! How soon a card payment is on the screens, and what a week offline costs, with Stripe's adapter on the stand-in:
//! `cargo bench --bench cards`. `docs/performance-cards.md` quotes what it printed. What counts here are pauses and
//! requests, so beside the times stand what one request costs in the same run, and how many were used.

use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use engine::{CardCommand, CardSetup, Clock, Command, Engine, Setup, SystemClock};
use money::{Currency, Money, Percent};
use payment::card::{CaptureMode, CardRail, CardWay};
use payment::sale::CardPayment;
use payment::{Cart, CartLine, InvoiceId, PaymentId, RailId};
use rail_stripe::{StripeConfig, StripeRail};
use settings::{Mode, Settings};
use store::{Opened, Store, StoreOptions};
use stripe_simulator::{Objection, SECRET_KEY, Simulator};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// Payments of another program on the same account, which come to 10,000 events.
const PAYMENTS_OF_OTHERS: usize = 2_500;
/// Taps fall anywhere between two looks, which are a second apart: each so many milliseconds later than the one before.
const LATER_MS: u64 = 137;
const SECOND_MS: u64 = 1_000;
const DATA_FILE: &str = "till.db";

/// Stripe's stand-in, with a reader on the counter.
struct Town {
    simulator: Simulator,
    reader: String,
}

impl Town {
    fn start() -> Self {
        let setup = stripe_simulator::Setup {
            clock: stripe_simulator::Clock::Running { ahead: 0 },
            ..stripe_simulator::Setup::default()
        };
        let simulator = Simulator::start(setup).expect("the stand-in starts");
        let reader = simulator.register_reader("Counter");
        Self { simulator, reader }
    }

    fn rail(&self) -> CardSetup {
        let elsewhere = Some(format!("{}/", self.simulator.url()));
        let config = StripeConfig { key: SECRET_KEY.to_owned(), elsewhere, webhook_secret: None };
        let open = move |memory| {
            let rail = StripeRail::open(&config, &memory, Arc::new(|| SystemClock.now().wall))?;
            Ok(Arc::new(rail) as Arc<dyn CardRail>)
        };
        CardSetup { id: RailId::STRIPE, open: Arc::new(open) }
    }

    /// One request, by nobody's adapter.
    async fn ask(&self, client: &reqwest::Client) {
        let url = format!("{}/v1/events?limit=100", self.simulator.url());
        let answer = client.get(url).bearer_auth(SECRET_KEY).send().await.expect("the stand-in answers");
        answer.bytes().await.expect("the answer comes whole");
    }

    /// Another program sells on the same account.
    async fn others_sell(&self) {
        const FORM: &str = "amount=900&currency=usd&payment_method=pm_card_visa&confirm=true&return_url=https://shop.example";
        let (client, url) = (reqwest::Client::new(), format!("{}/v1/payment_intents", self.simulator.url()));
        let mut sales = JoinSet::new();
        for _ in 0..PAYMENTS_OF_OTHERS {
            let sale = client.post(&url).bearer_auth(SECRET_KEY).body(FORM).send();
            sales.spawn(async move { sale.await.and_then(reqwest::Response::error_for_status) });
            if sales.len() == 16 {
                let sold = sales.join_next().await.expect("sixteen are under way");
                sold.expect("nobody stops it").expect("the card is charged");
            }
        }
        for sold in sales.join_all().await {
            sold.expect("the card is charged");
        }
    }
}

/// A till on a data file.
struct Till(Engine);

impl Till {
    async fn open(folder: &Path, town: &Town) -> Self {
        let (path, now) = (folder.join(DATA_FILE), SystemClock.now().wall);
        let options = StoreOptions { path, mode: store::Mode::Sandbox, now };
        let Opened { store, writer } = Store::open(options).await.expect("the store opens");
        let setup = Setup {
            store,
            writer,
            settings: Settings::defaults(Mode::Sandbox),
            rails: Vec::new(),
            charging: Vec::new(),
            cards: vec![town.rail()],
            rates: Vec::new(),
            clock: Arc::new(SystemClock),
        };
        Self(Engine::start(setup).await.expect("the engine starts"))
    }

    /// A sale whose customer is asked for a card.
    async fn ask_for_card(&self, town: &Town) -> (InvoiceId, PaymentId) {
        let (invoice, payment) = ids();
        self.0.ask_sale(Command::OpenSale { invoice, cart: cart() }).await.expect("the sale opens");
        let way = CardWay::Reader(town.reader.clone());
        let rail = RailId::STRIPE;
        let start = CardCommand::Start { invoice, payment, rail, way, capture: CaptureMode::AtOnce };
        self.0.ask(Command::Card(start)).await.expect("the payment starts");
        self.until((invoice, payment), |card| card.reading.is_some()).await;
        (invoice, payment)
    }

    /// Waits until the screens are told that the payment is as wished.
    async fn until(&self, (invoice, payment): (InvoiceId, PaymentId), is_so: impl Fn(&CardPayment) -> bool) {
        let mut changes = self.0.feed().subscribe();
        loop {
            let sale = self.0.sale(invoice).await.expect("the sale is there");
            if sale.card(payment).is_ok_and(&is_so) {
                return;
            }
            let _a_change_or_a_lag = changes.recv().await;
        }
    }
}

fn ids() -> (InvoiceId, PaymentId) {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut random = [0; 10];
    random[2..].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    let now = SystemClock.now().wall;
    (InvoiceId::generate(now, random), PaymentId::generate(now, random))
}

fn cart() -> Cart {
    let line = CartLine {
        description: "Flat white".to_owned(),
        quantity: 1,
        unit_price: Money::new(450, Currency::iso("EUR").expect("EUR is an ISO 4217 code")),
        tax: Percent::parse("20").expect("20 is a percentage"),
        note: String::new(),
    };
    Cart { lines: vec![line], tax_included: true, note: String::new() }
}

fn one_request(c: &mut Criterion) {
    let (runtime, town) = (Runtime::new().expect("a runtime starts"), Town::start());
    let client = reqwest::Client::new();
    c.bench_function("one request to the stand-in", |b| b.to_async(&runtime).iter(|| town.ask(&client)));
}

fn tap_to_screen(c: &mut Criterion) {
    let (runtime, town) = (Runtime::new().expect("a runtime starts"), Town::start());
    let folder = tempfile::tempdir().expect("a folder can be made");
    let till = runtime.block_on(Till::open(folder.path(), &town));
    let mut group = c.benchmark_group("cards");
    group.sample_size(10).measurement_time(Duration::from_secs(20));
    let turn = Cell::new(0_u64);
    group.bench_function("from a tap on the reader to the screens", |b| {
        b.iter_custom(|taps| {
            let mut waited = Duration::ZERO;
            for _ in 0..taps {
                turn.set(turn.get() + 1);
                waited += runtime.block_on(tapped(&till, &town, turn.get()));
            }
            waited
        });
    });
    group.finish();
    runtime.block_on(till.0.stop());
}

/// How long the screens wait for a tap.
async fn tapped(till: &Till, town: &Town, turn: u64) -> Duration {
    let carded = till.ask_for_card(town).await;
    tokio::time::sleep(Duration::from_millis(LATER_MS * turn % SECOND_MS)).await;
    let tapped = SystemClock.now().monotonic_ms;
    assert!(town.simulator.present_card(&town.reader, "visa"), "the reader asks for a card");
    till.until(carded, |card| card.captured().is_some()).await;
    Duration::from_millis(SystemClock.now().monotonic_ms - tapped)
}

fn week_offline(c: &mut Criterion) {
    let (runtime, town) = (Runtime::new().expect("a runtime starts"), Town::start());
    let kept = tempfile::tempdir().expect("a folder can be made");
    let carded = runtime.block_on(week(&town, kept.path()));
    let (before, times) = (town.simulator.requests().len(), Cell::new(0));
    let mut group = c.benchmark_group("cards");
    group.sample_size(10);
    group.bench_function("10,000 events after a week offline", |b| {
        b.iter_batched(
            || copy_of(kept.path()),
            |folder| {
                times.set(times.get() + 1);
                runtime.block_on(caught_up(folder.path(), &town, carded));
                folder
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
    if times.get() > 0 {
        println!("requests used each time: {}", (town.simulator.requests().len() - before) / times.get());
    }
}

/// A till takes a card and is switched off; others sell for a week; at the end of it somebody's bank objects.
async fn week(town: &Town, folder: &Path) -> (InvoiceId, PaymentId) {
    let till = Till::open(folder, town).await;
    let carded = till.ask_for_card(town).await;
    assert!(town.simulator.present_card(&town.reader, "visa"), "the reader asks for a card");
    till.until(carded, is_at_rest).await;
    till.0.stop().await;
    town.others_sell().await;
    town.simulator.object(&town.simulator.charges()[0].id, Objection::Dispute);
    carded
}

/// Taken, with Stripe's fee known: nothing of it is asked about any more, and only an event tells what comes next.
fn is_at_rest(card: &CardPayment) -> bool {
    card.captured().is_some() && card.errand().is_none()
}

fn copy_of(kept: &Path) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    std::fs::copy(kept.join(DATA_FILE), folder.path().join(DATA_FILE)).expect("the data file is copied");
    folder
}

async fn caught_up(folder: &Path, town: &Town, carded: (InvoiceId, PaymentId)) {
    let till = Till::open(folder, town).await;
    till.until(carded, CardPayment::is_taken_back).await;
    till.0.stop().await;
}

criterion_group!(benches, one_request, tap_to_screen, week_offline);
criterion_main!(benches);
