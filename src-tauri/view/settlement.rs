//! Payers' tabs and their settlements, for screens.

use payment::rail::RailFailureClass;
use payment::stream::SettlementState;
use store::{Micropayment, SettlementFacts, TabsSummary, Tally};

use super::{count, instant, money, tally};
use crate::dto::settlement::{
    SettlementDto, SettlementPartDto, SettlementStateDto, TabsDto, TallyDto, TroubleDto,
};

/// A settlement.
#[must_use]
pub fn settlement(facts: &SettlementFacts) -> SettlementDto {
    let SettlementFacts { number, changed_at, settlement, .. } = facts;
    let (tab, state) = (&settlement.bill.tab, &settlement.state);
    let (reference, fee) = match state {
        SettlementState::Charged { reference, fee } => (Some(reference.clone()), Some(money(*fee))),
        _ => (None, None),
    };
    SettlementDto {
        number: count(*number),
        settlement: settlement.id.to_string(),
        payer: tab.payer.clone(),
        method: tab.method.clone(),
        rail: tab.rail.name().to_owned(),
        amount: money(settlement.bill.amount),
        parts: settlement.bill.parts,
        attempt: settlement.attempt,
        opened_at: instant(settlement.opened_at),
        changed_at: instant(*changed_at),
        state: standing(state),
        trouble: trouble(state),
        reason: reason(state),
        reference,
        fee,
    }
}

/// A micropayment of a settlement.
#[must_use]
pub fn part(part: &Micropayment) -> SettlementPartDto {
    SettlementPartDto {
        number: count(part.number),
        payment: part.payment.to_string(),
        instruction: part.instruction.clone(),
        amount: money(part.amount),
        taken_at: instant(part.taken_at),
        memo: part.memo.clone(),
    }
}

/// What payers owe.
#[must_use]
pub fn tabs(summary: &TabsSummary) -> TabsDto {
    let sum = |of: Tally| TallyDto { count: tally(of.count), sum: money(of.sum) };
    TabsDto {
        rail: summary.rail.name().to_owned(),
        on_tabs: sum(summary.on_tabs),
        charging: sum(summary.charging),
        asking: sum(summary.asking),
        set_aside: sum(summary.set_aside),
    }
}

const fn standing(state: &SettlementState) -> SettlementStateDto {
    match state {
        SettlementState::Charging => SettlementStateDto::Charging,
        SettlementState::Asking { .. } => SettlementStateDto::Asking,
        SettlementState::Charged { .. } => SettlementStateDto::Charged,
        SettlementState::SetAside { .. } => SettlementStateDto::SetAside,
    }
}

fn trouble(state: &SettlementState) -> Option<TroubleDto> {
    let SettlementState::SetAside { trouble, .. } = state else { return None };
    Some(match trouble {
        RailFailureClass::Declined => TroubleDto::Declined,
        RailFailureClass::NotSent => TroubleDto::NotSent,
        RailFailureClass::Unknown => TroubleDto::Unknown,
        RailFailureClass::Misconfigured => TroubleDto::Misconfigured,
        RailFailureClass::Protocol => TroubleDto::Protocol,
    })
}

fn reason(state: &SettlementState) -> Option<String> {
    match state {
        SettlementState::Asking { reason } | SettlementState::SetAside { reason, .. } => Some(reason.clone()),
        SettlementState::Charging | SettlementState::Charged { .. } => None,
    }
}
