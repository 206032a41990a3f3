//! The transition: a state and an event give the next state, the entries it posts and the effects it asks for.
//! A repeated event is a no-op (`None`); an impossible one is [`Refused`] with its reason. The same code folds events
//! when they happen and when a stored journal is read back, so the two cannot differ.

use super::booking::Closing;
use super::card_booking::CardBooks;
use super::payment::{CashPayment, ChainPayment};
use super::{
    Alert, Applied, Effect, Payment, PaymentMethod, PaymentTerms, RailFailure, Refused, Sale, SaleEvent,
};
use crate::rail::Attempt;
use crate::{InvoiceId, Observation, PaymentId, Timestamp, Transfer, posting};

impl Sale {
    /// Folds the first event.
    ///
    /// # Errors
    /// When it does not open the sale.
    pub fn open(id: InvoiceId, event: &SaleEvent, at: Timestamp) -> Result<Self, Refused> {
        let SaleEvent::Opened { number, cart, totals, tolerance } = event else {
            return Err(Refused::NotOpen);
        };
        Ok(Self {
            id,
            version: 1,
            number: *number,
            opened_at: at,
            cart: cart.clone(),
            totals: totals.clone(),
            tolerance: *tolerance,
            payments: Vec::new(),
            cancelled: false,
            voided: None,
            receipt: None,
            prints: 0,
            was_safe: false,
            closing: None::<Closing>,
            cards: CardBooks::default(),
            entries: Vec::new(),
        })
    }

    /// Folds a later event. `None` when it changes nothing and must not be recorded.
    ///
    /// # Errors
    /// When the event does not fit the state.
    pub fn apply(&self, event: &SaleEvent, at: Timestamp) -> Result<Option<Applied>, Refused> {
        let mut next = self.clone();
        let mut effects = Vec::new();
        let changed = next.take(event, at, &mut effects)?;
        if !changed {
            return Ok(None);
        }
        next.close()?;
        next.book_cards()?;
        next.notice_loss(self, &mut effects)?;
        next.was_safe |= next.coverage()?.is_safe;
        next.version += 1;
        let entries = next.entries[self.entries.len()..].to_vec();
        Ok(Some(Applied { sale: next, entries, effects }))
    }

    fn take(&mut self, event: &SaleEvent, at: Timestamp, effects: &mut Vec<Effect>) -> Result<bool, Refused> {
        match event {
            SaleEvent::Opened { .. } => Err(Refused::AlreadyOpen),
            SaleEvent::CashTaken { payment, cash } => self.take_cash(*payment, *cash, at),
            SaleEvent::PaymentStarted { payment, terms } => self.start(*payment, terms, at, effects),
            SaleEvent::Offered { payment, address } => self.offer(*payment, address),
            SaleEvent::OfferFailed { payment, failure } => self.fail(*payment, failure),
            SaleEvent::TransferObserved { payment, observation } => self.observe(*payment, observation),
            SaleEvent::QuoteEnded { payment } => self.end_quote(*payment, at),
            SaleEvent::PaymentCancelled { payment } => self.cancel_payment(*payment),
            SaleEvent::Cancelled => Ok(!std::mem::replace(&mut self.cancelled, true)),
            SaleEvent::Voided { reason } => self.void(reason),
            SaleEvent::StrayAdopted { payment, terms, address, observation } => {
                self.adopt(*payment, terms, address, observation, at)
            }
            SaleEvent::Card { payment, event } => self.take_card_event(*payment, event, at, effects),
            SaleEvent::ReceiptIssued { number } => self.issue_receipt(*number),
            SaleEvent::ReceiptPrinted => {
                self.receipt.ok_or(Refused::NoReceipt)?;
                self.prints += 1;
                Ok(true)
            }
        }
    }

    fn take_cash(&mut self, id: PaymentId, cash: CashPayment, at: Timestamp) -> Result<bool, Refused> {
        if !self.is_new(id, &PaymentMethod::Cash(cash))? {
            return Ok(false);
        }
        if self.voided.is_some() {
            return Err(Refused::SaleVoided);
        }
        let entry = posting::cash_received(self.next_ordinal(), &cash)?;
        self.post(entry);
        self.payments.push(Payment { id, started_at: at, method: PaymentMethod::Cash(cash) });
        Ok(true)
    }

    /// Starting another code takes back a code that nobody has paid, so that one code is on screen at a time.
    fn start(
        &mut self,
        id: PaymentId,
        terms: &PaymentTerms,
        at: Timestamp,
        effects: &mut Vec<Effect>,
    ) -> Result<bool, Refused> {
        let method = PaymentMethod::Chain(Box::new(ChainPayment::started(terms.clone())));
        if !self.is_new(id, &method)? {
            return Ok(false);
        }
        self.take_codes_back();
        self.payments.push(Payment { id, started_at: at, method });
        let attempt = Attempt { payment: id, amount: terms.quote.coin };
        effects.push(Effect::RequestOffer { rail: terms.rail, attempt });
        Ok(true)
    }

    /// What nobody has paid yet is taken back; what still arrives there is found.
    pub(super) fn take_codes_back(&mut self) {
        self.payments.iter_mut().filter_map(Payment::chain_mut).for_each(|chain| chain.cancelled = true);
    }

    fn offer(&mut self, id: PaymentId, address: &str) -> Result<bool, Refused> {
        let chain = self.chain_mut(id)?;
        match &chain.address {
            Some(known) if known == address => Ok(false),
            Some(_) => Err(Refused::WrongState),
            None => {
                chain.address = Some(address.to_owned());
                chain.failure = None;
                Ok(true)
            }
        }
    }

    fn fail(&mut self, id: PaymentId, failure: &RailFailure) -> Result<bool, Refused> {
        let chain = self.chain_mut(id)?;
        if chain.address.is_some() {
            return Err(Refused::WrongState);
        }
        let changed = chain.failure.as_ref() != Some(failure);
        chain.failure = Some(failure.clone());
        Ok(changed)
    }

    fn observe(&mut self, id: PaymentId, observation: &Observation) -> Result<bool, Refused> {
        let started_at = self.payment(id).ok_or(Refused::NoSuchPayment)?.started_at;
        let chain = self.chain(id)?;
        match chain.transfers.get(&observation.reference) {
            Some(known) if observation.number <= known.latest.number => return Ok(false),
            Some(known) if known.latest.amount != observation.amount => return Err(Refused::WrongState),
            Some(_) => {}
            None => self.admit(id, observation).map_err(Refused::Stray)?,
        }
        let late = chain.ended_at.is_some_and(|ended| !was_in_time(observation.seen_at, started_at, ended));
        let transfers = &mut self.chain_mut(id)?.transfers;
        transfers
            .entry(observation.reference.clone())
            .and_modify(|transfer| transfer.latest = observation.clone())
            .or_insert_with(|| Transfer::first(observation.clone(), late));
        self.rebook(id, &observation.reference)?;
        Ok(true)
    }

    /// A till that was off when the quote ended says so later: the quote ended when its life was over.
    fn end_quote(&mut self, id: PaymentId, at: Timestamp) -> Result<bool, Refused> {
        let started_at = self.payment(id).ok_or(Refused::NoSuchPayment)?.started_at;
        let chain = self.chain_mut(id)?;
        if chain.ended_at.is_some() {
            return Ok(false);
        }
        let life = i64::from(chain.terms.quote.life_ms);
        chain.ended_at = Some(at.min(started_at.plus_millis(life)));
        Ok(true)
    }

    fn cancel_payment(&mut self, id: PaymentId) -> Result<bool, Refused> {
        Ok(!std::mem::replace(&mut self.chain_mut(id)?.cancelled, true))
    }

    fn void(&mut self, reason: &str) -> Result<bool, Refused> {
        if self.voided.is_some() {
            return Ok(false);
        }
        self.give_cash_back()?;
        self.voided = Some(reason.to_owned());
        Ok(true)
    }

    fn adopt(
        &mut self,
        id: PaymentId,
        terms: &PaymentTerms,
        address: &str,
        observation: &Observation,
        at: Timestamp,
    ) -> Result<bool, Refused> {
        let mut chain = ChainPayment::started(terms.clone());
        if !self.is_new(id, &PaymentMethod::Chain(Box::new(chain.clone())))? {
            return Ok(false);
        }
        chain.address = Some(address.to_owned());
        chain.ended_at = Some(at);
        chain.transfers.insert(observation.reference.clone(), Transfer::first(observation.clone(), false));
        self.payments.push(Payment { id, started_at: at, method: PaymentMethod::Chain(Box::new(chain)) });
        self.rebook(id, &observation.reference)?;
        Ok(true)
    }

    fn issue_receipt(&mut self, number: u32) -> Result<bool, Refused> {
        match self.receipt {
            Some(known) if known == number => Ok(false),
            Some(_) => Err(Refused::WrongState),
            None => {
                self.receipt = Some(number);
                Ok(true)
            }
        }
    }

    /// A payment id names one payment: the same again is a repetition, another under it is refused.
    pub(super) fn is_new(&self, id: PaymentId, method: &PaymentMethod) -> Result<bool, Refused> {
        match (self.payment(id).map(|payment| &payment.method), method) {
            (None, _) => Ok(true),
            (Some(PaymentMethod::Cash(known)), PaymentMethod::Cash(cash)) if known == cash => Ok(false),
            (Some(PaymentMethod::Chain(known)), PaymentMethod::Chain(chain))
                if known.terms == chain.terms =>
            {
                Ok(false)
            }
            (Some(PaymentMethod::Card(known)), PaymentMethod::Card(card)) if known.terms == card.terms => {
                Ok(false)
            }
            (Some(_), _) => Err(Refused::PaymentExists),
        }
    }

    /// Money that is gone after the screen said that the goods may go is the owner's business at once.
    fn notice_loss(&self, before: &Self, effects: &mut Vec<Effect>) -> Result<(), Refused> {
        let lost = self.withdrawn_after_safe() > before.withdrawn_after_safe();
        if lost && before.was_safe && !self.coverage()?.is_safe {
            effects.push(Effect::Alert(Alert::Reversed));
        }
        Ok(())
    }

    /// Transfers that were safe once and are gone now.
    pub(crate) fn withdrawn_after_safe(&self) -> usize {
        let chains = self.payments.iter().filter_map(Payment::chain);
        chains.flat_map(|chain| chain.transfers.values()).filter(|t| t.was_safe && !t.is_present()).count()
    }
}

/// Was a transfer, told after its quote had ended, seen while the quote ran? A time before the payment began comes from
/// a clock that was moved and proves nothing.
fn was_in_time(seen_at: Timestamp, started_at: Timestamp, ended_at: Timestamp) -> bool {
    (started_at..ended_at).contains(&seen_at)
}
