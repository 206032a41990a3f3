//! The rail at the near end of the line to the processor of cards: what the till calls at the counter. The judge hears of
//! every call before anything happens, and of every answer that the till hears.

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use engine::CardSetup;
use money::Money;
use payment::card::{
    Capture, CardAttempt, CardCursor, CardLevel, CardMemory, CardRail, CardReading, CardReport, CardSink,
    CardTerms, RefundAttempt,
};
use payment::rail::{RailFuture, RailHealth};
use payment::{PaymentId, RailError, RailId, Timestamp};
use tokio::time::sleep;

use super::acquirer::{Mishap, mishap_of_question};
use super::cards::{CHARGE_MIN, dawdle, health_of};
use super::doom::Point;
use super::life::Surroundings;
use super::outside::Defect;
use super::processor::{CardCall, Told};
use super::rail::line_holds;
use crate::shop::eur;

/// Longest that what was read takes to the till.
const LATE_MS: u32 = 8_000;

struct CounterLine {
    around: Surroundings,
    numbers: AtomicU64,
    /// How far the events were told, and committed.
    place: AtomicUsize,
}

/// What the engine opens.
pub(crate) fn setup(around: &Surroundings) -> CardSetup {
    let around = around.clone();
    let open = move |memory: CardMemory| {
        let place = memory.cursor.and_then(|cursor| cursor.place.strip_prefix("evt_")?.parse().ok());
        Ok(Arc::new(CounterLine {
            around: around.clone(),
            numbers: AtomicU64::new(memory.last_number),
            place: AtomicUsize::new(place.unwrap_or(0)),
        }) as Arc<dyn CardRail>)
    };
    CardSetup { id: RailId::STRIPE, open: Arc::new(open) }
}

impl CounterLine {
    async fn send(&self, call: CardCall) -> Result<CardReading, RailError> {
        self.around.tell(|judge| judge.sends_to_processor(&call));
        let effect = self.around.doom.begins_effect();
        self.around.doom.dies_at(Point::BeforeEffect(effect)).await;
        let (processor, key) = (&self.around.processor, call.key());
        let mishap = processor.mishap();
        let done = match mishap {
            Some(Mishap::NotSent | Mishap::Misconfigured | Mishap::Garbled | Mishap::Lost) => None,
            Some(Mishap::Late) => {
                processor.receives_later(&call);
                None
            }
            Some(Mishap::Unheard) | None => {
                let first = processor.receive(&key, &call);
                let is_doubled = self.around.doom.is_doubled(effect);
                Some(if is_doubled { processor.receive(&key, &call) } else { first })
            }
        };
        if self.has(Defect::ResendsUnderNewKey) && mishap == Some(Mishap::Unheard) {
            let _nobody_waits = processor.receive(&format!("{key}-again"), &call);
        }
        let answer = done.map(|done| done.map(|()| self.read(call.payment())));
        self.around.doom.dies_at(Point::AfterEffect(effect)).await;
        let answer = match (mishap, answer) {
            (None, Some(Ok(Some(reading)))) => Ok(reading),
            (None, Some(Err(reason))) => Err(RailError::Declined(reason)),
            (mishap, _) => Err(self.failure(mishap).await),
        };
        dawdle(&self.around).await;
        self.around.tell(|judge| judge.hears_from_processor(&call, &answer));
        match answer {
            Err(RailError::Unknown(reason)) if self.has(Defect::CallsCardNotSent) => {
                Err(RailError::NotSent(reason))
            }
            answer => answer,
        }
    }

    async fn ask(&self, payment: PaymentId) -> Result<Option<CardReading>, RailError> {
        let (processor, mishap) = (&self.around.processor, mishap_of_question(&self.around.outside));
        let answer = match mishap {
            None => Ok(self.read(payment)),
            mishap => Err(self.failure(mishap).await),
        };
        // What was on its way arrives right after the answer.
        processor.late_ones_arrive(payment);
        dawdle(&self.around).await;
        self.around.tell(|judge| judge.hears_of_payment(payment, &answer));
        answer
    }

    /// A payment as it is now, or so it says.
    fn read(&self, payment: PaymentId) -> Option<CardReading> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
        let reading = self.around.processor.read(payment, number)?;
        Some(self.told(payment, reading))
    }

    /// What the line makes of a reading.
    fn told(&self, payment: PaymentId, mut reading: CardReading) -> CardReading {
        if self.around.outside.chance(|weather| weather.mischarged) {
            self.around.processor.lies_about(payment.to_string());
            let asked = reading.present().map_or(1_000_000, Money::minor);
            reading.level = CardLevel::Captured { amount: eur(asked * 100) };
        }
        if self.has(Defect::CallsHeldPaid)
            && let CardLevel::Authorized { amount, .. } = reading.level
        {
            reading.level = CardLevel::Captured { amount };
        }
        if self.has(Defect::TellsRefundsTwice) {
            let again = reading.refunds.to_vec();
            reading.refunds.extend(again.into_iter().map(|mut refund| {
                refund.reference.push_str("_again");
                refund.asked = None;
                refund
            }));
        }
        reading
    }

    /// What the till hears when something goes wrong, if it hears anything. A call that may have been carried out is
    /// never told to have failed.
    async fn failure(&self, mishap: Option<Mishap>) -> RailError {
        match mishap {
            Some(Mishap::NotSent) => RailError::NotSent("no line".to_owned()),
            Some(Mishap::Misconfigured) => RailError::Misconfigured("the key is wrong".to_owned()),
            Some(Mishap::Garbled) => RailError::Protocol("this makes no sense".to_owned()),
            Some(Mishap::Lost | Mishap::Late | Mishap::Unheard) | None => {
                if self.around.outside.chance(|weather| weather.silent) {
                    pending::<()>().await;
                }
                RailError::Unknown("the answer was lost".to_owned())
            }
        }
    }

    fn has(&self, defect: Defect) -> bool {
        self.around.outside.defect() == Some(defect)
    }

    /// Events only name what to read anew. The place moves on with the commit.
    async fn follow(&self, sink: &dyn CardSink) -> Result<(), RailError> {
        let mut news = self.around.outside.card_news.subscribe();
        loop {
            news.borrow_and_update();
            line_holds(&self.around.outside, &mut news).await?;
            let place = self.place.load(Ordering::Relaxed);
            let events = self.around.processor.events_after(place);
            if events.is_empty() {
                if news.changed().await.is_err() {
                    return Ok(());
                }
                continue;
            }
            let next = place + events.len();
            let mut report = self.report(events.into_iter().collect());
            report.cursor =
                Some(CardCursor { place: format!("evt_{next}"), as_of: Timestamp::from_millis(0) });
            if self.around.outside.chance(|weather| weather.delayed) {
                sleep(Duration::from_millis(self.around.outside.below(LATE_MS).into())).await;
            }
            if self.has(Defect::PassesEventsOver) {
                report.readings.clear();
            }
            let stored = sink.report(RailId::STRIPE, report).await;
            stored.map_err(|refused| RailError::NotSent(refused.to_string()))?;
            self.place.store(next, Ordering::Relaxed);
        }
    }

    /// Everything that was touched, read anew, and at times what was read long ago. While a customer may still act, only
    /// whoever asked knows what the processor waits for.
    fn report(&self, touched: BTreeSet<Told>) -> CardReport {
        let mut report = CardReport::default();
        for touched in touched {
            match touched {
                Told::Payment(payment) => {
                    let reading =
                        self.read(payment).filter(|read| !matches!(read.level, CardLevel::Waiting { .. }));
                    report.readings.extend(reading.map(|reading| (payment, reading)));
                }
                Told::Payout(reference) => report.payouts.extend(self.around.processor.payout(&reference)),
            }
        }
        if self.around.outside.chance(|weather| weather.stale) {
            let recorded = self.around.judge.lock().unwrap().recorded_readings();
            let stale = recorded.get(usize::try_from(self.around.outside.below(64)).unwrap());
            report.readings.extend(stale.cloned());
        }
        report
    }
}

impl CardRail for CounterLine {
    fn id(&self) -> RailId {
        RailId::STRIPE
    }

    fn health(&self) -> RailHealth {
        health_of(&self.around.outside)
    }

    fn accepts(&self, terms: &CardTerms) -> Result<(), String> {
        let least = eur(CHARGE_MIN);
        if terms.amount.minor() < least.minor() { Err(format!("cards start at {least}")) } else { Ok(()) }
    }

    fn open<'a>(&'a self, attempt: &'a CardAttempt) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(self.send(CardCall::Open(attempt.clone())))
    }

    fn find<'a>(
        &'a self,
        attempt: &'a CardAttempt,
    ) -> RailFuture<'a, Result<Option<CardReading>, RailError>> {
        Box::pin(self.ask(attempt.payment))
    }

    fn cancel<'a>(&'a self, attempt: &'a CardAttempt) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(self.send(CardCall::Cancel(attempt.payment)))
    }

    fn capture<'a>(&'a self, capture: &'a Capture) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(self.send(CardCall::Capture(capture.clone())))
    }

    fn refund<'a>(&'a self, refund: &'a RefundAttempt) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(self.send(CardCall::Refund(refund.clone())))
    }

    fn watch<'a>(&'a self, sink: Arc<dyn CardSink>) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(async move { self.follow(sink.as_ref()).await })
    }
}
