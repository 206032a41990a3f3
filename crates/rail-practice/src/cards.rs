//! Simulated cards behind the port of rails that are charged: they are taken, declined, or taken with the answer lost,
//! and a key is charged once whatever is repeated.
//!
//! What happens to a payer says the payer's name, as test cards say it elsewhere: of one that begins with `declined` the
//! card is declined, one that begins with `cardless` has none until one is saved, and of one that begins with `unsure` the
//! first answer never comes although the money is taken.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use money::{Currency, Money};
use payment::charging::{Charge, ChargeStatus, ChargingRail, SavedCards, Taken};
use payment::rail::{RailFuture, RailHealth, ServerHealth};
use payment::{PageId, RailError, RailId};

use crate::saved::Purses;

/// The smallest charge, of 50 minor units: what card processors ask for in most currencies.
pub(crate) const fn charge_min(currency: Currency) -> Money {
    Money::new(50, currency)
}

/// The simulated processor always answers.
pub(crate) fn health() -> RailHealth {
    let server = ServerHealth { address: "practice".to_owned(), problem: None };
    RailHealth { tip: None, servers: vec![server], notices: Vec::new() }
}

/// The simulated processor. What it was asked is forgotten with it.
#[derive(Debug, Default)]
pub struct PracticeCards {
    charges: Mutex<BTreeMap<String, Fate>>,
    purses: Mutex<Purses>,
}

/// What became of a key.
type Fate = Result<Taken, RailError>;

impl PracticeCards {
    /// How often it took money.
    #[must_use]
    pub fn taken(&self) -> usize {
        self.charges().values().filter(|fate| fate.is_ok()).count()
    }

    /// The simulated payer saves a card on a page. Nothing happens on one that is not open.
    pub fn save_on(&self, page: PageId) {
        self.purses().save_on(page);
    }

    fn decide(&self, charge: &Charge) -> Result<ChargeStatus, RailError> {
        let mut charges = self.charges();
        let key = charge.key();
        if let Some(fate) = charges.get(&key) {
            return fate.clone().map(ChargeStatus::Taken);
        }
        let taken = || Taken { reference: format!("practice_{key}"), amount: charge.amount, fee: None };
        let fate = self.purses().present(&charge.payer).map(|()| taken());
        charges.insert(key, fate.clone());
        if charge.payer.starts_with("unsure") {
            return Err(RailError::Unknown("the answer was lost".to_owned()));
        }
        fate.map(ChargeStatus::Taken)
    }

    pub(crate) fn purses(&self) -> MutexGuard<'_, Purses> {
        // As below.
        self.purses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn charges(&self) -> MutexGuard<'_, BTreeMap<String, Fate>> {
        // Nothing that holds the lock panics half-way.
        self.charges.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ChargingRail for PracticeCards {
    fn id(&self) -> RailId {
        RailId::STRIPE
    }

    fn health(&self) -> RailHealth {
        health()
    }

    fn charge_min(&self, currency: Currency) -> Option<Money> {
        Some(charge_min(currency))
    }

    fn charge<'a>(&'a self, charge: &'a Charge) -> RailFuture<'a, Result<ChargeStatus, RailError>> {
        Box::pin(async move { self.decide(charge) })
    }

    fn find<'a>(&'a self, charge: &'a Charge) -> RailFuture<'a, Result<Option<ChargeStatus>, RailError>> {
        Box::pin(async move {
            let known = self.charges().get(&charge.key()).cloned();
            known.map(|fate| fate.map(ChargeStatus::Taken)).transpose()
        })
    }

    fn saved(&self) -> Option<&dyn SavedCards> {
        Some(self)
    }
}
