//! Money that came to one of our addresses without a sale that may take it. It is booked like any other money, waits
//! in an inbox, and leaves it when it is counted for a sale or credited to a customer.

use ledger::Entry;
use money::Money;

use crate::quote::QuotedRate;
use crate::rail::RailId;
use crate::sale::{Alert, Effect, Refused};
use crate::{InvoiceId, Observation, PaymentId, Policy, StrayId, Transfer, posting};

/// Why no sale takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StrayReason {
    /// The sale that showed the address was covered already.
    AlreadyPaid,
    /// That sale was cancelled.
    SaleCancelled,
    /// That sale was voided.
    SaleVoided,
    /// The address is ours, but no sale here showed it.
    UnknownAddress,
    /// The sale that showed the address asked for another coin, or for the coin on another chain.
    OtherCoin,
    /// A token that this shop does not take, whatever it calls itself: kept, but not posted.
    UnlistedToken,
    /// The amount is nothing at the ledger's scale, or does not fit it: kept, but not posted.
    Unbookable,
}

impl StrayReason {
    /// Every reason with its stable name.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::AlreadyPaid, "already_paid"),
        (Self::SaleCancelled, "sale_cancelled"),
        (Self::SaleVoided, "sale_voided"),
        (Self::UnknownAddress, "unknown_address"),
        (Self::OtherCoin, "other_coin"),
        (Self::UnlistedToken, "unlisted_token"),
        (Self::Unbookable, "unbookable"),
    ];

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(reason, _)| *reason == self).map_or("unbookable", |(_, name)| name)
    }
}

/// A stray payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// Its id.
    pub id: StrayId,
    /// Events folded so far.
    pub version: u32,
    /// What it is.
    pub finding: StrayFinding,
    /// The transfer as last seen.
    pub transfer: Transfer,
    /// What was decided.
    pub decision: Decision,
    credit_entry: Option<u32>,
    entries: Vec<Entry>,
}

/// The facts at first sight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrayFinding {
    /// The rail.
    pub rail: RailId,
    /// Where it came to.
    pub address: String,
    /// The sale and payment that showed the address, if any.
    pub shown_by: Option<(InvoiceId, PaymentId)>,
    /// Why no sale takes it.
    pub reason: StrayReason,
    /// What is safe and final for it.
    pub policy: Policy,
}

/// What was decided about a stray payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing yet.
    Open,
    /// Counted for a sale, which owns the transfer from then on.
    Assigned {
        /// The sale.
        invoice: InvoiceId,
        /// The payment it became.
        payment: PaymentId,
    },
    /// Owed to a customer.
    Credited {
        /// Who, in the clerk's words.
        customer: String,
        /// How much, in the unit of account.
        value: Money,
        /// At this rate.
        rate: QuotedRate,
    },
}

/// Everything that can happen to a stray payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StrayEvent {
    /// It was seen.
    Found {
        /// The facts.
        finding: StrayFinding,
        /// The first reading.
        observation: Observation,
    },
    /// It changed.
    Observed {
        /// The new reading.
        observation: Observation,
    },
    /// It was counted for a sale.
    Assigned {
        /// The sale.
        invoice: InvoiceId,
        /// The payment it became.
        payment: PaymentId,
    },
    /// It was credited to a customer.
    Credited {
        /// Who, in the clerk's words.
        customer: String,
        /// How much, in the unit of account.
        value: Money,
        /// At this rate.
        rate: QuotedRate,
    },
}

/// What an event did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrayApplied {
    /// The state after it.
    pub stray: Stray,
    /// The entries it posts.
    pub entries: Vec<Entry>,
    /// What it asks for.
    pub effects: Vec<Effect>,
}

impl Stray {
    /// Folds the first event.
    ///
    /// # Errors
    /// When it is not a finding.
    pub fn open(id: StrayId, event: &StrayEvent) -> Result<StrayApplied, Refused> {
        let StrayEvent::Found { finding, observation } = event else {
            return Err(Refused::NotOpen);
        };
        let mut stray = Self {
            id,
            version: 1,
            finding: finding.clone(),
            transfer: Transfer::first(observation.clone(), false),
            decision: Decision::Open,
            credit_entry: None,
            entries: Vec::new(),
        };
        stray.rebook()?;
        let entries = stray.entries.clone();
        Ok(StrayApplied { stray, entries, effects: Vec::new() })
    }

    /// Folds a later event. `None` when it changes nothing and must not be recorded.
    ///
    /// # Errors
    /// When the event does not fit the state.
    pub fn apply(&self, event: &StrayEvent) -> Result<Option<StrayApplied>, Refused> {
        let mut next = self.clone();
        let changed = match event {
            StrayEvent::Found { .. } => return Err(Refused::AlreadyOpen),
            StrayEvent::Observed { observation } => next.observe(observation)?,
            StrayEvent::Assigned { .. } | StrayEvent::Credited { .. } => next.decide(event)?,
        };
        if !changed {
            return Ok(None);
        }
        next.rebook()?;
        next.version += 1;
        let entries = next.entries[self.entries.len()..].to_vec();
        let effects = next.losses_since(self);
        Ok(Some(StrayApplied { stray: next, entries, effects }))
    }

    /// May it be counted for a sale now?
    ///
    /// # Errors
    /// When it was decided already, is gone, or can't be booked.
    pub fn assignable(&self) -> Result<(), Refused> {
        let is_open = self.decision == Decision::Open && self.transfer.is_present() && self.is_bookable();
        if is_open { Ok(()) } else { Err(Refused::WrongState) }
    }

    /// May it be credited to a customer now?
    ///
    /// # Errors
    /// When it was decided already or is not safe.
    pub fn creditable(&self) -> Result<(), Refused> {
        self.assignable()?;
        if self.is_safe() { Ok(()) } else { Err(Refused::WrongState) }
    }

    /// Is it safe by the shop's policy?
    #[must_use]
    pub fn is_safe(&self) -> bool {
        self.finding.policy.is_safe(&self.transfer.latest.level)
    }

    /// Is it final by the shop's policy?
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.finding.policy.is_final(&self.transfer.latest.level)
    }

    /// Every entry posted for it, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Money that is gone after a customer was credited for it is the owner's business at once.
    fn losses_since(&self, before: &Self) -> Vec<Effect> {
        let was_credited = matches!(before.decision, Decision::Credited { .. });
        let is_lost = was_credited && before.transfer.is_present() && !self.transfer.is_present();
        if is_lost { vec![Effect::Alert(Alert::Reversed)] } else { Vec::new() }
    }

    fn is_bookable(&self) -> bool {
        !matches!(self.finding.reason, StrayReason::Unbookable | StrayReason::UnlistedToken)
    }

    fn observe(&mut self, observation: &Observation) -> Result<bool, Refused> {
        if observation.reference != self.transfer.latest.reference
            || observation.amount != self.transfer.latest.amount
        {
            return Err(Refused::WrongState);
        }
        if observation.number <= self.transfer.latest.number {
            return Ok(false);
        }
        self.transfer.latest = observation.clone();
        Ok(true)
    }

    fn decide(&mut self, event: &StrayEvent) -> Result<bool, Refused> {
        let decision = match event.clone() {
            StrayEvent::Assigned { invoice, payment } => Decision::Assigned { invoice, payment },
            StrayEvent::Credited { customer, value, rate } => Decision::Credited { customer, value, rate },
            StrayEvent::Found { .. } | StrayEvent::Observed { .. } => return Err(Refused::WrongState),
        };
        if self.decision == decision {
            return Ok(false);
        }
        match &decision {
            Decision::Credited { .. } => self.creditable()?,
            Decision::Open | Decision::Assigned { .. } => self.assignable()?,
        }
        self.decision = decision;
        Ok(true)
    }

    /// Brings the books to what the state asks for: reverses what should not stand, posts what should.
    fn rebook(&mut self) -> Result<(), Refused> {
        let owned = self.is_bookable() && !matches!(self.decision, Decision::Assigned { .. });
        let (is_safe, present) = (self.is_safe(), self.transfer.is_present());
        let (rail, coin) = (self.finding.rail, self.transfer.latest.amount);
        let credited = match &self.decision {
            Decision::Credited { value, rate, .. } => Some((*value, rate.clone())),
            Decision::Open | Decision::Assigned { .. } => None,
        };
        self.keep(
            |s| &mut s.credit_entry,
            owned && is_safe && credited.is_some(),
            |ordinal| match &credited {
                Some((value, rate)) => posting::stray_credited(ordinal, coin, *value, rate),
                None => Err(Refused::WrongState),
            },
        )?;
        self.keep(
            |s| &mut s.transfer.settled_entry,
            owned && is_safe,
            |ordinal| posting::stray_settled(ordinal, rail, coin),
        )?;
        self.keep(
            |s| &mut s.transfer.pending_entry,
            owned && present && !is_safe,
            |ordinal| posting::transfer_pending(ordinal, rail, coin),
        )?;
        self.transfer.was_safe |= is_safe;
        Ok(())
    }

    /// Makes one entry stand or not stand.
    fn keep(
        &mut self,
        slot: impl Fn(&mut Self) -> &mut Option<u32>,
        wanted: bool,
        make: impl FnOnce(u32) -> Result<Entry, Refused>,
    ) -> Result<(), Refused> {
        let next = self.entries.last().map_or(1, |entry| entry.ordinal() + 1);
        match (*slot(self), wanted) {
            (None, true) => {
                self.entries.push(make(next)?);
                *slot(self) = Some(next);
            }
            (Some(ordinal), false) => {
                if let Some(original) = self.entries.iter().find(|entry| entry.ordinal() == ordinal) {
                    let reversal = original.reversal(next)?;
                    self.entries.push(reversal);
                }
                *slot(self) = None;
            }
            (Some(_), true) | (None, false) => {}
        }
        Ok(())
    }
}
