//! Sweeps: what came in on the addresses of payments on one EVM chain goes to the owner's own wallet. A machine of its
//! own: a sweep is the fold of its events.
//!
//! ```text
//! planned ──▶ approved ──▶ for each step:  waiting ─▶ signed ─▶ sent ─▶ mined ─▶ final
//!    │ stop      │ stop                       │          ▲  unknown ┘ ▲     │ reorganised
//!    ▼           ▼                            ▼ stop     └─ missing ◀─┴─────┘
//!   over     no step is signed any more    dropped
//! ```
//!
//! A step is a transaction with a *number* (the chain calls it nonce) that its sender can use once. The number is
//! fixed when the sweep is planned and never changes: not when the fee is raised, not after a reorganisation. So however
//! often a step is signed or sent, the chain carries it out once or not at all. What was signed is recorded, with its
//! bytes, before anybody is handed it; whoever does not know what became of it asks before it is handed over again.
//!
//! Start at [`SweepPlan::of`] (what would be done, for how much), then [`Sweep::errands`] (what is to be done next: a
//! function of the state, so that a till that died goes on where it was).

mod booking;
mod coin;
mod plan;
mod step;
mod transaction;

use ledger::{Entry, UnbalancedEntry};
use money::MoneyError;
use thiserror::Error;

pub use self::coin::{Coin, EvmAddress, MalformedAddress};
pub use self::plan::{
    Action, FeeAccount, GasTable, Holding, Source, Step, StepGas, Survey, SweepPlan, SweepSender, TokenWay,
};
pub use self::step::{Attempt, Delivery, Fate, Progress, StepReading, StepState};
pub use self::transaction::{Authorization, GasPrice, Transaction};
use crate::SweepId;

/// A sweep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sweep {
    /// Its id.
    pub id: SweepId,
    /// Events folded so far.
    pub version: u32,
    /// What is to be done; fixed when it was planned.
    pub plan: SweepPlan,
    /// Who signs, once the owner has approved.
    pub approved: Option<SweepSigner>,
    /// No further step is signed.
    pub is_stopped: bool,
    progress: Vec<Progress>,
    entries: Vec<Entry>,
}

/// Who signs the steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SweepSigner {
    /// The words in the keyring, behind the owner's PIN.
    Keyring,
    /// A wallet elsewhere, which is given [`Sweep::export`]. The only way of a shop that only watches.
    External,
}

impl SweepSigner {
    /// Every signer with its stored name.
    pub const ALL: &'static [(Self, &'static str)] =
        &[(Self::Keyring, "keyring"), (Self::External, "external")];
}

/// Everything that can happen to a sweep. Steps are counted from 0, in the order of the plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SweepEvent {
    /// The owner looks at a plan.
    Planned {
        /// It.
        plan: SweepPlan,
    },
    /// The owner approved it: the PIN was right, or it was exported.
    Approved {
        /// Who signs.
        signer: SweepSigner,
    },
    /// A step was signed, or signed again for a higher fee. Recorded before it is sent.
    Signed {
        /// Which.
        step: usize,
        /// What was signed.
        attempt: Attempt,
    },
    /// The newest attempt was handed to a node.
    Delivered {
        /// Which step.
        step: usize,
        /// The newest attempt's transaction, so that a late answer is not taken for another's.
        hash: String,
        /// What is known of it.
        delivery: Delivery,
    },
    /// The chain was asked about a step.
    Read {
        /// Which.
        step: usize,
        /// The answer.
        reading: StepReading,
    },
    /// The owner wants no further step to be signed. A wallet elsewhere that was given the steps can't be stopped.
    Stopped,
}

/// What an event did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SweepApplied {
    /// The state after it.
    pub sweep: Sweep,
    /// The entries it posts.
    pub entries: Vec<Entry>,
}

/// What is to be done next for a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SweepErrand {
    /// Sign its [`Sweep::transaction`] at the plan's price with the words in the keyring.
    Sign {
        /// Which.
        step: usize,
    },
    /// Hand the bytes of its newest attempt to a node.
    Send {
        /// Which.
        step: usize,
    },
    /// Ask the chain what became of it.
    Ask {
        /// Which.
        step: usize,
    },
}

/// Why a sweep can't be planned or does not go on like that. Each line says what to do.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum SweepRefused {
    /// No address has more than moving it costs.
    #[error("there is nothing to move on this chain, or less than its network fee: wait until more came in")]
    NothingToMove,
    /// The fee address can't pay.
    #[error(
        "the fee address {address} has {there} wei and needs {needed}: send it the chain's own coin first"
    )]
    FeesNotFunded {
        /// The fee address.
        address: EvmAddress,
        /// Base units it needs at most.
        needed: u128,
        /// Base units it has.
        there: u128,
    },
    /// Two steps would have the same number.
    #[error("the address {0} is named twice: plan the sweep anew")]
    AddressTwice(EvmAddress),
    /// Sending to oneself.
    #[error("{0} is an address of the till: name one of the owner's own wallet")]
    OwnAddress(EvmAddress),
    /// More than a number of 128 bits, or than the books can hold.
    #[error("an amount is too large to be moved: move this coin with a wallet")]
    TooLarge,
    /// No step of that number.
    #[error("the sweep has no step {0}")]
    NoSuchStep(usize),
    /// The event does not fit.
    #[error("this does not fit the state of the sweep")]
    WrongState,
    /// A higher fee that nodes would ignore.
    #[error("nodes take a transaction again only for an eighth more: raise both prices to at least {0}")]
    RaiseTooSmall(GasPrice),
    /// A higher fee than was approved.
    #[error(
        "the approved plan pays at most twice its price: wait until the chain is cheaper, or stop and plan anew"
    )]
    RaiseTooHigh,
    /// The fee would be all of it.
    #[error("at this price nothing would be left to move: wait until the chain is cheaper")]
    NothingLeft,
    /// A transfer by authorization is signed by two.
    #[error("a wallet elsewhere can't sign transfers by authorization: plan the sweep without them")]
    NotExternal,
    /// An amount.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// Our own posting rules produced something that is no entry: a defect.
    #[error("the posting rules failed: {0}")]
    Posting(#[from] UnbalancedEntry),
}

impl Sweep {
    /// Folds the first event.
    ///
    /// # Errors
    /// When it is not a plan.
    pub fn open(id: SweepId, event: &SweepEvent) -> Result<SweepApplied, SweepRefused> {
        let SweepEvent::Planned { plan } = event else { return Err(SweepRefused::WrongState) };
        let progress = vec![Progress::default(); plan.steps.len()];
        let sweep = Self {
            id,
            version: 1,
            plan: plan.clone(),
            approved: None,
            is_stopped: false,
            progress,
            entries: Vec::new(),
        };
        Ok(SweepApplied { sweep, entries: Vec::new() })
    }

    /// Folds a later event. `None` when it changes nothing, or is of an earlier moment, and must not be recorded.
    ///
    /// # Errors
    /// When the event does not fit the state.
    pub fn apply(&self, event: &SweepEvent) -> Result<Option<SweepApplied>, SweepRefused> {
        let mut next = self.clone();
        let changed = match event {
            SweepEvent::Planned { .. } => return Err(SweepRefused::WrongState),
            SweepEvent::Approved { signer } => next.approve(*signer)?,
            SweepEvent::Signed { step, attempt } => next.sign(*step, attempt)?,
            SweepEvent::Delivered { step, hash, delivery } => {
                next.progress_mut(*step)?.deliver(hash, *delivery)?
            }
            SweepEvent::Read { step, reading } => next.read(*step, reading)?,
            SweepEvent::Stopped => !std::mem::replace(&mut next.is_stopped, true),
        };
        if !changed {
            return Ok(None);
        }
        next.book()?;
        next.version += 1;
        let entries = next.entries[self.entries.len()..].to_vec();
        Ok(Some(SweepApplied { sweep: next, entries }))
    }

    /// What is to be done now. At the start of a till everything that was signed is asked about first: what a life
    /// before handed to a node is not known.
    #[must_use]
    pub fn errands(&self, is_first_look: bool) -> Vec<SweepErrand> {
        let errand = |step| match self.state(step) {
            StepState::Waiting => self.is_signable(step).then_some(SweepErrand::Sign { step }),
            StepState::Signed | StepState::Missing if is_first_look || !self.has_bytes(step) => {
                Some(SweepErrand::Ask { step })
            }
            StepState::Signed | StepState::Missing => Some(SweepErrand::Send { step }),
            StepState::Sent | StepState::Unknown | StepState::Mined { is_final: false, .. } => {
                Some(SweepErrand::Ask { step })
            }
            StepState::Mined { .. } | StepState::NumberTaken | StepState::Dropped => None,
        };
        (0..self.plan.steps.len()).filter_map(errand).collect()
    }

    /// How far a step is. One that is never to be signed is dropped.
    #[must_use]
    pub fn state(&self, step: usize) -> StepState {
        match self.progress.get(step).map_or(StepState::Dropped, |progress| progress.state) {
            StepState::Waiting if self.is_stopped => StepState::Dropped,
            state => state,
        }
    }

    /// What was done for a step.
    #[must_use]
    pub fn progress(&self, step: usize) -> Option<&Progress> {
        self.progress.get(step)
    }

    /// Nothing can happen any more: each step is final, lost, or was never signed.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let is_step_over = |step| match self.state(step) {
            StepState::Mined { is_final, .. } => is_final,
            StepState::NumberTaken | StepState::Dropped => true,
            _ => false,
        };
        (0..self.plan.steps.len()).all(is_step_over)
    }

    /// All entries it posted, oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// May its first attempt be signed now? When everything that its sender sends before it was mined, and the coin
    /// that pays its fee is there.
    fn is_signable(&self, step: usize) -> bool {
        let Some(planned) = self.plan.steps.get(step) else { return false };
        let is_mined = |step| matches!(self.state(step), StepState::Mined { .. });
        let mut before = (0..step).filter(|other| self.plan.steps[*other].sender == planned.sender);
        let is_funded = planned
            .after
            .is_none_or(|other| matches!(self.state(other), StepState::Mined { is_success: true, .. }));
        self.approved == Some(SweepSigner::Keyring) && is_funded && before.all(is_mined)
    }

    fn has_bytes(&self, step: usize) -> bool {
        self.progress[step].newest().is_some_and(|attempt| !attempt.bytes.is_empty())
    }

    fn approve(&mut self, signer: SweepSigner) -> Result<bool, SweepRefused> {
        match self.approved {
            Some(before) if before == signer => Ok(false),
            None if signer == SweepSigner::External && self.plan.needs_two_signatures() => {
                Err(SweepRefused::NotExternal)
            }
            None if !self.is_stopped => {
                self.approved = Some(signer);
                Ok(true)
            }
            Some(_) | None => Err(SweepRefused::WrongState),
        }
    }

    fn sign(&mut self, step: usize, attempt: &Attempt) -> Result<bool, SweepRefused> {
        let state = self.progress_of(step)?.state;
        if self.progress[step].attempts.contains(attempt) {
            return Ok(false);
        }
        let is_hash_new = !self.progress.iter().any(|other| other.attempt(&attempt.hash).is_some());
        let is_allowed = match state {
            // A wallet elsewhere signs in whatever order its owner likes.
            StepState::Waiting => self.approved == Some(SweepSigner::External) || self.is_signable(step),
            StepState::Mined { .. } | StepState::NumberTaken | StepState::Dropped => false,
            StepState::Signed | StepState::Sent | StepState::Unknown | StepState::Missing => true,
        };
        if !is_allowed || !is_hash_new || self.state(step) == StepState::Dropped {
            return Err(SweepRefused::WrongState);
        }
        if self.approved == Some(SweepSigner::Keyring) {
            self.check_price(step, attempt.price)?;
        }
        let progress = &mut self.progress[step];
        progress.attempts.push(attempt.clone());
        progress.state = StepState::Signed;
        Ok(true)
    }

    fn read(&mut self, step: usize, reading: &StepReading) -> Result<bool, SweepRefused> {
        let changed = self.progress_mut(step)?.read(reading)?;
        let is_top_up = matches!(self.plan.steps[step].action, Action::TopUp { .. });
        match self.progress[step].state {
            // Every later number of this sender was planned for another order of things.
            StepState::NumberTaken => self.is_stopped = true,
            StepState::Mined { is_success: false, is_final: true } if is_top_up => self.is_stopped = true,
            _ => {}
        }
        Ok(changed)
    }

    fn progress_of(&self, step: usize) -> Result<&Progress, SweepRefused> {
        self.progress.get(step).ok_or(SweepRefused::NoSuchStep(step))
    }

    fn progress_mut(&mut self, step: usize) -> Result<&mut Progress, SweepRefused> {
        self.progress.get_mut(step).ok_or(SweepRefused::NoSuchStep(step))
    }
}
