//! Cards at the counter: what reaches the processor stands in the committed books before, nothing is sent again while
//! nobody knows what became of it, and a payment is charged once. What the books say of it is what the processor said,
//! and its whole truth when all is at rest. So it is with payouts.

use std::collections::{BTreeMap, BTreeSet};

use payment::card::{CardEnd, CardLevel, CardReading, DisputeStatus, RefundStatus};
use payment::payout::{PayoutReading, PayoutStatus};
use payment::sale::{CardEvent, CardPayment, CardWish};
use payment::{InvoiceId, PaymentId, Payout, PayoutEvent, PayoutId, RailError, Sale};
use store::PayoutRecord;

use super::{Judge, Verdict, books, must};
use crate::simulation::processor::{CardCall, Key, balance};

/// What the judge keeps of cards.
#[derive(Default)]
pub(super) struct Counter {
    /// What the committed books wanted of the processor, with its amount in cents.
    wished: BTreeSet<(Key, i64)>,
    /// What was sent for a payment, and whether it may be sent again: the living till knows what became of it.
    sent: BTreeMap<Key, (PaymentId, bool)>,
    /// Readings that were recorded, in order.
    readings: Vec<(PaymentId, CardReading)>,
    payouts: BTreeMap<PayoutId, Payout>,
    /// Readings of payouts that were recorded, in order.
    payout_readings: Vec<PayoutReading>,
}

impl Counter {
    /// Another life: it can't know what earlier ones heard.
    pub(super) fn till_opens(&mut self) {
        self.sent.values_mut().for_each(|(_, may_be_sent)| *may_be_sent = false);
    }
}

impl Judge {
    pub(crate) fn sends_to_processor(&mut self, call: &CardCall) -> Verdict {
        let wish = (call.key(), cents_of(call));
        must("I1", self.counter.wished.contains(&wish), || {
            format!("{call:?} is called for, and the committed books never wanted it")
        })?;
        let sent = self.counter.sent.insert(wish.0, (call.payment(), false));
        must("I4", sent.is_none_or(|(_, may_be_sent)| may_be_sent), || {
            format!("{call:?} is sent again, and what became of it is not known")
        })
    }

    /// The till hears what became of what it sent.
    pub(crate) fn hears_from_processor(
        &mut self,
        call: &CardCall,
        answer: &Result<CardReading, RailError>,
    ) -> Verdict {
        if !matches!(answer, Err(RailError::Unknown(_))) {
            self.counter.sent.insert(call.key(), (call.payment(), true));
        }
        self.cards_are_charged_once()
    }

    /// The till hears an answer to its question.
    pub(crate) fn hears_of_payment(
        &mut self,
        payment: PaymentId,
        answer: &Result<Option<CardReading>, RailError>,
    ) -> Verdict {
        if answer.is_ok() {
            let of_payment = self.counter.sent.values_mut().filter(|(of, _)| *of == payment);
            of_payment.for_each(|(_, may_be_sent)| *may_be_sent = true);
        }
        self.cards_are_charged_once()
    }

    /// Everything that was read of cards and recorded, in order.
    pub(crate) fn recorded_readings(&self) -> Vec<(PaymentId, CardReading)> {
        self.counter.readings.clone()
    }

    /// Everything that was read of payouts and recorded, in order.
    pub(crate) fn recorded_payouts(&self) -> Vec<PayoutReading> {
        self.counter.payout_readings.clone()
    }

    /// One wish is one payment at the processor, which takes money once, and one refund gives it back once.
    fn cards_are_charged_once(&self) -> Verdict {
        let mut opened = BTreeSet::new();
        for (payment, truth) in self.processor.truth() {
            must("I4", opened.insert(payment), || format!("{payment} was opened twice"))?;
            let mut asked = BTreeSet::new();
            let mut refunds = truth.refunds.iter().filter_map(|refund| refund.asked);
            must("I4", refunds.all(|refund| asked.insert(refund)), || {
                format!("a refund of {payment} was made twice: {:?}", truth.refunds)
            })?;
        }
        let mut charged = BTreeSet::new();
        let twice = self.processor.charged().into_iter().find(|payment| !charged.insert(*payment));
        must("I4", twice.is_none(), || format!("{twice:?} was charged twice"))
    }

    pub(super) fn note_card(&mut self, invoice: InvoiceId, payment: PaymentId, event: &CardEvent) -> Verdict {
        let wish = match event {
            CardEvent::Started { terms } => {
                self.note_payment(invoice, payment)?;
                Some((payment.to_string(), terms.amount.minor()))
            }
            CardEvent::Wished { wish: CardWish::Cancel } => Some((format!("{payment}-cancel"), 0)),
            CardEvent::Wished { wish: CardWish::Capture(amount) } => {
                Some((format!("{payment}-capture"), amount.minor()))
            }
            CardEvent::RefundAsked { refund, amount, .. } => Some((refund.to_string(), amount.minor())),
            CardEvent::Read { reading } => {
                must("I6", self.processor.has_told(payment, reading), || {
                    format!("the processor never said {reading:?}")
                })?;
                self.counter.readings.push((payment, reading.clone()));
                None
            }
            _ => None,
        };
        self.counter.wished.extend(wish);
        self.sights.extend(sights(event));
        Ok(())
    }

    /// What the books call taken, the processor has taken: what is held is not.
    pub(super) fn check_captured(&self, sale: &Sale) -> Verdict {
        if sale.cards().all(|card| card.captured().is_none()) {
            return Ok(());
        }
        let truth: BTreeMap<_, _> = self.processor.truth().into_iter().collect();
        for (payment, card) in cards(sale) {
            let taken = truth.get(&payment).and_then(CardReading::captured);
            must("I6", card.captured().is_none() || card.captured() == taken, || {
                format!("{payment} has brought {:?} by the books, and {taken:?} was taken", card.captured())
            })?;
        }
        Ok(())
    }

    pub(super) fn note_payout(&mut self, record: &PayoutRecord) -> Verdict {
        let PayoutEvent::Read { reading, .. } = &record.event;
        let after = &record.after;
        let before = self.counter.payouts.get(&after.id);
        let version_before = before.map_or(0, |payout| payout.version);
        must("I3", after.version == version_before + 1, || {
            format!("{}: version {} follows {version_before}", after.id, after.version)
        })?;
        books::only_added(before.map_or(&[][..], Payout::entries), &record.entries, after.entries())?;
        books::check_payout(after)?;
        let truth = self.processor.payout(&reading.reference);
        let is_told = truth.is_some_and(|truth| {
            let status = reading.status;
            PayoutReading { status, ..truth.clone() } == *reading && stage(status) <= stage(truth.status)
        });
        must("I6", is_told, || format!("the processor never said {reading:?}"))?;
        self.sights.extend(match reading.status {
            PayoutStatus::Paid => Some("paid out"),
            PayoutStatus::Failed => Some("payout sent back"),
            _ => None,
        });
        self.counter.payout_readings.push(reading.clone());
        self.counter.payouts.insert(after.id, after.clone());
        Ok(())
    }

    /// Card payments under which money can still come in.
    pub(crate) fn open_cards(&self) -> Vec<(InvoiceId, PaymentId)> {
        let all = self.sales.values().flat_map(|sale| cards(sale).map(move |card| (sale.id, card)));
        all.filter(|(_, (_, card))| card.is_open()).map(|(sale, (payment, _))| (sale, payment)).collect()
    }

    /// Is something being asked of the processor, apart from what customers are waited for?
    pub(crate) fn is_asking_processor(&self) -> bool {
        self.sales.values().flat_map(Sale::cards).any(|card| !is_settled(card))
    }

    /// Nobody waits for a card, or for what became of one.
    pub(super) fn cards_ended(&self) -> Verdict {
        for sale in self.sales.values() {
            for (payment, card) in cards(sale) {
                must("I11", is_settled(card) && !card.is_open(), || {
                    format!("{payment} of sale {} goes on for ever: {card:?}", sale.number)
                })?;
            }
        }
        Ok(())
    }

    /// The books say of each payment and each payout what the processor says. Where they have never heard of a payment,
    /// nothing was taken.
    pub(super) fn books_agree_with_processor(&self) -> Verdict {
        self.cards_are_charged_once()?;
        for (payment, truth) in self.processor.truth() {
            let sale = self.payments.get(&payment).and_then(|invoice| self.sales.get(invoice));
            let card = sale.and_then(|sale| sale.card(payment).ok());
            let read = card.and_then(|card| card.reading.clone());
            let agrees = match &read {
                Some(read) => CardReading { number: truth.number, ..read.clone() } == truth,
                None => truth.present().is_none() && balance(&truth) == 0,
            };
            must("I5", agrees, || {
                format!("the processor has {truth:?} of {payment}, in the books is {read:?}")
            })?;
        }
        let mut told: Vec<_> = self.counter.payouts.values().map(|payout| payout.reading.clone()).collect();
        told.sort_by_key(|payout| payout.reference.clone());
        let mut paid = self.processor.payouts();
        paid.sort_by_key(|payout| payout.reference.clone());
        must("I5", told == paid, || format!("the processor paid {paid:?} out, in the books is {told:?}"))
    }

    /// Where payouts stand, in words.
    pub(super) fn payouts_standing(&self) -> impl Iterator<Item = String> {
        self.counter.payouts.values().map(|payout| {
            format!("{} after {} entries: {:?}", payout.id, payout.entries().len(), payout.reading.status)
        })
    }
}

/// Nothing is wanted of the processor, and nothing unknown.
fn is_settled(card: &CardPayment) -> bool {
    card.doubt.is_none() && card.wish.is_none() && !card.is_refunding()
}

fn cards(sale: &Sale) -> impl Iterator<Item = (PaymentId, &CardPayment)> {
    sale.payments.iter().filter_map(|payment| Some((payment.id, payment.card()?)))
}

fn cents_of(call: &CardCall) -> i64 {
    match call {
        CardCall::Open(attempt) => attempt.terms.amount.minor(),
        CardCall::Cancel(_) => 0,
        CardCall::Capture(capture) => capture.amount.minor(),
        CardCall::Refund(refund) => refund.amount.minor(),
    }
}

/// A payout only goes on.
const fn stage(status: PayoutStatus) -> u8 {
    match status {
        PayoutStatus::Pending => 0,
        PayoutStatus::InTransit => 1,
        PayoutStatus::Paid => 2,
        PayoutStatus::Failed | PayoutStatus::Cancelled => 3,
    }
}

/// What is worth seeing on some day.
fn sights(event: &CardEvent) -> Vec<&'static str> {
    let reading = match event {
        CardEvent::Read { reading } => reading,
        CardEvent::Doubted { .. } => return vec!["card in doubt"],
        CardEvent::NeverArrived => return vec!["card never arrived"],
        CardEvent::Failed { .. } => return vec!["card failed"],
        CardEvent::RefundDoubted { .. } => return vec!["refund in doubt"],
        CardEvent::RefundNeverArrived { .. } => return vec!["refund never arrived"],
        CardEvent::RefundRefused { .. } => return vec!["refund refused"],
        CardEvent::Started { .. }
        | CardEvent::Wished { .. }
        | CardEvent::RefundAsked { .. }
        | CardEvent::RefundAtReader { .. }
        | CardEvent::RefundCalledOff { .. } => {
            return Vec::new();
        }
    };
    let level = match &reading.level {
        CardLevel::Waiting { .. } => "card waiting",
        CardLevel::Processing { .. } => "card processing",
        CardLevel::Authorized { .. } => "card held",
        CardLevel::Captured { .. } => "card captured",
        CardLevel::Ended(CardEnd::Declined(_)) => "card declined",
        CardLevel::Ended(CardEnd::Cancelled) => "card called off",
        CardLevel::Ended(CardEnd::Expired) => "card expired",
    };
    let refunds = reading.refunds.iter().filter_map(|refund| match refund.status {
        RefundStatus::Succeeded if refund.asked.is_none() => Some("given back there"),
        RefundStatus::Succeeded => Some("given back"),
        RefundStatus::Failed => Some("refund sent back"),
        RefundStatus::Pending | RefundStatus::NeedsAction | RefundStatus::Cancelled => None,
    });
    let disputes = reading.disputes.iter().filter_map(|dispute| match dispute.status {
        DisputeStatus::NeedsResponse => Some("disputed"),
        DisputeStatus::Won => Some("dispute won"),
        DisputeStatus::Lost => Some("dispute lost"),
        _ => None,
    });
    refunds.chain(disputes).chain([level]).collect()
}

/// What must happen to cards on some day.
pub(crate) const CARDS: &[&str] = &[
    "card waiting",
    "card processing",
    "card held",
    "card captured",
    "card declined",
    "card called off",
    "card expired",
    "card in doubt",
    "card never arrived",
    "card failed",
    "given back",
    "given back there",
    "refund in doubt",
    "refund sent back",
    "disputed",
    "paid out",
];
