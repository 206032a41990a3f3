//! A public that acts by itself: from a seed, what each customer does and in which order it all happens.

use std::collections::VecDeque;

use money::{Money, MoneyError, Rounding};

use crate::act::Act;
use crate::draws::Draws;

/// When all customers are done, blocks follow until every payment is final by the default policy.
const BLOCKS_AT_REST: u32 = 6;
const BLOCK_PERCENT: u32 = 25;
const REORGANISATION_PERCENT: u32 = 10;
/// Deeper than what the default policy calls final.
const REORGANISATION_DEPTH_MAX: u32 = 8;
const PARTS_MAX: u32 = 4;

/// What a customer does with an offered address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Customer {
    /// Pays what is asked.
    Exact,
    /// Pays less, and no more before the quote ends.
    Short,
    /// Pays too much.
    Over,
    /// Pays what is asked after the quote has ended.
    Late,
    /// Pays, then tries to spend the same coins elsewhere, which may come too late.
    DoubleSpender,
    /// Leaves.
    Never,
    /// Pays what is asked, twice.
    Twice,
    /// Pays what is asked in parts.
    InParts,
}

/// One thing that happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// For [`crate::PracticeRail::act`], which may refuse it (a double spend too late, a reorganisation too deep);
    /// nothing happens then.
    Act(Act),
    /// The quote for this address ends: the test moves its clock.
    QuoteEnds {
        /// The address.
        address: String,
    },
}

/// Customers that act by themselves. The same seed and the same offers give the same steps.
pub struct PracticeScript {
    draws: Draws,
    /// What each customer still does; never empty inside.
    plans: Vec<VecDeque<Step>>,
    blocks_left: u32,
}

impl Customer {
    const ALL: [Self; 8] = [
        Self::Exact,
        Self::Short,
        Self::Over,
        Self::Late,
        Self::DoubleSpender,
        Self::Never,
        Self::Twice,
        Self::InParts,
    ];
}

impl PracticeScript {
    /// A public that depends on nothing but this number.
    #[must_use]
    pub const fn from_seed(seed: u64) -> Self {
        Self { draws: Draws::from_seed(seed), plans: Vec::new(), blocks_left: 0 }
    }

    /// Sends a customer to an address the rail has just offered, and tells what kind.
    ///
    /// # Errors
    /// When what the customer would pay does not fit.
    pub fn offered(&mut self, address: &str, asked: Money) -> Result<Customer, MoneyError> {
        let customer = Customer::ALL[self.draws.place(Customer::ALL.len())];
        let plan = self.plan(customer, address, asked)?;
        self.plans.push(plan);
        self.blocks_left = BLOCKS_AT_REST;
        Ok(customer)
    }

    /// What happens next; `None` when all is at rest.
    pub fn next_step(&mut self) -> Option<Step> {
        if self.plans.is_empty() {
            self.blocks_left = self.blocks_left.checked_sub(1)?;
            return Some(Step::Act(Act::MineBlock));
        }
        if self.draws.chance(BLOCK_PERCENT) {
            return Some(Step::Act(Act::MineBlock));
        }
        if self.draws.chance(REORGANISATION_PERCENT) {
            let depth = 1 + self.draws.below(REORGANISATION_DEPTH_MAX);
            return Some(Step::Act(Act::Reorganise { depth, keep: self.draws.chance(50) }));
        }
        let turn = self.draws.place(self.plans.len());
        let step = self.plans[turn].pop_front();
        self.plans.retain(|plan| !plan.is_empty());
        step
    }

    fn plan(
        &mut self,
        customer: Customer,
        address: &str,
        asked: Money,
    ) -> Result<VecDeque<Step>, MoneyError> {
        let address = address.to_owned();
        let pay = |amount| Step::Act(Act::Pay { address: address.clone(), amount });
        let quote_ends = || Step::QuoteEnds { address: address.clone() };
        let steps = match customer {
            Customer::Exact => vec![pay(asked)],
            Customer::Short => {
                let percent = 1 + i64::from(self.draws.below(99));
                vec![pay(asked.proportion(percent, 100, Rounding::Down)?), quote_ends()]
            }
            Customer::Over => {
                let percent = 101 + i64::from(self.draws.below(100));
                vec![pay(asked.proportion(percent, 100, Rounding::Up)?)]
            }
            Customer::Late => vec![quote_ends(), pay(asked)],
            Customer::DoubleSpender => {
                vec![pay(asked), Step::Act(Act::DoubleSpend { address: address.clone() }), quote_ends()]
            }
            Customer::Never => vec![quote_ends()],
            Customer::Twice => vec![pay(asked), pay(asked)],
            Customer::InParts => {
                let parts = 2 + self.draws.below(PARTS_MAX - 1);
                let weights: Vec<u64> = (0..parts).map(|_| 1 + u64::from(self.draws.below(3))).collect();
                asked.allocate(&weights)?.into_iter().map(pay).collect()
            }
        };
        Ok(steps.into())
    }
}
