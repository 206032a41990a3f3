//! Defects that can be planted, to show that a judge finds them. None is ever there by itself.

/// A way for the simulator to be wrong. Switched on by [`crate::Simulator::plant`] only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Defect {
    /// A payment that succeeds takes the money twice, by two charges.
    ChargesTwice,
    /// A repeated idempotency key is carried out again.
    IgnoresIdempotencyKeys,
    /// A repeated idempotency key is replayed although the parameters differ.
    ReplaysWhateverIsAsked,
    /// A refund may be larger than what is left of the charge.
    RefundsAboveTheCharge,
    /// A card that must be presented for its refund need not be.
    RefundsWithoutTheCard,
    /// A parameter nobody knows is passed over.
    IgnoresUnknownParameters,
    /// A payment that is only authorized says that it succeeded.
    CallsAuthorizedPaid,
    /// Answers name another amount than was asked for, by one minor unit.
    AnswersAnotherAmount,
    /// Events are listed oldest first.
    ListsEventsOldestFirst,
    /// Every second event is never listed and never delivered.
    LosesEvents,
    /// The object of an event is as it is now and not as it was then.
    ThawsEvents,
    /// Webhooks are signed with another secret.
    SignsWithAnotherSecret,
    /// A payout is one minor unit less than its parts.
    PaysOutTooLittle,
    /// A method that its customer had forgotten can be charged.
    ChargesForgottenCards,
}
