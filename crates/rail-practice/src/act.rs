//! What the customer and the miners can be made to do.

use money::{Currency, Money, MoneyError, Rounding};
use thiserror::Error;

/// Something done by the simulated public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// The customer sends money to an address the till has offered.
    Pay {
        /// Where to.
        address: String,
        /// How much, in a coin of the chain.
        amount: Money,
    },
    /// The customer spends the coins of the newest unconfirmed payment to this address elsewhere.
    DoubleSpend {
        /// Where that payment went.
        address: String,
    },
    /// The network forgets the newest unconfirmed payment to this address.
    Drop {
        /// Where that payment went.
        address: String,
    },
    /// A block is found with every unconfirmed payment in it.
    MineBlock,
    /// A longer chain without the newest blocks appears: one block more than it takes away.
    Reorganise {
        /// Blocks taken away, at least 1.
        depth: u32,
        /// Are the payments in them mined again, or have their coins been spent elsewhere?
        keep: bool,
    },
}

/// Why something can't be done. Nothing has changed then.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum ActRefused {
    /// The till never offered the address.
    #[error("the till never offered {0}: pay an address that is on its screen")]
    UnknownAddress(String),
    /// Not an amount that can be sent.
    #[error("{0} can't be sent: choose an amount above zero in a coin of this chain")]
    WrongAmount(Money),
    /// There is no payment that could still be taken back.
    #[error("no payment to {0} is unconfirmed: pay it first, and take it back before a block is found")]
    NothingUnconfirmed(String),
    /// The chain has fewer blocks, or none should go.
    #[error("{depth} blocks can't be reorganised: choose 1 to {height}")]
    WrongDepth {
        /// Blocks that should go.
        depth: u32,
        /// Blocks there are.
        height: u32,
    },
}

/// How much of what is asked a customer pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Portion {
    /// What is asked.
    Exact,
    /// Half of it.
    Half,
    /// Half of it too much.
    OneAndAHalf,
}

impl Portion {
    /// The amount to pay when `asked` is asked for; part of a satoshi is left off.
    ///
    /// # Errors
    /// When the amount does not fit.
    pub fn of(self, asked: Money) -> Result<Money, MoneyError> {
        let percent = match self {
            Self::Exact => return Ok(asked),
            Self::Half => 50,
            Self::OneAndAHalf => 150,
        };
        asked.proportion(percent, 100, Rounding::Down)
    }
}

/// An amount somebody could send.
pub(crate) fn sendable(amount: Money) -> Result<Money, ActRefused> {
    let coin = amount.currency();
    let is_on_a_chain = coin == Currency::BTC || coin.chain_id().is_some();
    if is_on_a_chain && amount.is_positive() { Ok(amount) } else { Err(ActRefused::WrongAmount(amount)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portions_are_of_what_is_asked() {
        let paid = |portion: Portion| portion.of(Money::new(7_759, Currency::BTC)).unwrap().minor();
        assert_eq!([Portion::Exact, Portion::Half, Portion::OneAndAHalf].map(paid), [7_759, 3_879, 11_638]);
    }
}
