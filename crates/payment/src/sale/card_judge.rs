//! What the answer to an errand means for the sale: pure, so that every way a call can end is in one table.

use super::card::{CardEvent, CardPayment, Refund, RefundState};
use super::payment::RailFailure;
use super::{Refused, Sale, SaleEvent};
use crate::card::{CardErrand, CardReading};
use crate::rail::RailFailureClass;
use crate::{PaymentId, RailError};

/// How a call to a processor ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardAnswer {
    /// It told where the payment stands.
    Read(Box<CardReading>),
    /// It has never heard of the payment.
    NeverArrived,
    /// It did not do it, or nobody knows whether it did.
    Failed(RailError),
}

impl Sale {
    /// The events that an answer makes, in order.
    ///
    /// # Errors
    /// When the sale has no such card payment.
    pub fn judge_card(
        &self,
        payment: PaymentId,
        errand: CardErrand,
        answer: CardAnswer,
    ) -> Result<Vec<SaleEvent>, Refused> {
        let card = self.card(payment)?;
        let events = match answer {
            CardAnswer::Read(reading) => {
                let mut events = card.never_arrived_refunds(&reading);
                events.extend(card.refund_at_reader(errand, &reading));
                events.insert(0, CardEvent::Read { reading: *reading });
                events
            }
            CardAnswer::NeverArrived if matches!(errand, CardErrand::FindRefund(_)) => {
                card.refund_nobody_asks_for(errand).into_iter().collect()
            }
            CardAnswer::NeverArrived if card.reading.is_none() => vec![CardEvent::NeverArrived],
            CardAnswer::NeverArrived => {
                let reason = "the processor does not know a payment that it told about".to_owned();
                vec![CardEvent::Doubted { reason }]
            }
            CardAnswer::Failed(error) => vec![failed(errand, error)],
        };
        Ok(events.into_iter().map(|event| event.of(payment)).collect())
    }
}

impl CardPayment {
    /// Refunds that were sent, perhaps, and that a reading made after that does not tell of: they never arrived. Of those
    /// that a reader may ask for, only the reader knows.
    fn never_arrived_refunds(&self, reading: &CardReading) -> Vec<CardEvent> {
        let doubted = self.refunds.iter().filter(|refund| matches!(refund.state, RefundState::Doubted(_)));
        let untold = doubted.filter(|refund| refund.reader.is_none() && !is_told(refund, reading));
        untold.filter_map(|refund| Some(CardEvent::RefundNeverArrived { refund: refund.id? })).collect()
    }

    /// A reader was asked for the card, or about it, and the money did not go back yet.
    fn refund_at_reader(&self, errand: CardErrand, reading: &CardReading) -> Option<CardEvent> {
        let (CardErrand::Refund(id) | CardErrand::FindRefund(id)) = errand else { return None };
        let refund = self.refund(id).filter(|refund| refund.reader.is_some() && refund.is_under_way())?;
        let is_news = refund.state != RefundState::AtReader && !is_told(refund, reading);
        is_news.then_some(CardEvent::RefundAtReader { refund: id })
    }

    /// The reader does not ask for the card, and nothing went back. It is never told again by itself: whether it should
    /// be is the clerk's to say, with the customer there. One that was not told yet is.
    fn refund_nobody_asks_for(&self, errand: CardErrand) -> Option<CardEvent> {
        let CardErrand::FindRefund(refund) = errand else { return None };
        let reason = match self.refund(refund)?.state {
            RefundState::Doubted(_) => "the reader was not reached, and nothing went back",
            RefundState::AtReader => "the reader stopped asking before the card was presented",
            RefundState::Asked | RefundState::Refused(_) | RefundState::Read(..) => return None,
        };
        let failure = RailFailure { class: RailFailureClass::Declined, reason: reason.to_owned() };
        Some(CardEvent::RefundRefused { refund, failure })
    }
}

fn is_told(refund: &Refund, reading: &CardReading) -> bool {
    reading.refunds.iter().any(|told| refund.is_told_by(told))
}

/// Nobody knows, or it was certainly not done. A question that failed leaves everything as unknown as it was.
fn failed(errand: CardErrand, error: RailError) -> CardEvent {
    let reason = error.reason().to_owned();
    let (is_unknown, is_declined) =
        (error.class() == RailFailureClass::Unknown, error.class() == RailFailureClass::Declined);
    let failure = RailFailure::from(error);
    match errand {
        CardErrand::Refund(refund) if is_unknown => CardEvent::RefundDoubted { refund, reason },
        CardErrand::Refund(refund) => CardEvent::RefundRefused { refund, failure },
        CardErrand::FindRefund(refund) | CardErrand::CancelRefund(refund) if is_declined => {
            CardEvent::RefundRefused { refund, failure }
        }
        CardErrand::FindRefund(refund) | CardErrand::CancelRefund(refund) => {
            CardEvent::RefundDoubted { refund, reason }
        }
        CardErrand::Read => CardEvent::Doubted { reason },
        CardErrand::Open | CardErrand::Cancel | CardErrand::Capture(_) if is_unknown => {
            CardEvent::Doubted { reason }
        }
        CardErrand::Open | CardErrand::Cancel | CardErrand::Capture(_) => CardEvent::Failed { failure },
    }
}
