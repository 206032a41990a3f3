//! A simulated card reader and a simulated phone, behind the same port as real processors. What its customer does, somebody
//! says who tries the till: taps a card, is declined, taps while the answer is lost, or objects to what was taken.
//!
//! What it was asked is forgotten with it: a till that starts again finds that its customer has gone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use money::Money;
use payment::card::{
    Capture, CaptureMode, CardAttempt, CardCharge, CardEnd, CardLevel, CardMemory, CardOffice, CardRail,
    CardReading, CardReport, CardSink, CardTerms, CardWay, DisputeReading, DisputeStatus, ReaderRefunds,
    ReaderStep, ReaderTask, RefundAttempt, RefundReading, RefundStatus, Withdrawal,
};
use payment::rail::{RailFuture, RailHealth};
use payment::{PaymentId, RailError, RailId, RefundId, Timestamp};
use tokio::sync::Notify;

use crate::cards::{charge_min, health};
use crate::office::READER_LABEL;
use crate::payouts::{Payouts, fee};
use crate::refunds::AskedRefund;

/// What the simulated customer does with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardAct {
    /// Taps it, and the bank says yes.
    Tap,
    /// Taps a card of the kind that must be presented again before anything of it goes back.
    TapInterac,
    /// Taps it, and the bank says no.
    Decline,
    /// Taps it while the line is dead: nobody hears of it until it is back.
    TapUnheard,
    /// The line comes back.
    LineIsBack,
    /// The customer's bank objects to what was taken, and takes it back for now.
    Object {
        /// Until when the shop may answer.
        due_by: Timestamp,
    },
}

/// The simulated processor.
#[derive(Debug, Default)]
pub struct PracticeTerminal {
    desk: Mutex<Desk>,
    /// Something happened that nobody asks about.
    news: Notify,
}

#[derive(Debug, Default)]
pub(crate) struct Desk {
    payments: BTreeMap<PaymentId, (CardTerms, CardReading)>,
    /// Refunds that the reader asked for a card for.
    pub(crate) asked: BTreeMap<RefundId, AskedRefund>,
    last_number: u64,
    is_cut_off: bool,
    /// What something happened to that the till was not told.
    untold: BTreeSet<PaymentId>,
    payouts: Payouts,
}

impl PracticeTerminal {
    /// Goes on numbering where the books are.
    #[must_use]
    pub fn open(memory: &CardMemory) -> Self {
        let desk = Desk { last_number: memory.last_number, ..Desk::default() };
        Self { desk: Mutex::new(desk), news: Notify::new() }
    }

    /// Lets the customer do something. Nothing happens to a payment that it does not fit.
    pub fn act(&self, payment: PaymentId, act: CardAct) {
        self.desk().act(payment, act);
        self.news.notify_one();
    }

    /// Pays out to the shop's bank what moved the balance since the last time, a cent less when it is to be `short`. False when
    /// there is nothing to pay out.
    pub fn pay_out(&self, at: Timestamp, short: bool) -> bool {
        let mut desk = self.desk();
        let Desk { payments, payouts, .. } = &mut *desk;
        let has_paid = payouts.pay_out(payments.values().map(|(_, reading)| reading), at, short);
        drop(desk);
        self.news.notify_one();
        has_paid
    }

    /// What the reader does.
    pub(crate) fn task(&self) -> ReaderTask {
        let desk = self.desk();
        let waits = |(terms, reading): &(CardTerms, CardReading)| waits_at_reader(terms, reading);
        if desk.payments.values().any(waits) {
            ReaderTask::Payment
        } else if desk.asked.values().any(AskedRefund::waits) {
            ReaderTask::Refund
        } else {
            ReaderTask::Idle
        }
    }

    pub(crate) fn desk(&self) -> MutexGuard<'_, Desk> {
        // Nothing that holds the lock panics half-way.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    fn act(&mut self, payment: PaymentId, act: CardAct) {
        self.is_cut_off = match act {
            CardAct::TapUnheard => true,
            CardAct::LineIsBack => false,
            CardAct::Tap | CardAct::TapInterac | CardAct::Decline | CardAct::Object { .. } => self.is_cut_off,
        };
        if self.present_for_refund(payment, act) {
            return;
        }
        let Some((terms, reading)) = self.payments.get_mut(&payment) else { return };
        match (act, &reading.level) {
            (CardAct::Tap | CardAct::TapUnheard, CardLevel::Waiting { .. }) => {
                reading.charge = Some(charge(payment, terms));
                match terms.capture {
                    CaptureMode::AtOnce => take(reading, terms.amount),
                    CaptureMode::Later => {
                        reading.level = CardLevel::Authorized { amount: terms.amount, until: None };
                    }
                }
            }
            // Such cards are captured at once, whatever was asked.
            (CardAct::TapInterac, CardLevel::Waiting { .. }) if matches!(terms.way, CardWay::Reader(_)) => {
                reading.charge = Some(interac(charge(payment, terms)));
                take(reading, terms.amount);
            }
            (CardAct::Decline, CardLevel::Waiting { .. }) => {
                reading.level = CardLevel::Ended(CardEnd::Declined("the bank declined the card".to_owned()));
            }
            (CardAct::Object { due_by }, CardLevel::Captured { amount }) if reading.disputes.is_empty() => {
                reading.disputes.push(objection(payment, *amount, due_by));
                self.untold.insert(payment);
            }
            _ => {}
        }
    }

    /// Everything that the till was not told, read anew; nothing while the line is dead.
    fn news(&mut self) -> CardReport {
        let untold: Vec<_> = self.untold.iter().copied().collect();
        let read = |payment| self.answer(payment).ok().map(|reading| (payment, reading));
        let readings = untold.into_iter().filter_map(read).collect();
        let payouts = if self.is_cut_off { Vec::new() } else { self.payouts.untold().to_vec() };
        CardReport { readings, payouts, cursor: None }
    }

    /// What a call brings, after it did what it was to do.
    pub(crate) fn answer(&mut self, payment: PaymentId) -> Result<CardReading, RailError> {
        if self.is_cut_off {
            return Err(RailError::Unknown("the line is dead".to_owned()));
        }
        self.last_number += 1;
        let number = self.last_number;
        let known = self.payments.get(&payment).map(|(_, reading)| CardReading { number, ..reading.clone() });
        Ok(known.unwrap_or_else(|| gone(payment, number)))
    }

    pub(crate) fn reading(&mut self, payment: PaymentId) -> Option<&mut CardReading> {
        self.payments.get_mut(&payment).map(|(_, reading)| reading)
    }
}

const fn waits_at_reader(terms: &CardTerms, reading: &CardReading) -> bool {
    matches!((&terms.way, &reading.level), (CardWay::Reader(_), CardLevel::Waiting { .. }))
}

/// All of it, and at no cost.
fn objection(payment: PaymentId, amount: Money, due_by: Timestamp) -> DisputeReading {
    DisputeReading {
        reference: format!("practice_dispute_{payment}"),
        amount,
        status: DisputeStatus::NeedsResponse,
        reason: "fraudulent".to_owned(),
        due_by: Some(due_by),
        withdrawn: Some(Withdrawal { amount, fee: Money::zero(amount.currency()) }),
    }
}

/// A payment of an earlier life: its customer has gone.
fn gone(payment: PaymentId, number: u64) -> CardReading {
    fresh(payment, number, CardLevel::Ended(CardEnd::Expired))
}

fn fresh(payment: PaymentId, number: u64, level: CardLevel) -> CardReading {
    CardReading {
        number,
        reference: format!("practice_{payment}"),
        level,
        declined: None,
        charge: None,
        refunds: Vec::new(),
        disputes: Vec::new(),
    }
}

/// The money is taken, and what that costs is known.
fn take(reading: &mut CardReading, amount: Money) {
    reading.level = CardLevel::Captured { amount };
    if let Some(charge) = &mut reading.charge {
        charge.fee = fee(amount);
    }
}

fn charge(payment: PaymentId, terms: &CardTerms) -> CardCharge {
    let receipt = match terms.way {
        CardWay::Reader(_) => vec![("application_preferred_name".to_owned(), "Practice Credit".to_owned())],
        CardWay::Phone => Vec::new(),
    };
    CardCharge {
        reference: format!("practice_charge_{payment}"),
        brand: "visa".to_owned(),
        last4: Some("4242".to_owned()),
        wallet: None,
        receipt,
        must_be_presented: false,
        fee: None,
    }
}

fn interac(charge: CardCharge) -> CardCharge {
    CardCharge {
        brand: "interac".to_owned(),
        last4: Some("1933".to_owned()),
        must_be_presented: true,
        ..charge
    }
}

/// Once for each wish.
pub(crate) fn give_back(reading: &mut CardReading, refund: RefundId, amount: Money) {
    if reading.refunds.iter().all(|known| known.asked != Some(refund)) {
        reading.refunds.push(RefundReading {
            reference: format!("practice_refund_{refund}"),
            asked: Some(refund),
            amount,
            status: RefundStatus::Succeeded,
            failure: None,
        });
    }
}

impl CardRail for PracticeTerminal {
    fn id(&self) -> RailId {
        RailId::STRIPE
    }

    fn health(&self) -> RailHealth {
        health()
    }

    fn accepts(&self, terms: &CardTerms) -> Result<(), String> {
        let least = charge_min(terms.amount.currency());
        if terms.amount.minor() < least.minor() { Err(format!("cards start at {least}")) } else { Ok(()) }
    }

    fn open<'a>(&'a self, attempt: &'a CardAttempt) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            let mut desk = self.desk();
            let link = match attempt.terms.way {
                CardWay::Reader(_) => None,
                CardWay::Phone => Some(format!("https://pay.invalid/{}", attempt.payment)),
            };
            let reading = || fresh(attempt.payment, 0, CardLevel::Waiting { link });
            desk.payments.entry(attempt.payment).or_insert_with(|| (attempt.terms.clone(), reading()));
            desk.answer(attempt.payment)
        })
    }

    fn find<'a>(
        &'a self,
        attempt: &'a CardAttempt,
    ) -> RailFuture<'a, Result<Option<CardReading>, RailError>> {
        Box::pin(async move {
            let mut desk = self.desk();
            let is_known = attempt.reference.is_some() || desk.reading(attempt.payment).is_some();
            let reading = desk.answer(attempt.payment)?;
            Ok(is_known.then_some(reading))
        })
    }

    fn cancel<'a>(&'a self, attempt: &'a CardAttempt) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            let mut desk = self.desk();
            if let Some(reading) = desk.reading(attempt.payment)
                && matches!(reading.level, CardLevel::Waiting { .. } | CardLevel::Authorized { .. })
            {
                reading.level = CardLevel::Ended(CardEnd::Cancelled);
            }
            desk.answer(attempt.payment)
        })
    }

    fn capture<'a>(&'a self, capture: &'a Capture) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            let mut desk = self.desk();
            if let Some(reading) = desk.reading(capture.payment)
                && matches!(reading.level, CardLevel::Authorized { .. })
            {
                take(reading, capture.amount);
            }
            desk.answer(capture.payment)
        })
    }

    fn refund<'a>(&'a self, refund: &'a RefundAttempt) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            let mut desk = self.desk();
            let Some(reading) = desk.reading(refund.payment) else {
                return Err(RailError::Declined("practice has forgotten this payment".to_owned()));
            };
            if reading.charge.as_ref().is_some_and(|charge| charge.must_be_presented) {
                return Err(RailError::Declined("the card must be presented for this refund".to_owned()));
            }
            give_back(reading, refund.refund, refund.amount);
            desk.answer(refund.payment)
        })
    }

    /// Only what banks do of their own accord is told here; everything else is asked about.
    fn watch<'a>(&'a self, sink: Arc<dyn CardSink>) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(async move {
            loop {
                let report = self.desk().news();
                if report.readings.is_empty() && report.payouts.is_empty() {
                    self.news.notified().await;
                    continue;
                }
                let told: Vec<_> = report.readings.iter().map(|(payment, _)| *payment).collect();
                let payouts = report.payouts.clone();
                let committed = sink.report(self.id(), report).await;
                committed.map_err(|lost| RailError::Unknown(lost.to_string()))?;
                let mut desk = self.desk();
                desk.untold.retain(|payment| !told.contains(payment));
                desk.payouts.told(&payouts);
            }
        })
    }

    fn step(&self, payment: PaymentId) -> Option<ReaderStep> {
        let desk = self.desk();
        let waits = |(terms, reading): &(CardTerms, CardReading)| waits_at_reader(terms, reading);
        let is_asked = desk.payments.get(&payment).is_some_and(waits) || desk.waiting_for(payment).is_some();
        is_asked.then_some(ReaderStep::AsksForCard)
    }

    fn reader_label(&self, _: &str) -> Option<String> {
        Some(READER_LABEL.to_owned())
    }

    fn reader_refunds(&self) -> Option<&dyn ReaderRefunds> {
        Some(self)
    }

    fn office(&self) -> Option<&dyn CardOffice> {
        Some(self)
    }
}
