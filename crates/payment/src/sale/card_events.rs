//! What may be asked of a card payment, and what each event does to it. A reading is compared with what was asked: one
//! that does not fit is refused, and the engine makes a finding of it.

use money::Money;

use super::card::{CardEvent, CardPayment, CardWish, RefundState};
use super::card_refunds::RefundWish;
use super::payment::RailFailure;
use super::{Alert, Effect, Payment, PaymentMethod, Refused, Sale, SaleEvent};
use crate::card::{CardLevel, CardReading, CardTerms};
use crate::rail::RailFailureClass;
use crate::{PaymentId, Timestamp};

impl Sale {
    /// Starts a card payment for the rest of the sale.
    ///
    /// # Errors
    /// When the sale takes no more, or another card payment is open.
    pub fn start_card(&self, payment: PaymentId, terms: CardTerms) -> Result<SaleEvent, Refused> {
        if self.payment(payment).is_none() && self.payable()? != terms.amount {
            return Err(Refused::WrongState);
        }
        Ok(CardEvent::Started { terms }.of(payment))
    }

    /// Calls a card payment off that took nothing yet.
    ///
    /// # Errors
    /// When money was taken, or is on its way.
    pub fn cancel_card(&self, payment: PaymentId) -> Result<SaleEvent, Refused> {
        let card = self.card(payment)?;
        if card.captured().is_some() || (!card.is_open() && card.held().is_none() && card.end().is_none()) {
            return Err(Refused::MoneySeen);
        }
        Ok(CardEvent::Wished { wish: CardWish::Cancel }.of(payment))
    }

    /// Takes money that is held: all of it, or a part, which lets go of the rest.
    ///
    /// # Errors
    /// When nothing is held, or less.
    pub fn capture_card(&self, payment: PaymentId, amount: Money) -> Result<SaleEvent, Refused> {
        let held = self.card(payment)?.held().ok_or(Refused::WrongState)?;
        if amount.currency() != held.currency() {
            return Err(Refused::WrongCurrency);
        }
        if !amount.is_positive() || held.checked_sub(amount)?.is_negative() {
            return Err(Refused::CaptureTooHigh(held));
        }
        Ok(CardEvent::Wished { wish: CardWish::Capture(amount) }.of(payment))
    }

    /// The card payments of this sale, oldest first.
    pub fn cards(&self) -> impl Iterator<Item = &CardPayment> {
        self.payments.iter().filter_map(Payment::card)
    }

    /// A card payment of this sale.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn card(&self, id: PaymentId) -> Result<&CardPayment, Refused> {
        self.payment(id).ok_or(Refused::NoSuchPayment)?.card().ok_or(Refused::WrongState)
    }

    pub(super) fn take_card_event(
        &mut self,
        payment: PaymentId,
        event: &CardEvent,
        at: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Result<bool, Refused> {
        let changed = match event {
            CardEvent::Started { terms } => self.start_charging(payment, terms, at)?,
            CardEvent::Read { reading } => self.read_card(payment, reading, effects)?,
            CardEvent::Doubted { reason } => {
                replaced(&mut self.card_mut(payment)?.doubt, Some(reason.clone()))
            }
            CardEvent::NeverArrived => self.card_mut(payment)?.never_arrived()?,
            CardEvent::Failed { failure } => self.card_mut(payment)?.fail(failure),
            CardEvent::Wished { wish } => self.card_mut(payment)?.wish(*wish)?,
            CardEvent::RefundAsked { refund, amount, reason, reader } => {
                let of_sale = self.coverage()?.is_safe;
                let asked = RefundWish { amount: *amount, reason, reader: reader.as_deref(), of_sale };
                self.card_mut(payment)?.ask_refund(*refund, asked)?
            }
            CardEvent::RefundAtReader { refund } => {
                self.card_mut(payment)?.move_refund(*refund, RefundState::AtReader)?
            }
            CardEvent::RefundCalledOff { refund } => self.card_mut(payment)?.call_refund_off(*refund)?,
            CardEvent::RefundDoubted { refund, reason } => {
                self.card_mut(payment)?.move_refund(*refund, RefundState::Doubted(reason.clone()))?
            }
            CardEvent::RefundNeverArrived { refund } => {
                self.card_mut(payment)?.move_refund(*refund, RefundState::Asked)?
            }
            CardEvent::RefundRefused { refund, failure } => {
                self.card_mut(payment)?.move_refund(*refund, RefundState::Refused(failure.clone()))?
            }
        };
        if changed {
            let rail = self.card(payment)?.terms.rail;
            effects.push(Effect::TendCard { rail, payment });
        }
        Ok(changed)
    }

    /// A card payment takes back the codes that nobody has paid, so that nobody pays twice.
    fn start_charging(&mut self, id: PaymentId, terms: &CardTerms, at: Timestamp) -> Result<bool, Refused> {
        let method = PaymentMethod::Card(Box::new(CardPayment::started(terms.clone())));
        if !self.is_new(id, &method)? {
            return Ok(false);
        }
        if terms.amount.currency() != self.due().currency() {
            return Err(Refused::WrongCurrency);
        }
        self.take_codes_back();
        self.payments.push(Payment { id, started_at: at, method });
        Ok(true)
    }

    fn read_card(
        &mut self,
        id: PaymentId,
        reading: &CardReading,
        effects: &mut Vec<Effect>,
    ) -> Result<bool, Refused> {
        let card = self.card_mut(id)?;
        // What was true before the newest reading need not fit it.
        if card.is_overtaken(reading) {
            return Ok(false);
        }
        card.check(reading)?;
        if card.is_known(reading) {
            return Ok(false);
        }
        let before = card.clone();
        card.take(reading);
        // A refund that is told together with the capture is one of the sale, as if it had been told later.
        let is_sold = self.coverage()?.is_safe;
        let card = self.card_mut(id)?;
        card.take_refunds(&reading.refunds, is_sold);
        effects.extend(card.alerts_since(&before).map(Effect::Alert));
        Ok(true)
    }
}

impl CardPayment {
    /// Does the reading fit what was asked, and what was read before? Money that was taken stays taken, but for what is
    /// told as refunded or disputed.
    fn check(&self, reading: &CardReading) -> Result<(), Refused> {
        let (asked, currency) = (self.terms.amount, self.terms.amount.currency());
        if let Some(amount) = reading.present() {
            if amount.currency() != currency {
                return Err(Refused::WrongCurrency);
            }
            if !amount.is_positive() || asked.checked_sub(amount)?.is_negative() {
                return Err(Refused::WrongState);
            }
        }
        let is_other = self.reference().is_some_and(|known| known != reading.reference);
        let is_undone = self.captured().is_some() && self.captured() != reading.captured();
        let mut off = reading.refunds.iter().filter(|refund| refund.status.is_off());
        let refunded = off.try_fold(Money::zero(currency), |sum, refund| sum.checked_add(refund.amount))?;
        let taken = reading.captured().unwrap_or(Money::zero(currency));
        if is_other || is_undone || taken.checked_sub(refunded)?.is_negative() {
            return Err(Refused::WrongState);
        }
        if !reading.names_each_refund_once() {
            return Err(Refused::WrongState);
        }
        let known = self.reading.iter().flat_map(|known| &known.disputes);
        let mut gone =
            known.filter(|known| reading.disputes.iter().all(|told| told.reference != known.reference));
        if gone.next().is_none() && self.refunds.iter().all(|refund| refund.agrees_with(&reading.refunds)) {
            Ok(())
        } else {
            Err(Refused::WrongState)
        }
    }

    /// Was something newer read already? Events are told after a while, and a call may have been answered since.
    fn is_overtaken(&self, reading: &CardReading) -> bool {
        self.reading.as_ref().is_some_and(|known| reading.number <= known.number)
    }

    /// The same again: nothing to record. A doubt is something to end.
    fn is_known(&self, reading: &CardReading) -> bool {
        let Some(known) = &self.reading else { return false };
        let is_same = CardReading { number: known.number, ..reading.clone() } == *known;
        is_same && self.doubt.is_none()
    }

    /// What the owner must hear of a newer reading.
    fn alerts_since(&self, before: &Self) -> impl Iterator<Item = Alert> {
        let waiting = |card: &Self| {
            let disputes = card.reading.iter().flat_map(|reading| &reading.disputes);
            disputes.filter(|dispute| dispute.status.waits_for_answer()).count()
        };
        let failed = |card: &Self| {
            let read = card.refunds.iter().filter(|refund| matches!(refund.state, RefundState::Read(..)));
            read.filter(|refund| !refund.holds()).count()
        };
        let disputed = (waiting(self) > waiting(before)).then_some(Alert::Disputed);
        let refund_failed = (failed(self) > failed(before)).then_some(Alert::RefundFailed);
        disputed.into_iter().chain(refund_failed)
    }

    fn never_arrived(&mut self) -> Result<bool, Refused> {
        if self.reading.is_some() {
            return Err(Refused::WrongState);
        }
        let mut changed = self.doubt.take().is_some();
        if self.wish.take().is_some() {
            let reason = "it was called off before it was sent".to_owned();
            self.failure = Some(RailFailure { class: RailFailureClass::NotSent, reason });
            changed = true;
        }
        Ok(changed)
    }

    fn fail(&mut self, failure: &RailFailure) -> bool {
        let changed = self.failure.as_ref() != Some(failure) || self.doubt.is_some() || self.wish.is_some();
        (self.failure, self.doubt, self.wish) = (Some(failure.clone()), None, None);
        changed
    }

    fn wish(&mut self, wish: CardWish) -> Result<bool, Refused> {
        let is_over = match &self.reading {
            None => self.failure.is_some(),
            Some(reading) => {
                !matches!(reading.level, CardLevel::Waiting { .. } | CardLevel::Authorized { .. })
            }
        };
        // Whoever cancels what is over already has what they want.
        if is_over {
            return if wish == CardWish::Cancel && self.brought_nothing() {
                Ok(false)
            } else {
                Err(Refused::WrongState)
            };
        }
        if wish != CardWish::Cancel && self.held().is_none() {
            return Err(Refused::WrongState);
        }
        Ok(replaced(&mut self.wish, Some(wish)))
    }
}

/// Puts something new in the place. Was it something else?
fn replaced<T: PartialEq>(place: &mut T, new: T) -> bool {
    let changed = *place != new;
    *place = new;
    changed
}
