//! What may be asked of refunds of a card payment, and what becomes of them. A card that must be presented is asked for by
//! a reader: until the processor tells of the refund nothing has gone back, and the clerk may have the reader stop.

use money::Money;

use super::card::{CardEvent, CardPayment, Refund, RefundState};
use super::{Refused, Sale, SaleEvent};
use crate::card::CardWay;
use crate::{PaymentId, RefundId};

/// Money to give back, as it was asked for.
pub(super) struct RefundWish<'a> {
    pub(super) amount: Money,
    pub(super) reason: &'a str,
    pub(super) reader: Option<&'a str>,
    pub(super) of_sale: bool,
}

impl Sale {
    /// Gives money of a card payment back. A card that must be presented is asked for at `reader`, or where it was paid.
    ///
    /// # Errors
    /// When no reason is given, or less is left of the payment.
    pub fn refund_card(
        &self,
        payment: PaymentId,
        refund: RefundId,
        amount: Money,
        reason: &str,
        reader: Option<String>,
    ) -> Result<SaleEvent, Refused> {
        let (card, reason) = (self.card(payment)?, reason.trim().to_owned());
        if reason.is_empty() {
            return Err(Refused::RefundReasonMissing);
        }
        if amount.currency() != card.terms.amount.currency() {
            return Err(Refused::WrongCurrency);
        }
        let left = card.refundable()?;
        let is_known = card.refund(refund).is_some();
        if !is_known && (!amount.is_positive() || left.checked_sub(amount)?.is_negative()) {
            return Err(Refused::RefundTooHigh(left));
        }
        let reader = if card.must_be_presented() { reader.or_else(|| paid_at(card)) } else { None };
        Ok(CardEvent::RefundAsked { refund, amount, reason, reader }.of(payment))
    }

    /// Has the reader stop asking for the card that money is to go back to.
    ///
    /// # Errors
    /// When no reader asks for it, or the money went back.
    pub fn call_refund_off(&self, payment: PaymentId, refund: RefundId) -> Result<SaleEvent, Refused> {
        let known = self.card(payment)?.refund(refund).ok_or(Refused::NoSuchRefund)?;
        if known.reader.is_none() || matches!(known.state, RefundState::Read(..)) {
            return Err(Refused::WrongState);
        }
        Ok(CardEvent::RefundCalledOff { refund }.of(payment))
    }
}

fn paid_at(card: &CardPayment) -> Option<String> {
    match &card.terms.way {
        CardWay::Reader(reader) => Some(reader.clone()),
        CardWay::Phone => None,
    }
}

impl CardPayment {
    pub(super) fn ask_refund(&mut self, id: RefundId, wish: RefundWish<'_>) -> Result<bool, Refused> {
        let RefundWish { amount, reason, reader, of_sale } = wish;
        if let Some(known) = self.refund(id) {
            let is_same = known.amount == amount && known.reason == reason;
            return if is_same { Ok(false) } else { Err(Refused::RefundExists) };
        }
        let left = self.refundable()?;
        if !amount.is_positive() || left.checked_sub(amount)?.is_negative() {
            return Err(Refused::RefundTooHigh(left));
        }
        self.refunds.push(Refund {
            id: Some(id),
            reference: None,
            amount,
            reason: reason.to_owned(),
            of_sale,
            reader: reader.map(str::to_owned),
            is_called_off: false,
            state: RefundState::Asked,
        });
        Ok(true)
    }

    /// Whoever calls off what will not be any more already has what they want.
    pub(super) fn call_refund_off(&mut self, id: RefundId) -> Result<bool, Refused> {
        let refund = self.refund_mut(id)?;
        match refund.state {
            RefundState::Read(..) => Err(Refused::WrongState),
            _ if refund.reader.is_none() => Err(Refused::WrongState),
            _ if !refund.may_be_called_off() => Ok(false),
            _ => {
                refund.is_called_off = true;
                Ok(true)
            }
        }
    }

    pub(super) fn move_refund(&mut self, id: RefundId, to: RefundState) -> Result<bool, Refused> {
        let refund = self.refund_mut(id)?;
        if refund.state == to {
            return Ok(false);
        }
        let fits = to != RefundState::AtReader || refund.reader.is_some();
        if !refund.is_under_way() || !fits {
            return Err(Refused::WrongState);
        }
        refund.state = to;
        Ok(true)
    }

    fn refund_mut(&mut self, id: RefundId) -> Result<&mut Refund, Refused> {
        let known = self.refunds.iter_mut().find(|refund| refund.id == Some(id));
        known.ok_or(Refused::NoSuchRefund)
    }
}
