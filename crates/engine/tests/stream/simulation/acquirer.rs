//! The acquirer at the far end of the line, who takes card payments for shops. The money it took outlives every till; it
//! takes that of one key once, whatever arrives twice or late.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};

use money::Money;
use payment::charging::{Charge, ChargeStatus, Taken};
use payment::{RailError, SettlementId};

use super::outside::{Defect, Outside};
use super::weather::Weather;
use crate::shop::eur;

/// Money that was taken of a payer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taking {
    pub(crate) settlement: SettlementId,
    pub(crate) key: String,
    pub(crate) amount: Money,
}

/// What becomes of a key.
pub(crate) type Fate = Result<ChargeStatus, RailError>;

/// What goes wrong with a call on its way there or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mishap {
    /// Nobody is reached.
    NotSent,
    /// The till's key is wrong.
    Misconfigured,
    /// It is lost on its way.
    Lost,
    /// It arrives after somebody was told that it never did.
    Late,
    /// It arrives, and the answer is lost.
    Unheard,
    /// It arrives, and the answer makes no sense.
    Garbled,
}

/// How likely something is in a weather, in percent.
type Chance = fn(&Weather) -> u32;

/// What goes wrong with charges and cards although there is a line.
const MISHAPS: &[(Mishap, Chance)] = &[
    (Mishap::Misconfigured, |weather| weather.misconfigured),
    (Mishap::Lost, |weather| weather.missing),
    (Mishap::Late, |weather| weather.late),
    (Mishap::Unheard, |weather| weather.lost),
    (Mishap::Garbled, |weather| weather.garbled),
];

/// What goes wrong with a call that is made now.
pub(crate) fn mishap_of_call(outside: &Outside) -> Option<Mishap> {
    if outside.is_down() || outside.chance(|weather| weather.refused) {
        return Some(Mishap::NotSent);
    }
    MISHAPS.iter().find(|(_, chance)| outside.chance(chance)).map(|(mishap, _)| *mishap)
}

/// What goes wrong with a question that is asked now.
pub(crate) fn mishap_of_question(outside: &Outside) -> Option<Mishap> {
    if outside.is_down() || outside.chance(|weather| weather.refused) {
        Some(Mishap::NotSent)
    } else if outside.chance(|weather| weather.misconfigured) {
        Some(Mishap::Misconfigured)
    } else if outside.chance(|weather| weather.unanswered) {
        Some(Mishap::Unheard)
    } else {
        outside.chance(|weather| weather.garbled).then_some(Mishap::Garbled)
    }
}

pub(crate) struct Acquirer {
    outside: Arc<Outside>,
    ledger: Mutex<Ledger>,
}

#[derive(Default)]
struct Ledger {
    fates: BTreeMap<String, Fate>,
    takings: Vec<Taking>,
    /// Charges that will arrive late.
    on_the_way: Vec<Charge>,
    /// Settlements about which it says what can't be.
    strange: BTreeSet<SettlementId>,
    /// By attempt, for stories: what goes wrong the first time it is sent.
    mishaps: BTreeMap<u32, Mishap>,
    /// Attempts that stories want declined.
    declined: BTreeSet<u32>,
}

impl Acquirer {
    pub(crate) fn new(outside: Arc<Outside>) -> Self {
        Self { outside, ledger: Mutex::default() }
    }

    pub(crate) const fn outside(&self) -> &Arc<Outside> {
        &self.outside
    }

    /// An attempt will be declined.
    pub(crate) fn declines(&self, attempt: u32) {
        self.ledger().declined.insert(attempt);
    }

    /// Something will go wrong with an attempt.
    pub(crate) fn plans(&self, attempt: u32, mishap: Mishap) {
        self.ledger().mishaps.insert(attempt, mishap);
    }

    /// All the money it took, in order.
    pub(crate) fn takings(&self) -> Vec<Taking> {
        self.ledger().takings.clone()
    }

    /// What became of a key; `None` when it never arrived.
    pub(crate) fn fate(&self, key: &str) -> Option<Fate> {
        self.ledger().fates.get(key).cloned()
    }

    /// Does it say what can't be about a settlement?
    pub(crate) fn is_strange(&self, settlement: SettlementId) -> bool {
        self.ledger().strange.contains(&settlement)
    }

    /// What goes wrong with a charge that is sent now.
    pub(crate) fn mishap_of(&self, charge: &Charge) -> Option<Mishap> {
        if let Some(planned) = self.ledger().mishaps.remove(&charge.attempt) {
            return Some(planned);
        }
        mishap_of_call(&self.outside)
    }

    /// A charge arrives.
    pub(crate) fn receive(&self, charge: &Charge) -> Fate {
        let is_blind = self.outside.defect() == Some(Defect::TakesTwice);
        match self.fate(&charge.key()) {
            Some(known) if !is_blind => known,
            Some(_) | None => self.decide(charge),
        }
    }

    /// A charge will arrive when it is not expected any more.
    pub(crate) fn receives_later(&self, charge: &Charge) {
        self.ledger().on_the_way.push(charge.clone());
    }

    /// Somebody asks what became of a charge. What was on its way arrives right after the answer.
    pub(crate) fn look_up(&self, charge: &Charge) -> Result<Option<ChargeStatus>, RailError> {
        let known = match self.fate(&charge.key()) {
            Some(Ok(ChargeStatus::Pending)) => Some(self.decide(charge)),
            known => known,
        };
        self.late_ones_arrive(|late| late == charge);
        known.transpose()
    }

    /// Nothing stays on its way.
    pub(crate) fn everything_arrives(&self) {
        self.late_ones_arrive(|_| true);
    }

    /// Its answer about a settlement made no sense.
    pub(crate) fn says_nonsense_about(&self, settlement: SettlementId) {
        self.ledger().strange.insert(settlement);
    }

    fn late_ones_arrive(&self, which: impl Fn(&Charge) -> bool) {
        let (arrived, on_the_way) =
            std::mem::take(&mut self.ledger().on_the_way).into_iter().partition(|late| which(late));
        self.ledger().on_the_way = on_the_way;
        let arrived: Vec<Charge> = arrived;
        for charge in &arrived {
            let _nobody_waits = self.receive(charge);
        }
    }

    fn decide(&self, charge: &Charge) -> Fate {
        let is_planned = self.ledger().declined.remove(&charge.attempt);
        let fate = if is_planned || self.outside.chance(|weather| weather.declined) {
            Err(RailError::Declined("the card was declined".to_owned()))
        } else if self.outside.chance(|weather| weather.pending) {
            Ok(ChargeStatus::Pending)
        } else {
            Ok(ChargeStatus::Taken(self.take(charge)))
        };
        self.ledger().fates.insert(charge.key(), fate.clone());
        fate
    }

    fn take(&self, charge: &Charge) -> Taken {
        let Charge { settlement, amount: asked, .. } = *charge;
        let is_wrong = self.outside.chance(|weather| weather.mischarged);
        let amount = if is_wrong { eur(asked.minor() * 10) } else { asked };
        let fee = self.outside.chance(|weather| weather.itemised).then(|| eur(self.outside.below(30).into()));
        let key = charge.key();
        let reference = format!("ch_{key}");
        let mut ledger = self.ledger();
        if is_wrong {
            ledger.strange.insert(settlement);
        }
        if self.outside.defect() != Some(Defect::TakesNothing) {
            ledger.takings.push(Taking { settlement, key, amount });
        }
        Taken { reference, amount, fee }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap()
    }
}
