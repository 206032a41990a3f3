//! A processor of cards that does what the test wants, and keeps an account of the money it really took and gave back.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use engine::CardSetup;
use money::Money;
use payment::card::{
    Capture, CaptureMode, CardAttempt, CardCursor, CardEnd, CardLevel, CardMemory, CardOffice, CardRail,
    CardReading, CardReport, CardSink, CardTerms, ReaderStep, RefundAttempt, RefundReading, RefundStatus,
};
use payment::payout::PayoutReading;
use payment::rail::{RailFuture, RailHealth, ServerHealth};
use payment::{PaymentId, RailError, RailId, Timestamp};
use tokio::sync::watch;

use crate::shop::eur;

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slip {
    /// Nobody is reached.
    NotSent,
    /// It never arrives, but the till can't know.
    LostBefore,
    /// It is done, and the answer is lost.
    LostAfter,
    /// It is refused.
    Declined,
    /// It is done, and another amount is told.
    Lies(i64),
}

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Opened,
    Read,
    Cancelled,
    Captured(i64),
    Refunded(i64),
}

/// What an event is about.
#[derive(Clone)]
enum Told {
    Payment(PaymentId),
    Payout(PayoutReading),
}

/// The processor.
#[derive(Default)]
pub(crate) struct Terminal {
    /// What becomes of the next calls that do something; afterwards they succeed.
    pub(crate) slips: Mutex<VecDeque<Slip>>,
    /// Questions fail while it is set.
    pub(crate) is_mute: Mutex<bool>,
    pub(crate) is_down: Mutex<bool>,
    /// How far the reader is with whatever it is at.
    pub(crate) step: Mutex<Option<ReaderStep>>,
    calls: watch::Sender<Vec<Call>>,
    payments: Mutex<BTreeMap<PaymentId, CardReading>>,
    /// Payments that events tell of.
    told: watch::Sender<Vec<Told>>,
    numbers: AtomicU64,
}

impl Terminal {
    pub(crate) fn new(slips: impl IntoIterator<Item = Slip>) -> Arc<Self> {
        let terminal = Self::default();
        *terminal.slips.lock().unwrap() = slips.into_iter().collect();
        Arc::new(terminal)
    }

    pub(crate) fn setup(self: &Arc<Self>) -> CardSetup {
        let terminal = self.clone();
        let open = move |memory: CardMemory| {
            terminal.numbers.fetch_max(memory.last_number, Ordering::SeqCst);
            Ok(terminal.clone() as Arc<dyn CardRail>)
        };
        CardSetup { id: RailId::STRIPE, open: Arc::new(open) }
    }

    /// The customer taps the card.
    pub(crate) fn taps(&self, payment: PaymentId, terms: &CardTerms) {
        let amount = terms.amount;
        self.becomes(
            payment,
            match terms.capture {
                CaptureMode::AtOnce => CardLevel::Captured { amount },
                CaptureMode::Later => CardLevel::Authorized { amount, until: None },
            },
        );
    }

    pub(crate) fn becomes(&self, payment: PaymentId, level: CardLevel) {
        self.payments.lock().unwrap().get_mut(&payment).unwrap().level = level;
    }

    /// An event tells of a payment.
    pub(crate) fn tells_of(&self, payment: PaymentId) {
        self.told.send_modify(|told| told.push(Told::Payment(payment)));
    }

    /// An event tells of a payout.
    pub(crate) fn pays_out(&self, payout: PayoutReading) {
        self.told.send_modify(|told| told.push(Told::Payout(payout)));
    }

    /// Money is given back on the processor's own page.
    pub(crate) fn gives_back_by_itself(&self, payment: PaymentId, cents: i64) {
        let refund = RefundReading {
            reference: "re_elsewhere".to_owned(),
            asked: None,
            amount: eur(cents),
            status: RefundStatus::Succeeded,
            failure: None,
        };
        self.payments.lock().unwrap().get_mut(&payment).unwrap().refunds.push(refund);
    }

    /// A payment of an earlier life of the till, which a restored backup does not have.
    pub(crate) fn opens_elsewhere(&self, payment: PaymentId) {
        let mut payments = self.payments.lock().unwrap();
        let known = payments.values().next().cloned().unwrap();
        payments.insert(payment, CardReading { reference: format!("pi_{payment}"), ..known });
    }

    pub(crate) fn has(&self, payment: PaymentId) -> bool {
        self.payments.lock().unwrap().contains_key(&payment)
    }

    /// Calls that did something, or would have.
    pub(crate) fn sent(&self) -> Vec<Call> {
        self.calls.borrow().iter().filter(|call| **call != Call::Read).cloned().collect()
    }

    pub(crate) async fn until_read(&self, times: usize) {
        let read = |calls: &Vec<Call>| calls.iter().filter(|call| **call == Call::Read).count() >= times;
        self.calls.subscribe().wait_for(read).await.unwrap();
    }

    pub(crate) fn reads(&self) -> usize {
        self.calls.borrow().iter().filter(|call| **call == Call::Read).count()
    }

    /// What really went back to the customer.
    pub(crate) fn gave_back(&self, payment: PaymentId) -> i64 {
        let payments = self.payments.lock().unwrap();
        payments[&payment].refunds.iter().map(|refund| refund.amount.minor()).sum()
    }

    /// Does it, unless the call slips.
    fn act(
        &self,
        call: Call,
        payment: PaymentId,
        act: impl FnOnce(&mut BTreeMap<PaymentId, CardReading>),
    ) -> Result<CardReading, RailError> {
        self.calls.send_modify(|calls| calls.push(call));
        let slip = self.slips.lock().unwrap().pop_front();
        match slip {
            Some(Slip::NotSent) => return Err(RailError::NotSent("no line".to_owned())),
            Some(Slip::LostBefore) => return Err(RailError::Unknown("timed out".to_owned())),
            Some(Slip::Declined) => return Err(RailError::Declined("not possible".to_owned())),
            Some(Slip::LostAfter | Slip::Lies(_)) | None => {}
        }
        act(&mut self.payments.lock().unwrap());
        match slip {
            Some(Slip::LostAfter) => Err(RailError::Unknown("timed out".to_owned())),
            Some(Slip::Lies(minor)) => {
                let mut reading = self.reading(payment).unwrap();
                reading.level = CardLevel::Captured { amount: eur(minor) };
                Ok(reading)
            }
            _ => Ok(self.reading(payment).unwrap()),
        }
    }

    pub(crate) fn reading(&self, payment: PaymentId) -> Option<CardReading> {
        let known = self.payments.lock().unwrap().get(&payment).cloned()?;
        Some(CardReading { number: self.numbers.fetch_add(1, Ordering::SeqCst) + 1, ..known })
    }
}

impl CardRail for Terminal {
    fn id(&self) -> RailId {
        RailId::STRIPE
    }

    fn health(&self) -> RailHealth {
        let problem = self.is_down.lock().unwrap().then(|| "unplugged".to_owned());
        let server = ServerHealth { address: "processor".to_owned(), problem };
        RailHealth { tip: None, servers: vec![server], notices: Vec::new() }
    }

    fn accepts(&self, terms: &CardTerms) -> Result<(), String> {
        let least = Money::new(50, terms.amount.currency());
        if terms.amount.minor() < least.minor() { Err(format!("cards start at {least}")) } else { Ok(()) }
    }

    fn open<'a>(&'a self, attempt: &'a CardAttempt) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            self.act(Call::Opened, attempt.payment, |payments| {
                payments.entry(attempt.payment).or_insert_with(|| CardReading {
                    number: 0,
                    reference: format!("pi_{}", attempt.payment),
                    level: CardLevel::Waiting { link: None },
                    declined: None,
                    charge: None,
                    refunds: Vec::new(),
                    disputes: Vec::new(),
                });
            })
        })
    }

    fn find<'a>(
        &'a self,
        attempt: &'a CardAttempt,
    ) -> RailFuture<'a, Result<Option<CardReading>, RailError>> {
        Box::pin(async move {
            self.calls.send_modify(|calls| calls.push(Call::Read));
            if *self.is_mute.lock().unwrap() {
                return Err(RailError::NotSent("no line".to_owned()));
            }
            Ok(self.reading(attempt.payment))
        })
    }

    fn cancel<'a>(&'a self, attempt: &'a CardAttempt) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            self.act(Call::Cancelled, attempt.payment, |payments| {
                let payment = payments.get_mut(&attempt.payment).unwrap();
                if matches!(payment.level, CardLevel::Waiting { .. } | CardLevel::Authorized { .. }) {
                    payment.level = CardLevel::Ended(CardEnd::Cancelled);
                }
            })
        })
    }

    fn capture<'a>(&'a self, capture: &'a Capture) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            self.act(Call::Captured(capture.amount.minor()), capture.payment, |payments| {
                let payment = payments.get_mut(&capture.payment).unwrap();
                payment.level = CardLevel::Captured { amount: capture.amount };
            })
        })
    }

    fn step(&self, _: PaymentId) -> Option<ReaderStep> {
        *self.step.lock().unwrap()
    }

    fn office(&self) -> Option<&dyn CardOffice> {
        Some(self)
    }

    /// Tells what the test says changed, once each.
    fn watch<'a>(&'a self, sink: Arc<dyn CardSink>) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(async move {
            let mut told = self.told.subscribe();
            let mut count = 0;
            loop {
                let news = told.wait_for(|told| told.len() > count).await.unwrap()[count..].to_vec();
                let (mut readings, mut payouts) = (Vec::new(), Vec::new());
                for told in &news {
                    match told {
                        Told::Payment(id) => readings.extend(self.reading(*id).map(|reading| (*id, reading))),
                        Told::Payout(payout) => payouts.push(payout.clone()),
                    }
                }
                let place = format!("evt_{}", count + news.len());
                let cursor = Some(CardCursor { place, as_of: Timestamp::from_millis(0) });
                let committed = sink.report(RailId::STRIPE, CardReport { readings, payouts, cursor }).await;
                committed.map_err(|lost| RailError::Unknown(lost.to_string()))?;
                count += news.len();
            }
        })
    }

    fn refund<'a>(&'a self, refund: &'a RefundAttempt) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            self.act(Call::Refunded(refund.amount.minor()), refund.payment, |payments| {
                let payment = payments.get_mut(&refund.payment).unwrap();
                // One key gives money back once.
                if payment.refunds.iter().all(|known| known.asked != Some(refund.refund)) {
                    payment.refunds.push(RefundReading {
                        reference: format!("re_{}", refund.refund),
                        asked: Some(refund.refund),
                        amount: refund.amount,
                        status: RefundStatus::Succeeded,
                        failure: None,
                    });
                }
            })
        })
    }
}
