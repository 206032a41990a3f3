//! What coins are worth now: asks the sources that the settings name, keeps what they say on the board, and answers the
//! desk and the screens from there, so that nobody who sells ever waits for a source.
//!
//! Nobody is asked about what has a price of the owner's, and nothing of this touches cash or cards. While somebody looks
//! at prices the sources are asked every [`ACTIVE`]; at rest every [`REST`], so that the first sale after a quiet hour
//! finds a price of now.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use money::{Currency, Percent, Rate};
use payment::rates::board::LAST_GOOD_EXTRA_PERCENT;
use payment::rates::{
    AskError, Board, Listed, Market, NoRate, Pair, RateSource, SourceState, Trade, peg, questions,
};
use payment::{QuotedRate, RailId, Timestamp};
use settings::Settings;
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::clock::Clock;
use crate::command::Command;
use crate::engine::Shared;
use crate::feed::{Change, Feed};
use crate::intake::Intake;
use crate::rails::Rails;

/// Between two questions while somebody looks at prices.
const ACTIVE: Duration = Duration::from_secs(15);
/// Between two questions at rest: shorter than an answer is fresh for.
const REST: Duration = Duration::from_secs(45);
/// After the last look at a price the till is at rest.
const LOOKED_AT_MS: i64 = 10 * 60_000;
/// How long a source is left alone that wants to be asked less often and does not say how much.
const BUSY: Duration = Duration::from_secs(60);
/// No source is left alone for longer, whatever it says.
const BUSY_MAX: Duration = Duration::from_secs(15 * 60);

/// Prices of coins for one engine.
pub(crate) struct Rates {
    sources: Vec<Arc<dyn RateSource>>,
    board: Mutex<Board>,
    rails: Rails,
    /// When somebody last looked at a price, in milliseconds of the wall clock.
    looked_at: AtomicI64,
    looks: Notify,
    /// Stablecoins taken at par whose market has left it: the owner was told.
    off_par: Mutex<Vec<Currency>>,
}

impl Rates {
    pub(crate) fn new(sources: Vec<Arc<dyn RateSource>>, rails: Rails) -> Self {
        Self {
            sources,
            board: Mutex::default(),
            rails,
            looked_at: AtomicI64::new(i64::MIN),
            looks: Notify::new(),
            off_par: Mutex::default(),
        }
    }

    /// What one unit of a coin, or of another currency than the shop's, counts for now, with the shop's spread.
    pub(crate) fn quoted(
        &self,
        settings: &Settings,
        coin: Currency,
        now: Timestamp,
    ) -> Result<QuotedRate, NoRate> {
        let currency = settings.shop.currency;
        if let Some(fixed) = settings.rate(coin, currency, now) {
            return Ok(fixed);
        }
        let board = self.board();
        let found = if settings.rates.is_at_par(coin) {
            board.par(coin, currency, now)?
        } else if coin.is_fiat() {
            board.fiat(coin, currency, now)?
        } else {
            board.market(Pair::of(coin, currency), now)?
        };
        let Market { rate, as_of, basis, answers, trouble } = found;
        let spread = settings.rates.spread_of(coin);
        Ok(QuotedRate {
            market: rate.for_base(coin).map_err(|_| NoRate::OutOfRange)?,
            spread: if trouble.is_some() { spread.plus(extra()) } else { spread },
            source: basis.name().to_owned(),
            as_of,
            answers,
        })
    }

    /// How each source in use is doing, in the owner's order.
    pub(crate) fn states(&self) -> Vec<SourceState> {
        self.board().sources()
    }

    /// Stablecoins taken at par whose market has left it since the last look, with what it gives.
    fn left_par(&self, settings: &Settings, now: Timestamp) -> Vec<Rate> {
        let board = self.board();
        let coins = settings.rates.at_par.iter().filter_map(|symbol| Pair::named(symbol, "EUR"));
        let off: Vec<Rate> = coins.filter_map(|pair| board.off_par(pair.base(), now)).collect();
        let mut known = self.off_par.lock().unwrap_or_else(PoisonError::into_inner);
        let new = off.iter().filter(|rate| !known.contains(&rate.base())).copied().collect();
        *known = off.iter().map(Rate::base).collect();
        new
    }

    /// Asks every source until the till closes.
    pub(crate) fn follow(self: &Arc<Self>, shared: &Shared, clock: &Arc<dyn Clock>, intake: &Intake) {
        for source in &self.sources {
            let follower = Follower {
                source: source.clone(),
                rates: self.clone(),
                settings: shared.settings.subscribe(),
                clock: clock.clone(),
                feed: shared.feed.clone(),
                intake: intake.clone(),
            };
            shared.supervisor.run_until_stop(follower.follow());
        }
    }

    /// Notes that somebody looks at a price, and wakes the sources if nobody did for a while.
    pub(crate) fn look(&self, now: Timestamp) {
        let before = self.looked_at.swap(now.millis(), Ordering::Relaxed);
        if now.millis().saturating_sub(before) > LOOKED_AT_MS {
            self.looks.notify_waiters();
        }
    }

    fn pace(&self, now: Timestamp) -> Duration {
        let since = now.millis().saturating_sub(self.looked_at.load(Ordering::Relaxed));
        if since > LOOKED_AT_MS { REST } else { ACTIVE }
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The pairs somebody may want to know: what the shop takes and has no price of its own for, and what stablecoins at
    /// par are worth.
    fn wanted(&self, settings: &Settings, now: Timestamp) -> Vec<Pair> {
        let currency = settings.shop.currency;
        let rails = RailId::all().filter_map(|id| self.rails.get(id)?.ok());
        let coins = rails.flat_map(|rail| rail.coins());
        let unpriced = coins.filter(|coin| settings.rate(*coin, currency, now).is_none());
        let mut wanted: Vec<Pair> = unpriced.map(|coin| Pair::of(coin, currency)).collect();
        wanted.extend(settings.rates.at_par.iter().filter_map(|coin| Pair::named(coin, peg(coin)?.code())));
        wanted
    }

    /// Puts the sources that the settings name on the board, and gives what one of them is to be asked.
    fn arrange(&self, settings: &Settings, name: &str, now: Timestamp) -> Vec<Pair> {
        let wanted = self.wanted(settings, now);
        let in_use = settings
            .rates
            .public_sources()
            .filter_map(|name| self.sources.iter().find(|source| source.name() == name));
        let listed: Vec<Listed> =
            in_use.map(|source| listed(source.as_ref(), &wanted, !settings.routes.is_empty())).collect();
        let own = listed.iter().find(|source| source.name == name);
        let asked = own.map(|source| source.asked.clone()).unwrap_or_default();
        self.board().arrange(listed, settings.rates.preferred.clone(), wanted);
        asked
    }
}

/// Currencies are asked for when a coin may have to be crossed, or a stream may bring money of another currency.
fn listed(source: &dyn RateSource, wanted: &[Pair], streams: bool) -> Listed {
    let is_needed = !wanted.is_empty() || (streams && source.trade() == Trade::Currencies);
    Listed {
        name: source.name().to_owned(),
        trade: source.trade(),
        fresh_ms: i64::try_from(source.fresh_for().as_millis()).unwrap_or(i64::MAX),
        asked: if is_needed { questions(source, wanted) } else { Vec::new() },
    }
}

fn extra() -> Percent {
    Percent::parse(LAST_GOOD_EXTRA_PERCENT).expect("the constant is a percentage")
}

/// Asks one source, again and again.
struct Follower {
    source: Arc<dyn RateSource>,
    rates: Arc<Rates>,
    settings: watch::Receiver<Arc<Settings>>,
    clock: Arc<dyn Clock>,
    feed: Feed,
    intake: Intake,
}

impl Follower {
    async fn follow(mut self) {
        loop {
            let settings = self.settings.borrow_and_update().clone();
            let asked = self.rates.arrange(&settings, self.source.name(), self.clock.now().wall);
            let pause = if asked.is_empty() { None } else { self.ask(&asked, &settings).await };
            self.rest(pause, asked.is_empty()).await;
        }
    }

    /// Gives how long the source wants to be left alone, if it said so.
    async fn ask(&self, asked: &[Pair], settings: &Settings) -> Option<Duration> {
        let name = self.source.name();
        let before = self.rates.states();
        let answer = self.source.ask(asked, self.clock.now().wall).await;
        let now = self.clock.now().wall;
        let pause = match answer {
            Ok(told) => {
                self.rates.board().take(name, told, now);
                None
            }
            Err(error) => {
                tracing::debug!(source = name, %error, "a source of rates said nothing");
                self.rates.board().miss(name, error.to_string(), now);
                match error {
                    AskError::Busy { again_in } => Some(again_in.unwrap_or(BUSY).min(BUSY_MAX)),
                    AskError::Down(_) | AskError::Nonsense(_) => None,
                }
            }
        };
        for rate in self.rates.left_par(settings, now) {
            // A till that can't record it shows so by itself.
            let _refused = self.intake.ask(Command::NoteOffPar { rate }).await;
        }
        if has_turned(&before, &self.rates.states(), name) {
            self.feed.publish(Change::Status);
        }
        pause
    }

    /// Until the next question is due, or other settings are in force.
    async fn rest(&mut self, pause: Option<Duration>, is_idle: bool) {
        let asked_at = Instant::now();
        loop {
            let looked = self.rates.looks.notified();
            let pace = self
                .rates
                .pace(self.clock.now().wall)
                .max(self.source.pause())
                .max(pause.unwrap_or_default());
            tokio::select! {
                changed = self.settings.changed() => {
                    if changed.is_err() {
                        return std::future::pending().await;
                    }
                    if pause.is_none() {
                        return;
                    }
                }
                () = looked => {}
                () = tokio::time::sleep_until(asked_at + pace) => return,
            }
            if is_idle {
                return;
            }
        }
    }
}

/// Whether a source began to answer, or ceased to.
fn has_turned(before: &[SourceState], after: &[SourceState], name: &str) -> bool {
    let is_well = |states: &[SourceState]| {
        states
            .iter()
            .find(|state| state.name == name)
            .map(|state| (state.answered_at.is_some(), state.problem.is_none()))
    };
    is_well(before) != is_well(after)
}
