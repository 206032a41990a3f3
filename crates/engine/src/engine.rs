//! The engine: starts everything in order, recovers what was in flight, and stops everything in order.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use money::Currency;
use payment::card::{CardNotice, NoticeRefused, ReaderStep};
use payment::rail::RailError;
use payment::rates::{NoRate, RateSource, SourceState};
use payment::sale::Payment;
use payment::stream::Instruction;
use payment::{InvoiceId, PaymentId, QuotedRate, Rail, RailId, Sale};
use settings::Settings;
use store::{ReadError, Reader, Source, Store, Writer};
use thiserror::Error;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};

use crate::bookkeeper::Bookkeeper;
use crate::cards::{CardOpened, CardSetup, Cards};
use crate::charging::{Charging, ChargingOpened, ChargingSetup};
use crate::clock::Clock;
use crate::command::{Command, EngineError, Outcome, Reply};
use crate::ending::{Ending, Farewell};
use crate::feed::{Change, Feed};
use crate::intake::{Answer, Intake};
use crate::meters::Meters;
use crate::offers::{self, Wanted};
use crate::rails::{RailSetup, Rails};
use crate::rates::Rates;
use crate::recovery::{InFlight, awaits_address};
use crate::supervisor::Supervisor;
use crate::threads::Threads;
use crate::timekeeper::{Quotes, keep_time};

/// How long whoever starts a payment waits for its code: a little longer than rails try (10 s), so that their own reason
/// is what the clerk reads.
const CODE_WAIT: Duration = Duration::from_secs(12);

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
    /// The rails that the till charges.
    pub charging: Vec<ChargingSetup>,
    /// The rails that take cards.
    pub cards: Vec<CardSetup>,
    /// The public sources of prices there are; the settings name those in use.
    pub rates: Vec<Arc<dyn RateSource>>,
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
    pub(crate) charging: Charging,
    pub(crate) cards: Cards,
    pub(crate) rates: Arc<Rates>,
    pub(crate) feed: Feed,
    pub(crate) quotes: Quotes,
    pub(crate) settings: watch::Sender<Arc<Settings>>,
    pub(crate) meters: Meters,
    pub(crate) supervisor: Supervisor,
    intake: Arc<Mutex<Option<Intake>>>,
}

impl Shared {
    fn new(
        rails: Rails,
        (charging, cards): (Charging, Cards),
        rates: Arc<Rates>,
        settings: Settings,
        intake: Intake,
        meters: Meters,
    ) -> Self {
        Self {
            rails,
            charging,
            cards,
            rates,
            feed: Feed::new(),
            quotes: Quotes::default(),
            settings: watch::Sender::new(Arc::new(settings)),
            meters,
            supervisor: Supervisor::new(),
            intake: Arc::new(Mutex::new(Some(intake))),
        }
    }

    /// Asks a rail for an address, unless the till is closing: then the next start asks.
    pub(crate) fn request_offer(&self, wanted: Wanted) {
        if let Some(intake) = self.intake() {
            offers::request(&self.supervisor, &self.rails, &intake, wanted);
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
    ended: watch::Receiver<Option<Ending>>,
}

impl Engine {
    /// Starts an engine on the current runtime: opens the rails, recovers what was in flight, starts watching.
    ///
    /// # Errors
    /// When the journal can't be read.
    pub async fn start(setup: Setup) -> Result<Self, StartError> {
        Self::start_on(Threads::Several, setup).await
    }

    /// As [`Engine::start`], with everything on the runtime's own thread: the same wishes at the same times take the
    /// same turns. For simulations; a till needs a thread that may wait for its disk.
    ///
    /// # Errors
    /// As [`Engine::start`].
    #[doc(hidden)]
    pub async fn start_on_one_thread(setup: Setup) -> Result<Self, StartError> {
        Self::start_on(Threads::One, setup).await
    }

    async fn start_on(threads: Threads, setup: Setup) -> Result<Self, StartError> {
        let Setup { store, writer, settings, rails, charging, cards, rates, clock } = setup;
        let reader = store.reader();
        let in_flight = InFlight::read(&writer)?;
        let (last_event, _) = writer.head();
        let mut remembered = Vec::with_capacity(rails.len());
        for rail in rails {
            let memory = writer.rail_memory(rail.id)?;
            remembered.push((rail, memory));
        }
        let mut remembered_cards = Vec::with_capacity(cards.len());
        for rail in cards {
            let memory = writer.card_memory(rail.id)?;
            remembered_cards.push((rail, memory));
        }
        let (intake, inbox) = Intake::new();
        let rails = Rails::open(remembered, threads).await;
        let meters = Meters::new(clock.clone(), intake.seen_from_outside());
        let takers = (Charging::new(charging), Cards::open(remembered_cards));
        let rates = Arc::new(Rates::new(rates, rails.clone()));
        let shared = Shared::new(rails, takers, rates, settings.clone(), intake.clone(), meters);
        let (farewell, ended) = Farewell::of(&shared.supervisor);
        let bookkeeper = Bookkeeper::new((store, writer), inbox, settings, clock.clone(), shared.clone());
        threads.employ(bookkeeper, farewell, &shared.supervisor)?;
        let engine = Self { shared, reader, clock, ended };
        engine.resume(&in_flight, &intake).await;
        engine.shared.charging.collect(&engine.shared.supervisor, &intake, last_event);
        engine.shared.cards.collect(&engine.shared.supervisor, &intake, &engine.shared.feed);
        engine.shared.rates.follow(&engine.shared, &engine.clock, &intake);
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

    /// Hands in a parcel and gives what will answer, after the commit. Parcels are served in the order they are handed
    /// in; with many waiting, whoever hands in waits too.
    ///
    /// # Errors
    /// When the till is closing.
    pub async fn hand_in(
        &self,
        source: Source,
        instructions: Arc<[Instruction]>,
    ) -> Result<PendingParcel, EngineError> {
        let intake = self.shared.intake().ok_or(EngineError::Closing)?;
        Ok(PendingParcel(intake.hand_in(Command::TakeParcel { source, instructions, again: false }).await?))
    }

    /// As [`Engine::ask`], for commands that answer with a sale.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub async fn ask_sale(&self, command: Command) -> Result<Sale, EngineError> {
        match self.ask(command).await? {
            Reply::Sale(sale) => Ok(*sale),
            _ => Err(EngineError::NoSuchSale),
        }
    }

    /// Starts a payment and waits until its code can be shown, the rail has refused, or nobody can pay it any more.
    ///
    /// # Errors
    /// As [`Engine::ask`]; and when the rail gives no address in time: the payment stays open then, and shows its code
    /// when one comes.
    pub async fn start_payment(
        &self,
        invoice: InvoiceId,
        payment: PaymentId,
        (rail, coin): (RailId, Currency),
    ) -> Result<Sale, EngineError> {
        let mut changes = self.feed().subscribe();
        let sale = self.ask_sale(Command::StartPayment { invoice, payment, rail, coin }).await?;
        tokio::select! {
            biased;
            sale = self.until_ready(sale, payment, &mut changes) => sale,
            () = self.shared.supervisor.stopping() => Err(EngineError::Closing),
            () = tokio::time::sleep(CODE_WAIT) => Err(EngineError::RailUnavailable {
                rail,
                reason: "it gave no address in time. The code is shown when one comes: wait, or cancel the payment"
                    .to_owned(),
            }),
        }
    }

    async fn until_ready(
        &self,
        mut sale: Sale,
        payment: PaymentId,
        changes: &mut broadcast::Receiver<Change>,
    ) -> Result<Sale, EngineError> {
        while is_preparing(&sale, payment) {
            match changes.recv().await {
                Ok(Change::Sale(id, _)) if id != sale.id => {}
                Ok(_) | Err(RecvError::Lagged(_)) => match self.sale(sale.id).await {
                    Err(error) if error.may_pass() => {}
                    found => sale = found?,
                },
                Err(RecvError::Closed) => return Err(EngineError::Closing),
            }
        }
        Ok(sale)
    }

    /// The sale as committed.
    ///
    /// # Errors
    /// When there is none, or the journal can't be read.
    pub async fn sale(&self, invoice: InvoiceId) -> Result<Sale, EngineError> {
        self.reader.sale(invoice).await?.ok_or(EngineError::NoSuchSale)
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

    /// What it measures of itself.
    #[must_use]
    pub const fn meters(&self) -> &Meters {
        &self.shared.meters
    }

    /// The settings in force.
    #[must_use]
    pub fn settings(&self) -> Arc<Settings> {
        self.shared.settings.borrow().clone()
    }

    /// What one unit of a coin counts for now in the shop's currency: the owner's price, or what the sources agree on.
    ///
    /// # Errors
    /// Why there is no price.
    pub fn rate(&self, coin: Currency) -> Result<QuotedRate, NoRate> {
        let now = self.clock.now().wall;
        self.shared.rates.look(now);
        self.shared.rates.quoted(&self.settings(), coin, now)
    }

    /// Whether a coin has a price now. Asking does not count as a look at prices, after which sources are asked more often.
    #[must_use]
    pub fn has_rate(&self, coin: Currency) -> bool {
        self.shared.rates.quoted(&self.settings(), coin, self.clock.now().wall).is_ok()
    }

    /// How each public source of prices in use is doing, in the owner's order.
    #[must_use]
    pub fn rate_sources(&self) -> Vec<SourceState> {
        self.shared.rates.states()
    }

    /// A rail, or why it can't be used; `None` when this till has none of that name.
    #[must_use]
    pub fn rail(&self, id: RailId) -> Option<Result<Arc<dyn Rail>, RailError>> {
        self.shared.rails.get(id)
    }

    /// A rail that is charged, or why it can't be used; `None` when this till has none of that name.
    #[must_use]
    pub fn charging_rail(&self, id: RailId) -> Option<&ChargingOpened> {
        self.shared.charging.get(id)
    }

    /// A rail that takes cards, or why it can't be used; `None` when this till has none of that name.
    #[must_use]
    pub fn card_rail(&self, id: RailId) -> Option<&CardOpened> {
        self.shared.cards.get(id)
    }

    /// How far the reader is with a card payment; `None` when nobody knows, or no reader has it.
    #[must_use]
    pub fn card_step(&self, rail: RailId, payment: PaymentId) -> Option<ReaderStep> {
        self.card_rail(rail)?.as_ref().ok()?.step(payment)
    }

    /// What people call a reader; `None` while its rail has not heard of it.
    #[must_use]
    pub fn reader_label(&self, rail: RailId, reader: &str) -> Option<String> {
        self.card_rail(rail)?.as_ref().ok()?.reader_label(reader)
    }

    /// Takes a letter of a processor of cards, and waits until what it changed is committed.
    ///
    /// # Errors
    /// Why it was not taken. [`NoticeRefused::NotRead`] means that it should be sent again.
    pub async fn take_card_notice(&self, rail: RailId, notice: CardNotice<'_>) -> Result<(), NoticeRefused> {
        let closing = || RailError::NotSent("the till is closing".to_owned());
        let intake = self.shared.intake().ok_or_else(closing)?;
        self.shared.cards.receive(rail, notice, intake).await
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

    /// Waits until the engine has ended, and tells how. A broken one records nothing any more.
    pub fn ended(&self) -> impl Future<Output = Ending> + Send + use<> {
        let mut ended = self.ended.clone();
        async move {
            let ending = ended.wait_for(Option::is_some).await.ok().and_then(|ending| *ending);
            ending.unwrap_or(Ending::Broken)
        }
    }

    /// Stops in order: no new commands, tasks end, what is queued is committed, the writer closes.
    pub async fn stop(&self) {
        drop(self.shared.intake.lock().unwrap_or_else(PoisonError::into_inner).take());
        self.shared.supervisor.stop().await;
        // The writer's connection must be the last to close: it then leaves one file without a log beside it.
        self.reader.close().await;
        self.ended().await;
    }

    /// Goes on where the till stopped, quotes first: only then may a rail tell what it saw meanwhile.
    async fn resume(&self, in_flight: &InFlight, intake: &Intake) {
        let now = self.clock.now();
        in_flight.resume_quotes(&self.shared, intake, now).await;
        in_flight.request_offers(&self.shared, now);
        let time = keep_time(self.shared.quotes.clone(), self.clock.clone(), intake.clone());
        self.shared.supervisor.run_until_stop(time);
        self.shared.rails.watch(&self.shared.supervisor, intake, &self.shared.feed, &self.reader);
    }
}

/// A parcel that was handed in.
#[derive(Debug)]
pub struct PendingParcel(Answer);

impl PendingParcel {
    /// What became of each instruction, once it is committed.
    ///
    /// # Errors
    /// As [`Engine::ask`]. The same parcel can be handed in again without harm.
    pub async fn outcomes(self) -> Result<Vec<Outcome>, EngineError> {
        match self.0.await.map_err(|_| EngineError::Unknown)?? {
            Reply::Parcel(outcomes) => Ok(outcomes),
            _ => Err(EngineError::Unknown),
        }
    }
}

fn is_preparing(sale: &Sale, payment: PaymentId) -> bool {
    let chain = sale.payment(payment).and_then(Payment::chain);
    chain.is_some_and(|chain| awaits_address(sale, chain))
}
