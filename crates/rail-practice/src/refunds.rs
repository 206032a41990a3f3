//! Refunds at the simulated reader: it asks for the card that paid, and the customer presents it, another one, or none.

use money::Money;
use payment::card::{CardReading, ReaderRefund, ReaderRefunds};
use payment::rail::RailFuture;
use payment::{PaymentId, RailError, RefundId};

use crate::terminal::{CardAct, Desk, PracticeTerminal, give_back};

/// A refund that the reader was told about.
#[derive(Debug)]
pub(crate) struct AskedRefund {
    payment: PaymentId,
    amount: Money,
    end: Option<End>,
}

/// How the reader came to an end with it.
#[derive(Clone, Copy, Debug)]
enum End {
    Presented,
    WrongCard,
    CalledOff,
}

impl AskedRefund {
    pub(crate) const fn waits(&self) -> bool {
        self.end.is_none()
    }
}

impl Desk {
    /// The refund that the reader asks for the card of this payment for.
    pub(crate) fn waiting_for(&self, payment: PaymentId) -> Option<RefundId> {
        let mut asked = self.asked.iter();
        asked.find(|(_, asked)| asked.payment == payment && asked.waits()).map(|(refund, _)| *refund)
    }

    /// The customer presents a card for a refund, if the reader asks for one. Says whether it did.
    pub(crate) fn present_for_refund(&mut self, payment: PaymentId, act: CardAct) -> bool {
        let Some(refund) = self.waiting_for(payment) else { return false };
        let end = match act {
            CardAct::Tap | CardAct::TapInterac | CardAct::TapUnheard => End::Presented,
            CardAct::Decline => End::WrongCard,
            CardAct::LineIsBack | CardAct::Object { .. } => return false,
        };
        let amount = self.asked.get_mut(&refund).map(|asked| {
            asked.end = Some(end);
            asked.amount
        });
        if let (End::Presented, Some(amount), Some(reading)) = (end, amount, self.reading(payment)) {
            give_back(reading, refund, amount);
        }
        true
    }
}

/// Of an earlier life of the till.
fn forgotten() -> RailError {
    RailError::Declined("practice has forgotten this payment".to_owned())
}

fn called_off() -> RailError {
    RailError::Declined("it was called off before the card was presented".to_owned())
}

impl ReaderRefunds for PracticeTerminal {
    fn ask<'a>(&'a self, refund: &'a ReaderRefund) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            let (mut desk, wish) = (self.desk(), &refund.wish);
            if desk.reading(wish.payment).is_none() {
                return Err(forgotten());
            }
            let asked = || AskedRefund { payment: wish.payment, amount: wish.amount, end: None };
            desk.asked.entry(wish.refund).or_insert_with(asked);
            desk.answer(wish.payment)
        })
    }

    fn look<'a>(
        &'a self,
        refund: &'a ReaderRefund,
    ) -> RailFuture<'a, Result<Option<CardReading>, RailError>> {
        Box::pin(async move {
            let (mut desk, wish) = (self.desk(), &refund.wish);
            if desk.reading(wish.payment).is_none() {
                return Err(forgotten());
            }
            let reading = desk.answer(wish.payment)?;
            match desk.asked.get(&wish.refund).map(|asked| asked.end) {
                None => Ok(None),
                Some(None | Some(End::Presented)) => Ok(Some(reading)),
                Some(Some(End::CalledOff)) => Err(called_off()),
                Some(Some(End::WrongCard)) => {
                    Err(RailError::Declined("another card was presented than the one that paid".to_owned()))
                }
            }
        })
    }

    fn stop<'a>(&'a self, refund: &'a ReaderRefund) -> RailFuture<'a, Result<CardReading, RailError>> {
        Box::pin(async move {
            let (mut desk, wish) = (self.desk(), &refund.wish);
            let reading = desk.answer(wish.payment)?;
            match desk.asked.get_mut(&wish.refund) {
                Some(AskedRefund { end: Some(End::Presented), .. }) => Ok(reading),
                Some(asked) => {
                    asked.end.get_or_insert(End::CalledOff);
                    Err(called_off())
                }
                None => Err(called_off()),
            }
        })
    }
}
