//! Parcels of instructions: each is known or new, and a new one finds its rail and its fee and joins its group. What is
//! booked together is added up here; the writer gives numbers and hashes.

use std::sync::Arc;

use money::{Currency, Money, Percent};
use payment::stream::{
    Conversion, Group, Instruction, NoRoute, ParcelError, Route, Tab, fee_of, number_of, payment_id, route_of,
};
use payment::{ParcelId, QuotedRate, RailId, RailKind};
use store::{Became, DeadLetterRecord, KnownInstruction, ParcelRecord, Source, TakenInstruction};

use super::Desk;
use crate::command::{EngineError, Outcome, Reply};
use crate::working_set::WorkingSet;

/// What is taken so far of a parcel.
struct Taking {
    taken: Vec<TakenInstruction>,
    groups: Vec<Gathering>,
    /// The payers' tabs it touches.
    tabs: Vec<Tab>,
}

/// A group being added up.
struct Gathering {
    rail: RailId,
    currency: Currency,
    count: u32,
    gross: Money,
    fee: Money,
    rate: Option<QuotedRate>,
}

/// What the desk makes of a new instruction.
enum Verdict {
    Take { route: Route, fee: Money, rate: Option<QuotedRate>, tab: Option<Box<Tab>> },
    Reject(String),
    SetAside(String),
}

impl Desk<'_> {
    /// Takes what is new, in one event; answers for each instruction in its place.
    pub(crate) fn take_parcel(
        &self,
        work: &mut WorkingSet<'_>,
        source: Source,
        instructions: Arc<[Instruction]>,
        again: bool,
    ) -> Result<Reply, EngineError> {
        let mut taking =
            Taking { taken: Vec::with_capacity(instructions.len()), groups: Vec::new(), tabs: Vec::new() };
        let mut outcomes = Vec::with_capacity(instructions.len());
        for (index, instruction) in instructions.iter().enumerate() {
            let known = work.instruction(instruction)?;
            let is_letter =
                known.as_ref().is_some_and(|known| matches!(known.became, Became::DeadLetter { .. }));
            outcomes.push(match known {
                Some(known) if !(again && is_letter) => known_outcome(known, instruction),
                Some(_) | None => self.take(work, (index, instruction), is_letter, &mut taking)?,
            });
        }
        if !taking.taken.is_empty() {
            let groups =
                taking.groups.into_iter().map(|group| self.close(work, group)).collect::<Result<_, _>>()?;
            let id = parcel_id(&instructions, &taking.taken, self);
            let (taken, first) = (taking.taken.len(), first_number(&outcomes));
            tracing::debug!(parcel = %id, taken, first, "booked together");
            work.stage_parcel(ParcelRecord {
                id,
                source,
                at: self.now,
                instructions,
                taken: taking.taken,
                groups,
            });
            for tab in &taking.tabs {
                self.settle_if_due(work, tab)?;
            }
        }
        Ok(Reply::Parcel(outcomes))
    }

    /// Keeps an instruction that can't be carried out, for somebody to decide.
    pub(crate) fn set_instruction_aside(
        &self,
        work: &mut WorkingSet<'_>,
        instruction: &Instruction,
        reason: String,
    ) {
        work.stage_dead_letter(DeadLetterRecord { instruction: instruction.clone(), reason, at: self.now });
    }

    fn take(
        &self,
        work: &mut WorkingSet<'_>,
        (index, instruction): (usize, &Instruction),
        was_dead_letter: bool,
        taking: &mut Taking,
    ) -> Result<Outcome, EngineError> {
        match self.judge(work, instruction)? {
            Verdict::Take { route, fee, rate, tab } => {
                taking.add(instruction, &route, fee, rate)?;
                let number = work.number_micropayment();
                if let Some(tab) = tab {
                    self.put_on_tab(work, &tab, instruction.amount(), number)?;
                    taking.tabs.push(*tab);
                }
                let Route { rail, rule: route, note: route_note } = route;
                taking.taken.push(TakenInstruction { index, rail, route, route_note, fee, was_dead_letter });
                let payment = payment_id(self.now, number);
                tracing::trace!(instruction = instruction.id(), number, %payment, %rail, "taken");
                work.know_instruction(instruction, Became::Micropayment(payment));
                Ok(Outcome::Accepted { payment })
            }
            Verdict::Reject(reason) => {
                tracing::trace!(instruction = instruction.id(), reason, "rejected");
                Ok(Outcome::Rejected { reason })
            }
            Verdict::SetAside(reason) => {
                tracing::trace!(instruction = instruction.id(), reason, "set aside");
                self.set_instruction_aside(work, instruction, reason.clone());
                Ok(Outcome::DeadLetter { reason })
            }
        }
    }

    fn judge(&self, work: &WorkingSet<'_>, instruction: &Instruction) -> Result<Verdict, EngineError> {
        let amount = instruction.amount();
        let routed = route_of(&self.settings.routes, instruction.method(), amount, |rail| self.usable(rail));
        let route = match routed {
            Ok(route) => route,
            Err(refused @ NoRoute::NoRule) => return Ok(Verdict::Reject(refused.to_string())),
            Err(NoRoute::Unusable { reason }) => return Ok(Verdict::SetAside(reason)),
        };
        let tab = match self.open_tab(work, &route, instruction)? {
            Ok(tab) => tab,
            Err(verdict) => return Ok(verdict),
        };
        let rate = if amount.currency() == self.settings.shop.currency {
            None
        } else {
            match self.rate(amount.currency()) {
                Ok(rate) => Some(rate),
                Err(no_rate) => return Ok(Verdict::SetAside(no_rate.to_string())),
            }
        };
        Ok(match self.fee(&route, instruction) {
            Ok(fee) => Verdict::Take { route, fee, rate, tab },
            Err(error) => Verdict::Reject(error),
        })
    }

    /// The tab it goes on, on a rail that is charged; or why it goes on none.
    fn open_tab(
        &self,
        work: &WorkingSet<'_>,
        route: &Route,
        instruction: &Instruction,
    ) -> Result<Result<Option<Box<Tab>>, Verdict>, EngineError> {
        if route.rail.kind() != RailKind::Charging {
            return Ok(Ok(None));
        }
        let Some(tab) = Self::tab_of(route.rail, instruction) else {
            let reason = format!("a payment by {} needs a payer", instruction.method());
            return Ok(Err(Verdict::Reject(reason)));
        };
        if self.charge_min(&tab).is_none() {
            return Ok(Err(Verdict::SetAside(format!("{} takes no {}", tab.rail, tab.currency))));
        }
        Ok(match self.closed_tab(work, &tab)? {
            Some(reason) => Err(Verdict::SetAside(reason)),
            None => Ok(Some(Box::new(tab))),
        })
    }

    /// What a charging rail costs is known when the tab is settled.
    fn fee(&self, route: &Route, instruction: &Instruction) -> Result<Money, String> {
        let amount = instruction.amount();
        if route.rail.kind() == RailKind::Charging {
            return Ok(Money::zero(amount.currency()));
        }
        fee_of(&self.settings.fees, route.rail, instruction.method(), amount).map_err(|e| e.to_string())
    }

    fn usable(&self, rail: RailId) -> Result<(), String> {
        match rail.kind() {
            RailKind::Drawer if self.settings.cash.enabled => Ok(()),
            RailKind::Drawer => Err("cash is switched off in Settings".to_owned()),
            RailKind::Chain => self.usable_rail(rail).map(|_| ()).map_err(|error| error.to_string()),
            RailKind::Charging => self.chargeable(rail),
        }
    }

    /// Adds up a group: converted into the unit of account, its tax known.
    fn close(&self, work: &mut WorkingSet<'_>, group: Gathering) -> Result<Group, EngineError> {
        let Gathering { rail, currency, count, gross, fee, rate } = group;
        let conversion = match rate {
            None => None,
            Some(rate) => {
                let left_before = work.unconverted(currency)?;
                let conversion = Conversion::of(gross, left_before, rate)?;
                work.leave_unconverted(conversion.left_after);
                Some(conversion)
            }
        };
        Ok(Group { rail, count, gross, fee, tax: self.usual_tax(), conversion })
    }

    fn usual_tax(&self) -> Percent {
        self.settings.tax.rates.first().copied().unwrap_or(Percent::ZERO)
    }
}

impl Taking {
    fn add(
        &mut self,
        instruction: &Instruction,
        route: &Route,
        fee: Money,
        rate: Option<QuotedRate>,
    ) -> Result<(), EngineError> {
        let amount = instruction.amount();
        let (rail, currency) = (route.rail, amount.currency());
        let known = self.groups.iter_mut().find(|group| group.rail == rail && group.currency == currency);
        match known {
            Some(group) => {
                group.count += 1;
                group.gross = group.gross.checked_add(amount).map_err(ParcelError::from)?;
                group.fee = group.fee.checked_add(fee).map_err(ParcelError::from)?;
            }
            None => self.groups.push(Gathering { rail, currency, count: 1, gross: amount, fee, rate }),
        }
        Ok(())
    }
}

/// The same again is answered as before; the id with anything else is another wish.
fn known_outcome(known: KnownInstruction, instruction: &Instruction) -> Outcome {
    if known.digest != *instruction.digest() {
        let reason = "this id was used for another instruction".to_owned();
        return Outcome::Conflict { reason };
    }
    match known.became {
        Became::Micropayment(payment) => Outcome::Duplicate { payment },
        Became::DeadLetter { reason } => Outcome::DeadLetter { reason },
    }
}

/// The number of the first micropayment among outcomes; the others follow it without a gap.
fn first_number(outcomes: &[Outcome]) -> Option<i64> {
    outcomes.iter().find_map(|outcome| match outcome {
        Outcome::Accepted { payment } => Some(number_of(*payment)),
        _ => None,
    })
}

/// Follows from its first instruction that is taken, so that the same input makes the same journal.
fn parcel_id(instructions: &[Instruction], taken: &[TakenInstruction], desk: &Desk<'_>) -> ParcelId {
    let first = taken.first().and_then(|taken| instructions.get(taken.index));
    let mut random = [0; 10];
    if let Some(first) = first {
        random.copy_from_slice(&first.digest()[..10]);
    }
    ParcelId::generate(desk.now, random)
}
