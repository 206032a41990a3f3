//! The rail: the port's calls, each in one of two ways, and what both share.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use payment::card::{
    Capture, CardAttempt, CardLevel, CardMemory, CardOffice, CardRail, CardReading, CardSink, CardTerms,
    CardWay, ReaderRefunds, ReaderStep, RefundAttempt,
};
use payment::rail::{RailFuture, RailHealth, ServerHealth};
use payment::{PaymentId, RailError, RailId, Timestamp};
use stripe::StripeError;
use stripe_shared::{PaymentIntent, PaymentIntentStatus};
use stripe_terminal::TerminalReader;
use stripe_types::Currency;
use tokio::sync::{MutexGuard, Notify};

use crate::account::{Account, Asked};
use crate::amounts;
use crate::events::Place;
use crate::failure::failure;
use crate::key;
use crate::reading::{Facts, PAYMENT, REFUND};

/// Payments are read one after the other in so many lanes: in a lane the order of numbers is the order of truth.
const LANES: usize = 16;

/// Seconds that this machine's clock may be ahead of Stripe's when a lost payment is looked for.
pub(crate) const CLOCKS_APART: i64 = 600;

/// Tells the time of this machine.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a rail is opened with. Its `Debug` form does not exist: the key must not be printed.
#[derive(Clone)]
pub struct StripeConfig {
    /// The shop's key, from the keyring.
    pub key: String,
    /// A stand-in's address, with a slash at its end; `None` for Stripe itself.
    pub elsewhere: Option<String>,
    /// What Stripe signs its letters with (`whsec_…`), from the keyring; `None` when the shop gets none.
    pub webhook_secret: Option<String>,
}

#[derive(Default)]
struct Opening {
    times: u32,
    /// Its intent, when that was found without a reader that works on it.
    intent: Option<String>,
}

/// Cards through Stripe.
pub struct StripeRail {
    pub(crate) account: Account,
    address: String,
    numbers: AtomicU64,
    lanes: [tokio::sync::Mutex<()>; LANES],
    /// Why the last call failed; `None` after one that did not.
    problem: Mutex<Option<String>>,
    /// What this life of the till did to put payments on a reader.
    openings: Mutex<HashMap<PaymentId, Opening>>,
    /// Keys under which Stripe keeps an error of its own, with how many.
    spoiled: Mutex<HashMap<String, u32>>,
    /// Payments that customers are asked for at the moment.
    open: Mutex<BTreeSet<PaymentId>>,
    /// Rung when one is opened.
    pub(crate) opened: Notify,
    clock: Clock,
    /// How far readers were with payments at the last look.
    steps: Mutex<HashMap<PaymentId, ReaderStep>>,
    /// What people call the readers that were heard of.
    labels: Mutex<HashMap<String, String>>,
    /// How far the events were read. One watch has it at a time.
    pub(crate) place: tokio::sync::Mutex<Place>,
    pub(crate) webhook_secret: Option<String>,
    pub(crate) is_live: bool,
}

impl StripeRail {
    /// Opens the rail from what the books keep for it. Nobody is called yet.
    ///
    /// # Errors
    /// [`RailError::Misconfigured`] when the key is unusable.
    pub fn open(config: &StripeConfig, memory: &CardMemory, clock: Clock) -> Result<Self, RailError> {
        let elsewhere = config.elsewhere.as_deref();
        Ok(Self {
            account: Account::open(&config.key, elsewhere)?,
            address: elsewhere.unwrap_or("api.stripe.com").to_owned(),
            numbers: AtomicU64::new(memory.last_number),
            lanes: std::array::from_fn(|_| tokio::sync::Mutex::new(())),
            problem: Mutex::new(None),
            openings: Mutex::new(HashMap::new()),
            spoiled: Mutex::new(HashMap::new()),
            steps: Mutex::new(HashMap::new()),
            labels: Mutex::new(HashMap::new()),
            open: Mutex::new(BTreeSet::new()),
            opened: Notify::new(),
            clock,
            place: tokio::sync::Mutex::new(memory.cursor.as_ref().map(Place::of).unwrap_or_default()),
            webhook_secret: config.webhook_secret.clone(),
            is_live: key::is_live(&config.key),
        })
    }

    /// Keeps other reads of the payment waiting.
    pub(crate) async fn lane(&self, payment: PaymentId) -> MutexGuard<'_, ()> {
        let index = usize::from(payment.as_bytes()[15]) % LANES;
        self.lanes[index].lock().await
    }

    pub(crate) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Notes how a call went, and what its failure allows.
    pub(crate) fn noted<T>(&self, answer: Result<T, StripeError>) -> Result<T, RailError> {
        let answer = answer.map_err(|error| failure(&error));
        let problem = match &answer {
            Err(
                RailError::NotSent(reason) | RailError::Unknown(reason) | RailError::Misconfigured(reason),
            ) => Some(reason.clone()),
            Ok(_) | Err(RailError::Declined(_) | RailError::Protocol(_)) => None,
        };
        *self.problem.lock().unwrap_or_else(PoisonError::into_inner) = problem;
        answer
    }

    /// The key to do something under. Stripe answers a key for ever as it did first, also with an error of its own; what
    /// is done after such an answer, and after the till has looked that nothing was done, is done under a further key.
    pub(crate) fn key(&self, wish: &str) -> String {
        match self.spoiled.lock().unwrap_or_else(PoisonError::into_inner).get(wish) {
            Some(times) => format!("{wish}-after-{times}"),
            None => wish.to_owned(),
        }
    }

    /// As [`StripeRail::noted`], for what was done under the key of a wish.
    pub(crate) fn done<T>(&self, wish: &str, answer: Result<T, StripeError>) -> Result<T, RailError> {
        if matches!(answer, Err(StripeError::Stripe(_, 500..))) {
            self.spoil(wish);
        }
        self.noted(answer)
    }

    /// The key of a wish has nothing good to answer any more.
    pub(crate) fn spoil(&self, wish: &str) {
        let mut spoiled = self.spoiled.lock().unwrap_or_else(PoisonError::into_inner);
        *spoiled.entry(wish.to_owned()).or_insert(0) += 1;
    }

    /// What is asked of Stripe for a payment.
    pub(crate) fn asked<'a>(&self, key: &'a str, attempt: &'a CardAttempt) -> Result<Asked<'a>, RailError> {
        let amount = attempt.terms.amount;
        Ok(Asked {
            key,
            count: amounts::charged(amount).map_err(|error| RailError::Declined(error.to_string()))?,
            currency: stripes(amount.currency())?,
            capture: attempt.terms.capture,
            description: &attempt.description,
            // One entry: two would be sent in any order, and the same key must say the same.
            metadata: HashMap::from([(PAYMENT.to_owned(), attempt.payment.to_string())]),
        })
    }

    /// Which opening of the payment this is, from 1: a reader that was asked before is asked under another key.
    pub(crate) fn next_opening(&self, payment: PaymentId) -> u32 {
        let mut openings = self.openings.lock().unwrap_or_else(PoisonError::into_inner);
        let opening = openings.entry(payment).or_default();
        opening.times += 1;
        opening.times
    }

    /// Keeps the intent that a payment has already. Made again, it is the same only while Stripe remembers its key.
    pub(crate) fn keep_intent(&self, payment: PaymentId, intent: String) {
        let mut openings = self.openings.lock().unwrap_or_else(PoisonError::into_inner);
        openings.entry(payment).or_default().intent = Some(intent);
    }

    /// The intent that was kept for a payment.
    pub(crate) fn kept_intent(&self, payment: PaymentId) -> Option<String> {
        let openings = self.openings.lock().unwrap_or_else(PoisonError::into_inner);
        openings.get(&payment).and_then(|opening| opening.intent.clone())
    }

    /// This machine's time in seconds.
    pub(crate) fn now(&self) -> i64 {
        (self.clock)().millis() / 1_000
    }

    /// Is anybody asked to pay at the moment?
    pub(crate) fn has_open(&self) -> bool {
        !self.open.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Keeps whether the customer may still pay, and no reader's step once they may not; what is not known stays as it was.
    pub(crate) fn note_open(&self, payment: PaymentId, level: Option<&CardLevel>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        match level {
            Some(CardLevel::Waiting { .. }) if open.insert(payment) => self.opened.notify_one(),
            Some(CardLevel::Waiting { .. }) | None => {}
            Some(_) => {
                open.remove(&payment);
                self.note_step(payment, None);
            }
        }
    }

    /// Keeps how far the reader is with a payment.
    pub(crate) fn note_step(&self, payment: PaymentId, step: Option<ReaderStep>) {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        match step {
            Some(step) => steps.insert(payment, step),
            None => steps.remove(&payment),
        };
    }

    /// Keeps what people call a reader.
    pub(crate) fn note_label(&self, reader: &TerminalReader) {
        let mut labels = self.labels.lock().unwrap_or_else(PoisonError::into_inner);
        labels.insert(reader.id.as_str().to_owned(), reader.label.clone());
    }

    /// The intent with everything that belongs to it.
    pub(crate) async fn facts(&self, intent: &str) -> Result<Facts, RailError> {
        let intent = self.noted(self.account.intent(intent).await)?;
        let id = intent.id.as_str().to_owned();
        let mut facts = Facts { intent, refunds: Vec::new(), disputes: Vec::new() };
        if facts.intent.status == PaymentIntentStatus::Succeeded {
            let mut refunds = self.noted(self.account.refunds(&id).await)?.data;
            refunds.reverse();
            facts.refunds = refunds;
        }
        if facts.charge().is_some_and(|charge| charge.disputed) {
            let mut disputes = self.noted(self.account.disputes(&id).await)?.data;
            disputes.reverse();
            facts.disputes = disputes;
        }
        Ok(facts)
    }

    /// The intent of a payment that the books know by this name.
    pub(crate) async fn intent_of(&self, reference: &str) -> Result<String, RailError> {
        if reference.starts_with("pi_") {
            return Ok(reference.to_owned());
        }
        let paid = self.paid_on(reference).await?;
        paid.ok_or_else(|| RailError::Protocol(format!("nothing was paid on {reference}")))
    }

    pub(crate) async fn read_again(
        &self,
        payment: PaymentId,
        reference: &str,
    ) -> Result<CardReading, RailError> {
        let _lane = self.lane(payment).await;
        let facts = self.facts(&self.intent_of(reference).await?).await?;
        facts.reading(self.next_number(), reference.to_owned(), CardLevel::Waiting { link: None })
    }
}

/// Stripe's word for a currency.
pub(crate) fn stripes(currency: money::Currency) -> Result<Currency, RailError> {
    let code = currency.code().to_lowercase();
    code.parse().map_err(|_| RailError::Declined(format!("cards can't be charged in {}", currency.code())))
}

/// Does the intent belong to this payment?
pub(crate) fn is_of(intent: &PaymentIntent, payment: PaymentId) -> bool {
    intent.metadata.get(PAYMENT).is_some_and(|id| *id == payment.to_string())
}

impl CardRail for StripeRail {
    fn id(&self) -> RailId {
        RailId::STRIPE
    }

    fn health(&self) -> RailHealth {
        let problem = self.problem.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let server = ServerHealth { address: self.address.clone(), problem };
        RailHealth { tip: None, servers: vec![server], notices: Vec::new() }
    }

    fn accepts(&self, terms: &CardTerms) -> Result<(), String> {
        amounts::charged(terms.amount).map(|_| ()).map_err(|error| error.to_string())
    }

    fn open<'a>(&'a self, attempt: &'a CardAttempt) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            let _lane = self.lane(attempt.payment).await;
            let read = match &attempt.terms.way {
                CardWay::Reader(reader) => self.open_at_reader(attempt, reader).await,
                CardWay::Phone => self.open_for_phone(attempt).await,
            };
            self.note_open(attempt.payment, read.as_ref().ok().map(|reading| &reading.level));
            read
        })
    }

    fn find<'a>(
        &'a self,
        attempt: &'a CardAttempt,
    ) -> RailFuture<'a, Result<Option<CardReading>, RailError>> {
        Box::pin(async move {
            let _lane = self.lane(attempt.payment).await;
            let read = match &attempt.terms.way {
                CardWay::Reader(reader) => self.find_at_reader(attempt, reader).await,
                CardWay::Phone => self.find_for_phone(attempt).await,
            };
            self.note_open(
                attempt.payment,
                read.as_ref().ok().and_then(Option::as_ref).map(|reading| &reading.level),
            );
            read
        })
    }

    fn cancel<'a>(&'a self, attempt: &'a CardAttempt) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            let _lane = self.lane(attempt.payment).await;
            let read = match &attempt.terms.way {
                CardWay::Reader(reader) => self.cancel_at_reader(attempt, reader).await,
                CardWay::Phone => self.cancel_for_phone(attempt).await,
            };
            self.note_open(attempt.payment, read.as_ref().ok().map(|reading| &reading.level));
            read
        })
    }

    fn capture<'a>(&'a self, capture: &'a Capture) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            let intent = self.intent_of(&capture.reference).await?;
            let count =
                amounts::counted(capture.amount).map_err(|error| RailError::Declined(error.to_string()))?;
            let wish = format!("{}-capture", capture.payment);
            self.done(&wish, self.account.capture(&self.key(&wish), &intent, count).await)?;
            self.read_again(capture.payment, &capture.reference).await
        })
    }

    fn refund<'a>(&'a self, refund: &'a RefundAttempt) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            let intent = self.intent_of(&refund.reference).await?;
            let count =
                amounts::counted(refund.amount).map_err(|error| RailError::Declined(error.to_string()))?;
            let wish = refund.refund.to_string();
            let metadata = HashMap::from([(REFUND.to_owned(), wish.clone())]);
            let made = self.account.refund(&self.key(&wish), &intent, count, metadata).await;
            self.done(&wish, made).map_err(refused_refund)?;
            self.read_again(refund.payment, &refund.reference).await
        })
    }

    fn watch<'a>(&'a self, sink: Arc<dyn CardSink>) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(self.follow_events(sink))
    }

    fn step(&self, payment: PaymentId) -> Option<ReaderStep> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).get(&payment).copied()
    }

    fn reader_label(&self, reader: &str) -> Option<String> {
        self.labels.lock().unwrap_or_else(PoisonError::into_inner).get(reader).cloned()
    }

    fn reader_refunds(&self) -> Option<&dyn ReaderRefunds> {
        Some(self)
    }

    fn office(&self) -> Option<&dyn CardOffice> {
        Some(self)
    }
}

/// A refund that Stripe finds wrong is one that will not be made: more than is left, too late, disputed.
pub(crate) fn refused_refund(error: RailError) -> RailError {
    match error {
        RailError::Protocol(reason) => RailError::Declined(reason),
        other => other,
    }
}
