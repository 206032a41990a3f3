//! Everything outside the till: the chain, which goes on whether or not the till runs, and the line to it. What really
//! happened stands here, and all that the rail ever said.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};

use money::{Currency, Money};
use payment::transfer::WithdrawnReason;
use payment::{Level, Observation, Timestamp, TransferRef};
use rail_practice::{Act, ActRefused, Chain, Draws, unreliable};
use tokio::sync::watch;

use super::weather::Weather;

/// Readings of what was recorded that may come again, at most.
const STALE_MAX: u32 = 4;

/// A lie that judges must find out: planted by the tests of the judge, never drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Defect {
    /// Each transfer is told under two references.
    TwoReferences,
    /// Each transfer is told with an amount that is never put right.
    WrongAmount,
    /// The rail never reports anything.
    Silence,
    /// Who vouches is drawn from something else than the seed.
    Chance,
    /// The acquirer takes the money of a key as often as it is sent.
    TakesTwice,
    /// The acquirer says that it took money, and took none.
    TakesNothing,
    /// The till believes that nothing was sent when nobody knows.
    CallsItNotSent,
    /// So it does with cards at the counter.
    CallsCardNotSent,
    /// What was not heard of is sent again under another key.
    ResendsUnderNewKey,
    /// Held money is told as taken.
    CallsHeldPaid,
    /// The processor gives money back as often as it is asked under one key.
    RefundsTwice,
    /// Each refund is told under two names.
    TellsRefundsTwice,
    /// Events are read, and what they tell of is not told.
    PassesEventsOver,
}

/// A draw that no seed knows.
static CHANCE: AtomicU64 = AtomicU64::new(0);

/// The world without the till.
pub(crate) struct Outside {
    world: Mutex<World>,
    /// Rises whenever something happened on the chain or to the line.
    pub(crate) news: watch::Sender<u64>,
    /// Rises whenever something happened to a card or to the line. It is another one because a channel wakes those who
    /// wait for it in an order that no seed knows: each has one who waits.
    pub(crate) card_news: watch::Sender<u64>,
    defect: Option<Defect>,
}

struct World {
    chain: Chain,
    draws: Draws,
    weather: Weather,
    is_down: bool,
    /// Everything the rail ever said, by reference and number.
    told: BTreeMap<(TransferRef, u64), Vec<Observation>>,
    /// What was said and recorded, in order.
    recorded: Vec<Observation>,
    lied_about: BTreeSet<TransferRef>,
    /// Transfers that had a block once.
    mined: BTreeSet<TransferRef>,
}

/// What one watch has told, by transfer, so that it tells changes only.
pub(crate) type Told = BTreeMap<TransferRef, Level>;

/// Readings on their way, and what the watch has told once they are there.
pub(crate) struct Delivery {
    pub(crate) observations: Vec<Observation>,
    pub(crate) told: Told,
    pub(crate) delay_ms: u32,
}

impl Outside {
    pub(crate) fn new(draws: Draws, weather: Weather, defect: Option<Defect>) -> Self {
        let world = World {
            chain: Chain::default(),
            draws,
            weather,
            is_down: false,
            told: BTreeMap::new(),
            recorded: Vec::new(),
            lied_about: BTreeSet::new(),
            mined: BTreeSet::new(),
        };
        Self {
            world: Mutex::new(world),
            news: watch::Sender::new(0),
            card_news: watch::Sender::new(0),
            defect,
        }
    }

    /// The public does something.
    pub(crate) fn act(&self, act: &Act, now: Timestamp) -> Result<(), ActRefused> {
        let done = self.world().chain.act(act, now);
        self.happened();
        done
    }

    /// An address is there to be paid.
    pub(crate) fn shows(&self, address: &str) {
        self.world().chain.offer(address.to_owned());
    }

    pub(crate) fn turns(&self, weather: Weather) {
        self.world().weather = weather;
        self.happened();
    }

    pub(crate) fn set_down(&self, is_down: bool) {
        self.world().is_down = is_down;
        self.happened();
    }

    /// All transfers there are, as they are.
    pub(crate) fn truth(&self) -> Vec<Observation> {
        self.world().chain.readings(0)
    }

    /// Everything that was told and recorded, in order.
    pub(crate) fn recorded(&self) -> Vec<Observation> {
        self.world().recorded.clone()
    }

    pub(crate) fn has_lied_about(&self, reference: &TransferRef) -> bool {
        self.world().lied_about.contains(reference)
    }

    /// Did the rail say this? The engine doubles its numbers; an odd one is its own conclusion that something is gone.
    pub(crate) fn has_told(&self, observation: &Observation) -> bool {
        if !observation.number.is_multiple_of(2) {
            return observation.level == Level::Withdrawn { reason: WithdrawnReason::Dropped };
        }
        let said = Observation { number: observation.number / 2, ..observation.clone() };
        let world = self.world();
        world
            .told
            .get(&(said.reference.clone(), said.number))
            .is_some_and(|versions| versions.contains(&said))
    }

    /// A chance from the seed, in percent.
    pub(crate) fn chance(&self, of: impl Fn(&Weather) -> u32) -> bool {
        let mut world = self.world();
        let percent = of(&world.weather);
        world.draws.chance(percent)
    }

    pub(crate) fn below(&self, choices: u32) -> u32 {
        self.world().draws.below(choices)
    }

    pub(crate) fn is_down(&self) -> bool {
        self.world().is_down
    }

    pub(crate) const fn defect(&self) -> Option<Defect> {
        self.defect
    }

    /// What a watch tells next: everything that differs from what it told, as the weather lets it through. `None` when
    /// there is nothing to tell.
    pub(crate) fn delivery(&self, told: &Told, is_complete: bool, last: &mut u64) -> Option<Delivery> {
        let mut world = self.world();
        let mut truths = Told::new();
        let mut news = Vec::new();
        for seen in world.chain.readings(0) {
            if told.get(&seen.reference) == Some(&seen.level) || world.forgets(&seen, is_complete) {
                continue;
            }
            *last += 1;
            let reading = world.through_the_line(Observation { number: *last, ..seen }, self.defect);
            let Some((reading, is_true)) = reading else { continue };
            if is_true {
                truths.insert(reading.reference.clone(), reading.level.clone());
            }
            news.push(reading);
        }
        if news.is_empty() && !is_complete {
            return None;
        }
        if self.defect == Some(Defect::TwoReferences) {
            double(&mut news, last);
        }
        let observations = world.muddle(news);
        world.note(&observations);
        let delay_ms = if world.chance(|weather| weather.delayed) { world.draws.below(3_000) } else { 0 };
        Some(Delivery { observations, told: truths, delay_ms })
    }

    /// What was delivered is committed.
    pub(crate) fn committed(&self, observations: &[Observation]) {
        self.world().recorded.extend_from_slice(observations);
    }

    fn happened(&self) {
        self.news.send_modify(|count| *count += 1);
        self.card_happened();
    }

    pub(crate) fn card_happened(&self) {
        self.card_news.send_modify(|count| *count += 1);
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap()
    }
}

impl World {
    fn chance(&mut self, of: impl Fn(&Weather) -> u32) -> bool {
        self.draws.chance(of(&self.weather))
    }

    /// What had a block once is never left out: the books may call it final.
    fn forgets(&mut self, seen: &Observation, is_complete: bool) -> bool {
        if seen.level.confirmations() > 0 {
            self.mined.insert(seen.reference.clone());
        }
        let was_only_seen = seen.level.is_withdrawn() && !self.mined.contains(&seen.reference);
        is_complete && was_only_seen && self.chance(|weather| weather.forgetful)
    }

    /// The reading as it arrives, if it does, and whether it is true.
    fn through_the_line(
        &mut self,
        mut seen: Observation,
        defect: Option<Defect>,
    ) -> Option<(Observation, bool)> {
        if self.chance(|weather| weather.dropped) {
            return None;
        }
        if let Level::Unconfirmed { agreeing_servers } = &mut seen.level {
            if self.chance(|weather| weather.servers) {
                *agreeing_servers = if self.draws.chance(50) { 1 } else { 3 };
            }
            if defect == Some(Defect::Chance) {
                let drawn = CHANCE.fetch_add(1, Ordering::Relaxed) % 7;
                *agreeing_servers = 2 + u8::try_from(drawn).unwrap();
            }
        }
        if defect == Some(Defect::WrongAmount) {
            seen.amount = Money::new(seen.amount.minor() + 1, Currency::BTC);
        }
        let is_lie = self.chance(|weather| weather.wrong);
        if is_lie {
            self.lied_about.insert(seen.reference.clone());
            let sat = seen.amount.minor();
            let wrong = [0, sat + 1, sat * 2][self.draws.place(3)];
            seen.amount = Money::new(wrong, Currency::BTC);
        }
        Some((seen, !is_lie))
    }

    /// Mixes old readings in, drops, doubles and shuffles.
    fn muddle(&mut self, news: Vec<Observation>) -> Vec<Observation> {
        let mut all = Vec::new();
        if !self.recorded.is_empty() && self.chance(|weather| weather.stale) {
            for _ in 0..=self.draws.below(STALE_MAX) {
                let place = self.draws.place(self.recorded.len());
                all.push(self.recorded[place].clone());
            }
        }
        all.extend(news);
        if self.chance(|weather| weather.unruly) { unreliable(all, self.draws.number()) } else { all }
    }

    fn note(&mut self, observations: &[Observation]) {
        for seen in observations {
            let versions = self.told.entry((seen.reference.clone(), seen.number)).or_default();
            if !versions.contains(seen) {
                versions.push(seen.clone());
            }
        }
    }
}

/// Each transfer again, as if its transaction had paid twice.
fn double(news: &mut Vec<Observation>, last: &mut u64) {
    let again: Vec<Observation> = news
        .iter()
        .map(|seen| {
            *last += 1;
            let reference = TransferRef::new(seen.reference.as_str().replace(":0", ":1"));
            Observation { reference, number: *last, ..seen.clone() }
        })
        .collect();
    news.extend(again);
}
