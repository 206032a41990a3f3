//! A rail that does what the test wants: holds its answers back, fails, stops watching, and can hold up the bookkeeper.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use engine::RailSetup;
use money::{Currency, Money};
use payment::rail::{Attempt, Offer, PaymentLink, RailFuture, RailHealth, RailMemory, Report, ReportSink};
use payment::{PaymentId, Rail, RailError, RailId};
use tokio::sync::watch;

use crate::shop::{Shop, sat};

/// What the rail answers who asks for an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Offering {
    /// Nothing yet.
    Held,
    /// An address of the payment's own.
    AtOnce,
    /// This address.
    This(String),
    /// No.
    Refused(RailError),
}

/// What happens on the bookkeeper's thread while it looks at the rail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Plain,
    Held,
    Panic,
}

/// The strings, and the rail on them.
pub(crate) struct Puppet {
    pub(crate) offering: watch::Sender<Offering>,
    /// Payments an address was asked for, in order.
    pub(crate) asked: watch::Sender<Vec<PaymentId>>,
    /// What it was to remember each time it was opened.
    pub(crate) opened: watch::Sender<Vec<RailMemory>>,
    /// What each watch reports first, if anything.
    pub(crate) first_report: Mutex<Option<Report>>,
    watches_to_end: watch::Sender<u32>,
    look: (Mutex<Look>, Condvar),
    looked: watch::Sender<u32>,
    watches_ended: AtomicU32,
}

/// The bookkeeper is held up; commands queue.
pub(crate) struct HeldUp(Arc<Puppet>);

impl HeldUp {
    pub(crate) fn let_go(self) {
        self.0.set_look(Look::Plain);
    }
}

impl Puppet {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            offering: watch::Sender::new(Offering::AtOnce),
            asked: watch::Sender::default(),
            opened: watch::Sender::default(),
            first_report: Mutex::new(None),
            watches_to_end: watch::Sender::new(0),
            look: (Mutex::new(Look::Plain), Condvar::new()),
            looked: watch::Sender::new(0),
            watches_ended: AtomicU32::new(0),
        })
    }

    pub(crate) fn setup(self: &Arc<Self>) -> RailSetup {
        let puppet = self.clone();
        let open = move |memory: RailMemory| {
            puppet.opened.send_modify(|opened| opened.push(memory));
            Ok(puppet.clone() as Arc<dyn Rail>)
        };
        RailSetup { id: RailId::BITCOIN, open: Arc::new(open) }
    }

    pub(crate) fn offers(&self, offering: Offering) {
        self.offering.send_replace(offering);
    }

    /// Waits until an address was asked for so many times.
    pub(crate) async fn until_asked(&self, times: usize) {
        self.asked.subscribe().wait_for(|asked| asked.len() >= times).await.unwrap();
    }

    /// The watch fails now.
    pub(crate) fn end_watch(&self) {
        self.watches_to_end.send_modify(|count| *count += 1);
    }

    /// Holds the bookkeeper up with a payment that will be refused and records nothing.
    pub(crate) async fn hold_up(self: &Arc<Self>, shop: &Shop) -> HeldUp {
        let sale = shop.open_sale(100).await;
        let looked = *self.looked.borrow();
        self.set_look(Look::Held);
        let payment = shop.next_payment();
        let command = engine::Command::StartPayment {
            invoice: sale.id,
            payment,
            rail: RailId::BITCOIN,
            coin: Currency::BTC,
        };
        let _nobody_waits = shop.hand_in([command]).await;
        self.looked.subscribe().wait_for(|count| *count > looked).await.unwrap();
        HeldUp(self.clone())
    }

    /// The next look at the rail breaks the bookkeeper.
    pub(crate) fn break_bookkeeper(&self) {
        self.set_look(Look::Panic);
    }

    fn set_look(&self, look: Look) {
        *self.look.0.lock().unwrap() = look;
        self.look.1.notify_all();
    }

    async fn offer_to(&self, payment: PaymentId) -> Result<Offer, RailError> {
        self.asked.send_modify(|asked| asked.push(payment));
        let mut offering = self.offering.subscribe();
        let offering = offering.wait_for(|offering| *offering != Offering::Held).await.unwrap().clone();
        let address = match offering {
            Offering::Refused(error) => return Err(error),
            Offering::This(address) => address,
            Offering::AtOnce | Offering::Held => format!("bcrt1q{payment}"),
        };
        Ok(Offer { payment, address, change_set: Some(payment.as_bytes().to_vec()) })
    }
}

impl Rail for Puppet {
    fn id(&self) -> RailId {
        RailId::BITCOIN
    }

    /// Held up, it takes nothing.
    fn coins(&self) -> Vec<Currency> {
        let mut look = self.look.0.lock().unwrap();
        match *look {
            Look::Plain => return vec![Currency::BTC],
            Look::Panic => {
                drop(look);
                panic!("the test breaks the bookkeeper")
            }
            Look::Held => {}
        }
        self.looked.send_modify(|count| *count += 1);
        while *look == Look::Held {
            look = self.look.1.wait(look).unwrap();
        }
        Vec::new()
    }

    fn network(&self, _: Currency) -> String {
        "regtest".to_owned()
    }

    fn health(&self, _: Currency) -> RailHealth {
        RailHealth::default()
    }

    fn amount_min(&self, _: Currency) -> Money {
        sat(1)
    }

    fn link(&self, address: &str, _: Money) -> PaymentLink {
        PaymentLink { uri: address.to_owned(), code: address.to_owned() }
    }

    fn offer<'a>(&'a self, attempt: &'a Attempt) -> RailFuture<'a, Result<Offer, RailError>> {
        Box::pin(self.offer_to(attempt.payment))
    }

    fn watch<'a>(&'a self, sink: Arc<dyn ReportSink>) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(async move {
            let first = self.first_report.lock().unwrap().clone();
            if let Some(report) = first {
                let stored = sink.report(RailId::BITCOIN, report).await;
                stored.map_err(|error| RailError::NotSent(error.to_string()))?;
            }
            let ended = self.watches_ended.load(Ordering::SeqCst);
            let mut to_end = self.watches_to_end.subscribe();
            to_end.wait_for(|count| *count > ended).await.unwrap();
            self.watches_ended.fetch_add(1, Ordering::SeqCst);
            Err(RailError::NotSent("the test ended the watch".to_owned()))
        })
    }
}
