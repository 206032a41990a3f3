//! The rail at the near end of the line to the acquirer: what the till calls to charge tabs. The judge hears of every call before
//! anything happens, and of every answer that the till hears.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use engine::ChargingSetup;
use money::{Currency, Money};
use payment::charging::{Charge, ChargeStatus, ChargingRail};
use payment::rail::{RailFuture, RailHealth, ServerHealth};
use payment::{RailError, RailId};
use tokio::time::sleep;

use super::acquirer::{Acquirer, Mishap, mishap_of_question};
use super::doom::Point;
use super::life::Surroundings;
use super::outside::{Defect, Outside};
use crate::shop::eur;

/// Longest wait for an answer that comes: longer than a till waits.
const SLOW_MS: u32 = 90_000;
/// The least it takes.
pub(crate) const CHARGE_MIN: i64 = 50;

struct CardLine {
    around: Surroundings,
}

/// What the engine is given.
pub(crate) fn setup(around: &Surroundings) -> ChargingSetup {
    let line = CardLine { around: around.clone() };
    let rail: Arc<dyn ChargingRail> = match around.outside.defect() {
        Some(Defect::CallsItNotSent) => Arc::new(Careless(line)),
        _ => Arc::new(line),
    };
    ChargingSetup { id: RailId::STRIPE, rail: Ok(rail) }
}

impl CardLine {
    fn acquirer(&self) -> &Acquirer {
        &self.around.acquirer
    }

    async fn send(&self, charge: &Charge) -> Result<ChargeStatus, RailError> {
        self.around.tell(|judge| judge.sends(charge));
        let effect = self.around.doom.begins_effect();
        self.around.doom.dies_at(Point::BeforeEffect(effect)).await;
        let mishap = self.acquirer().mishap_of(charge);
        let received = match mishap {
            Some(Mishap::NotSent | Mishap::Misconfigured | Mishap::Lost) => None,
            Some(Mishap::Late) => {
                self.acquirer().receives_later(charge);
                None
            }
            Some(Mishap::Unheard | Mishap::Garbled) | None => {
                let first = self.acquirer().receive(charge);
                let is_doubled = self.around.doom.is_doubled(effect);
                Some(if is_doubled { self.acquirer().receive(charge) } else { first })
            }
        };
        self.around.doom.dies_at(Point::AfterEffect(effect)).await;
        let answer = match (mishap, received) {
            (None, Some(fate)) => fate,
            (mishap, _) => Err(self.failure(charge, mishap).await),
        };
        dawdle(&self.around).await;
        self.around.tell(|judge| judge.hears(charge, &answer));
        answer
    }

    async fn ask(&self, charge: &Charge) -> Result<Option<ChargeStatus>, RailError> {
        self.around.tell(|judge| judge.asks(charge));
        let effect = self.around.doom.begins_effect();
        self.around.doom.dies_at(Point::BeforeEffect(effect)).await;
        let mishap = mishap_of_question(&self.around.outside);
        let answer = if mishap.is_none() {
            let first = self.acquirer().look_up(charge);
            let is_doubled = self.around.doom.is_doubled(effect);
            if is_doubled { self.acquirer().look_up(charge) } else { first }
        } else {
            Ok(None)
        };
        self.around.doom.dies_at(Point::AfterEffect(effect)).await;
        let answer = if mishap.is_none() { answer } else { Err(self.failure(charge, mishap).await) };
        dawdle(&self.around).await;
        self.around.tell(|judge| judge.hears_about(charge, &answer));
        answer
    }

    /// What the till hears when something goes wrong, if it hears anything.
    async fn failure(&self, charge: &Charge, mishap: Option<Mishap>) -> RailError {
        match mishap {
            Some(Mishap::NotSent) => RailError::NotSent("no line".to_owned()),
            Some(Mishap::Misconfigured) => RailError::Misconfigured("the key is wrong".to_owned()),
            Some(Mishap::Garbled) => {
                self.acquirer().says_nonsense_about(charge.settlement);
                RailError::Protocol("the answer makes no sense".to_owned())
            }
            Some(Mishap::Lost | Mishap::Late | Mishap::Unheard) | None => {
                if self.around.outside.chance(|weather| weather.silent) {
                    pending::<()>().await;
                }
                RailError::Unknown("the answer was lost".to_owned())
            }
        }
    }
}

/// An answer takes its time.
pub(crate) async fn dawdle(around: &Surroundings) {
    if around.outside.chance(|weather| weather.slow) {
        sleep(Duration::from_millis(around.outside.below(SLOW_MS).into())).await;
    }
}

/// Whoever is at the far end answers, as far as is known.
pub(crate) fn health_of(outside: &Outside) -> RailHealth {
    let is_well = !outside.is_down() && !outside.chance(|weather| weather.unwell);
    let problem = (!is_well).then(|| "it does not answer".to_owned());
    let server = ServerHealth { address: "acquirer".to_owned(), problem };
    RailHealth { tip: None, servers: vec![server], notices: Vec::new() }
}

impl ChargingRail for CardLine {
    fn id(&self) -> RailId {
        RailId::STRIPE
    }

    fn health(&self) -> RailHealth {
        health_of(&self.around.outside)
    }

    fn charge_min(&self, currency: Currency) -> Option<Money> {
        let least = eur(CHARGE_MIN);
        (currency == least.currency()).then_some(least)
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> RailFuture<'a, Result<ChargeStatus, RailError>> {
        Box::pin(self.send(charge))
    }

    fn find<'a>(&'a self, charge: &'a Charge) -> RailFuture<'a, Result<Option<ChargeStatus>, RailError>> {
        Box::pin(self.ask(charge))
    }
}

/// A defect: a rail that says that nothing was sent when it does not know.
struct Careless(CardLine);

impl ChargingRail for Careless {
    fn id(&self) -> RailId {
        self.0.id()
    }

    fn health(&self) -> RailHealth {
        self.0.health()
    }

    fn charge_min(&self, currency: Currency) -> Option<Money> {
        self.0.charge_min(currency)
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> RailFuture<'a, Result<ChargeStatus, RailError>> {
        Box::pin(async move {
            self.0.send(charge).await.map_err(|error| match error {
                RailError::Unknown(reason) => RailError::NotSent(reason),
                other => other,
            })
        })
    }

    fn find<'a>(&'a self, charge: &'a Charge) -> RailFuture<'a, Result<Option<ChargeStatus>, RailError>> {
        self.0.find(charge)
    }
}
