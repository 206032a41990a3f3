//! What reaches the acquirer: nothing that is not in the committed books, and never the same key again while nobody
//! knows what became of it.

use std::collections::{BTreeMap, BTreeSet};

use payment::RailError;
use payment::charging::{Charge, ChargeStatus};
use payment::rail::RailFailureClass;

use super::{Judge, Verdict, must};

/// The calls of all lives.
#[derive(Default)]
pub(super) struct Calls {
    /// Keys that were sent, and whether they may be sent again: the living till has heard that they took nothing.
    sent: BTreeMap<String, bool>,
    /// Keys of which the acquirer said that they never arrived.
    pub(super) never_arrived: BTreeSet<String>,
    /// How keys failed.
    pub(super) failed: BTreeSet<(String, RailFailureClass)>,
}

impl Judge {
    /// Another life: it can't know what earlier ones heard.
    pub(crate) fn till_opens(&mut self) {
        self.calls.sent.values_mut().for_each(|may_be_sent| *may_be_sent = false);
        self.counter.till_opens();
    }

    pub(crate) fn sends(&mut self, charge: &Charge) -> Verdict {
        self.is_called_for(charge)?;
        let may_be_sent = self.calls.sent.insert(charge.key(), false).unwrap_or(true);
        must("I4", may_be_sent, || {
            format!("{} is sent again, and what became of it is not known", charge.key())
        })
    }

    /// The till hears what became of what it sent.
    pub(crate) fn hears(&mut self, charge: &Charge, answer: &Result<ChargeStatus, RailError>) -> Verdict {
        if let Err(error) = answer {
            self.calls.failed.insert((charge.key(), error.class()));
        }
        if matches!(answer, Err(RailError::NotSent(_) | RailError::Misconfigured(_))) {
            self.calls.sent.insert(charge.key(), true);
        }
        self.is_taken_once()
    }

    pub(crate) fn asks(&self, charge: &Charge) -> Verdict {
        self.is_called_for(charge)
    }

    /// The till hears an answer to its question.
    pub(crate) fn hears_about(
        &mut self,
        charge: &Charge,
        answer: &Result<Option<ChargeStatus>, RailError>,
    ) -> Verdict {
        match answer {
            Ok(None) => {
                self.calls.sent.insert(charge.key(), true);
                self.calls.never_arrived.insert(charge.key());
            }
            Ok(Some(_)) => {}
            Err(error) => {
                self.calls.failed.insert((charge.key(), error.class()));
            }
        }
        self.is_taken_once()
    }

    /// No settlement takes money twice, under one key or several.
    pub(super) fn is_taken_once(&self) -> Verdict {
        let mut taken = BTreeMap::new();
        for taking in self.acquirer.takings() {
            let earlier = taken.insert(taking.settlement, taking.key.clone());
            must("I4", earlier.is_none(), || format!("{} took money after {earlier:?}", taking.key))?;
        }
        Ok(())
    }

    /// The committed books want this charge, to the last word.
    fn is_called_for(&self, charge: &Charge) -> Verdict {
        let settlement = self.settlements.get(&charge.settlement);
        let is_wanted = settlement.is_some_and(|settlement| {
            let bill = &settlement.bill;
            settlement.is_under_way()
                && (settlement.attempt, bill.amount) == (charge.attempt, charge.amount)
                && (&bill.tab.payer, &bill.tab.method) == (&charge.payer, &charge.method)
        });
        must("I1", is_wanted, || format!("{charge:?} is called for, and committed is {settlement:?}"))
    }
}
