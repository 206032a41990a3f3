//! The public and the chain, as a test plays them, and what every place has where a shop can stand.

use std::sync::Arc;

use engine::{CardSetup, RailSetup};
use money::{Currency, Money};
use payment::{RailId, State, Timestamp};
use settings::Settings;

use super::shop::{TurnedClock, eur};

/// What becomes of the payments in blocks that are replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    MinedAgain,
    Gone,
}

/// Where a shop stands: the rails it can use there.
pub trait Place: Send + Sync {
    /// Rails whose payments come by themselves, going by the shop's clock.
    fn rails(&self, _clock: Arc<TurnedClock>) -> Vec<RailSetup> {
        Vec::new()
    }

    /// Processors of cards, going by the shop's clock.
    fn cards(&self, _clock: Arc<TurnedClock>) -> Vec<CardSetup> {
        Vec::new()
    }

    /// What people pay with there: the shop's unit of account.
    fn currency(&self) -> Currency {
        eur(0).currency()
    }

    /// What customers send when money comes by itself, and on which rail.
    fn coin(&self) -> (RailId, Currency) {
        (RailId::BITCOIN, Currency::BTC)
    }

    /// What a shop there is set to, beside what every shop begins with.
    fn prepare(&self, _settings: &mut Settings) {}

    /// The place's own clocks are set, if it has any.
    fn time_is(&self, _now: Timestamp) {}
}

/// A place with customers and miners.
pub trait Town: Place {
    /// A customer sends coins.
    fn pay(&self, address: &str, coins: Money);

    /// How a sale stands as soon as its payment is seen, where that is not before the payment is in a block.
    fn seen_as(&self) -> State {
        State::Detected
    }

    /// Blocks are found.
    fn mine(&self, blocks: u32);

    /// The last blocks are replaced by one more.
    fn reorganise(&self, blocks: u32, fate: Fate);
}

/// A town where payments are seen before they are in a block, and may be replaced.
pub trait WaitingTown: Town {
    /// The customer spends the coins of the last unconfirmed payment to an address elsewhere.
    fn double_spend(&self, address: &str);

    /// The customer replaces the last unconfirmed payment to an address by one of the same amount with a higher fee.
    fn raise_fee(&self, address: &str);
}
