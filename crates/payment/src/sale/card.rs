//! One card payment of a sale: what was asked of the processor, and the newest reading of what became of it.

use money::{Money, MoneyError};

use super::SaleEvent;
use super::payment::{Counting, RailFailure};
use crate::card::{CardEnd, CardLevel, CardReading, CardTerms, RefundReading, RefundStatus};
use crate::{PaymentId, RefundId, Timestamp};

/// A payment by card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardPayment {
    /// Its terms.
    pub terms: CardTerms,
    /// The newest reading, once the processor has it.
    pub reading: Option<CardReading>,
    /// Why it could not be opened: nothing was charged.
    pub failure: Option<RailFailure>,
    /// Why nobody knows what became of the last call. Until a reading says, nothing is charged again.
    pub doubt: Option<String>,
    /// What the clerk wants of it, and the processor has not done yet.
    pub wish: Option<CardWish>,
    /// Money to give back, oldest first: what the till asked for, and what the processor tells of.
    pub refunds: Vec<Refund>,
}

/// Everything that can happen to a card payment.
#[expect(clippy::large_enum_variant, reason = "most events are readings, and each is handled by itself")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardEvent {
    /// It began: the processor is to be asked.
    Started {
        /// What it is to cover, and where the card is presented.
        terms: CardTerms,
    },
    /// The processor told what became of it.
    Read {
        /// The truth at that moment.
        reading: CardReading,
    },
    /// The answer to a call never came.
    Doubted {
        /// Why.
        reason: String,
    },
    /// The processor was asked and has never heard of the payment.
    NeverArrived,
    /// The processor did not do what was asked: nothing changed there.
    Failed {
        /// Why.
        failure: RailFailure,
    },
    /// The clerk wants something of it.
    Wished {
        /// What.
        wish: CardWish,
    },
    /// Money is to be given back.
    RefundAsked {
        /// The refund, which is also its key.
        refund: RefundId,
        /// How much.
        amount: Money,
        /// Why, in the clerk's words.
        reason: String,
        /// The reader at which the card is presented for it; none where it need not be.
        reader: Option<String>,
    },
    /// A reader asks for the card that money is to go back to.
    RefundAtReader {
        /// The refund.
        refund: RefundId,
    },
    /// The reader is to stop asking.
    RefundCalledOff {
        /// The refund.
        refund: RefundId,
    },
    /// The answer to a refund never came.
    RefundDoubted {
        /// The refund.
        refund: RefundId,
        /// Why.
        reason: String,
    },
    /// The processor was asked and has never heard of the refund.
    RefundNeverArrived {
        /// The refund.
        refund: RefundId,
    },
    /// The processor refused a refund: nothing goes back.
    RefundRefused {
        /// The refund.
        refund: RefundId,
        /// Why.
        failure: RailFailure,
    },
}

impl CardEvent {
    /// The event of the sale that this is.
    #[must_use]
    pub const fn of(self, payment: PaymentId) -> SaleEvent {
        SaleEvent::Card { payment, event: self }
    }
}

/// What is wanted of a card payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardWish {
    /// To call it off.
    Cancel,
    /// To take so much of what is held.
    Capture(Money),
}

/// Money to give back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Whose wish; none where it was made at the processor.
    pub id: Option<RefundId>,
    /// The processor's name for it, once it has it.
    pub reference: Option<String>,
    /// How much.
    pub amount: Money,
    /// Why, in the clerk's words; empty where it was made at the processor.
    pub reason: String,
    /// The sale was paid when it came up, so goods or a service are taken back. Any other refund undoes a payment: what
    /// it gave back is still to pay.
    pub of_sale: bool,
    /// The reader at which the card is presented for it; none where it need not be.
    pub reader: Option<String>,
    /// The clerk wants the reader to stop asking.
    pub is_called_off: bool,
    /// How far it is.
    pub state: RefundState,
}

/// How far a refund is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefundState {
    /// It is to be sent, or on its way to the processor.
    Asked,
    /// The reader asks for the card. Nothing has gone back.
    AtReader,
    /// The processor is asked what became of it.
    Doubted(String),
    /// The processor refused it: nothing goes back.
    Refused(RailFailure),
    /// The processor has it; why it failed, where it did.
    Read(RefundStatus, Option<String>),
}

impl Refund {
    /// Is the money off the shop's balance at the processor?
    #[must_use]
    pub const fn is_off(&self) -> bool {
        match &self.state {
            RefundState::Read(status, _) => status.is_off(),
            RefundState::Asked
            | RefundState::AtReader
            | RefundState::Doubted(_)
            | RefundState::Refused(_) => false,
        }
    }

    /// Is it not certain yet whether it will be?
    #[must_use]
    pub const fn is_under_way(&self) -> bool {
        matches!(self.state, RefundState::Asked | RefundState::AtReader | RefundState::Doubted(_))
    }

    /// May the reader be told to stop asking?
    #[must_use]
    pub const fn may_be_called_off(&self) -> bool {
        self.reader.is_some() && !self.is_called_off && self.is_under_way()
    }

    /// Does it take from what may still be given back? What failed does not, what nobody knows does.
    #[must_use]
    pub const fn holds(&self) -> bool {
        match &self.state {
            RefundState::Asked | RefundState::AtReader | RefundState::Doubted(_) => true,
            RefundState::Refused(_) => false,
            RefundState::Read(status, _) => status.is_off(),
        }
    }

    pub(super) fn is_told_by(&self, reading: &RefundReading) -> bool {
        (self.id.is_some() && self.id == reading.asked)
            || self.reference.as_deref() == Some(&*reading.reference)
    }

    /// Does what is told now fit? A refund that was told once is told for ever, and with its amount.
    pub(super) fn agrees_with(&self, told: &[RefundReading]) -> bool {
        match told.iter().find(|told| self.is_told_by(told)) {
            Some(told) => told.amount == self.amount,
            None => !matches!(self.state, RefundState::Read(..)),
        }
    }

    fn told(reading: &RefundReading, of_sale: bool) -> Self {
        Self {
            id: reading.asked,
            reference: Some(reading.reference.clone()),
            amount: reading.amount,
            reason: String::new(),
            of_sale,
            reader: None,
            is_called_off: false,
            state: RefundState::Read(reading.status, reading.failure.clone()),
        }
    }
}

impl CardPayment {
    pub(crate) const fn started(terms: CardTerms) -> Self {
        Self { terms, reading: None, failure: None, doubt: None, wish: None, refunds: Vec::new() }
    }

    /// Can money still come in under it? Then no other way to pay is opened beside it.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        match &self.reading {
            None => self.failure.is_none(),
            Some(reading) => matches!(reading.level, CardLevel::Waiting { .. }) || self.doubt.is_some(),
        }
    }

    /// The processor's name for it, once it has it.
    #[must_use]
    pub fn reference(&self) -> Option<&str> {
        self.reading.as_ref().map(|reading| reading.reference.as_str())
    }

    /// Is it certain that nothing came and nothing will?
    #[must_use]
    pub fn brought_nothing(&self) -> bool {
        !self.is_open() && self.reading.as_ref().and_then(CardReading::present).is_none()
    }

    /// The page for the customer's phone, while it can be paid.
    #[must_use]
    pub fn link(&self) -> Option<&str> {
        match &self.reading.as_ref()?.level {
            CardLevel::Waiting { link } => link.as_deref(),
            _ => None,
        }
    }

    /// Money that was taken.
    #[must_use]
    pub fn captured(&self) -> Option<Money> {
        self.reading.as_ref()?.captured()
    }

    /// Money that is held for the shop.
    #[must_use]
    pub const fn held(&self) -> Option<Money> {
        match &self.reading {
            Some(CardReading { level: CardLevel::Authorized { amount, .. }, .. }) => Some(*amount),
            _ => None,
        }
    }

    /// When the bank lets go of what is held, where that is known.
    #[must_use]
    pub const fn held_until(&self) -> Option<Timestamp> {
        match &self.reading {
            Some(CardReading { level: CardLevel::Authorized { until, .. }, .. }) => *until,
            _ => None,
        }
    }

    /// Has the customer's bank taken it back, at least until the dispute is won?
    #[must_use]
    pub fn is_taken_back(&self) -> bool {
        let mut disputes = self.reading.iter().flat_map(|reading| &reading.disputes);
        disputes.any(|dispute| dispute.withdrawn.is_some_and(|withdrawn| withdrawn.amount.is_positive()))
    }

    /// Why nothing came, once that is certain.
    #[must_use]
    pub const fn end(&self) -> Option<&CardEnd> {
        match &self.reading {
            Some(CardReading { level: CardLevel::Ended(end), .. }) => Some(end),
            _ => None,
        }
    }

    /// What may still be given back: captured, less every refund that is not certain to have failed. Nothing when more
    /// was asked for here and at the processor together.
    ///
    /// # Errors
    /// When a sum is out of range.
    pub fn refundable(&self) -> Result<Money, MoneyError> {
        let zero = Money::zero(self.terms.amount.currency());
        let captured = self.captured().unwrap_or(zero);
        self.refunds
            .iter()
            .filter(|refund| refund.holds())
            .try_fold(captured, |rest, refund| rest.checked_sub(refund.amount))
    }

    /// What it counts for. Held money and money on its way are there and not safe; what was given back before the sale
    /// was paid does not count.
    pub(crate) fn value(&self, counting: Counting) -> Result<Money, MoneyError> {
        let counted = match counting {
            Counting::Present => self.reading.as_ref().and_then(CardReading::present),
            Counting::Safe | Counting::Final => self.captured(),
        };
        let counted = counted.unwrap_or(Money::zero(self.terms.amount.currency()));
        let mut undone = self.refunds.iter().filter(|refund| refund.is_off() && !refund.of_sale);
        undone.try_fold(counted, |rest, refund| rest.checked_sub(refund.amount))
    }

    /// Did the answer to a call never come, so that nobody knows what became of it before the payment is read anew? What
    /// became of a refund at a reader, the reader is asked.
    #[must_use]
    pub fn is_in_doubt(&self) -> bool {
        let is_unheard =
            |refund: &Refund| matches!(refund.state, RefundState::Doubted(_)) && refund.reader.is_none();
        self.doubt.is_some() || self.refunds.iter().any(is_unheard)
    }

    /// Is a refund on its way to the processor or at a reader, or its outcome not known?
    #[must_use]
    pub fn is_refunding(&self) -> bool {
        self.refunds.iter().any(Refund::is_under_way)
    }

    /// A refund that the till asked for.
    #[must_use]
    pub fn refund(&self, id: RefundId) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.id == Some(id))
    }

    /// Must the card be presented at a reader before anything of it can go back?
    #[must_use]
    pub fn must_be_presented(&self) -> bool {
        let charge = self.reading.as_ref().and_then(|reading| reading.charge.as_ref());
        charge.is_some_and(|charge| charge.must_be_presented)
    }

    /// Takes a newer reading in, refunds apart.
    pub(super) fn take(&mut self, reading: &CardReading) {
        let is_over = !matches!(reading.level, CardLevel::Waiting { .. } | CardLevel::Authorized { .. });
        if is_over {
            self.wish = None;
        }
        self.doubt = None;
        self.failure = None;
        self.reading = Some(reading.clone());
    }

    /// Takes in what was told of refunds. It is kept with the wish it answers; what nobody here asked for is new.
    pub(super) fn take_refunds(&mut self, told: &[RefundReading], is_sold: bool) {
        for told in told {
            match self.refunds.iter_mut().find(|refund| refund.is_told_by(told)) {
                Some(refund) => {
                    refund.reference = Some(told.reference.clone());
                    refund.state = RefundState::Read(told.status, told.failure.clone());
                }
                None => self.refunds.push(Refund::told(told, is_sold)),
            }
        }
    }
}
