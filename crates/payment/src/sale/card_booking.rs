//! Keeps the books in step with card payments. As with transfers, each rule says what should stand in the books now;
//! what stands otherwise is reversed, and what is missing is posted.
//!
//! ```text
//! card_pending    card-pending   +amount   pending-receipts −amount       held, or on its way
//! card_captured   card-clearing  +amount   invoice-clearing −amount
//! card_fee        fees           +fee      card-clearing    −fee
//! sale_returned   sales-returns  +net      tax-payable +tax     customer-credit −amount
//! card_refunded   customer-credit +amount  card-clearing    −amount
//! card_disputed   disputes       +amount   fees +fee            card-clearing −(amount + fee)
//! ```

use ledger::{Account, EntryKind};
use money::Money;

use super::{Refused, Sale};
use crate::card::CardReading;
use crate::{PaymentId, posting};

type Sides = Vec<(Account, Money)>;

/// Entries of card payments that stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CardBooks {
    standing: Vec<Standing>,
}

/// An entry that stands, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Standing {
    wanted: Wanted,
    ordinal: u32,
}

/// An entry that should stand: of which fact, and what it posts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    payment: PaymentId,
    kind: EntryKind,
    /// Tells entries of a kind apart: which refund, or which dispute.
    index: usize,
    sides: Sides,
}

impl Sale {
    /// Brings the entries of all card payments in step with what was read of them.
    pub(super) fn book_cards(&mut self) -> Result<(), Refused> {
        let wanted = self.card_entries()?;
        let (kept, undone): (Vec<_>, Vec<_>) =
            self.cards.standing.drain(..).partition(|standing| wanted.contains(&standing.wanted));
        self.cards.standing = kept;
        undone.into_iter().try_for_each(|standing| self.reverse(standing.ordinal))?;
        for wanted in wanted {
            if self.cards.standing.iter().all(|standing| standing.wanted != wanted) {
                let entry = posting::entry(self.next_ordinal(), wanted.kind, wanted.sides.clone())?;
                let ordinal = self.post(entry);
                self.cards.standing.push(Standing { wanted, ordinal });
            }
        }
        Ok(())
    }

    fn card_entries(&self) -> Result<Vec<Wanted>, Refused> {
        let mut all = Vec::new();
        let mut given_back = Money::zero(self.due().currency());
        for payment in &self.payments {
            let Some(card) = payment.card() else { continue };
            let facts = card.reading.as_ref().map_or(Ok(Vec::new()), payment_entries)?;
            let mut want = |kind, index, sides: Sides| {
                if !sides.is_empty() {
                    all.push(Wanted { payment: payment.id, kind, index, sides });
                }
            };
            facts.into_iter().for_each(|(kind, index, sides)| want(kind, index, sides));
            for (index, refund) in card.refunds.iter().enumerate().filter(|(_, refund)| refund.is_off()) {
                let from = if refund.of_sale && self.is_closed() {
                    Account::CustomerCredit
                } else {
                    Account::InvoiceClearing
                };
                let amount = refund.amount;
                let sides = vec![(from, amount), (Account::CardClearing, amount.negated()?)];
                want(EntryKind::CardRefunded, index, sides);
                if refund.of_sale && self.stands_as_sale() {
                    let until = given_back.checked_add(amount)?;
                    let (before, after) = (self.returned(given_back)?, self.returned(until)?);
                    want(EntryKind::SaleReturned, index, self.return_sides(before, after)?);
                    given_back = until;
                }
            }
        }
        Ok(all)
    }

    /// How much of the sale is taken back once so much was given back: what was paid above the sale goes back first.
    fn returned(&self, given_back: Money) -> Result<Money, Refused> {
        let zero = Money::zero(self.due().currency());
        let of_goods = given_back.checked_sub(self.coverage()?.excess)?;
        Ok(if of_goods.is_negative() {
            zero
        } else if self.due().checked_sub(of_goods)?.is_negative() {
            self.due()
        } else {
            of_goods
        })
    }

    /// Net and taxes of the part of the sale between two amounts: all parts together are the sale's own net and taxes,
    /// whatever the steps.
    fn return_sides(&self, from: Money, until: Money) -> Result<Sides, Refused> {
        let amount = until.checked_sub(from)?;
        if amount.is_zero() {
            return Ok(Vec::new());
        }
        let mut net = amount;
        let mut sides = vec![(Account::CustomerCredit, amount.negated()?)];
        for tax in &self.totals.taxes {
            let part = self.share(tax.tax, until)?.checked_sub(self.share(tax.tax, from)?)?;
            net = net.checked_sub(part)?;
            sides.push((Account::TaxPayable, part));
        }
        sides.push((Account::SalesReturns, net));
        Ok(sides)
    }

    /// The part of a tax that belongs to so much of the sale.
    fn share(&self, tax: Money, of: Money) -> Result<Money, Refused> {
        let rest = self.due().checked_sub(of)?;
        let weights = [of.minor().unsigned_abs(), rest.minor().unsigned_abs()];
        Ok(tax.allocate(&weights)?[0])
    }
}

/// What one payment posts, refunds apart.
fn payment_entries(reading: &CardReading) -> Result<Vec<(EntryKind, usize, Sides)>, Refused> {
    let mut all = Vec::new();
    if let Some(amount) = reading.captured() {
        let sides = vec![(Account::CardClearing, amount), (Account::InvoiceClearing, amount.negated()?)];
        all.push((EntryKind::CardCaptured, 0, sides));
        let fee = reading.charge.as_ref().and_then(|charge| charge.fee).filter(|fee| !fee.is_zero());
        if let Some(fee) = fee {
            let sides = vec![(Account::Fees, fee), (Account::CardClearing, fee.negated()?)];
            all.push((EntryKind::CardFee, 0, sides));
        }
    } else if let Some(amount) = reading.present() {
        let sides = vec![(Account::CardPending, amount), (Account::PendingReceipts, amount.negated()?)];
        all.push((EntryKind::CardPending, 0, sides));
    }
    for (index, dispute) in reading.disputes.iter().enumerate() {
        let Some(withdrawn) = dispute.withdrawn else { continue };
        let taken = withdrawn.amount.checked_add(withdrawn.fee)?;
        let sides = vec![
            (Account::Disputes, withdrawn.amount),
            (Account::Fees, withdrawn.fee),
            (Account::CardClearing, taken.negated()?),
        ];
        all.push((EntryKind::CardDisputed, index, sides));
    }
    Ok(all)
}
