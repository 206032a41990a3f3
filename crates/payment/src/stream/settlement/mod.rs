//! Settlements: one charge takes what gathered on a payer's tab. A machine of its own: a settlement is the fold of its
//! events, and the one event that moves money posts it.
//!
//! ```text
//! opened ──▶ charging ──▶ charged
//!               │  ▲
//!      doubted  ▼  │ never arrived
//!             asking ──▶ charged
//!               │
//!               ▼          tried again
//!           set aside ◀──────────────▶ charging (declined: under a new key) or asking (everything else)
//! ```
//! Evidence that the money was taken also ends one that was set aside.
//!
//! A charge is never sent while its outcome is unknown: the rail is asked first, and only when it says that the charge
//! never arrived is the same key sent again.

mod rule;

use ledger::{Account, Entry, EntryKind};
use money::Money;

pub use self::rule::{SettlementRow, settle_after_ms, settle_at, settle_soonest_ms};
use super::tab::Tab;
use crate::charging::{Charge, ChargeStatus, Taken};
use crate::rail::RailFailureClass;
use crate::sale::Refused;
use crate::{RailError, SettlementId, Timestamp, posting};

/// One charge of a payer's tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settlement {
    /// Its id.
    pub id: SettlementId,
    /// Events folded so far.
    pub version: u32,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// What it takes.
    pub bill: Bill,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// Where it stands.
    pub state: SettlementState,
    entries: Vec<Entry>,
}

/// What a settlement takes, fixed when it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bill {
    /// Whose tab.
    pub tab: Tab,
    /// How much: the sum of its parts.
    pub amount: Money,
    /// How many micropayments that is: the last one, and as many before it on the tab as are missing.
    pub parts: u32,
    /// The last of them.
    pub last_micropayment: i64,
}

/// Where a settlement stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettlementState {
    /// It is to be sent, or on its way.
    Charging,
    /// The rail is asked what became of it.
    Asking {
        /// Why that is not known.
        reason: String,
    },
    /// The money is taken.
    Charged {
        /// The rail's own name for it.
        reference: String,
        /// What the rail keeps.
        fee: Money,
    },
    /// It waits for somebody to decide.
    SetAside {
        /// The class of the failure.
        trouble: RailFailureClass,
        /// One line.
        reason: String,
    },
}

/// Everything that can happen to a settlement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettlementEvent {
    /// A tab is to be charged.
    Opened {
        /// What it takes.
        bill: Bill,
    },
    /// The answer never came.
    Doubted {
        /// Why.
        reason: String,
    },
    /// The rail was asked and has never heard of it.
    NeverArrived,
    /// The rail took the money.
    Charged {
        /// The rail's own name for it.
        reference: String,
        /// What the rail keeps, in the currency of the tab.
        fee: Money,
    },
    /// It failed in a way that trying again does not mend, or too often.
    SetAside {
        /// The class of the failure.
        trouble: RailFailureClass,
        /// One line.
        reason: String,
    },
    /// Somebody decided to try again.
    TriedAgain,
}

/// What an event did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettlementApplied {
    /// The state after it.
    pub settlement: Settlement,
    /// The entries it posts.
    pub entries: Vec<Entry>,
}

impl Settlement {
    /// Folds the first event.
    ///
    /// # Errors
    /// When it does not open a settlement, or opens one of nothing.
    pub fn open(id: SettlementId, event: &SettlementEvent, at: Timestamp) -> Result<Self, Refused> {
        let SettlementEvent::Opened { bill } = event else { return Err(Refused::NotOpen) };
        if !bill.amount.is_positive() || bill.parts == 0 {
            return Err(Refused::WrongState);
        }
        if bill.amount.currency() != bill.tab.currency {
            return Err(Refused::WrongCurrency);
        }
        Ok(Self {
            id,
            version: 1,
            opened_at: at,
            bill: bill.clone(),
            attempt: 1,
            state: SettlementState::Charging,
            entries: Vec::new(),
        })
    }

    /// Folds a later event. `None` when it changes nothing and must not be recorded.
    ///
    /// # Errors
    /// When the event does not fit the state.
    pub fn apply(&self, event: &SettlementEvent) -> Result<Option<SettlementApplied>, Refused> {
        let mut next = self.clone();
        next.state = match event {
            SettlementEvent::Opened { .. } => return Err(Refused::AlreadyOpen),
            SettlementEvent::TriedAgain => next.try_again()?,
            SettlementEvent::NeverArrived => match &self.state {
                SettlementState::Asking { .. } => SettlementState::Charging,
                SettlementState::Charging => return Ok(None),
                SettlementState::Charged { .. } | SettlementState::SetAside { .. } => {
                    return Err(Refused::WrongState);
                }
            },
            SettlementEvent::Doubted { reason } => {
                self.check_under_way()?;
                SettlementState::Asking { reason: reason.clone() }
            }
            SettlementEvent::SetAside { trouble, reason } => {
                let after = SettlementState::SetAside { trouble: *trouble, reason: reason.clone() };
                if self.state != after {
                    self.check_under_way()?;
                }
                after
            }
            SettlementEvent::Charged { reference, fee } => next.take_in(reference, *fee)?,
        };
        if next.state == self.state {
            return Ok(None);
        }
        next.version += 1;
        let entries = next.entries[self.entries.len()..].to_vec();
        Ok(Some(SettlementApplied { settlement: next, entries }))
    }

    /// What the rail is asked to take.
    #[must_use]
    pub fn charge(&self) -> Charge {
        let Bill { tab, amount, .. } = &self.bill;
        Charge {
            settlement: self.id,
            attempt: self.attempt,
            payer: tab.payer.clone(),
            method: tab.method.clone(),
            amount: *amount,
        }
    }

    /// Is it waiting for the rail?
    #[must_use]
    pub const fn is_under_way(&self) -> bool {
        matches!(self.state, SettlementState::Charging | SettlementState::Asking { .. })
    }

    /// Is its outcome not known?
    #[must_use]
    pub const fn is_in_doubt(&self) -> bool {
        matches!(self.state, SettlementState::Asking { .. })
    }

    /// Every entry posted for it, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What a rail's answer means for it: what was taken must be what was asked for. `fee` is what the shop's table says
    /// in case the rail says nothing. `None` when there is nothing new.
    #[must_use]
    pub fn judge(&self, answer: Answer, fee: Money) -> Option<SettlementEvent> {
        match answer {
            Answer::Status(ChargeStatus::Taken(taken)) => Some(self.judge_taken(taken, fee)),
            Answer::Status(ChargeStatus::Pending) => self.doubt("the rail is still at it".to_owned()),
            Answer::NeverArrived => Some(SettlementEvent::NeverArrived),
            Answer::NotKnown(reason) => self.doubt(reason),
            Answer::Failed(error) => {
                let (trouble, reason) = (error.class(), error.reason().to_owned());
                Some(SettlementEvent::SetAside { trouble, reason })
            }
        }
    }

    fn judge_taken(&self, taken: Taken, fee_of_table: Money) -> SettlementEvent {
        let Taken { reference, amount, fee } = taken;
        let asked = self.bill.amount;
        let protocol = |reason| SettlementEvent::SetAside { trouble: RailFailureClass::Protocol, reason };
        if amount != asked {
            return protocol(format!("{asked} was asked for and {amount} was taken: look at {reference}"));
        }
        if let Some(fee) = fee
            && (fee.currency() != asked.currency() || fee.is_negative() || fee > asked)
        {
            return protocol(format!("a fee of {fee} for {asked} makes no sense: look at {reference}"));
        }
        SettlementEvent::Charged { reference, fee: fee.unwrap_or(fee_of_table) }
    }

    /// Only the first doubt is news.
    fn doubt(&self, reason: String) -> Option<SettlementEvent> {
        let is_news = !matches!(self.state, SettlementState::Asking { .. });
        is_news.then_some(SettlementEvent::Doubted { reason })
    }

    /// A charge that was declined is over at the rail, so the next one has a key of its own. Of everything else the rail
    /// is asked first.
    fn try_again(&mut self) -> Result<SettlementState, Refused> {
        match &self.state {
            SettlementState::SetAside { trouble: RailFailureClass::Declined, .. } => {
                self.attempt = self.attempt.checked_add(1).ok_or(Refused::WrongState)?;
                Ok(SettlementState::Charging)
            }
            SettlementState::SetAside { reason, .. } => {
                Ok(SettlementState::Asking { reason: format!("tried again after: {reason}") })
            }
            SettlementState::Charging | SettlementState::Asking { .. } => Ok(self.state.clone()),
            SettlementState::Charged { .. } => Err(Refused::AlreadySettled),
        }
    }

    /// Evidence that the money is taken counts in every state, and once.
    fn take_in(&mut self, reference: &str, fee: Money) -> Result<SettlementState, Refused> {
        let after = SettlementState::Charged { reference: reference.to_owned(), fee };
        match &self.state {
            // Told again: what was booked stands, whatever the table of fees says by now.
            SettlementState::Charged { reference: before, .. } if before == reference => {
                return Ok(self.state.clone());
            }
            SettlementState::Charged { .. } => return Err(Refused::AlreadySettled),
            SettlementState::Charging | SettlementState::Asking { .. } | SettlementState::SetAside { .. } => {
                self.entries.push(self.settled(fee)?);
            }
        }
        Ok(after)
    }

    fn check_under_way(&self) -> Result<(), Refused> {
        if self.is_under_way() { Ok(()) } else { Err(Refused::WrongState) }
    }

    /// The payer owes nothing more; the money is on its way through the processor, less its fee.
    fn settled(&self, fee: Money) -> Result<Entry, Refused> {
        let amount = self.bill.amount;
        let sides = vec![
            (Account::CardClearing, amount.checked_sub(fee)?),
            (Account::Fees, fee),
            (Account::PayerTabs, amount.negated()?),
        ];
        Ok(posting::entry(1, EntryKind::TabSettled, sides)?)
    }
}

/// What became of a charge, as far as the till knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The rail knows it.
    Status(ChargeStatus),
    /// The rail was asked and has never heard of it.
    NeverArrived,
    /// Nobody knows; one line why.
    NotKnown(String),
    /// It failed, and trying again does not mend it, or was tried often enough.
    Failed(RailError),
}
