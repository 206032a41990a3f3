//! A simulated card reader and a simulated phone, behind the same port as real processors. What its customer does, somebody
//! says who tries the till: taps a card, is declined, or taps while the answer is lost.
//!
//! What it was asked is forgotten with it: a till that starts again finds that its customer has gone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use payment::card::{
    Capture, CaptureMode, CardAttempt, CardCharge, CardEnd, CardLevel, CardMemory, CardOffice, CardRail,
    CardReading, CardSink, CardTerms, CardWay, ReaderStep, RefundAttempt, RefundReading, RefundStatus,
};
use payment::rail::{RailFuture, RailHealth};
use payment::{PaymentId, RailError, RailId};

use crate::cards::{charge_min, health};

/// What the simulated customer does with a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardAct {
    /// Taps it, and the bank says yes.
    Tap,
    /// Taps it, and the bank says no.
    Decline,
    /// Taps it while the line is dead: nobody hears of it until it is back.
    TapUnheard,
    /// The line comes back.
    LineIsBack,
}

/// The simulated processor.
#[derive(Debug, Default)]
pub struct PracticeTerminal {
    desk: Mutex<Desk>,
}

#[derive(Debug, Default)]
struct Desk {
    payments: BTreeMap<PaymentId, (CardTerms, CardReading)>,
    last_number: u64,
    is_cut_off: bool,
}

impl PracticeTerminal {
    /// Goes on numbering where the books are.
    #[must_use]
    pub fn open(memory: &CardMemory) -> Self {
        let desk = Desk { last_number: memory.last_number, ..Desk::default() };
        Self { desk: Mutex::new(desk) }
    }

    /// Lets the customer do something. Nothing happens to a payment that is over.
    pub fn act(&self, payment: PaymentId, act: CardAct) {
        let mut desk = self.desk();
        desk.is_cut_off = match act {
            CardAct::TapUnheard => true,
            CardAct::LineIsBack => false,
            CardAct::Tap | CardAct::Decline => desk.is_cut_off,
        };
        let Some((terms, reading)) = desk.payments.get_mut(&payment) else { return };
        if !matches!(reading.level, CardLevel::Waiting { .. }) {
            return;
        }
        match act {
            CardAct::Tap | CardAct::TapUnheard => {
                reading.level = paid(terms);
                reading.charge = Some(charge(payment, terms));
            }
            CardAct::Decline => {
                reading.level = CardLevel::Ended(CardEnd::Declined("the bank declined the card".to_owned()));
            }
            CardAct::LineIsBack => {}
        }
    }

    /// Does the reader wait for a card?
    pub(crate) fn is_busy(&self) -> bool {
        let waits = |(terms, reading): &(CardTerms, CardReading)| waits_at_reader(terms, reading);
        self.desk().payments.values().any(waits)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        // Nothing that holds the lock panics half-way.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Desk {
    /// What a call brings, after it did what it was to do.
    fn answer(&mut self, payment: PaymentId) -> Result<CardReading, RailError> {
        if self.is_cut_off {
            return Err(RailError::Unknown("the line is dead".to_owned()));
        }
        self.last_number += 1;
        let number = self.last_number;
        let known = self.payments.get(&payment).map(|(_, reading)| CardReading { number, ..reading.clone() });
        Ok(known.unwrap_or_else(|| gone(payment, number)))
    }

    fn reading(&mut self, payment: PaymentId) -> Option<&mut CardReading> {
        self.payments.get_mut(&payment).map(|(_, reading)| reading)
    }
}

const fn waits_at_reader(terms: &CardTerms, reading: &CardReading) -> bool {
    matches!((&terms.way, &reading.level), (CardWay::Reader(_), CardLevel::Waiting { .. }))
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

const fn paid(terms: &CardTerms) -> CardLevel {
    let amount = terms.amount;
    match terms.capture {
        CaptureMode::AtOnce => CardLevel::Captured { amount },
        CaptureMode::Later => CardLevel::Authorized { amount, until: None },
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
        fee: None,
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
        Box::pin(async move { self.desk().answer(attempt.payment).map(Some) })
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
                reading.level = CardLevel::Captured { amount: capture.amount };
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
            if reading.refunds.iter().all(|known| known.asked != Some(refund.refund)) {
                reading.refunds.push(RefundReading {
                    reference: format!("practice_refund_{}", refund.refund),
                    asked: Some(refund.refund),
                    amount: refund.amount,
                    status: RefundStatus::Succeeded,
                    failure: None,
                });
            }
            desk.answer(refund.payment)
        })
    }

    /// Nothing happens here that nobody asks about.
    fn watch<'a>(&'a self, _sink: Arc<dyn CardSink>) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(std::future::pending())
    }

    fn step(&self, payment: PaymentId) -> Option<ReaderStep> {
        let waits = |(terms, reading): &(CardTerms, CardReading)| waits_at_reader(terms, reading);
        self.desk().payments.get(&payment).is_some_and(waits).then_some(ReaderStep::AsksForCard)
    }

    fn office(&self) -> Option<&dyn CardOffice> {
        Some(self)
    }
}
