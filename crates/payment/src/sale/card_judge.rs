//! What the answer to an errand means for the sale: pure, so that every way a call can end is in one table.

use super::card::{CardPayment, RefundState};
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
        Ok(match answer {
            CardAnswer::Read(reading) => {
                let mut events = card.never_arrived_refunds(payment, &reading);
                events.insert(0, SaleEvent::CardRead { payment, reading: *reading });
                events
            }
            CardAnswer::NeverArrived if card.reading.is_none() => {
                vec![SaleEvent::CardNeverArrived { payment }]
            }
            CardAnswer::NeverArrived => {
                let reason = "the processor does not know a payment that it told about".to_owned();
                vec![SaleEvent::CardDoubted { payment, reason }]
            }
            CardAnswer::Failed(error) => failed(payment, errand, error),
        })
    }
}

impl CardPayment {
    /// Refunds that were sent, perhaps, and that a reading made after that does not tell of: they never arrived.
    fn never_arrived_refunds(&self, payment: PaymentId, reading: &CardReading) -> Vec<SaleEvent> {
        let doubted = self.refunds.iter().filter(|refund| matches!(refund.state, RefundState::Doubted(_)));
        let untold = doubted.filter(|refund| !reading.refunds.iter().any(|told| refund.is_told_by(told)));
        untold.filter_map(|r| Some(SaleEvent::RefundNeverArrived { payment, refund: r.id? })).collect()
    }
}

/// Nobody knows, or it was certainly not done. A question that failed leaves everything as unknown as it was.
fn failed(payment: PaymentId, errand: CardErrand, error: RailError) -> Vec<SaleEvent> {
    let reason = error.reason().to_owned();
    let is_unknown = error.class() == RailFailureClass::Unknown;
    let failure = RailFailure::from(error);
    vec![match errand {
        CardErrand::Refund(refund) if is_unknown => SaleEvent::RefundDoubted { payment, refund, reason },
        CardErrand::Refund(refund) => SaleEvent::RefundRefused { payment, refund, failure },
        CardErrand::Read => SaleEvent::CardDoubted { payment, reason },
        CardErrand::Open | CardErrand::Cancel | CardErrand::Capture(_) if is_unknown => {
            SaleEvent::CardDoubted { payment, reason }
        }
        CardErrand::Open | CardErrand::Cancel | CardErrand::Capture(_) => {
            SaleEvent::CardFailed { payment, failure }
        }
    }]
}
