//! The engine: starts everything in order, recovers what was in flight, and stops everything in order.

use std::sync::{Arc, Mutex, PoisonError};

use payment::rail::{Attempt, RailError};
use payment::sale::Payment;
use payment::{InvoiceId, PaymentId, Rail, RailId, Sale};
use settings::Settings;
use store::{ReadError, Reader, Store, Writer};
use thiserror::Error;
use tokio::sync::watch;

use crate::bookkeeper::Bookkeeper;
use crate::clock::Clock;
use crate::command::{Command, EngineError, Reply};
use crate::feed::Feed;
use crate::intake::Intake;
use crate::rails::{RailSetup, Rails};
use crate::supervisor::Supervisor;
use crate::timekeeper::{Quotes, keep_time};

/// What an engine is started with.
pub struct Setup {
    /// The open store.
    pub store: Store,
    /// Its only writer.
    pub writer: Writer,
    /// The shop's settings as stored.
    pub settings: Settings,
    /// The rails that the settings ask for.
    pub rails: Vec<RailSetup>,
    /// Time.
    pub clock: Arc<dyn Clock>,
}

/// Why an engine did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The journal can't be read.
    #[error("the journal can't be read: {0}. Run `tillstream ledger verify`, or restore a backup")]
    Journal(#[from] ReadError),
    /// No thread for the writer.
    #[error("the writer's thread did not start: {0}")]
    Thread(#[from] std::io::Error),
}

/// What the parts of an engine share.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) rails: Rails,
    pub(crate) feed: Feed,
    pub(crate) quotes: Quotes,
    pub(crate) settings: watch::Sender<Arc<Settings>>,
    supervisor: Supervisor,
    intake: Arc<Mutex<Option<Intake>>>,
}

impl Shared {
    /// Asks a rail for an address, unless the till is closing: then the next start asks.
    pub(crate) fn request_offer(&self, of: (InvoiceId, RailId), attempt: Attempt) {
        if let Some(intake) = self.intake() {
            self.rails.request_offer(&self.supervisor, &intake, of, attempt);
        }
    }

    fn intake(&self) -> Option<Intake> {
        self.intake.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A running engine. Cheap to clone; [`Engine::stop`] ends it for all clones.
#[derive(Clone)]
pub struct Engine {
    shared: Shared,
    reader: Reader,
    clock: Arc<dyn Clock>,
    bookkeeper: Arc<Mutex<Option<std::thread::JoinHandle<()>>>>,
}

impl Engine {
    /// Starts an engine on the current runtime: opens the rails, recovers what was in flight, starts watching.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub fn start(setup: Setup) -> Result<Self, StartError> {
        let Setup { store, mut writer, settings, rails, clock } = setup;
        let reader = store.reader();
        let rails = Rails::open(rails, |id| writer.rail_memory(id))?;
        let in_flight = in_flight(&mut writer)?;
        let (intake, inbox) = Intake::new();
        let shared = Shared {
            rails,
            feed: Feed::new(),
            quotes: Quotes::default(),
            settings: watch::Sender::new(Arc::new(settings.clone())),
            supervisor: Supervisor::new(),
            intake: Arc::new(Mutex::new(Some(intake.clone()))),
        };
        let bookkeeper =
            Bookkeeper { store, writer: Some(writer), inbox, settings, clock: clock.clone(), shared: shared.clone() };
        let thread = std::thread::Builder::new().name("bookkeeper".to_owned()).spawn(|| bookkeeper.work())?;
        let engine = Self { shared, reader, clock, bookkeeper: Arc::new(Mutex::new(Some(thread))) };
        engine.recover(&in_flight);
        engine.run_tasks(&intake);
        Ok(engine)
    }

    /// Asks for something and waits until it is committed.
    ///
    /// # Errors
    /// Says why it was not done, and whether it is known that it was not.
    pub async fn ask(&self, command: Command) -> Result<Reply, EngineError> {
        match self.shared.intake() {
            Some(intake) => intake.ask(command).await,
            None => Err(EngineError::Closing),
        }
    }

    /// As [`Engine::ask`], for commands that answer with a sale.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn ask_sale(&self, command: Command) -> Result<Sale, EngineError> {
        match self.ask(command).await? {
            Reply::Sale(sale) => Ok(*sale),
            Reply::Stray(_) | Reply::Done => Err(EngineError::NoSuchSale),
        }
    }

    /// Starts a payment and waits until its code can be shown, or the rail has refused.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn start_payment(
        &self,
        invoice: InvoiceId,
        payment: PaymentId,
        rail: RailId,
    ) -> Result<Sale, EngineError> {
        let mut changes = self.feed().subscribe();
        let mut sale = self.ask_sale(Command::StartPayment { invoice, payment, rail }).await?;
        while is_preparing(&sale, payment) {
            if changes.recv().await.is_err_and(|e| e == tokio::sync::broadcast::error::RecvError::Closed) {
                return Err(EngineError::Closing);
            }
            sale = self.sale(invoice).await?;
        }
        Ok(sale)
    }

    /// The sale as committed.
    ///
    /// # Errors
    /// When there is none, or the journal can't be read.
    pub async fn sale(&self, invoice: InvoiceId) -> Result<Sale, EngineError> {
        let found = self.reader.sale(invoice).await.map_err(|e| EngineError::Journal(e.to_string()))?;
        found.ok_or(EngineError::NoSuchSale)
    }

    /// Reads of everything else.
    #[must_use]
    pub const fn reader(&self) -> &Reader {
        &self.reader
    }

    /// What changes.
    #[must_use]
    pub const fn feed(&self) -> &Feed {
        &self.shared.feed
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        self.shared.settings.borrow().clone()
    }

    /// A rail, or why it can't be used; `None` when this till has none of that name.
    #[must_use]
    pub fn rail(&self, id: RailId) -> Option<Result<Arc<dyn Rail>, RailError>> {
        self.shared.rails.get(id)
    }

    /// Milliseconds left of a quote by the monotonic clock; 0 when it ended.
    #[must_use]
    pub fn quote_remaining_ms(&self, payment: PaymentId) -> u32 {
        self.shared.quotes.remaining_ms(payment, self.clock.as_ref())
    }

    /// The engine's clock.
    #[must_use]
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// Runs a task that belongs to this engine: it is dropped when the engine stops.
    pub fn run(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.shared.supervisor.run_until_stop(task);
    }

    /// Stops in order: no new commands, tasks end, what is queued is committed, the writer closes.
    pub async fn stop(&self) {
        drop(self.shared.intake.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.shared.supervisor.stop().await;
        let thread = self.bookkeeper.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && tokio::task::spawn_blocking(move || thread.join()).await.is_err()
        {
            tracing::error!("the bookkeeper did not end well");
        }
        self.reader.close().await;
    }

    fn run_tasks(&self, intake: &Intake) {
        let time = keep_time(self.shared.quotes.clone(), self.clock.clone(), intake.clone());
        self.shared.supervisor.run_until_stop(time);
        self.shared.rails.watch(&self.shared.supervisor, intake, &self.shared.feed, &self.reader);
    }

    /// Quotes go on for what the wall clock says is left of them, never for longer than their life; addresses that
    /// were asked for and never came are asked for again.
    fn recover(&self, in_flight: &[Sale]) {
        let now = self.clock.now();
        for sale in in_flight {
            for payment in &sale.payments {
                let Some(chain) = payment.chain() else { continue };
                if chain.ended_at.is_none() {
                    let life = i64::from(chain.terms.quote.life_ms);
                    let left = (payment.started_at.millis() + life - now.wall.millis()).clamp(0, life);
                    let ends_at = now.monotonic_ms + u64::try_from(left).unwrap_or(0);
                    self.shared.quotes.start(sale.id, payment.id, ends_at);
                }
                if chain.address.is_none() && chain.failure.is_none() {
                    let attempt = Attempt { payment: payment.id, amount: chain.terms.quote.coin };
                    self.shared.request_offer((sale.id, chain.terms.rail), attempt);
                }
            }
        }
    }
}

fn in_flight(writer: &mut Writer) -> Result<Vec<Sale>, ReadError> {
    let ids = writer.live_sales()?;
    ids.into_iter().filter_map(|id| writer.sale(id).transpose()).collect()
}

fn is_preparing(sale: &Sale, payment: PaymentId) -> bool {
    let chain = sale.payment(payment).and_then(Payment::chain);
    chain.is_some_and(|chain| chain.address.is_none() && chain.failure.is_none() && !chain.cancelled)
}
