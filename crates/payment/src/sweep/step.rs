//! How far one step is: what was signed for it, and what the chain said last.

use super::SweepRefused;
use super::transaction::GasPrice;

/// A signed transaction of a step. Those of one step have the same number, so the chain takes one of them at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The transaction's hash, `0x` and 64 hex digits.
    pub hash: String,
    /// The signed bytes, ready to be sent again unchanged; empty when a wallet elsewhere keeps them.
    pub bytes: Vec<u8>,
    /// What it pays for gas.
    pub price: GasPrice,
}

/// What is known after the newest attempt was handed to a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// It certainly did not arrive: it may be handed over again.
    NotSent,
    /// The node took it, or had it already.
    Sent,
    /// No answer came.
    Unknown,
}

impl Delivery {
    /// Each with its stored name.
    pub const ALL: &'static [(Self, &'static str)] =
        &[(Self::NotSent, "not_sent"), (Self::Sent, "sent"), (Self::Unknown, "unknown")];
}

/// What the chain says of a step: levels, not edges.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepReading {
    /// Number of this reading; rises with every question. The highest wins.
    pub number: u64,
    /// The answer.
    pub fate: Fate,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It waits for a block.
    InPool {
        /// Which attempt.
        hash: String,
    },
    /// It is in a block of the best chain.
    Mined {
        /// Which attempt.
        hash: String,
        /// The block.
        block_hash: String,
        /// Did it do what it should, or only cost its fee?
        is_success: bool,
        /// Base units of the chain's own coin that it cost.
        fee: u128,
        /// The block can't go away any more, by the shop's policy.
        is_final: bool,
    },
    /// Nobody has it, and its number is free.
    Missing,
    /// Another transaction than ours has its number, in a block that can't go away any more.
    NumberTaken,
}

/// How far a step is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StepState {
    /// Nothing was signed.
    #[default]
    Waiting,
    /// The newest attempt is not known to have been sent.
    Signed,
    /// A node has it.
    Sent,
    /// It was handed over, and no answer came.
    Unknown,
    /// It was asked about, and nobody has it.
    Missing,
    /// It is in a block.
    Mined {
        /// It did what it should.
        is_success: bool,
        /// It stays there.
        is_final: bool,
    },
    /// Another transaction has its number.
    NumberTaken,
    /// It is never signed.
    Dropped,
}

/// What was done for a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// What was signed, oldest first.
    pub attempts: Vec<Attempt>,
    /// The chain's newest answer.
    pub latest: Option<StepReading>,
    pub(super) state: StepState,
    pub(super) booked: Option<Booked>,
}

/// What stands in the books for a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Booked {
    /// Under which facts.
    pub(super) facts: MinedFacts,
    /// The entries, by their ordinals.
    pub(super) ordinals: Vec<u32>,
}

/// What the books depend on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MinedFacts {
    pub(super) price: GasPrice,
    pub(super) is_success: bool,
    pub(super) fee: u128,
}

impl Progress {
    /// The attempt signed last.
    #[must_use]
    pub fn newest(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    pub(super) fn attempt(&self, hash: &str) -> Option<&Attempt> {
        self.attempts.iter().find(|attempt| attempt.hash == hash)
    }

    /// What is mined now.
    pub(super) fn mined(&self) -> Option<MinedFacts> {
        match &self.latest.as_ref()?.fate {
            Fate::Mined { hash, is_success, fee, .. } => {
                let price = self.attempt(hash)?.price;
                Some(MinedFacts { price, is_success: *is_success, fee: *fee })
            }
            _ => None,
        }
    }

    /// Takes the answer of a node. One about an older attempt, or after the chain has told more, changes nothing.
    pub(super) fn deliver(&mut self, hash: &str, delivery: Delivery) -> Result<bool, SweepRefused> {
        self.attempt(hash).ok_or(SweepRefused::WrongState)?;
        let is_newest = self.newest().is_some_and(|newest| newest.hash == hash);
        let is_open = matches!(self.state, StepState::Signed | StepState::Unknown | StepState::Missing);
        let next = match delivery {
            // What may have arrived once is not made unsent by a second try that did not arrive.
            Delivery::NotSent => self.state,
            Delivery::Sent => StepState::Sent,
            Delivery::Unknown => StepState::Unknown,
        };
        Ok(is_newest && is_open && std::mem::replace(&mut self.state, next) != next)
    }

    /// Takes an answer of the chain.
    pub(super) fn read(&mut self, reading: &StepReading) -> Result<bool, SweepRefused> {
        if let Fate::InPool { hash } | Fate::Mined { hash, .. } = &reading.fate {
            self.attempt(hash).ok_or(SweepRefused::WrongState)?;
        }
        if self.attempts.is_empty() && reading.fate != Fate::NumberTaken {
            return Err(SweepRefused::WrongState);
        }
        if self.is_settled() || self.is_overtaken(reading) {
            return Ok(false);
        }
        self.state = self.state_after(&reading.fate);
        self.latest = Some(reading.clone());
        Ok(true)
    }

    /// What is final stays so.
    const fn is_settled(&self) -> bool {
        matches!(self.state, StepState::Mined { is_final: true, .. } | StepState::NumberTaken)
    }

    fn is_overtaken(&self, reading: &StepReading) -> bool {
        self.latest.as_ref().is_some_and(|latest| {
            let is_told_again = reading.fate == latest.fate && self.state == self.state_after(&reading.fate);
            reading.number <= latest.number || is_told_again
        })
    }

    fn state_after(&self, fate: &Fate) -> StepState {
        match fate {
            Fate::InPool { hash } => match self.newest().is_some_and(|newest| newest.hash == *hash) {
                true => StepState::Sent,
                // The one with the higher fee still has to be sent.
                false if self.state == StepState::Signed => StepState::Signed,
                false => StepState::Missing,
            },
            Fate::Mined { is_success, is_final, .. } => {
                StepState::Mined { is_success: *is_success, is_final: *is_final }
            }
            Fate::Missing => StepState::Missing,
            Fate::NumberTaken => StepState::NumberTaken,
        }
    }
}
