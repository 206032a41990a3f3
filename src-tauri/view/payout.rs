//! Payouts for the screens.

use std::collections::{BTreeMap, BTreeSet};

use ::money::Money;
use payment::Payout;
use payment::payout::{PartKind, PayoutLine, PayoutPart, PayoutStatus};
use store::{EntriesPage, MovementPlace, PayoutFacts, PayoutsPage, TimelineEvent};

use super::{instant, ledger, money, timeline};
use crate::dto::error::AppError;
use crate::dto::payout::{
    PayoutDto, PayoutLineDto, PayoutLineKindDto, PayoutRowDto, PayoutShareDto, PayoutStateDto, PayoutsReply,
};

/// What the books say around a payout.
#[derive(Debug)]
pub struct Around {
    /// The sales that its parts belong to, by the processor's names.
    pub places: BTreeMap<String, MovementPlace>,
    /// Everything that was told of it.
    pub history: Vec<TimelineEvent>,
    /// What it did to the books.
    pub entries: EntriesPage,
}

/// A page of payouts.
#[must_use]
pub fn list(page: &PayoutsPage) -> PayoutsReply {
    PayoutsReply { rows: page.rows.iter().map(row).collect(), more: page.more }
}

/// A payout with everything it is made of.
///
/// # Errors
/// When a sum is out of range.
pub fn payout(payout: &Payout, around: &Around) -> Result<PayoutDto, AppError> {
    let reading = &payout.reading;
    let nothing = Money::zero(reading.amount.currency());
    let facts = PayoutFacts {
        id: payout.id,
        rail: payout.rail,
        reference: reading.reference.clone(),
        amount: reading.amount,
        status: reading.status,
        arrives_at: reading.arrives_at,
        parts: reading.parts.as_ref().map(|parts| u32::try_from(parts.len()).unwrap_or(u32::MAX)),
        difference: reading.difference()?.unwrap_or(nothing),
    };
    Ok(PayoutDto {
        facts: row(&facts),
        made_at: instant(reading.made_at),
        lines: reading.lines()?.iter().map(|one| line(one, &around.places)).collect(),
        history: around.history.iter().map(timeline::item).collect(),
        entries: ledger::entries(&around.entries).rows,
    })
}

/// The processor's names for what moved its balance.
#[must_use]
pub fn movements(payout: &Payout) -> BTreeSet<&str> {
    payout.reading.parts.iter().flatten().filter_map(|part| part.of.as_deref()).collect()
}

fn row(facts: &PayoutFacts) -> PayoutRowDto {
    PayoutRowDto {
        payout: facts.id.to_string(),
        reference: facts.reference.clone(),
        amount: money(facts.amount),
        state: state(facts.status),
        arrives_at: instant(facts.arrives_at),
        parts: facts.parts,
        difference: money(facts.difference),
    }
}

const fn state(status: PayoutStatus) -> PayoutStateDto {
    match status {
        PayoutStatus::Pending => PayoutStateDto::Pending,
        PayoutStatus::InTransit => PayoutStateDto::InTransit,
        PayoutStatus::Paid => PayoutStateDto::Paid,
        PayoutStatus::Failed => PayoutStateDto::Failed,
        PayoutStatus::Cancelled => PayoutStateDto::Cancelled,
    }
}

fn line(line: &PayoutLine<'_>, places: &BTreeMap<String, MovementPlace>) -> PayoutLineDto {
    PayoutLineDto {
        kind: kind(line.kind),
        sum: money(line.sum),
        shares: line.shares.iter().map(|(part, amount)| share(part, *amount, places)).collect(),
    }
}

const fn kind(kind: PartKind) -> PayoutLineKindDto {
    match kind {
        PartKind::Payment => PayoutLineKindDto::Payment,
        PartKind::Refund => PayoutLineKindDto::Refund,
        PartKind::Dispute => PayoutLineKindDto::Dispute,
        PartKind::Fee => PayoutLineKindDto::Fee,
        PartKind::Other => PayoutLineKindDto::Other,
    }
}

fn share(part: &PayoutPart, amount: Money, places: &BTreeMap<String, MovementPlace>) -> PayoutShareDto {
    let place = part.of.as_ref().and_then(|of| places.get(of));
    PayoutShareDto {
        reference: part.reference.clone(),
        of: part.of.clone().unwrap_or_default(),
        amount: money(amount),
        invoice: place.map(|place| place.invoice.to_string()).unwrap_or_default(),
        sale_number: place.map(|place| place.sale_number),
    }
}
