//! What the answer to an errand means for the sale: pure, so that every way a call can end is in one table.

use super::card::{CardEvent, CardPayment, RefundState};
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
                events.insert(0, CardEvent::Read { reading: *reading });
                events
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
    /// Refunds that were sent, perhaps, and that a reading made after that does not tell of: they never arrived.
    fn never_arrived_refunds(&self, reading: &CardReading) -> Vec<CardEvent> {
        let doubted = self.refunds.iter().filter(|refund| matches!(refund.state, RefundState::Doubted(_)));
        let untold = doubted.filter(|refund| !reading.refunds.iter().any(|told| refund.is_told_by(told)));
        untold.filter_map(|refund| Some(CardEvent::RefundNeverArrived { refund: refund.id? })).collect()
    }
}

/// Nobody knows, or it was certainly not done. A question that failed leaves everything as unknown as it was.
fn failed(errand: CardErrand, error: RailError) -> CardEvent {
    let reason = error.reason().to_owned();
    let is_unknown = error.class() == RailFailureClass::Unknown;
    let failure = RailFailure::from(error);
    match errand {
        CardErrand::Refund(refund) if is_unknown => CardEvent::RefundDoubted { refund, reason },
        CardErrand::Refund(refund) => CardEvent::RefundRefused { refund, failure },
        CardErrand::Read => CardEvent::Doubted { reason },
        CardErrand::Open | CardErrand::Cancel | CardErrand::Capture(_) if is_unknown => {
            CardEvent::Doubted { reason }
        }
        CardErrand::Open | CardErrand::Cancel | CardErrand::Capture(_) => CardEvent::Failed { failure },
    }
}
