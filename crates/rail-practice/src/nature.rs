//! Which chain is simulated: bitcoin, or the chains of EVM coins taken together, where one address is good for all of them.

use money::{Currency, Money};
use payment::rail::PaymentLink;
use payment::{Mark, PaymentId, RailId};

use crate::address;

/// Outputs below this many sat are refused as dust by the default policy of Bitcoin nodes (pay to witness key hash).
const DUST_SAT: i64 = 294;
/// Blocks after which the simulated EVM chains call a block safe, and final.
const SAFE_BLOCKS: u32 = 3;
const FINALIZED_BLOCKS: u32 = 6;

/// A chain's nature.
#[derive(Clone, Debug)]
pub enum Nature {
    /// One chain with one coin.
    Bitcoin,
    /// Coins of EVM chains. Their blocks are found together.
    Evm(Vec<PracticeCoin>),
}

/// A coin that the simulated public can pay in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PracticeCoin {
    /// The coin.
    pub currency: Currency,
    /// The name of its chain.
    pub chain: String,
    /// The token's contract; `None` for the chain's own coin.
    pub contract: Option<String>,
    /// Digits after the point in its base units.
    pub decimals: u8,
}

impl Nature {
    /// The rail it is behind.
    #[must_use]
    pub const fn rail(&self) -> RailId {
        match self {
            Self::Bitcoin => RailId::BITCOIN,
            Self::Evm(_) => RailId::EVM,
        }
    }

    pub(crate) fn coins(&self) -> Vec<Currency> {
        match self {
            Self::Bitcoin => vec![Currency::BTC],
            Self::Evm(coins) => coins.iter().map(|coin| coin.currency).collect(),
        }
    }

    pub(crate) fn network(&self, coin: Currency) -> String {
        match self {
            Self::Bitcoin => "regtest".to_owned(),
            Self::Evm(_) => self.evm(coin).map(|coin| coin.chain.clone()).unwrap_or_default(),
        }
    }

    pub(crate) fn amount_min(&self, coin: Currency) -> Money {
        Money::new(if matches!(self, Self::Bitcoin) { DUST_SAT } else { 1 }, coin)
    }

    pub(crate) fn address(&self, payment: PaymentId) -> String {
        match self {
            Self::Bitcoin => address::of(payment),
            Self::Evm(_) => address::evm_of(payment),
        }
    }

    pub(crate) fn link(&self, address: &str, amount: Money) -> PaymentLink {
        match (self, self.evm(amount.currency())) {
            (Self::Evm(_), Some(coin)) => address::evm_link(address, coin, amount),
            (Self::Bitcoin | Self::Evm(_), _) => address::link(address, amount),
        }
    }

    fn evm(&self, currency: Currency) -> Option<&PracticeCoin> {
        match self {
            Self::Bitcoin => None,
            Self::Evm(coins) => coins.iter().find(|coin| coin.currency == currency),
        }
    }
}

/// What the chain of a coin says of a block so deep.
pub(crate) fn mark(coin: Currency, confirmations: u32) -> Mark {
    match coin.chain_id() {
        Some(_) if confirmations >= FINALIZED_BLOCKS => Mark::Finalized,
        Some(_) if confirmations >= SAFE_BLOCKS => Mark::Safe,
        Some(_) | None => Mark::Head,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_evm_block_is_safe_and_then_final_and_bitcoin_says_neither() {
        let coin = Currency::on_chain("USDC", 8_453, 6).unwrap();
        assert_eq!([1, 3, 6].map(|deep| mark(coin, deep)), [Mark::Head, Mark::Safe, Mark::Finalized]);
        assert_eq!(mark(Currency::BTC, 100), Mark::Head);
    }
}
