//! A shop with a rail, and the stand-in that the rail talks to. When the shop closes, every request of the rail is held
//! against the typed parameters of Stripe's official client.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use counterparties::StripeClient;
use money::{Currency, Money};
use payment::card::{
    CaptureMode, CardAttempt, CardLevel, CardMemory, CardRail, CardReading, CardTerms, CardWay, ShownCart,
    ShownLine,
};
use payment::{InvoiceId, PaymentId, RailId, RefundId, Timestamp};
use rail_stripe::{Clock, StripeConfig, StripeRail};
use stripe::Client;
use stripe_simulator::{RequestSeen, SECRET_KEY, Setup, Simulator};
use stripe_terminal::terminal_reader::CreateTerminalReader;

pub(crate) struct Shop {
    pub(crate) simulator: Simulator,
    pub(crate) rail: StripeRail,
    pub(crate) reader: String,
    ids: AtomicU8,
    is_judged: bool,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        let mut shop = Self::unjudged().await;
        shop.is_judged = true;
        shop
    }

    /// Whose requests somebody else judges.
    pub(crate) async fn unjudged() -> Self {
        let simulator = Simulator::start(Setup::default()).unwrap();
        let rail = open(&config(&simulator, SECRET_KEY), &CardMemory::default(), &simulator);
        let client = client(&simulator);
        let reader = CreateTerminalReader::new("simulated-wpe").label("Counter").send(&client).await.unwrap();
        Self {
            simulator,
            rail,
            reader: reader.id.as_str().to_owned(),
            ids: AtomicU8::new(1),
            is_judged: false,
        }
    }

    /// Somebody who asks Stripe beside the till.
    pub(crate) fn client(&self) -> Client {
        client(&self.simulator)
    }

    /// The till's clock stands where the stand-in's does.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.simulator.now() * 1_000)
    }

    fn random(&self) -> [u8; 10] {
        [self.ids.fetch_add(1, Ordering::SeqCst); 10]
    }

    pub(crate) fn refund(&self) -> RefundId {
        RefundId::generate(self.now(), self.random())
    }

    pub(crate) fn at_reader(&self, cents: i64, capture: CaptureMode) -> CardAttempt {
        self.attempt(cents, CardWay::Reader(self.reader.clone()), capture)
    }

    pub(crate) fn attempt(&self, cents: i64, way: CardWay, capture: CaptureMode) -> CardAttempt {
        CardAttempt {
            payment: PaymentId::generate(self.now(), self.random()),
            invoice: InvoiceId::generate(self.now(), self.random()),
            reference: None,
            description: "Sale 7".to_owned(),
            terms: CardTerms { rail: RailId::STRIPE, amount: eur(cents), way, capture },
            cart: cart(cents),
        }
    }

    /// Reads the payment as the till would, by the name that it knows.
    pub(crate) async fn read(&self, attempt: &CardAttempt) -> CardReading {
        self.rail.find(attempt).await.unwrap().unwrap()
    }

    /// What the stand-in's customers were charged, by its own account.
    pub(crate) fn taken(&self) -> i64 {
        self.simulator.taken("eur")
    }
}

fn client(simulator: &Simulator) -> Client {
    stripe::ClientBuilder::new(SECRET_KEY).url(format!("{}/", simulator.url())).build().unwrap()
}

/// A rail whose machine's clock stands where the stand-in's does now.
pub(crate) fn open(config: &StripeConfig, memory: &CardMemory, simulator: &Simulator) -> StripeRail {
    StripeRail::open(config, memory, clock(simulator)).unwrap()
}

/// A clock that stands where the stand-in's does now.
pub(crate) fn clock(simulator: &Simulator) -> Clock {
    let now = Timestamp::from_millis(simulator.now() * 1_000);
    Arc::new(move || now)
}

/// The way to a stand-in, with a key.
pub(crate) fn config(simulator: &Simulator, key: &str) -> StripeConfig {
    let elsewhere = Some(format!("{}/", simulator.url()));
    StripeConfig { key: key.to_owned(), elsewhere, webhook_secret: None }
}

impl Drop for Shop {
    fn drop(&mut self) {
        if self.is_judged && !std::thread::panicking() {
            judge(self.simulator.requests());
        }
    }
}

/// Starting the judge costs more than judging, so what one shop of a test was allowed is not asked again for the next.
fn judge(mut requests: Vec<RequestSeen>) {
    static ALLOWED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut allowed = ALLOWED.lock().unwrap_or_else(PoisonError::into_inner);
    requests.retain(|seen| {
        // Others ask the stand-in too: whoever sets the shop up.
        seen.agent.as_ref().is_some_and(|agent| agent.contains("Tillstream"))
            && allowed
                .insert(format!("{} {} {} {:?}", seen.method, seen.path, seen.body, seen.idempotency_key))
    });
    let objections = if requests.is_empty() {
        Vec::new()
    } else {
        StripeClient::find().unwrap().objections(&requests).unwrap()
    };
    assert_eq!(objections, Vec::<String>::new());
}

/// One line and nothing else.
fn cart(cents: i64) -> ShownCart {
    let line = ShownLine { text: "Coffee".to_owned(), quantity: 1, price: eur(cents) };
    ShownCart { lines: vec![line], tax: None, total: eur(cents) }
}

pub(crate) fn known(attempt: &CardAttempt, reading: &CardReading) -> CardAttempt {
    CardAttempt { reference: Some(reading.reference.clone()), ..attempt.clone() }
}

pub(crate) fn eur(cents: i64) -> Money {
    Money::new(cents, Currency::iso("EUR").unwrap())
}

pub(crate) fn captured(cents: i64) -> CardLevel {
    CardLevel::Captured { amount: eur(cents) }
}
