//! Cards at the counter: starting a payment, and what a processor says of it.

use payment::card::{
    CaptureMode, CardAttempt, CardCursor, CardErrand, CardReading, CardReport, CardTerms, CardWay, ShownCart,
};
use payment::payout::PayoutReading;
use payment::sale::{CardAnswer, CardEvent, Refused};
use payment::{InvoiceId, PaymentId, RailError, RailId};
use store::{DueCard, FindingRecord, RailCursor, Source};

use super::sales::sale_reply;
use super::{Desk, TILL};
use crate::cards::CardCommand;
use crate::command::{EngineError, Reply, Tended};
use crate::working_set::WorkingSet;

impl Desk<'_> {
    /// Carries out one command about a card payment.
    pub(super) fn carry_out_card(
        &self,
        work: &mut WorkingSet<'_>,
        command: CardCommand,
    ) -> Result<Reply, EngineError> {
        match command {
            CardCommand::Start { invoice, payment, rail, way, capture } => {
                self.start_card(work, (invoice, payment), rail, way, capture)
            }
            CardCommand::Cancel { invoice, payment } => {
                self.decide(work, invoice, |sale| sale.cancel_card(payment))
            }
            CardCommand::Capture { invoice, payment, amount } => {
                self.decide(work, invoice, |sale| sale.capture_card(payment, amount))
            }
            CardCommand::Refund { invoice, payment, refund, amount, reason, reader } => {
                self.decide(work, invoice, |sale| sale.refund_card(payment, refund, amount, &reason, reader))
            }
            CardCommand::CancelRefund { invoice, payment, refund } => {
                self.decide(work, invoice, |sale| sale.call_refund_off(payment, refund))
            }
            CardCommand::Draw { rail, after, limit } => {
                Ok(Reply::DueCards(work.cards_with_errand(rail, after, limit)?))
            }
            CardCommand::Look(due) => self.look_at_card(work, due),
            CardCommand::TakeAnswer { due, errand, answer } => {
                self.take_card_answer(work, due, errand, answer)
            }
            CardCommand::TakeReport { rail, report } => self.take_card_report(work, rail, report),
        }
    }

    /// The terms are fixed here. A repeated wish finds its payment and changes nothing.
    fn start_card(
        &self,
        work: &mut WorkingSet<'_>,
        (invoice, payment): (InvoiceId, PaymentId),
        rail: RailId,
        way: CardWay,
        capture: CaptureMode,
    ) -> Result<Reply, EngineError> {
        let sale = work.sale(invoice)?.ok_or(EngineError::NoSuchSale)?;
        if let Some(known) = sale.payment(payment) {
            let is_same = known.card().is_some_and(|card| {
                (card.terms.rail, &card.terms.way, card.terms.capture) == (rail, &way, capture)
            });
            return if is_same { Ok(sale_reply(sale)) } else { Err(Refused::PaymentExists.into()) };
        }
        let terms = CardTerms { rail, amount: sale.payable()?, way, capture };
        self.accepts_card(&terms)?;
        let event = sale.start_card(payment, terms)?;
        Ok(sale_reply(work.sale_event(invoice, &event, TILL, self.now)?))
    }

    /// Can this be charged here, now?
    fn accepts_card(&self, terms: &CardTerms) -> Result<(), EngineError> {
        let unavailable = |reason| EngineError::RailUnavailable { rail: terms.rail, reason };
        match self.cards.get(terms.rail) {
            Some(Ok(rail)) if !rail.health().is_up() => {
                Err(unavailable("it does not answer, and cards can't be taken offline".to_owned()))
            }
            Some(Ok(rail)) => rail.accepts(terms).map_err(unavailable),
            Some(Err(RailError::Misconfigured(reason))) => Err(unavailable(reason.clone())),
            Some(Err(error)) => Err(unavailable(error.to_string())),
            None => Err(unavailable("it is not set up or switched off in Settings".to_owned())),
        }
    }

    /// What a collector needs to know for the next errand.
    fn look_at_card(&self, work: &WorkingSet<'_>, due: DueCard) -> Result<Reply, EngineError> {
        let sale = work.sale(due.invoice)?.ok_or(EngineError::NoSuchSale)?;
        let card = sale.card(due.payment)?.clone();
        let attempt = CardAttempt {
            payment: due.payment,
            invoice: due.invoice,
            reference: card.reference().map(str::to_owned),
            description: format!("Sale {}", sale.number),
            terms: card.terms.clone(),
            cart: ShownCart::of(&sale, card.terms.amount),
        };
        Ok(Reply::Tended(Box::new(Tended { attempt, card, version: sale.version })))
    }

    /// What a processor answered. What does not fit posts nothing: it is kept for the owner, and until a fitting answer
    /// comes nobody knows.
    fn take_card_answer(
        &self,
        work: &mut WorkingSet<'_>,
        due: DueCard,
        errand: CardErrand,
        answer: CardAnswer,
    ) -> Result<Reply, EngineError> {
        let sale = work.sale(due.invoice)?.ok_or(EngineError::NoSuchSale)?;
        let rail = sale.card(due.payment)?.terms.rail;
        let told = match &answer {
            CardAnswer::Read(reading) => Some((reading.number, format!("{reading:?}"))),
            CardAnswer::NeverArrived | CardAnswer::Failed(_) => None,
        };
        let events = sale.judge_card(due.payment, errand, answer)?;
        let taken = work.attempt(|work| {
            events.iter().try_for_each(|event| {
                work.sale_event(due.invoice, event, Source::Rail(rail), self.now).map(|_| ())
            })
        });
        let reply = match (taken, &told) {
            (Err(EngineError::Refused(refused)), Some((_, payload))) => {
                self.card_mismatch(work, due, rail, &refused, payload.clone())?
            }
            (taken, _) => taken.map(|()| Reply::Done)?,
        };
        // A look that found nothing new writes nothing: its number is nowhere, so another life may use it again.
        let is_news = work.sale(due.invoice)?.is_some_and(|after| after.version > sale.version);
        if let Some((number, _)) = told.filter(|_| is_news) {
            work.remember_report(rail, None, number, false)?;
        }
        Ok(reply)
    }

    /// What events told of: each reading like an answer, and the place after them all. While nobody knows what became of a
    /// call it counts for nothing, because it may have been read before: the collector asks anew.
    fn take_card_report(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        report: CardReport,
    ) -> Result<Reply, EngineError> {
        for (payment, reading) in report.readings {
            match work.invoice_of_card(payment)? {
                Some(invoice) => {
                    let due = DueCard { invoice, payment };
                    if Self::awaits_answer(work, due)? {
                        work.tend(rail, due);
                        continue;
                    }
                    let answer = CardAnswer::Read(Box::new(reading));
                    let reply = self.take_card_answer(work, due, CardErrand::Read, answer)?;
                    if matches!(reply, Reply::Mismatch) {
                        work.tend(rail, due);
                    }
                }
                None => self.find_unknown_card(work, rail, payment, &reading)?,
            }
        }
        report.payouts.into_iter().try_for_each(|reading| self.take_payout(work, rail, reading))?;
        if let Some(CardCursor { place, as_of }) = report.cursor {
            work.move_cursor(RailCursor { rail, cursor: place, as_of });
        }
        Ok(Reply::Done)
    }

    /// Is the outcome of a call for a payment unknown that the processor has?
    fn awaits_answer(work: &WorkingSet<'_>, due: DueCard) -> Result<bool, EngineError> {
        let sale = work.sale(due.invoice)?.ok_or(EngineError::NoSuchSale)?;
        let card = sale.card(due.payment)?;
        Ok(card.reading.is_some() && card.is_in_doubt())
    }

    /// A payout as it is told now. One that its parts do not add up to is booked all the same, because the money is at
    /// the bank, and what is missing is a finding; what can't be booked is another.
    fn take_payout(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        reading: PayoutReading,
    ) -> Result<(), EngineError> {
        let parts = reading.parts.as_ref().map_or(0, Vec::len);
        let payload = format!("{}: {}, made of {parts} parts", reading.reference, reading.amount);
        let finding = |reason| FindingRecord {
            subject: reading.reference.clone(),
            kind: "payout_difference",
            reason,
            payload: payload.clone(),
            at: self.now,
        };
        match reading.difference() {
            Ok(None) => {}
            Ok(Some(rest)) => {
                work.find(finding(format!("{rail} paid {rest} out that its parts do not account for")))?;
            }
            // What has no sum can't be listed either.
            Err(error) => {
                return work
                    .find(finding(format!("the parts of a payout of {rail} can't be added up: {error}")));
            }
        }
        match work.attempt(|work| work.payout_read(rail, reading.clone(), self.now)) {
            Err(EngineError::Refused(refused)) => work.find(finding(refused.to_string())),
            taken => taken,
        }
    }

    /// A payment that the processor ascribes to this till, and that its books do not have: a backup older than it was
    /// restored.
    fn find_unknown_card(
        &self,
        work: &mut WorkingSet<'_>,
        rail: RailId,
        payment: PaymentId,
        reading: &CardReading,
    ) -> Result<(), EngineError> {
        work.find(FindingRecord {
            subject: payment.to_string(),
            kind: "unknown_payment",
            reason: format!("{rail} tells of a payment that these books do not have"),
            payload: format!("{reading:?}"),
            at: self.now,
        })
    }

    fn card_mismatch(
        &self,
        work: &mut WorkingSet<'_>,
        due: DueCard,
        rail: RailId,
        refused: &Refused,
        payload: String,
    ) -> Result<Reply, EngineError> {
        let reason = format!("what {rail} tells does not fit what was asked: {refused}");
        work.find(FindingRecord {
            subject: due.payment.to_string(),
            kind: "mismatch",
            reason: reason.clone(),
            payload,
            at: self.now,
        })?;
        let doubted = CardEvent::Doubted { reason }.of(due.payment);
        work.sale_event(due.invoice, &doubted, Source::Rail(rail), self.now)?;
        Ok(Reply::Mismatch)
    }
}
