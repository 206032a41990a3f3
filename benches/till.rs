//! What a sale costs: arithmetic, the transition, the code, and the way from asking to the durable answer, alone and in
//! batches. `cargo bench --bench till` prints medians; the README quotes them with the machine they were measured on. The
//! payment stream is measured by `scripts/benchmark`.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use engine::{Clock, Command, Engine, Setup, SystemClock};
use futures_util::future::join_all;
use money::{Currency, Money, Percent, Rate, Rounding};
use payment::sale::CashPayment;
use payment::{Cart, CartLine, InvoiceId, PaymentId, Sale, SaleEvent, Timestamp};
use settings::{Mode, Settings};
use store::{Opened, Store, StoreOptions};
use tillstream::qr;

const PAYMENT_LINK: &str = "BITCOIN:BCRT1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KYGT080?amount=0.00007759";

fn eur(cents: i64) -> Money {
    Money::new(cents, Currency::iso("EUR").expect("EUR is an ISO 4217 code"))
}

fn cart() -> Cart {
    let line = CartLine {
        description: "Flat white".to_owned(),
        quantity: 1,
        unit_price: eur(450),
        tax: Percent::parse("20").expect("20 is a percentage"),
        note: String::new(),
    };
    Cart { lines: vec![line], tax_included: true, note: String::new() }
}

fn opened() -> SaleEvent {
    let cart = cart();
    let totals = cart.totals(eur(0).currency()).expect("the cart can be sold");
    SaleEvent::Opened { number: 1, cart, totals, tolerance: Percent::ZERO }
}

/// Ids nobody has used, in the order of time.
fn ids() -> (InvoiceId, PaymentId) {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let mut random = [0; 10];
    random[2..].copy_from_slice(&NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    let now = SystemClock.now().wall;
    (InvoiceId::generate(now, random), PaymentId::generate(now, random))
}

fn arithmetic(c: &mut Criterion) {
    let rate = Rate::parse(Currency::BTC, eur(0).currency(), "57710.00").expect("a rate");
    let percent = Percent::parse("20").expect("a percentage");
    let (little, more) = (eur(450), eur(1_234));
    let mut group = c.benchmark_group("money");
    group.bench_function("add", |b| b.iter(|| black_box(little).checked_add(black_box(more))));
    group.bench_function("included tax", |b| {
        b.iter(|| black_box(little).included_percent(percent, Rounding::HalfUp));
    });
    group.bench_function("convert to bitcoin", |b| b.iter(|| black_box(little).convert(&rate, Rounding::Up)));
    group.bench_function("parse what is typed", |b| {
        b.iter(|| Money::parse(black_box("1'234.50"), little.currency()));
    });
    group.finish();
}

fn transition(c: &mut Criterion) {
    let (invoice, payment) = ids();
    let at = Timestamp::from_millis(1_790_000_000_000);
    let sale = Sale::open(invoice, &opened(), at).expect("the first event opens the sale");
    let cash = CashPayment { counted: eur(450), tendered: eur(500), change: eur(50), rounding: eur(0) };
    let event = SaleEvent::CashTaken { payment, cash };
    c.bench_function("transition: cash covers a sale", |b| b.iter(|| sale.apply(&event, at)));
}

fn code(c: &mut Criterion) {
    c.bench_function("code of a payment link", |b| b.iter(|| qr::qr_svg_path(PAYMENT_LINK)));
}

/// A cash sale is two commands: opened, then paid. Each is durable before it is answered.
async fn cash_sale(engine: &Engine) {
    let (invoice, payment) = ids();
    engine.ask_sale(Command::OpenSale { invoice, cart: cart() }).await.expect("the sale opens");
    let take = Command::TakeCash { invoice, payment, tendered: eur(500) };
    engine.ask_sale(take).await.expect("the cash is taken");
}

fn submit_to_acknowledged(c: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let engine = runtime.block_on(async {
        let now = SystemClock.now().wall;
        let options = StoreOptions { path: folder.path().join("till.db"), mode: store::Mode::Practice, now };
        let Opened { store, writer } = Store::open(options).await.expect("the store opens");
        let settings = Settings::defaults(Mode::Practice);
        let setup = Setup {
            store,
            writer,
            settings,
            rails: Vec::new(),
            charging: Vec::new(),
            cards: Vec::new(),
            rates: Vec::new(),
            clock: Arc::new(SystemClock),
        };
        Engine::start(setup).await.expect("the engine starts")
    });
    let mut group = c.benchmark_group("submit to acknowledged");
    group.bench_function("one sale opened", |b| {
        b.to_async(&runtime).iter_batched(
            ids,
            |(invoice, _)| {
                let engine = engine.clone();
                async move { engine.ask_sale(Command::OpenSale { invoice, cart: cart() }).await }
            },
            BatchSize::SmallInput,
        );
    });
    group.bench_function("one cash sale, opened and paid", |b| {
        b.to_async(&runtime).iter(|| cash_sale(&engine));
    });
    for at_once in [100_usize, 1_000] {
        group.throughput(Throughput::Elements(u64::try_from(at_once).unwrap_or(u64::MAX)));
        group.sample_size(20);
        group.bench_function(format!("{at_once} cash sales at once"), |b| {
            b.to_async(&runtime).iter(|| join_all((0..at_once).map(|_| cash_sale(&engine))));
        });
    }
    group.finish();
    runtime.block_on(engine.stop());
}

criterion_group!(benches, arithmetic, transition, code, submit_to_acknowledged);
criterion_main!(benches);
