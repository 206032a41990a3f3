//! From what somebody asks for to what happened. Each function reads the state, checks the wish and gives the event;
//! nothing changes until the event is applied and committed.

use money::{Money, Rounding};

use super::payment::{CashPayment, PaymentTerms};
use super::{CardPayment, PaymentMethod, Refused, Sale, SaleEvent};
use crate::stray::StrayReason;
use crate::{Observation, PaymentId};

impl Sale {
    /// What is still to pay, for a new payment.
    ///
    /// # Errors
    /// When nothing may be paid any more.
    pub fn payable(&self) -> Result<Money, Refused> {
        if self.voided.is_some() {
            return Err(Refused::SaleVoided);
        }
        if self.cancelled {
            return Err(Refused::SaleCancelled);
        }
        if self.cards().any(|card| card.is_open() || card.is_refunding()) {
            return Err(Refused::CardOpen);
        }
        let coverage = self.coverage()?;
        if coverage.is_covered { Err(Refused::AlreadyPaid) } else { Ok(coverage.remaining) }
    }

    /// What is to pay in cash: the rest, rounded to the smallest coin (minor units).
    ///
    /// # Errors
    /// As [`Sale::payable`].
    pub fn cash_to_pay(&self, smallest_coin: i64) -> Result<Money, Refused> {
        Ok(self.payable()?.rounded_to(smallest_coin, Rounding::HalfUp)?)
    }

    /// Takes cash for the rest of the sale. Asking again with the same payment and amount is no second taking.
    ///
    /// # Errors
    /// When the cash is short or the sale takes no more.
    pub fn take_cash_for_rest(
        &self,
        payment: PaymentId,
        tendered: Money,
        smallest_coin: i64,
    ) -> Result<SaleEvent, Refused> {
        if let Some(known) = self.payment(payment) {
            return match known.method {
                PaymentMethod::Cash(cash) if cash.tendered == tendered => {
                    Ok(SaleEvent::CashTaken { payment, cash })
                }
                PaymentMethod::Cash(_) | PaymentMethod::Chain(_) | PaymentMethod::Card(_) => {
                    Err(Refused::PaymentExists)
                }
            };
        }
        if tendered.currency() != self.due().currency() {
            return Err(Refused::WrongCurrency);
        }
        let counted = self.payable()?;
        let to_pay = self.cash_to_pay(smallest_coin)?;
        let change = tendered.checked_sub(to_pay)?;
        if change.is_negative() {
            return Err(Refused::CashShort { tendered, to_pay });
        }
        let cash = CashPayment { counted, tendered, change, rounding: to_pay.checked_sub(counted)? };
        Ok(SaleEvent::CashTaken { payment, cash })
    }

    /// Starts a payment on a rail for the rest of the sale.
    ///
    /// # Errors
    /// When the sale takes no more.
    pub fn start_payment(&self, payment: PaymentId, terms: PaymentTerms) -> Result<SaleEvent, Refused> {
        if self.payment(payment).is_none() && self.payable()? != terms.amount {
            return Err(Refused::WrongState);
        }
        Ok(SaleEvent::PaymentStarted { payment, terms })
    }

    /// Takes a code back that nobody has paid yet. What still arrives at its address is found.
    ///
    /// # Errors
    /// When money was seen there.
    pub fn cancel_payment_of(&self, payment: PaymentId) -> Result<SaleEvent, Refused> {
        if self.chain(payment)?.present().next().is_some() {
            return Err(Refused::MoneySeen);
        }
        Ok(SaleEvent::PaymentCancelled { payment })
    }

    /// Gives the sale up. Its addresses stay watched.
    ///
    /// # Errors
    /// When it is paid, or money was seen and the clerk was not asked.
    pub fn cancel(&self, although_seen: bool) -> Result<SaleEvent, Refused> {
        if self.voided.is_some() {
            return Err(Refused::SaleVoided);
        }
        let coverage = self.coverage()?;
        if coverage.is_safe {
            return Err(Refused::AlreadyPaid);
        }
        if self.cards().any(CardPayment::is_open) {
            return Err(Refused::CardOpen);
        }
        if !self.cancelled && !coverage.present.is_zero() && !although_seen {
            return Err(Refused::MoneySeen);
        }
        Ok(SaleEvent::Cancelled)
    }

    /// May this sale be voided?
    #[must_use]
    pub fn is_voidable(&self) -> bool {
        let cash_only = self.payments.iter().all(|payment| match &payment.method {
            PaymentMethod::Cash(_) => true,
            PaymentMethod::Chain(chain) => chain.present().next().is_none(),
            PaymentMethod::Card(card) => card.brought_nothing(),
        });
        let paid = self.coverage().is_ok_and(|coverage| coverage.is_safe);
        self.voided.is_none() && cash_only && paid
    }

    /// Voids a sale that was paid in cash alone: every entry is reversed, the cash goes back. Asking again for the same
    /// reason is no second void.
    ///
    /// # Errors
    /// When other money is in it, it is not paid, or no reason is given.
    pub fn void_for(&self, reason: &str) -> Result<SaleEvent, Refused> {
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(Refused::ReasonMissing);
        }
        match self.voided.as_deref() {
            Some(known) if known == reason => return Ok(SaleEvent::Voided { reason: reason.to_owned() }),
            Some(_) => return Err(Refused::SaleVoided),
            None => {}
        }
        if !self.is_voidable() {
            return Err(Refused::NotVoidable);
        }
        Ok(SaleEvent::Voided { reason: reason.to_owned() })
    }

    /// Numbers the receipt once the sale is paid for the first time.
    #[must_use]
    pub fn wants_receipt(&self) -> bool {
        self.was_safe && self.receipt.is_none()
    }

    /// May a transfer that this sale has not seen before be counted for it? Decided once, at first sight.
    ///
    /// # Errors
    /// Names why the transfer is stray instead.
    pub fn admit(&self, payment: PaymentId, observation: &Observation) -> Result<(), StrayReason> {
        let chain = self.chain(payment).map_err(|_| StrayReason::UnknownAddress)?;
        if !observation.amount.is_positive() {
            return Err(StrayReason::Unbookable);
        }
        if observation.amount.currency() != chain.terms.quote.currency() {
            return Err(StrayReason::OtherCoin);
        }
        if self.voided.is_some() {
            return Err(StrayReason::SaleVoided);
        }
        if self.cancelled {
            return Err(StrayReason::SaleCancelled);
        }
        let coverage = self.coverage().map_err(|_| StrayReason::Unbookable)?;
        if coverage.is_covered && !chain.is_live() {
            return Err(StrayReason::AlreadyPaid);
        }
        Ok(())
    }
}
