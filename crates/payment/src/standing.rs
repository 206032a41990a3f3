//! What the screens say of a sale: one word, its flags, and whether the goods may go. Computed, never stored.

use money::MoneyError;

use crate::card::{CardEnd, CardLevel};
use crate::policy::Depth;
use crate::rail::RailFailureClass;
use crate::sale::{CardPayment, ChainPayment, Coverage, Payment, PaymentMethod, Sale};

/// The word on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// The code is being made, or no way to pay is chosen yet.
    Preparing,
    /// The code is shown, nothing seen yet.
    Waiting,
    /// Enough was seen, in no block yet.
    Detected,
    /// Enough was seen, confirmations are being counted.
    Confirming,
    /// Covered, and every counted payment is safe.
    Paid,
    /// Something came, less than due.
    Partial,
    /// Covered, and more came than was due.
    Overpaid,
    /// Covered after the quote had ended.
    Late,
    /// The quote ended before enough came.
    Expired,
    /// Given up by the clerk; still watched.
    Cancelled,
    /// The customer's side said no.
    Declined,
    /// Nothing was charged.
    Failed,
    /// Nobody knows yet: never charge again.
    Unknown,
    /// Was paid, and the money is gone again.
    Reversed,
    /// A cash sale undone by reversal.
    Voided,
}

impl State {
    /// Every state with its stable name: stored, sent to screens, printed by `tillstream charge --json`.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Preparing, "preparing"),
        (Self::Waiting, "waiting"),
        (Self::Detected, "detected"),
        (Self::Confirming, "confirming"),
        (Self::Paid, "paid"),
        (Self::Partial, "partial"),
        (Self::Overpaid, "overpaid"),
        (Self::Late, "late"),
        (Self::Expired, "expired"),
        (Self::Cancelled, "cancelled"),
        (Self::Declined, "declined"),
        (Self::Failed, "failed"),
        (Self::Unknown, "unknown"),
        (Self::Reversed, "reversed"),
        (Self::Voided, "voided"),
    ];

    /// The stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(state, _)| *state == self).map_or("unknown", |(_, name)| name)
    }

    /// Covered and safe: exit 0 for scripts.
    #[must_use]
    pub const fn is_paid(self) -> bool {
        matches!(self, Self::Paid | Self::Overpaid | Self::Late)
    }

    /// May the goods go?
    #[must_use]
    pub const fn hand_over(self) -> HandOver {
        match self {
            Self::Paid | Self::Overpaid | Self::Late => HandOver::Yes,
            Self::Preparing | Self::Waiting | Self::Detected | Self::Confirming | Self::Partial => {
                HandOver::NotYet
            }
            Self::Expired
            | Self::Cancelled
            | Self::Declined
            | Self::Failed
            | Self::Unknown
            | Self::Reversed
            | Self::Voided => HandOver::No,
        }
    }
}

/// The light beside the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandOver {
    /// The goods may go.
    Yes,
    /// Wait.
    NotYet,
    /// They may not.
    No,
}

/// A sale's standing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The word.
    pub state: State,
    /// What came in against what is due.
    pub coverage: Coverage,
    /// Fewest confirmations among the transfers that are not safe yet; with none of those, among all present.
    pub confirmations: u32,
    /// How deep that payment's transfers must be before the goods go.
    pub safe_at: Depth,
}

impl Sale {
    /// What the screens say of this sale.
    ///
    /// # Errors
    /// When a sum is out of range.
    pub fn standing(&self) -> Result<Standing, MoneyError> {
        let coverage = self.coverage()?;
        let (confirmations, safe_at) = self.fewest_confirmations();
        let state = self.state(&coverage, confirmations);
        Ok(Standing { state, coverage, confirmations, safe_at })
    }

    /// What the screens say of one payment of this sale, by itself.
    ///
    /// # Errors
    /// When a sum is out of range.
    pub fn payment_state(&self, payment: &Payment) -> Result<State, MoneyError> {
        let chain = match &payment.method {
            PaymentMethod::Chain(chain) => chain,
            PaymentMethod::Card(card) => return Ok(card_state(card)),
            PaymentMethod::Cash(_) if self.voided.is_some() => return Ok(State::Voided),
            PaymentMethod::Cash(_) => return Ok(State::Paid),
        };
        let (coins, quoted) = (chain.coins_present()?, chain.terms.quote.coin);
        let lost = chain.transfers.values().any(|t| t.was_safe && !t.is_present());
        let (is_safe, fewest) = chain.present().fold((true, u32::MAX), |(safe, fewest), transfer| {
            (safe && chain.is_safe(transfer), fewest.min(transfer.latest.level.confirmations()))
        });
        Ok(if coins >= quoted {
            match (is_safe, fewest) {
                (true, _) if coins > quoted => State::Overpaid,
                (true, _) => State::Paid,
                (false, 0) => State::Detected,
                (false, _) => State::Confirming,
            }
        } else if lost {
            State::Reversed
        } else if chain.cancelled && coins.is_zero() {
            State::Cancelled
        } else if coins.is_zero() {
            nothing_came_state(chain)
        } else {
            partly_paid_state(chain.ended_at.is_some())
        })
    }

    fn state(&self, coverage: &Coverage, confirmations: u32) -> State {
        if self.voided.is_some() {
            return State::Voided;
        }
        if self.cards().any(|card| card.doubt.is_some()) {
            return State::Unknown;
        }
        if self.cancelled {
            return State::Cancelled;
        }
        if coverage.is_safe && self.cards().any(CardPayment::is_taken_back) {
            return State::Reversed;
        }
        if coverage.is_safe {
            return paid_state(coverage);
        }
        if self.was_safe && self.withdrawn_after_safe() > 0 && !coverage.is_covered {
            return State::Reversed;
        }
        if coverage.is_covered {
            return if confirmations == 0 { State::Detected } else { State::Confirming };
        }
        self.open_state(coverage)
    }

    /// Not covered. What is on screen is what can still be paid, else the newest that matters.
    fn open_state(&self, coverage: &Coverage) -> State {
        let mattering = || self.payments.iter().rev().filter(|payment| payment.matters());
        let newest = mattering().find(|payment| payment.is_live()).or_else(|| mattering().next());
        match newest.map(|payment| &payment.method) {
            None | Some(PaymentMethod::Cash(_)) if coverage.present.is_zero() => State::Preparing,
            None | Some(PaymentMethod::Cash(_)) => State::Partial,
            Some(PaymentMethod::Card(card)) if coverage.present.is_zero() || card.is_open() => {
                match card_state(card) {
                    // All that was taken was given back before the sale was paid: nothing is left of it.
                    State::Paid => State::Preparing,
                    state => state,
                }
            }
            Some(PaymentMethod::Chain(chain)) if coverage.present.is_zero() => nothing_came_state(chain),
            Some(PaymentMethod::Card(_)) => State::Partial,
            Some(PaymentMethod::Chain(_)) => {
                let mut chains = mattering().filter_map(Payment::chain);
                partly_paid_state(chains.all(|chain| chain.ended_at.is_some()))
            }
        }
    }

    fn fewest_confirmations(&self) -> (u32, Depth) {
        let chains = || self.payments.iter().filter_map(Payment::chain);
        let levels = chains().flat_map(|chain| {
            let needed = chain.terms.policy.safe;
            chain.present().map(move |t| (chain.is_safe(t), t.latest.level.confirmations(), needed))
        });
        let least = levels.min_by_key(|(is_safe, confirmations, needed)| {
            (*is_safe, *confirmations, needed.confirmations())
        });
        let fallback =
            || chains().next_back().map_or(Depth::Confirmations(0), |chain| chain.terms.policy.safe);
        least.map_or_else(|| (0, fallback()), |(_, confirmations, needed)| (confirmations, needed))
    }
}

const fn paid_state(coverage: &Coverage) -> State {
    if coverage.excess.is_positive() {
        State::Overpaid
    } else if coverage.is_late {
        State::Late
    } else {
        State::Paid
    }
}

/// Money came, less than was asked for.
const fn partly_paid_state(every_quote_ended: bool) -> State {
    if every_quote_ended { State::Expired } else { State::Partial }
}

/// A payment that has brought nothing.
fn nothing_came_state(chain: &ChainPayment) -> State {
    failed_state(chain).unwrap_or(match (chain.ended_at.is_some(), chain.address.is_some()) {
        (true, _) => State::Expired,
        (false, true) => State::Waiting,
        (false, false) => State::Preparing,
    })
}

fn failed_state(chain: &ChainPayment) -> Option<State> {
    chain.failure.as_ref().map(|failure| class_state(failure.class))
}

const fn class_state(class: RailFailureClass) -> State {
    match class {
        RailFailureClass::Declined => State::Declined,
        RailFailureClass::Unknown => State::Unknown,
        RailFailureClass::NotSent | RailFailureClass::Misconfigured | RailFailureClass::Protocol => {
            State::Failed
        }
    }
}

/// A card payment by itself. Held money is seen, and not paid.
fn card_state(card: &CardPayment) -> State {
    if card.doubt.is_some() {
        return State::Unknown;
    }
    let Some(reading) = &card.reading else {
        return match &card.failure {
            Some(failure) => class_state(failure.class),
            None => State::Preparing,
        };
    };
    match &reading.level {
        CardLevel::Waiting { .. } => State::Waiting,
        CardLevel::Processing { .. } | CardLevel::Authorized { .. } => State::Detected,
        CardLevel::Captured { .. } if card.is_taken_back() => State::Reversed,
        CardLevel::Captured { .. } => State::Paid,
        CardLevel::Ended(CardEnd::Declined(_)) => State::Declined,
        CardLevel::Ended(CardEnd::Cancelled) => State::Cancelled,
        CardLevel::Ended(CardEnd::Expired) => State::Expired,
    }
}
