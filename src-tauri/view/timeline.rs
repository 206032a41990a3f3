//! The history of a sale, a stray payment, a parcel or a settlement: every event with its facts, its source and its hash.

use payment::card::{CardEnd, CardLevel, CardReading, RefundReading};
use payment::payout::PayoutReading;
use payment::sale::{CardEvent, CardWish};
use payment::stream::{Parcel, SettlementEvent};
use payment::sweep::Fate;
use payment::{Level, Observation, PayoutEvent, SaleEvent, StrayEvent, SweepEvent};
use settings::depth_name;
use store::{RecordedEvent, TimelineEvent};

use super::{count, instant};
use crate::dto::timeline::{FactDto, TimelineItemDto};

/// One event.
#[must_use]
pub fn item(event: &TimelineEvent) -> TimelineItemDto {
    let facts = match &event.event {
        RecordedEvent::Sale(event) => sale_facts(event),
        RecordedEvent::Stray(event) => stray_facts(event),
        RecordedEvent::Parcel(parcel) => parcel_facts(parcel),
        RecordedEvent::Settlement(event) => settlement_facts(event),
        RecordedEvent::Payout(PayoutEvent::Read { reading, .. }) => payout_facts(reading),
        RecordedEvent::Sweep(event) => sweep_facts(event),
    };
    let fact = |(name, value): (&str, String)| FactDto { name: name.to_owned(), value };
    TimelineItemDto {
        event: count(event.event_id),
        at: instant(event.at),
        kind: event.kind.clone(),
        facts: facts.into_iter().map(fact).collect(),
        source: event.source.clone(),
        hash: hex::encode(event.hash),
        entries: event.entries.iter().copied().map(count).collect(),
    }
}

type Facts = Vec<(&'static str, String)>;

fn sale_facts(event: &SaleEvent) -> Facts {
    match event {
        SaleEvent::Opened { number, totals, .. } => {
            vec![("sale", number.to_string()), ("amount", totals.total.to_string())]
        }
        SaleEvent::CashTaken { cash, .. } => {
            vec![("amount", cash.counted.to_string()), ("tendered", cash.tendered.to_string())]
        }
        SaleEvent::PaymentStarted { terms, .. } => vec![
            ("amount", terms.quote.coin.to_string()),
            ("rate", terms.quote.rate.applied().unwrap_or(terms.quote.rate.market).to_string()),
            ("source", terms.quote.rate.source.clone()),
            ("confirmations_safe", depth_name(terms.policy.safe)),
        ],
        SaleEvent::Offered { address, .. } => vec![("address", address.clone())],
        SaleEvent::OfferFailed { failure, .. } => vec![("reason", failure.reason.clone())],
        SaleEvent::TransferObserved { observation, .. } => observation_facts(observation),
        SaleEvent::StrayAdopted { observation, terms, .. } => {
            let mut facts = observation_facts(observation);
            facts.push(("value", terms.amount.to_string()));
            facts
        }
        SaleEvent::Card { event, .. } => card_facts(event),
        SaleEvent::Voided { reason } => vec![("reason", reason.clone())],
        SaleEvent::ReceiptIssued { number } => vec![("receipt", number.to_string())],
        SaleEvent::QuoteEnded { .. }
        | SaleEvent::PaymentCancelled { .. }
        | SaleEvent::Cancelled
        | SaleEvent::ReceiptPrinted => Vec::new(),
    }
}

fn card_facts(event: &CardEvent) -> Facts {
    match event {
        CardEvent::Started { terms } => vec![("amount", terms.amount.to_string())],
        CardEvent::Read { reading } => reading_facts(reading),
        CardEvent::Doubted { reason } | CardEvent::RefundDoubted { reason, .. } => {
            vec![("reason", reason.clone())]
        }
        CardEvent::Failed { failure } | CardEvent::RefundRefused { failure, .. } => {
            vec![("reason", failure.reason.clone())]
        }
        CardEvent::Wished { wish: CardWish::Capture(amount) } => vec![("capture", amount.to_string())],
        CardEvent::Wished { wish: CardWish::Cancel } => vec![("wish", "cancel".to_owned())],
        CardEvent::RefundAsked { amount, reason, .. } => {
            vec![("amount", amount.to_string()), ("reason", reason.clone())]
        }
        CardEvent::NeverArrived
        | CardEvent::RefundAtReader { .. }
        | CardEvent::RefundCalledOff { .. }
        | CardEvent::RefundNeverArrived { .. } => Vec::new(),
    }
}

fn reading_facts(reading: &CardReading) -> Facts {
    let mut facts = vec![("reference", reading.reference.clone())];
    let (status, amount) = match &reading.level {
        CardLevel::Waiting { .. } => ("waiting", None),
        CardLevel::Processing { amount } => ("processing", Some(amount)),
        CardLevel::Authorized { amount, .. } => ("held", Some(amount)),
        CardLevel::Captured { amount } => ("captured", Some(amount)),
        CardLevel::Ended(CardEnd::Declined(_)) => ("declined", None),
        CardLevel::Ended(CardEnd::Cancelled) => ("cancelled", None),
        CardLevel::Ended(CardEnd::Expired) => ("expired", None),
    };
    facts.push(("status", status.to_owned()));
    facts.extend(amount.map(|amount| ("amount", amount.to_string())));
    if let CardLevel::Ended(CardEnd::Declined(reason)) = &reading.level {
        facts.push(("reason", reason.clone()));
    }
    let back = |refund: &RefundReading| ("refund", format!("{} {}", refund.amount, refund.status.name()));
    facts.extend(reading.refunds.iter().map(back));
    facts.extend(reading.disputes.iter().map(|dispute| ("dispute", dispute.status.name().to_owned())));
    facts
}

fn stray_facts(event: &StrayEvent) -> Facts {
    match event {
        StrayEvent::Found { finding, observation } => {
            let mut facts = observation_facts(observation);
            facts.push(("address", finding.address.clone()));
            facts.push(("reason", finding.reason.name().to_owned()));
            facts
        }
        StrayEvent::Observed { observation } => observation_facts(observation),
        StrayEvent::Assigned { invoice, .. } => vec![("invoice", invoice.to_string())],
        StrayEvent::Credited { customer, value, .. } => {
            vec![("customer", customer.clone()), ("value", value.to_string())]
        }
    }
}

fn parcel_facts(parcel: &Parcel) -> Facts {
    let mut facts = vec![("payments", parcel.count.to_string())];
    facts.extend(parcel.groups.iter().map(|group| ("amount", group.gross.to_string())));
    facts
}

fn payout_facts(payout: &PayoutReading) -> Facts {
    vec![
        ("reference", payout.reference.clone()),
        ("status", payout.status.name().to_owned()),
        ("amount", payout.amount.to_string()),
    ]
}

fn sweep_facts(event: &SweepEvent) -> Facts {
    match event {
        SweepEvent::Planned { plan } => {
            let arrives = plan.arrives().unwrap_or_default();
            arrives.iter().map(|amount| ("amount", amount.to_string())).collect()
        }
        SweepEvent::Signed { attempt, .. } => vec![("reference", attempt.hash.clone())],
        SweepEvent::Delivered { hash, .. } => vec![("reference", hash.clone())],
        SweepEvent::Read { reading, .. } => match &reading.fate {
            Fate::InPool { hash } | Fate::Mined { hash, .. } => vec![("reference", hash.clone())],
            Fate::Missing | Fate::NumberTaken => Vec::new(),
        },
        SweepEvent::Approved { .. } | SweepEvent::Stopped => Vec::new(),
    }
}

fn settlement_facts(event: &SettlementEvent) -> Facts {
    match event {
        SettlementEvent::Opened { bill } => vec![
            ("payer", bill.tab.payer.clone()),
            ("amount", bill.amount.to_string()),
            ("payments", bill.parts.to_string()),
        ],
        SettlementEvent::Doubted { reason } => vec![("reason", reason.clone())],
        SettlementEvent::Charged { reference, fee } => {
            vec![("reference", reference.clone()), ("fee", fee.to_string())]
        }
        SettlementEvent::SetAside { trouble, reason } => {
            vec![("trouble", trouble.name().to_owned()), ("reason", reason.clone())]
        }
        SettlementEvent::NeverArrived | SettlementEvent::TriedAgain => Vec::new(),
    }
}

fn observation_facts(observation: &Observation) -> Facts {
    let mut facts =
        vec![("amount", observation.amount.to_string()), ("reference", observation.reference.to_string())];
    match &observation.level {
        Level::Unconfirmed { agreeing_servers } => {
            facts.push(("status", "unconfirmed".to_owned()));
            facts.push(("servers", agreeing_servers.to_string()));
        }
        Level::Confirmed { confirmations, height, .. } => {
            facts.push(("status", "confirmed".to_owned()));
            facts.push(("confirmations", confirmations.to_string()));
            facts.push(("height", height.to_string()));
        }
        Level::Withdrawn { reason } => {
            facts.push(("status", "withdrawn".to_owned()));
            facts.push(("reason", reason.name().to_owned()));
        }
    }
    facts
}
