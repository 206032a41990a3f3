//! What lists and watches need of a state without folding it: rows derived from a [`Sale`], a [`Stray`], a
//! [`Settlement`] or a [`Payout`], written by the writer and computed again by the check of the journal.

use std::collections::BTreeSet;

use money::{Money, MoneyError};
use payment::card::CardLevel;
use payment::rail::method_name;
use payment::sale::{CardPayment, ChainPayment, Payment, PaymentMethod};
use payment::stray::Decision;
use payment::stream::settlement::Bill;
use payment::stream::{Settlement, SettlementState};
use payment::{Level, PaymentId, Payout, RailId, Sale, Stray, Sweep, Timestamp, Transfer};

use crate::TransferOwner;

/// A row of `sale`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SaleRow {
    pub(crate) number: u32,
    pub(crate) invoice_id: [u8; 16],
    pub(crate) version: u32,
    pub(crate) opened_at: i64,
    pub(crate) state: &'static str,
    pub(crate) late: bool,
    pub(crate) over: bool,
    pub(crate) due: Money,
    pub(crate) label: String,
    pub(crate) methods: String,
    pub(crate) receipt_number: Option<u32>,
    pub(crate) live: bool,
    pub(crate) search: String,
}

impl SaleRow {
    pub(crate) fn of(sale: &Sale) -> Result<Self, MoneyError> {
        let standing = sale.standing()?;
        Ok(Self {
            number: sale.number,
            invoice_id: *sale.id.as_bytes(),
            version: sale.version,
            opened_at: sale.opened_at.millis(),
            state: standing.state.name(),
            late: standing.coverage.is_late,
            over: standing.coverage.excess.is_positive(),
            due: sale.due(),
            label: label(sale).to_owned(),
            methods: methods(sale),
            receipt_number: sale.receipt,
            live: sale.payments.iter().filter_map(Payment::chain).any(is_in_flight),
            search: search_text(sale),
        })
    }
}

/// A row of `transfer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TransferRow {
    pub(crate) rail: RailId,
    pub(crate) reference: String,
    pub(crate) owner: TransferOwner,
    pub(crate) level: &'static str,
    pub(crate) open: bool,
    pub(crate) amount: Money,
}

impl TransferRow {
    pub(crate) fn of_sale(
        sale: &Sale,
        payment: PaymentId,
        chain: &ChainPayment,
        transfer: &Transfer,
    ) -> Self {
        let owner = TransferOwner::Sale(sale.id, payment);
        Self::of(chain.terms.rail, owner, transfer, chain.is_final(transfer))
    }

    pub(crate) fn of_stray(stray: &Stray) -> Self {
        let owner = TransferOwner::Stray(stray.id);
        Self::of(stray.finding.rail, owner, &stray.transfer, stray.is_final())
    }

    fn of(rail: RailId, owner: TransferOwner, transfer: &Transfer, is_final: bool) -> Self {
        Self {
            rail,
            reference: transfer.latest.reference.as_str().to_owned(),
            owner,
            level: level_name(&transfer.latest.level),
            open: transfer.is_present() && !is_final,
            amount: transfer.latest.amount,
        }
    }
}

/// A row of `stray`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StrayRow {
    pub(crate) stray_id: [u8; 16],
    pub(crate) version: u32,
    pub(crate) found_at: i64,
    pub(crate) rail: &'static str,
    pub(crate) address: String,
    pub(crate) reason: &'static str,
    pub(crate) state: &'static str,
    pub(crate) amount: Money,
}

impl StrayRow {
    pub(crate) fn of(stray: &Stray) -> Self {
        Self {
            stray_id: *stray.id.as_bytes(),
            version: stray.version,
            found_at: stray.transfer.latest.seen_at.millis(),
            rail: stray.finding.rail.name(),
            address: stray.finding.address.clone(),
            reason: stray.finding.reason.name(),
            state: stray_state(stray),
            amount: stray.transfer.latest.amount,
        }
    }
}

/// A row of `settlement`, without its number and its newest event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SettlementRow {
    pub(crate) settlement_id: [u8; 16],
    pub(crate) bill: Bill,
    pub(crate) attempt: u32,
    pub(crate) state: &'static str,
    pub(crate) trouble: Option<&'static str>,
    pub(crate) reason: Option<String>,
    pub(crate) reference: Option<String>,
    pub(crate) fee_minor: Option<i64>,
    pub(crate) opened_at: i64,
}

impl SettlementRow {
    pub(crate) fn of(settlement: &Settlement) -> Self {
        let (mut trouble, mut reason, mut charged) = (None, None, None);
        let state = match &settlement.state {
            SettlementState::Charging => "charging",
            SettlementState::Asking { reason: why } => {
                reason = Some(why.clone());
                "asking"
            }
            SettlementState::Charged { reference, fee } => {
                charged = Some((reference.clone(), fee.minor()));
                "charged"
            }
            SettlementState::SetAside { trouble: class, reason: why } => {
                (trouble, reason) = (Some(class.name()), Some(why.clone()));
                "set_aside"
            }
        };
        let (reference, fee_minor) = charged.unzip();
        Self {
            settlement_id: *settlement.id.as_bytes(),
            bill: settlement.bill.clone(),
            attempt: settlement.attempt,
            state,
            trouble,
            reason,
            reference,
            fee_minor,
            opened_at: settlement.opened_at.millis(),
        }
    }
}

/// A row of `card_payment`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CardRow {
    pub(crate) payment_id: [u8; 16],
    pub(crate) invoice_id: [u8; 16],
    pub(crate) rail: &'static str,
    pub(crate) state: &'static str,
    pub(crate) reference: Option<String>,
    pub(crate) amount: Money,
    pub(crate) held_until: Option<i64>,
    pub(crate) has_errand: bool,
}

impl CardRow {
    pub(crate) fn of(sale: &Sale, payment: PaymentId, card: &CardPayment) -> Self {
        Self {
            payment_id: *payment.as_bytes(),
            invoice_id: *sale.id.as_bytes(),
            rail: card.terms.rail.name(),
            state: card_state(card),
            reference: card.reference().map(str::to_owned),
            amount: card.terms.amount,
            held_until: card.held_until().map(Timestamp::millis),
            has_errand: card.errand().is_some(),
        }
    }
}

const fn card_state(card: &CardPayment) -> &'static str {
    if card.doubt.is_some() {
        return "unknown";
    }
    match &card.reading {
        None if card.failure.is_some() => "failed",
        None => "opening",
        Some(reading) => match reading.level {
            CardLevel::Waiting { .. } => "waiting",
            CardLevel::Processing { .. } => "processing",
            CardLevel::Authorized { .. } => "held",
            CardLevel::Captured { .. } => "captured",
            CardLevel::Ended(_) => "ended",
        },
    }
}

/// A row of `dispute`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DisputeRow {
    pub(crate) rail: &'static str,
    pub(crate) reference: String,
    pub(crate) invoice_id: [u8; 16],
    pub(crate) payment_id: [u8; 16],
    pub(crate) status: &'static str,
    pub(crate) reason: String,
    pub(crate) amount: Money,
    pub(crate) withdrawn_minor: i64,
    pub(crate) due_by: Option<i64>,
}

/// A row of `payout`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PayoutRow {
    pub(crate) payout_id: [u8; 16],
    pub(crate) rail: &'static str,
    pub(crate) reference: String,
    pub(crate) status: &'static str,
    pub(crate) amount: Money,
    pub(crate) arrives_at: i64,
    pub(crate) parts: Option<u32>,
    pub(crate) difference_minor: i64,
}

impl PayoutRow {
    pub(crate) fn of(payout: &Payout) -> Result<Self, MoneyError> {
        let reading = &payout.reading;
        Ok(Self {
            payout_id: *payout.id.as_bytes(),
            rail: payout.rail.name(),
            reference: reading.reference.clone(),
            status: reading.status.name(),
            amount: reading.amount,
            arrives_at: reading.arrives_at.millis(),
            parts: reading.parts.as_ref().map(|parts| u32::try_from(parts.len()).unwrap_or(u32::MAX)),
            difference_minor: reading.difference()?.map_or(0, Money::minor),
        })
    }
}

/// A row of `sweep`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SweepRow {
    pub(crate) sweep_id: [u8; 16],
    pub(crate) chain_id: i64,
    pub(crate) state: &'static str,
    pub(crate) steps: u32,
}

impl SweepRow {
    pub(crate) fn of(sweep: &Sweep) -> Self {
        let state = match sweep.approved {
            _ if sweep.is_over() => "over",
            Some(_) => "running",
            None => "planned",
        };
        Self {
            sweep_id: *sweep.id.as_bytes(),
            // No chain has a number near this; the plan itself keeps the whole one.
            chain_id: i64::try_from(sweep.plan.chain_id).unwrap_or(i64::MAX),
            state,
            steps: u32::try_from(sweep.plan.steps.len()).unwrap_or(u32::MAX),
        }
    }
}

/// The disputes of a card payment.
pub(crate) fn disputes_of(
    sale: &Sale,
    payment: PaymentId,
    card: &CardPayment,
) -> impl Iterator<Item = DisputeRow> {
    let disputes = card.reading.iter().flat_map(|reading| &reading.disputes);
    disputes.map(move |dispute| DisputeRow {
        rail: card.terms.rail.name(),
        reference: dispute.reference.clone(),
        invoice_id: *sale.id.as_bytes(),
        payment_id: *payment.as_bytes(),
        status: dispute.status.name(),
        reason: dispute.reason.clone(),
        amount: dispute.amount,
        withdrawn_minor: dispute.withdrawn.map_or(0, |withdrawn| withdrawn.amount.minor()),
        due_by: dispute.due_by.map(Timestamp::millis),
    })
}

/// The processor's names for what moves the money of a card payment: its charge, its refunds, its disputes.
pub(crate) fn movements_of(card: &CardPayment) -> BTreeSet<&str> {
    let Some(reading) = &card.reading else { return BTreeSet::new() };
    let charge = reading.charge.iter().map(|charge| charge.reference.as_str());
    let refunds = reading.refunds.iter().map(|refund| refund.reference.as_str());
    let disputes = reading.disputes.iter().map(|dispute| dispute.reference.as_str());
    charge.chain(refunds).chain(disputes).collect()
}

/// The card payments of a sale.
pub(crate) fn cards_of(sale: &Sale) -> impl Iterator<Item = (PaymentId, &CardPayment)> {
    sale.payments.iter().filter_map(|payment| Some((payment.id, payment.card()?)))
}

/// Each payment of a sale that has transfers, with each of them.
pub(crate) fn transfers_of(sale: &Sale) -> impl Iterator<Item = TransferRow> {
    let chains = sale.payments.iter().filter_map(|payment| Some((payment.id, payment.chain()?)));
    chains.flat_map(move |(payment, chain)| {
        chain.transfers.values().map(move |transfer| TransferRow::of_sale(sale, payment, chain, transfer))
    })
}

const fn stray_state(stray: &Stray) -> &'static str {
    match stray.decision {
        Decision::Assigned { .. } => "assigned",
        Decision::Credited { .. } => "credited",
        Decision::Open if stray.transfer.is_present() => "open",
        Decision::Open => "withdrawn",
    }
}

const fn level_name(level: &Level) -> &'static str {
    match level {
        Level::Unconfirmed { .. } => "unconfirmed",
        Level::Confirmed { .. } => "confirmed",
        Level::Withdrawn { .. } => "withdrawn",
    }
}

/// Its quote runs. An address that has not come when the quote ends is awaited by nobody any more.
const fn is_in_flight(chain: &ChainPayment) -> bool {
    chain.ended_at.is_none()
}

/// The note, or what the first line sells.
fn label(sale: &Sale) -> &str {
    if sale.cart.note.is_empty() {
        sale.cart.lines.first().map_or("", |line| &line.description)
    } else {
        &sale.cart.note
    }
}

fn methods(sale: &Sale) -> String {
    let mut methods: Vec<String> = Vec::new();
    for payment in &sale.payments {
        let method = match &payment.method {
            PaymentMethod::Cash(_) => "cash".to_owned(),
            PaymentMethod::Chain(chain) => method_name(chain.terms.rail, chain.terms.quote.currency()),
            PaymentMethod::Card(_) => "card".to_owned(),
        };
        if !methods.contains(&method) {
            methods.push(method);
        }
    }
    methods.join(",")
}

/// Number, receipt number, amount, texts, addresses and references, one per line.
fn search_text(sale: &Sale) -> String {
    let mut parts =
        vec![format!("{:04}", sale.number), sale.due().to_decimal_string(), sale.cart.note.clone()];
    parts.extend(sale.receipt.map(|number| format!("{number:04}")));
    for line in &sale.cart.lines {
        parts.extend([line.description.clone(), line.note.clone()]);
    }
    for chain in sale.payments.iter().filter_map(Payment::chain) {
        parts.extend(chain.address.clone());
        parts.extend(chain.transfers.keys().map(|reference| reference.as_str().to_owned()));
    }
    for reading in sale.cards().filter_map(|card| card.reading.as_ref()) {
        parts.push(reading.reference.clone());
        parts.extend(reading.charge.iter().map(|charge| charge.reference.clone()));
        parts.extend(reading.charge.iter().filter_map(|charge| charge.last4.clone()));
    }
    parts.retain(|part| !part.is_empty());
    parts.join("\n").to_lowercase()
}
