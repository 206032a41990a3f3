//! The contract in the simulated town.

use std::sync::{Arc, Mutex};

use engine::{Clock, RailSetup};
use money::Money;
use payment::{Rail, RailError, RailId};
use rail_practice::{Act, Mining, Nature, PracticeRail};

use super::cases::rail_contract;
use super::shop::TurnedClock;
use super::town::{Fate, Place, Town, WaitingTown};

/// Simulated customers; blocks are found on demand only.
struct PracticeTown {
    rail: Arc<Mutex<Option<Arc<PracticeRail>>>>,
    /// The last amount paid.
    paid: Mutex<Option<Money>>,
}

impl PracticeTown {
    fn act(&self, act: &Act) {
        let rail = self.rail.lock().unwrap().clone().expect("the engine has opened the rail");
        rail.act(act).unwrap();
    }
}

impl Place for PracticeTown {
    fn rails(&self, clock: Arc<TurnedClock>) -> Vec<RailSetup> {
        let slot = self.rail.clone();
        let open = move |memory| {
            let clock = clock.clone();
            let tells: rail_practice::Clock = Arc::new(move || clock.now().wall);
            let rail = PracticeRail::open(Nature::Bitcoin, &memory, tells, Mining::OnDemand)
                .map_err(|error| RailError::Misconfigured(error.to_string()))?;
            let rail = Arc::new(rail);
            *slot.lock().unwrap() = Some(rail.clone());
            Ok(rail as Arc<dyn Rail>)
        };
        vec![RailSetup { id: RailId::BITCOIN, open: Arc::new(open) }]
    }
}

impl Town for PracticeTown {
    fn pay(&self, address: &str, coins: Money) {
        self.act(&Act::Pay { address: address.to_owned(), amount: coins });
        *self.paid.lock().unwrap() = Some(coins);
    }

    fn mine(&self, blocks: u32) {
        for _ in 0..blocks {
            self.act(&Act::MineBlock);
        }
    }

    fn reorganise(&self, blocks: u32, fate: Fate) {
        self.act(&Act::Reorganise { depth: blocks, keep: fate == Fate::MinedAgain });
    }
}

impl WaitingTown for PracticeTown {
    fn double_spend(&self, address: &str) {
        self.act(&Act::DoubleSpend { address: address.to_owned() });
    }

    fn raise_fee(&self, address: &str) {
        let amount = self.paid.lock().unwrap().expect("somebody has paid");
        self.act(&Act::DoubleSpend { address: address.to_owned() });
        self.act(&Act::Pay { address: address.to_owned(), amount });
    }
}

fn town() -> PracticeTown {
    PracticeTown { rail: Arc::default(), paid: Mutex::default() }
}

rail_contract!(town);
