//! What a till is like at one moment, in numbers.

use std::sync::Arc;

use engine::{Engine, Totals};
use payment::{Rail, RailId, Timestamp};
use settings::Settings;
use store::ReadError;

use crate::till::{LedgerHealth, Till};

/// Everything the page tells.
#[derive(Debug)]
pub(super) struct Reading {
    /// Which books these are.
    pub(super) mode: &'static str,
    /// What the engine counted since it started.
    pub(super) totals: Totals,
    /// Commands that wait, and how many may.
    pub(super) queue: (usize, usize),
    /// Dead letters nobody has dealt with.
    pub(super) dead_letters: u64,
    /// Alerts nobody has read, 500 at most.
    pub(super) alerts: usize,
    /// Stray payments nobody has decided about.
    pub(super) strays: u32,
    /// Each pair that is priced in the unit of account, and how long its price has stood, in milliseconds.
    pub(super) rates: Vec<(String, u64)>,
    /// Each rail that is set up, and whether it can be used now.
    pub(super) rails: Vec<(RailId, bool)>,
    /// What the last check of the books found.
    pub(super) books: LedgerHealth,
}

impl Reading {
    /// Reads a till.
    pub(super) async fn of(till: &Till) -> Result<Self, ReadError> {
        let (engine, reader) = (&till.engine, till.engine.reader());
        let rails = RailId::all().filter_map(|id| Some((id, is_up(engine, id)?)));
        Ok(Self {
            mode: till.mode.name(),
            totals: engine.meters().totals(),
            queue: engine.meters().queue(),
            dead_letters: reader.dead_letter_count().await? + reader.settlement_count_set_aside().await?,
            alerts: reader.alerts().await?.len(),
            strays: reader.strays_open().await?,
            rates: rates(&engine.settings(), engine.clock().now().wall),
            rails: rails.collect(),
            books: till.ledger_health(),
        })
    }
}

/// Can a rail be used now? `None` when it is not set up.
fn is_up(engine: &Engine, id: RailId) -> Option<bool> {
    Some(match engine.rail(id) {
        Some(opened) => {
            let any_network_is_up =
                |rail: Arc<dyn Rail>| rail.coins().into_iter().any(|coin| rail.health(coin).is_up());
            opened.is_ok_and(any_network_is_up)
        }
        None => engine.card_rail(id)?.as_ref().is_ok_and(|rail| rail.health().is_up()),
    })
}

/// A price that nobody ever changed is as old as the till.
fn rates(settings: &Settings, now: Timestamp) -> Vec<(String, u64)> {
    let currency = settings.shop.currency;
    let priced = settings.rates.fixed.iter().filter(|(_, rate)| rate.quote() == currency);
    let aged = priced.filter_map(|(pair, rate)| {
        let since = settings.rate(rate.base(), currency, now)?.as_of;
        let age = now.millis().saturating_sub(since.millis());
        Some((pair.clone(), u64::try_from(age).unwrap_or(0)))
    });
    aged.collect()
}
