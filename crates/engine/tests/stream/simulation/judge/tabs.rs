//! Payers' tabs and their charges: the judge adds up every tab itself, and a settlement takes exactly what is on one. It
//! is charged in the books only if the acquirer really took that, and decided otherwise only on what the rail said.

use std::collections::BTreeMap;

use money::Money;
use payment::charging::{ChargeStatus, Taken};
use payment::rail::RailFailureClass;
use payment::stream::settlement::Bill;
use payment::stream::{Settlement, SettlementEvent, SettlementState, Tab};
use payment::{RailId, Timestamp};
use store::SettlementRecord;

use super::{Broken, Judge, Verdict, books, must};
use crate::clock::HOUR;
use crate::shop::eur;
use crate::simulation::cards::CHARGE_MIN;

/// When the shop of the day charges a tab.
const SETTLE_AT: i64 = 500;

/// Which tab.
pub(super) type TabKey = (RailId, String, String, String);

/// A micropayment on a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) number: i64,
    pub(super) minor: i64,
    pub(super) at: Timestamp,
}

pub(super) fn key(tab: &Tab) -> TabKey {
    (tab.rail, tab.payer.clone(), tab.method.clone(), tab.currency.code().to_owned())
}

impl Judge {
    pub(super) fn note_settlement(&mut self, record: &SettlementRecord) -> Verdict {
        let after = &record.after;
        let before = self.settlements.get(&after.id).cloned();
        let version_before = before.as_ref().map_or(0, |settlement| settlement.version);
        must("I3", after.version == version_before + 1, || {
            format!("{}: version {} follows {version_before}", after.id, after.version)
        })?;
        let entries_before = before.as_ref().map_or(&[][..], Settlement::entries);
        books::only_added(entries_before, &record.entries, after.entries())?;
        match (&before, &record.event) {
            (None, SettlementEvent::Opened { bill }) => self.take_from_tab(after, bill)?,
            (Some(before), event) => self.check_step(before, event, after)?,
            (None, event) => must("I3", false, || format!("{} begins with {event:?}", after.id))?,
        }
        books::check_settlement(after)?;
        self.settlements.insert(after.id, after.clone());
        Ok(())
    }

    /// It takes everything that is on the tab, and is the only one that does.
    fn take_from_tab(&mut self, after: &Settlement, bill: &Bill) -> Verdict {
        let parts = self.tabs.remove(&key(&bill.tab)).unwrap_or_default();
        let owed: i64 = parts.iter().map(|part| part.minor).sum();
        let of_bill = (bill.amount.minor(), usize::try_from(bill.parts).ok(), Some(bill.last_micropayment));
        let of_tab = (owed, Some(parts.len()), parts.last().map(|part| part.number));
        must("I2", of_bill == of_tab, || {
            format!("{} takes {of_bill:?}, on the tab is {of_tab:?}", after.id)
        })?;
        let other = self.holder_of(&key(&bill.tab));
        must("I4", other.is_none(), || format!("{} begins while {other:?} is not over", after.id))?;
        must("I2", after.bill == *bill && owed >= CHARGE_MIN, || format!("{after:?} is not worth a charge"))?;
        self.parts.insert(after.id, parts);
        Ok(())
    }

    fn check_step(&mut self, before: &Settlement, event: &SettlementEvent, after: &Settlement) -> Verdict {
        must("I7", before.bill == after.bill, || format!("{} takes something else now", after.id))?;
        let charge = after.charge().key();
        let mut attempt = before.attempt;
        match event {
            SettlementEvent::Opened { .. } => must("I3", false, || format!("{} begins twice", after.id))?,
            SettlementEvent::Doubted { .. } => {}
            SettlementEvent::NeverArrived => {
                let is_told = self.calls.never_arrived.contains(&charge);
                must("I6", is_told, || format!("the rail never said that {charge} did not arrive"))?;
            }
            SettlementEvent::SetAside { trouble, reason } => {
                must("I6", self.is_reason(after, *trouble), || {
                    format!("the rail never said that {charge} is {trouble:?}: {reason}")
                })?;
            }
            SettlementEvent::TriedAgain => {
                let SettlementState::SetAside { trouble, .. } = &before.state else {
                    return must("I3", false, || format!("{} was not set aside", after.id));
                };
                attempt += u32::from(*trouble == RailFailureClass::Declined);
            }
            SettlementEvent::Charged { reference, fee } => self.check_charged(after, reference, *fee)?,
        }
        // Only a key that was declined is done with.
        must("I4", after.attempt == attempt, || format!("{} has a new key after {event:?}", after.id))?;
        self.sights.extend(sight(before, event));
        Ok(())
    }

    /// Has the rail said so? What was not sent and what nobody knows, the till finds out by itself.
    fn is_reason(&self, settlement: &Settlement, trouble: RailFailureClass) -> bool {
        let is_told = self.calls.failed.contains(&(settlement.charge().key(), trouble));
        match trouble {
            RailFailureClass::Declined | RailFailureClass::Misconfigured => is_told,
            RailFailureClass::Protocol => is_told || self.acquirer.is_strange(settlement.id),
            RailFailureClass::NotSent | RailFailureClass::Unknown => true,
        }
    }

    /// The acquirer really took it, all of it, and keeps what the books say.
    fn check_charged(&self, after: &Settlement, reference: &str, fee: Money) -> Verdict {
        let (key, amount) = (after.charge().key(), after.bill.amount);
        let is_taken =
            self.acquirer.takings().iter().any(|taking| (&taking.key, taking.amount) == (&key, amount));
        must("I6", is_taken, || format!("{key} is charged in the books, and {amount} was never taken"))?;
        let Some(Ok(ChargeStatus::Taken(Taken { reference: own, fee: kept, .. }))) = self.acquirer.fate(&key)
        else {
            return must("I6", false, || format!("the acquirer never said that it took {key}"));
        };
        let kept = kept.unwrap_or_else(|| fee_by_the_table(amount));
        must("I2", (reference, fee) == (&*own, kept), || format!("{key} costs {kept}, booked is {fee}"))
    }

    /// The settlement that is not over, of a tab.
    fn holder_of(&self, tab: &TabKey) -> Option<&Settlement> {
        self.settlements
            .values()
            .find(|settlement| !is_charged(settlement) && key(&settlement.bill.tab) == *tab)
    }

    /// What payers owe, in cents.
    pub(super) fn owed(&self) -> i64 {
        let on_tabs = self.tabs.values().flatten().map(|part| part.minor);
        let in_settlements = self.settlements.values().filter(|settlement| !is_charged(settlement));
        on_tabs.chain(in_settlements.map(|settlement| settlement.bill.amount.minor())).sum()
    }

    /// Settlements in which somebody must decide.
    pub(crate) fn set_aside_settlements(&self) -> Vec<Settlement> {
        let set_aside =
            |settlement: &&Settlement| matches!(settlement.state, SettlementState::SetAside { .. });
        self.settlements.values().filter(set_aside).cloned().collect()
    }

    /// Is every charge made that was wanted?
    pub(crate) fn is_all_charged(&self) -> bool {
        !self.settlements.is_empty() && self.settlements.values().all(is_charged)
    }

    pub(crate) fn is_charging(&self) -> bool {
        self.settlements.values().any(Settlement::is_under_way)
    }

    /// Nothing is under way, and no tab waits longer than the shop wants.
    pub(super) fn charges_ended(&self, now: Timestamp) -> Verdict {
        for settlement in self.settlements.values() {
            must("I11", !settlement.is_under_way(), || format!("{settlement:?} goes on for ever"))?;
        }
        let hour = i64::try_from(HOUR.as_millis()).unwrap();
        for (tab, parts) in &self.tabs {
            let owed: i64 = parts.iter().map(|part| part.minor).sum();
            let is_old = parts.first().is_some_and(|first| now.millis() - first.at.millis() > hour);
            let is_due = owed >= SETTLE_AT || (owed >= CHARGE_MIN && is_old);
            must("I11", !is_due || self.holder_of(tab).is_some(), || {
                format!("nobody charges {tab:?}: {parts:?}")
            })?;
        }
        Ok(())
    }

    /// What the acquirer took is charged in the books, or set aside where the owner sees it.
    pub(super) fn takings_are_booked(&self) -> Verdict {
        self.is_taken_once()?;
        for taking in self.acquirer.takings() {
            let settlement = self.settlements.get(&taking.settlement);
            let is_seen = settlement.is_some_and(|settlement| !settlement.is_under_way());
            must("I5", is_seen, || format!("{taking:?} is taken, and the books hold {settlement:?}"))?;
        }
        Ok(())
    }

    /// When all is well and everything was tried again, only what the acquirer did wrong is left.
    pub(crate) fn everything_is_charged(&self) -> Verdict {
        let left = self.set_aside_settlements().into_iter().find(|left| !self.was_wronged(left));
        left.map_or(Ok(()), |left| {
            Err(Broken { invariant: "I11", what: format!("nothing is wrong any more, but {left:?}") })
        })
    }

    /// Has the acquirer taken something else than it was asked for?
    fn was_wronged(&self, settlement: &Settlement) -> bool {
        let amount = settlement.bill.amount;
        self.acquirer
            .takings()
            .iter()
            .any(|taking| taking.settlement == settlement.id && taking.amount != amount)
    }
}

const fn is_charged(settlement: &Settlement) -> bool {
    matches!(settlement.state, SettlementState::Charged { .. })
}

/// 1.5 % and 0.05, at most 2.00: worked out again.
fn fee_by_the_table(amount: Money) -> Money {
    eur(((amount.minor() * 15 + 500) / 1_000 + 5).min(200))
}

/// What is worth seeing on some day.
fn sight(before: &Settlement, event: &SettlementEvent) -> Option<&'static str> {
    match event {
        SettlementEvent::Opened { .. } => None,
        SettlementEvent::Doubted { .. } => Some("doubted"),
        SettlementEvent::NeverArrived => Some("never arrived"),
        SettlementEvent::SetAside { trouble, .. } => Some(trouble.name()),
        SettlementEvent::TriedAgain => Some("tried again"),
        SettlementEvent::Charged { .. } if before.attempt > 1 => Some("charged under a second key"),
        SettlementEvent::Charged { .. } if before.is_in_doubt() => Some("charged after a doubt"),
        SettlementEvent::Charged { .. } => Some("charged"),
    }
}

/// Tabs by their keys.
pub(super) type Tabs = BTreeMap<TabKey, Vec<Part>>;
