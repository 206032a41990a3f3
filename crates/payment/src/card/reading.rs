//! What a processor says of one card payment, whole.

use money::Money;

use crate::{RefundId, Timestamp};

/// The truth about one card payment at a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardReading {
    /// Readings of a rail are numbered in the order they were made: the highest counts.
    pub number: u64,
    /// The processor's name for the payment, such as `pi_…`.
    pub reference: String,
    /// How far the payment is.
    pub level: CardLevel,
    /// Why the last try with a card failed, while the customer may try another one.
    pub declined: Option<String>,
    /// The charge, once there is one.
    pub charge: Option<CardCharge>,
    /// Money on its way back to the customer, oldest first.
    pub refunds: Vec<RefundReading>,
    /// Objections of the customer's bank, oldest first.
    pub disputes: Vec<DisputeReading>,
}

/// How far a card payment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardLevel {
    /// It is the customer's turn.
    Waiting {
        /// The page for the customer's phone, while it is open.
        link: Option<String>,
    },
    /// The customer did their part, and the bank is at it: this can take days, and may fail.
    Processing {
        /// How much.
        amount: Money,
    },
    /// The money is held and can be captured. It is not paid.
    Authorized {
        /// How much.
        amount: Money,
        /// When the bank lets go of it.
        until: Option<Timestamp>,
    },
    /// The money is taken.
    Captured {
        /// How much.
        amount: Money,
    },
    /// Nothing was taken, and under this payment nothing ever will be.
    Ended(CardEnd),
}

/// Why nothing was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardEnd {
    /// The customer's bank said no; why, in a line for clerk and customer.
    Declined(String),
    /// It was called off, here or at the processor.
    Cancelled,
    /// The page for the phone, or the hold, was over.
    Expired,
}

/// A charge of a card, and what a receipt says of it. Never a card number: the last four digits are what a receipt may
/// show (PCI DSS 3.4).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardCharge {
    /// The processor's name for it, such as `ch_…`.
    pub reference: String,
    /// What was used, such as `visa`, or a local method such as `sepa_debit`.
    pub brand: String,
    /// The last four digits, where there are any.
    pub last4: Option<String>,
    /// The wallet it came from, such as `apple_pay`.
    pub wallet: Option<String>,
    /// What card networks require on the receipt of a card that was present: name and value, in their order.
    pub receipt: Vec<(String, String)>,
    /// The card must be presented at a reader before anything of it can go back, as with Interac's debit cards.
    pub must_be_presented: bool,
    /// What the processor keeps, once it says so. In the currency it pays out, which may be another.
    pub fee: Option<Money>,
}

/// A refund as the processor has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundReading {
    /// The processor's name for it, such as `re_…`.
    pub reference: String,
    /// The wish it answers; none where it was made elsewhere, such as on the processor's own page.
    pub asked: Option<RefundId>,
    /// How much.
    pub amount: Money,
    /// How far it is.
    pub status: RefundStatus,
    /// Why it failed.
    pub failure: Option<String>,
}

/// How far a refund is (<https://docs.stripe.com/api/refunds/object>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundStatus {
    /// On its way; the processor has taken it off the shop's balance.
    Pending,
    /// The customer must do something first.
    NeedsAction,
    /// Done, as far as the processor knows: it may still fail.
    Succeeded,
    /// It came back: the shop owes it still.
    Failed,
    /// It was called off before it went out.
    Cancelled,
}

impl RefundStatus {
    /// Every status with its stored name.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Pending, "pending"),
        (Self::NeedsAction, "needs_action"),
        (Self::Succeeded, "succeeded"),
        (Self::Failed, "failed"),
        (Self::Cancelled, "cancelled"),
    ];

    /// The stored name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(status, _)| *status == self).map_or("pending", |(_, name)| name)
    }

    /// Is the money off the shop's balance?
    #[must_use]
    pub const fn is_off(self) -> bool {
        matches!(self, Self::Pending | Self::NeedsAction | Self::Succeeded)
    }
}

/// An objection of the customer's bank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DisputeReading {
    /// The processor's name for it, such as `du_…`.
    pub reference: String,
    /// How much is disputed.
    pub amount: Money,
    /// How far it is.
    pub status: DisputeStatus,
    /// The bank's reason, in the processor's word, such as `fraudulent`.
    pub reason: String,
    /// Until when the shop may answer.
    pub due_by: Option<Timestamp>,
    /// What the processor took off the shop's balance for it and has not put back.
    pub withdrawn: Option<Withdrawal>,
}

/// Money a processor took back for a dispute, both in the currency it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// The customer's money.
    pub amount: Money,
    /// What the dispute itself costs.
    pub fee: Money,
}

/// How far a dispute is (<https://docs.stripe.com/api/disputes/object>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DisputeStatus {
    /// The bank asks, and has taken nothing yet: answering may avoid a dispute.
    WarningNeedsResponse,
    /// The bank reads the answer to what it asked.
    WarningUnderReview,
    /// The bank asked, and no dispute came of it.
    WarningClosed,
    /// The shop must answer until the deadline, or has lost.
    NeedsResponse,
    /// The bank reads the answer.
    UnderReview,
    /// The shop keeps the money.
    Won,
    /// The customer keeps the money.
    Lost,
    /// It was settled before it became a dispute.
    Prevented,
}

impl DisputeStatus {
    /// Every status with its stored name.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::WarningNeedsResponse, "warning_needs_response"),
        (Self::WarningUnderReview, "warning_under_review"),
        (Self::WarningClosed, "warning_closed"),
        (Self::NeedsResponse, "needs_response"),
        (Self::UnderReview, "under_review"),
        (Self::Won, "won"),
        (Self::Lost, "lost"),
        (Self::Prevented, "prevented"),
    ];

    /// The stored name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(status, _)| *status == self).map_or("lost", |(_, name)| name)
    }

    /// Does it wait for the shop?
    #[must_use]
    pub const fn waits_for_answer(self) -> bool {
        matches!(self, Self::WarningNeedsResponse | Self::NeedsResponse)
    }
}

impl CardReading {
    /// The same with every text of the processor's searched for card numbers: what it tells is stored and shown, and a
    /// card number must not be.
    #[must_use]
    pub fn masked(self) -> Self {
        Self {
            number: self.number,
            reference: masked(&self.reference),
            level: self.level.masked(),
            declined: self.declined.as_deref().map(masked),
            charge: self.charge.map(CardCharge::masked),
            refunds: self.refunds.into_iter().map(RefundReading::masked).collect(),
            disputes: self.disputes.into_iter().map(DisputeReading::masked).collect(),
        }
    }

    /// One refund is told once, and answers one wish.
    pub(crate) fn names_each_refund_once(&self) -> bool {
        self.refunds.iter().enumerate().all(|(index, refund)| {
            let is_same = |other: &RefundReading| {
                other.reference == refund.reference || (other.asked.is_some() && other.asked == refund.asked)
            };
            !self.refunds[..index].iter().any(is_same)
        })
    }

    /// Money that came or is on its way, whether it is the shop's yet or not; `None` while nothing is.
    #[must_use]
    pub const fn present(&self) -> Option<Money> {
        match self.level {
            CardLevel::Processing { amount }
            | CardLevel::Authorized { amount, .. }
            | CardLevel::Captured { amount } => Some(amount),
            CardLevel::Waiting { .. } | CardLevel::Ended(_) => None,
        }
    }

    /// Money that was taken.
    #[must_use]
    pub const fn captured(&self) -> Option<Money> {
        match self.level {
            CardLevel::Captured { amount } => Some(amount),
            _ => None,
        }
    }
}

impl CardLevel {
    fn masked(self) -> Self {
        match self {
            Self::Waiting { link } => Self::Waiting { link: link.as_deref().map(masked) },
            Self::Ended(CardEnd::Declined(reason)) => Self::Ended(CardEnd::Declined(masked(&reason))),
            level => level,
        }
    }
}

impl CardCharge {
    fn masked(self) -> Self {
        let receipt = self.receipt.iter().map(|(name, value)| (masked(name), masked(value)));
        Self {
            reference: masked(&self.reference),
            brand: masked(&self.brand),
            last4: self.last4.as_deref().map(masked),
            wallet: self.wallet.as_deref().map(masked),
            receipt: receipt.collect(),
            must_be_presented: self.must_be_presented,
            fee: self.fee,
        }
    }
}

impl RefundReading {
    fn masked(self) -> Self {
        let failure = self.failure.as_deref().map(masked);
        Self { reference: masked(&self.reference), failure, ..self }
    }
}

impl DisputeReading {
    fn masked(self) -> Self {
        Self { reference: masked(&self.reference), reason: masked(&self.reason), ..self }
    }
}

fn masked(text: &str) -> String {
    card_numbers::masked(text).into_owned()
}
