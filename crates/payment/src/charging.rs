//! The port to rails that are charged: the till says what to take, and the rail says what became of it. The customer does
//! nothing, so a call that is made twice may take the money twice: each charge has a key, and a rail takes the money of
//! one key once.

mod saved;

use money::{Currency, Money};

use crate::rail::{RailError, RailFuture, RailHealth};
use crate::{RailId, SettlementId};

pub use self::saved::{CardExpiry, PageWish, SavedCard, SavedCards, SavingPage};

/// What to take of a payer. Stored before the rail is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charge {
    /// What it settles.
    pub settlement: SettlementId,
    /// Which attempt at it, from 1: a charge that was declined is tried again under another key.
    pub attempt: u32,
    /// Whose tab.
    pub payer: String,
    /// How the payer pays (`card`).
    pub method: String,
    /// How much.
    pub amount: Money,
}

impl Charge {
    /// The rail's idempotency key: `set_0192f0c1a2b37c4d8e5f60718293a4b5-1`.
    #[must_use]
    pub fn key(&self) -> String {
        format!("{}-{}", self.settlement, self.attempt)
    }
}

/// Money that a rail took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The rail's own name for it.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// What the rail keeps of it, in the same currency. `None` when it does not say: the shop's table of fees does then.
    pub fee: Option<Money>,
}

/// What became of a charge that a rail knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChargeStatus {
    /// The money is taken.
    Taken(Taken),
    /// The rail is at it, as with a bank debit that takes days: ask again.
    Pending,
}

impl ChargeStatus {
    /// The same with every card number masked, as [`RailError::masked`].
    #[must_use]
    pub fn masked(self) -> Self {
        match self {
            Self::Taken(taken) => {
                let reference = card_numbers::masked(&taken.reference).into_owned();
                Self::Taken(Taken { reference, ..taken })
            }
            Self::Pending => Self::Pending,
        }
    }
}

/// A kind of money that the till charges.
pub trait ChargingRail: Send + Sync {
    /// Its name.
    fn id(&self) -> RailId;

    /// How its counterparty is.
    fn health(&self) -> RailHealth;

    /// The smallest amount it takes in a currency; `None` when it takes none.
    fn charge_min(&self, currency: Currency) -> Option<Money>;

    /// Takes the money. The same key again takes nothing more and answers the same.
    ///
    /// # Errors
    /// [`RailError::Unknown`] when it may have been taken: [`ChargingRail::find`] tells.
    fn charge<'a>(&'a self, charge: &'a Charge) -> RailFuture<'a, Result<ChargeStatus, RailError>>;

    /// What became of a charge. `None` when it never arrived.
    ///
    /// # Errors
    /// [`RailError::Declined`] when that is what became of it; every other error says only that the rail could not be
    /// asked.
    fn find<'a>(&'a self, charge: &'a Charge) -> RailFuture<'a, Result<Option<ChargeStatus>, RailError>>;

    /// What its payers saved; `None` when cards are not saved through the till.
    fn saved(&self) -> Option<&dyn SavedCards> {
        None
    }
}
