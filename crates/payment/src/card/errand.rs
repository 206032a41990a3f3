//! What is to be asked of the processor next: a function of the payment's state, so that it is asked once, in order, and
//! also by the till's next life.

use super::CardLevel;
use crate::RefundId;
use crate::sale::{CardPayment, CardWish, Refund, RefundState};
use money::Money;

/// The next call for a card payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardErrand {
    /// Open it.
    Open,
    /// Read it: the answer to a call never came, or the customer or the bank is at it.
    Read,
    /// Call it off.
    Cancel,
    /// Take what is held.
    Capture(Money),
    /// Give money back: by the processor alone, or by asking for the card at a reader.
    Refund(RefundId),
    /// Look what became of a refund for which the card is presented at a reader.
    FindRefund(RefundId),
    /// Have the reader stop asking for the card.
    CancelRefund(RefundId),
}

impl CardErrand {
    /// Its name, for logs.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Read => "read",
            Self::Cancel => "cancel",
            Self::Capture(_) => "capture",
            Self::Refund(_) => "refund",
            Self::FindRefund(_) => "find_refund",
            Self::CancelRefund(_) => "cancel_refund",
        }
    }

    /// What is asked first where this may have been sent already.
    #[must_use]
    pub fn question(self, card: &CardPayment) -> Self {
        match self {
            Self::Refund(id) if card.refund(id).is_some_and(|refund| refund.reader.is_some()) => {
                Self::FindRefund(id)
            }
            Self::FindRefund(_) | Self::CancelRefund(_) => self,
            Self::Open | Self::Read | Self::Cancel | Self::Capture(_) | Self::Refund(_) => Self::Read,
        }
    }

    /// May it be done again whatever became of it? Nothing is charged or given back by it.
    #[must_use]
    pub const fn is_repeatable(self) -> bool {
        matches!(self, Self::Read | Self::FindRefund(_) | Self::CancelRefund(_))
    }
}

impl CardPayment {
    /// What is to be asked next; `None` when nothing is, until somebody wants something or an event tells of it.
    #[must_use]
    pub fn errand(&self) -> Option<CardErrand> {
        if self.is_in_doubt() {
            return Some(CardErrand::Read);
        }
        let Some(reading) = &self.reading else {
            let errand = if self.wish.is_some() { CardErrand::Cancel } else { CardErrand::Open };
            return self.failure.is_none().then_some(errand);
        };
        match (&reading.level, self.wish) {
            (CardLevel::Waiting { .. } | CardLevel::Authorized { .. }, Some(CardWish::Cancel)) => {
                Some(CardErrand::Cancel)
            }
            (CardLevel::Authorized { .. }, Some(CardWish::Capture(amount))) => {
                Some(CardErrand::Capture(amount))
            }
            (CardLevel::Waiting { .. }, _) => Some(CardErrand::Read),
            _ => self.refunds.iter().find_map(refund_errand),
        }
    }
}

/// The oldest first: a reader does one thing at a time.
fn refund_errand(refund: &Refund) -> Option<CardErrand> {
    let id = refund.id.filter(|_| refund.is_under_way())?;
    Some(match refund.state {
        _ if refund.is_called_off => CardErrand::CancelRefund(id),
        RefundState::Asked => CardErrand::Refund(id),
        _ => CardErrand::FindRefund(id),
    })
}
