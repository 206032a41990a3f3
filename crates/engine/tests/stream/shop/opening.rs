//! Opening the shop, with whoever takes money for it, and opening it again on the same file.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use engine::{CardSetup, ChargingSetup, Clock, Engine, RailSetup, Setup};
#[cfg(unix)]
use faulty_disk::Disk;
use payment::rates::RateSource;
use settings::{Mode, Settings};
use store::{Opened, Store, StoreOptions, Troublemaker, Writer};
use tempfile::TempDir;

use super::{Practice, Shop};
use crate::clock::{MORNING, TurnedClock};
use crate::puppet::Puppet;

/// Whoever takes money for the shop.
#[derive(Clone, Default)]
pub(super) struct Takers {
    rails: Vec<RailSetup>,
    charging: Vec<ChargingSetup>,
    cards: Vec<CardSetup>,
    rates: Vec<Arc<dyn RateSource>>,
}

impl Shop {
    /// With the simulated rail, where blocks come on demand only.
    pub(crate) async fn open() -> Self {
        let (clock, practice) = (TurnedClock::at(MORNING), Practice::default());
        let rails = vec![practice.setup(&clock)];
        Self::open_with(clock, practice, rails).await
    }

    /// With a rail of the test's own.
    pub(crate) async fn open_on(rail: RailSetup) -> Self {
        Self::open_with(TurnedClock::at(MORNING), Practice::default(), vec![rail]).await
    }

    /// With a rail that says nothing by itself: what it saw, the test tells.
    pub(crate) async fn open_quiet() -> Self {
        Self::open_on(Puppet::new().setup()).await
    }

    pub(crate) async fn open_with(
        clock: Arc<TurnedClock>,
        practice: Practice,
        rails: Vec<RailSetup>,
    ) -> Self {
        let takers = Takers { rails, ..Takers::default() };
        Self::open_in(tempfile::tempdir().unwrap(), clock, practice, takers).await
    }

    /// With a rail that the till charges, and the settings to use it.
    pub(crate) async fn open_charging(rail: ChargingSetup) -> Self {
        let takers = Takers { charging: vec![rail], ..Takers::quiet() };
        let shop = Self::open_on_takers(takers).await;
        let practice = Settings::defaults(Mode::Practice);
        shop.change_settings(|settings| {
            (settings.routes, settings.fees) = (practice.routes, practice.fees);
            settings.settlements = practice.settlements;
        })
        .await;
        shop
    }

    /// With a processor of cards.
    pub(crate) async fn open_with_cards(terminal: CardSetup) -> Self {
        Self::open_on_takers(Takers { cards: vec![terminal], ..Takers::quiet() }).await
    }

    /// With public sources of prices, and a rail that says nothing by itself.
    pub(crate) async fn open_with_rates(rates: Vec<Arc<dyn RateSource>>) -> Self {
        Self::open_on_takers(Takers { rates, ..Takers::quiet() }).await
    }

    async fn open_on_takers(takers: Takers) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::open_in(folder, TurnedClock::at(MORNING), Practice::default(), takers).await
    }

    /// With a rail that says nothing by itself, on a disk that can fail.
    #[cfg(unix)]
    pub(crate) async fn open_on_disk() -> (Self, Disk) {
        let folder = tempfile::tempdir().unwrap();
        let disk = Disk::under(folder.path());
        let clock = TurnedClock::at(MORNING);
        (Self::open_in(folder, clock, Practice::default(), Takers::quiet()).await, disk)
    }

    async fn open_in(folder: TempDir, clock: Arc<TurnedClock>, practice: Practice, takers: Takers) -> Self {
        let (engine, trouble) = start(&folder, &clock, takers.clone(), |_| {}).await;
        Self { engine, clock, practice, folder, takers, trouble, ids: AtomicU32::new(0) }
    }

    /// Stops in order and starts again on the same file.
    pub(crate) async fn restart(&mut self) {
        self.restart_after(|_| {}).await;
    }

    /// As [`Shop::restart`], with something done to the file in between.
    pub(crate) async fn restart_after(&mut self, meanwhile: impl FnOnce(&mut Writer)) {
        self.engine.stop().await;
        let takers = self.takers.clone();
        let (engine, trouble) = start(&self.folder, &self.clock, takers, meanwhile).await;
        (self.engine, self.trouble) = (engine, trouble);
    }
}

impl Takers {
    /// A rail that says nothing by itself.
    fn quiet() -> Self {
        Self { rails: vec![Puppet::new().setup()], ..Self::default() }
    }
}

async fn start(
    folder: &TempDir,
    clock: &Arc<TurnedClock>,
    Takers { rails, charging, cards, rates }: Takers,
    meanwhile: impl FnOnce(&mut Writer),
) -> (Engine, Troublemaker) {
    let path = folder.path().join("till.db");
    let options = StoreOptions { path, mode: store::Mode::Sandbox, now: clock.now().wall };
    let Opened { store, mut writer } = Store::open(options).await.unwrap();
    meanwhile(&mut writer);
    let defaults = Settings::defaults(Mode::Sandbox);
    let settings = Settings::from_rows(&writer.settings().unwrap(), &defaults).unwrap();
    let trouble = writer.troublemaker();
    let setup = Setup { store, writer, settings, rails, charging, cards, rates, clock: clock.clone() };
    (Engine::start(setup).await.unwrap(), trouble)
}
