//! What a processor pays out to the shop's bank. A machine of its own: a payout is the fold of what was read of it.
//!
//! A payout is made of everything that moved the shop's balance at the processor since the one before: payments less
//! fees, refunds and disputes. Where the processor lists these parts they must add up to it, to the minor unit; what is
//! missing is told by [`PayoutReading::difference`].
//!
//! ```text
//! paid_out    bank +amount    card-clearing −amount        once the money is at the bank; reversed when it comes back
//! ```

use ledger::{Account, Entry, EntryKind};
use money::{Money, MoneyError};

use crate::sale::Refused;
use crate::{PayoutId, RailId, Timestamp, posting};

/// What a processor tells of a payout: the whole truth at that moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutReading {
    /// The processor's name for it.
    pub reference: String,
    /// When the processor made it.
    pub made_at: Timestamp,
    /// When the money is expected at the bank.
    pub arrives_at: Timestamp,
    /// How much; negative when the processor takes from the bank.
    pub amount: Money,
    /// How far it is.
    pub status: PayoutStatus,
    /// What it is made of; `None` where the processor does not list that, as for payouts made by hand.
    pub parts: Option<Vec<PayoutPart>>,
}

/// How far a payout is (<https://docs.stripe.com/api/payouts/object#payout_object-status>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PayoutStatus {
    /// It waits to be sent to the bank.
    Pending,
    /// It was sent.
    InTransit,
    /// It is at the bank.
    Paid,
    /// The bank sent it back, perhaps days after it was paid.
    Failed,
    /// It was called off.
    Cancelled,
}

impl PayoutStatus {
    /// Every status with its stored name.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Pending, "pending"),
        (Self::InTransit, "in_transit"),
        (Self::Paid, "paid"),
        (Self::Failed, "failed"),
        (Self::Cancelled, "cancelled"),
    ];

    /// The stored name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::InTransit => "in_transit",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// It only ever rises: a reading of a lower stage is an older one.
    const fn stage(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::InTransit => 1,
            Self::Paid => 2,
            Self::Failed | Self::Cancelled => 3,
        }
    }
}

/// One movement of the balance that a payout is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutPart {
    /// The processor's name for the movement.
    pub reference: String,
    /// What moved it.
    pub kind: PartKind,
    /// The processor's name for that: a charge, a refund, a dispute.
    pub of: Option<String>,
    /// What moved, before the fee; negative when it went away.
    pub gross: Money,
    /// What the processor kept of it.
    pub fee: Money,
    /// What is left: `gross − fee`.
    pub net: Money,
}

/// What moves a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PartKind {
    /// A payment.
    Payment,
    /// A refund, or one that came back.
    Refund,
    /// A dispute, or one that was won.
    Dispute,
    /// A fee that belongs to no payment.
    Fee,
    /// Anything else; the processor's own pages tell.
    Other,
}

impl PartKind {
    /// Every kind with its stored name.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Payment, "payment"),
        (Self::Refund, "refund"),
        (Self::Dispute, "dispute"),
        (Self::Fee, "fee"),
        (Self::Other, "other"),
    ];
}

impl PayoutPart {
    /// What it adds to the line of a kind; `None` when it has no place there.
    fn share_in(&self, kind: PartKind) -> Result<Option<Money>, MoneyError> {
        match kind {
            PartKind::Fee if self.kind == PartKind::Fee => Ok(Some(self.net)),
            PartKind::Fee => {
                let kept = self.net.checked_sub(self.gross)?;
                Ok((!kept.is_zero()).then_some(kept))
            }
            _ => Ok((self.kind == kind).then_some(self.gross)),
        }
    }
}

/// One line of the sum that a payout is: everything of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutLine<'a> {
    /// What it adds up.
    pub kind: PartKind,
    /// What it adds to the payout; negative when it takes from it.
    pub sum: Money,
    /// Each part that has a share in the sum, with its share.
    pub shares: Vec<(&'a PayoutPart, Money)>,
}

impl<'a> PayoutLine<'a> {
    fn of(kind: PartKind, parts: &'a [PayoutPart], nothing: Money) -> Result<Self, MoneyError> {
        let mut line = Self { kind, sum: nothing, shares: Vec::new() };
        for part in parts {
            if let Some(share) = part.share_in(kind)? {
                line.sum = line.sum.checked_add(share)?;
                line.shares.push((part, share));
            }
        }
        Ok(line)
    }
}

impl PayoutReading {
    /// What the payout has more than its parts add up to; `None` when they add up, or are not listed.
    ///
    /// # Errors
    /// When parts are of several currencies, or their sum is out of range.
    pub fn difference(&self) -> Result<Option<Money>, MoneyError> {
        let Some(parts) = &self.parts else { return Ok(None) };
        let rest = parts.iter().try_fold(self.amount, |rest, part| rest.checked_sub(part.net))?;
        Ok((!rest.is_zero()).then_some(rest))
    }

    /// What the payout is made of, as a sum to be read: payments, refunds, disputes, fees and anything else. What is kept of
    /// a payment stands with the fees, so that the lines add up to what is left of the parts, to the minor unit. Empty
    /// where the processor does not list the parts.
    ///
    /// # Errors
    /// When parts are of several currencies, or a sum is out of range.
    pub fn lines(&self) -> Result<Vec<PayoutLine<'_>>, MoneyError> {
        let Some(parts) = &self.parts else { return Ok(Vec::new()) };
        let nothing = Money::zero(self.amount.currency());
        PartKind::ALL.iter().map(|(kind, _)| PayoutLine::of(*kind, parts, nothing)).collect()
    }

    /// Was this true before the other was? Two ways of hearing of a payout may overtake each other.
    fn is_before(&self, other: &Self) -> bool {
        let (stage, others) = (self.status.stage(), other.status.stage());
        stage < others || (stage == others && self.parts.is_none() && other.parts.is_some())
    }
}

/// A payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payout {
    /// Its id.
    pub id: PayoutId,
    /// Events folded so far.
    pub version: u32,
    /// Whose it is.
    pub rail: RailId,
    /// The newest reading.
    pub reading: PayoutReading,
    /// The entry that brought the money to the bank, while it stands.
    standing: Option<u32>,
    entries: Vec<Entry>,
}

/// Everything that can happen to a payout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PayoutEvent {
    /// The processor told what became of it.
    Read {
        /// Which processor.
        rail: RailId,
        /// The truth at that moment.
        reading: PayoutReading,
    },
}

/// What an event did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayoutApplied {
    /// The state after it.
    pub payout: Payout,
    /// The entries it posts.
    pub entries: Vec<Entry>,
}

impl Payout {
    /// Folds the first event.
    ///
    /// # Errors
    /// When the sum is out of range.
    pub fn open(id: PayoutId, event: &PayoutEvent) -> Result<PayoutApplied, Refused> {
        let PayoutEvent::Read { rail, reading } = event;
        let mut payout = Self {
            id,
            version: 1,
            rail: *rail,
            reading: reading.clone(),
            standing: None,
            entries: Vec::new(),
        };
        payout.book()?;
        let entries = payout.entries.clone();
        Ok(PayoutApplied { payout, entries })
    }

    /// Folds a later event. `None` when it changes nothing, or is of an earlier moment, and must not be recorded.
    ///
    /// # Errors
    /// When it is of another payout.
    pub fn apply(&self, event: &PayoutEvent) -> Result<Option<PayoutApplied>, Refused> {
        let PayoutEvent::Read { rail, reading } = event;
        let is_same = (*rail, &reading.reference) == (self.rail, &self.reading.reference);
        if !is_same || reading.amount != self.reading.amount {
            return Err(Refused::PayoutDiffers);
        }
        if *reading == self.reading || reading.is_before(&self.reading) {
            return Ok(None);
        }
        let mut next = self.clone();
        next.reading = reading.clone();
        next.version += 1;
        next.book()?;
        let entries = next.entries[self.entries.len()..].to_vec();
        Ok(Some(PayoutApplied { payout: next, entries }))
    }

    /// All entries it posted, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Brings the entry in step with where the money is.
    fn book(&mut self) -> Result<(), Refused> {
        let is_at_bank = self.reading.status == PayoutStatus::Paid && !self.reading.amount.is_zero();
        let next = self.entries.len() + 1;
        let ordinal = u32::try_from(next).map_err(|_| Refused::WrongState)?;
        match self.standing {
            None if is_at_bank => {
                let amount = self.reading.amount;
                let sides = vec![(Account::Bank, amount), (Account::CardClearing, amount.negated()?)];
                self.entries.push(posting::entry(ordinal, EntryKind::PaidOut, sides)?);
                self.standing = Some(ordinal);
            }
            Some(standing) if !is_at_bank => {
                let original = self.entries.iter().find(|entry| entry.ordinal() == standing);
                let reversal = original.ok_or(Refused::WrongState)?.reversal(ordinal)?;
                self.entries.push(reversal);
                self.standing = None;
            }
            Some(_) | None => {}
        }
        Ok(())
    }
}
