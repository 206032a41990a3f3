//! What is to be asked of the processor next: a function of the payment's state, so that it is asked once, in order, and
//! also by the till's next life.

use super::CardLevel;
use crate::RefundId;
use crate::sale::{CardPayment, CardWish, RefundState};
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
    /// Give money back.
    Refund(RefundId),
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
        }
    }
}

impl CardPayment {
    /// What is to be asked next; `None` when nothing is, until somebody wants something or an event tells of it.
    #[must_use]
    pub fn errand(&self) -> Option<CardErrand> {
        if self.doubt.is_some()
            || self.refunds.iter().any(|refund| matches!(refund.state, RefundState::Doubted(_)))
        {
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
            _ => self.refund_errand(),
        }
    }

    fn refund_errand(&self) -> Option<CardErrand> {
        let asked = self.refunds.iter().find(|refund| refund.state == RefundState::Asked)?;
        asked.id.map(CardErrand::Refund)
    }
}
