//! Keeps the books in step with a sale's state. Each rule computes what should stand in the books now; whatever
//! stands and should not is reversed, whatever should stand and does not is posted. So every order of the same facts
//! ends in the same balances.

use ledger::{Entry, EntryKind};
use money::Money;

use super::card::CardPayment;
use super::payment::{ChainPayment, Counting};
use super::{PaymentMethod, Refused, Sale};
use crate::{PaymentId, TransferRef, posting};

/// How an invoice's money was cleared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Closing {
    terms: ClosingTerms,
    entry: u32,
}

/// What decides the closing entry: equal terms need no new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ClosingTerms {
    /// It is a sale. `booked` came in, worth `counted` taken together.
    Sale { booked: Money, counted: Money },
    /// It will not be a sale: owed to the customer.
    Credit { booked: Money },
}

impl Sale {
    pub(super) fn next_ordinal(&self) -> u32 {
        self.entries.last().map_or(1, |entry| entry.ordinal() + 1)
    }

    pub(super) fn post(&mut self, entry: Entry) -> u32 {
        let ordinal = entry.ordinal();
        self.entries.push(entry);
        ordinal
    }

    pub(super) fn reverse(&mut self, ordinal: u32) -> Result<(), Refused> {
        let next = self.next_ordinal();
        if let Some(original) = self.entries.iter().find(|entry| entry.ordinal() == ordinal) {
            let reversal = original.reversal(next)?;
            self.post(reversal);
        }
        Ok(())
    }

    /// Books one transfer at the level it now has.
    pub(super) fn rebook(&mut self, payment: PaymentId, reference: &TransferRef) -> Result<(), Refused> {
        let chain = self.chain(payment)?;
        let transfer = chain.transfers.get(reference).ok_or(Refused::WrongState)?;
        let is_safe = chain.is_safe(transfer);
        let is_pending = transfer.is_present() && !is_safe;
        let (coin, value) = (transfer.latest.amount, chain.value_of(transfer)?);
        let (rail, rate) = (chain.terms.rail, chain.terms.quote.rate.clone());
        let (mut pending, mut settled) = (transfer.pending_entry, transfer.settled_entry);
        if !is_safe && let Some(ordinal) = settled.take() {
            self.reverse(ordinal)?;
        }
        if !is_pending && let Some(ordinal) = pending.take() {
            self.reverse(ordinal)?;
        }
        if is_pending && pending.is_none() {
            let entry = posting::transfer_pending(self.next_ordinal(), rail, coin)?;
            pending = Some(self.post(entry));
        }
        if is_safe && settled.is_none() {
            let entry = posting::transfer_settled(self.next_ordinal(), rail, coin, value, &rate)?;
            settled = Some(self.post(entry));
        }
        if let Some(transfer) = self.chain_mut(payment)?.transfers.get_mut(reference) {
            transfer.pending_entry = pending;
            transfer.settled_entry = settled;
            transfer.was_safe |= is_safe;
        }
        Ok(())
    }

    /// Clears the invoice the way its state asks for.
    pub(super) fn close(&mut self) -> Result<(), Refused> {
        let wanted = self.closing_terms()?;
        if wanted == self.closing.map(|closing| closing.terms) {
            return Ok(());
        }
        if let Some(closing) = self.closing.take() {
            self.reverse(closing.entry)?;
        }
        if let Some(terms) = wanted {
            let ordinal = self.next_ordinal();
            let entry = match terms {
                ClosingTerms::Sale { booked, counted } => {
                    posting::sale(ordinal, booked, counted, &self.totals)?
                }
                ClosingTerms::Credit { booked } => posting::credit(ordinal, booked)?,
            };
            let entry = self.post(entry);
            self.closing = Some(Closing { terms, entry });
        }
        Ok(())
    }

    /// Is it booked as a sale?
    pub(super) const fn stands_as_sale(&self) -> bool {
        matches!(self.closing, Some(Closing { terms: ClosingTerms::Sale { .. }, .. }))
    }

    /// Was invoice clearing cleared, one way or the other?
    pub(super) const fn is_closed(&self) -> bool {
        self.closing.is_some()
    }

    /// Undoes what cash brought in.
    pub(super) fn give_cash_back(&mut self) -> Result<(), Refused> {
        let received = |entry: &&Entry| entry.kind() == EntryKind::CashReceived;
        let ordinals: Vec<u32> = self.entries.iter().filter(received).map(Entry::ordinal).collect();
        ordinals.into_iter().try_for_each(|ordinal| self.reverse(ordinal))
    }

    fn closing_terms(&self) -> Result<Option<ClosingTerms>, Refused> {
        let (booked, counted) = (self.booked()?, self.sum(Counting::Safe)?);
        let is_undone = self.cancelled || self.voided.is_some();
        // Parts too small to be worth a cent each can be worth one together: `counted` decides about a sale.
        Ok(if is_undone && !booked.is_zero() {
            Some(ClosingTerms::Credit { booked })
        } else if self.coverage()?.is_safe && !counted.is_zero() {
            Some(ClosingTerms::Sale { booked, counted })
        } else {
            None
        })
    }

    /// What the payments brought into invoice clearing, each transfer at its own value. A void gave the cash back,
    /// but a coin that was gone before it can still return.
    fn booked(&self) -> Result<Money, Refused> {
        let zero = Money::zero(self.due().currency());
        let mut parts = Vec::new();
        for payment in &self.payments {
            match &payment.method {
                PaymentMethod::Cash(_) if self.voided.is_some() => {}
                PaymentMethod::Cash(cash) => parts.push(cash.counted),
                PaymentMethod::Card(card) => parts.push(card.value(Counting::Safe)?),
                PaymentMethod::Chain(chain) => {
                    for transfer in chain.transfers.values().filter(|t| chain.is_safe(t)) {
                        parts.push(chain.value_of(transfer)?);
                    }
                }
            }
        }
        Ok(posting::total(parts, zero)?)
    }

    pub(super) fn chain(&self, id: PaymentId) -> Result<&ChainPayment, Refused> {
        self.payment(id).ok_or(Refused::NoSuchPayment)?.chain().ok_or(Refused::WrongState)
    }

    pub(super) fn chain_mut(&mut self, id: PaymentId) -> Result<&mut ChainPayment, Refused> {
        let payment =
            self.payments.iter_mut().find(|payment| payment.id == id).ok_or(Refused::NoSuchPayment)?;
        payment.chain_mut().ok_or(Refused::WrongState)
    }

    pub(super) fn card_mut(&mut self, id: PaymentId) -> Result<&mut CardPayment, Refused> {
        let payment =
            self.payments.iter_mut().find(|payment| payment.id == id).ok_or(Refused::NoSuchPayment)?;
        payment.card_mut().ok_or(Refused::WrongState)
    }
}
