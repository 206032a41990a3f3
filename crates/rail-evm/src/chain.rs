//! The six chains a till can sell on, and the tokens it knows by itself.
//!
//! No address in this table was read from a chain by us: when a token is set up, the node's own answer is compared with
//! it (`check_token`), and a mismatch is refused.

use std::fmt;
use std::time::Duration;

use alloy::primitives::{Address, address};
use thiserror::Error;

/// How many decimal digits every native coin of an EVM chain has: 1 ether is 10^18 wei.
pub(crate) const NATIVE_DECIMALS: u8 = 18;

/// A chain by its id (EIP-155).
#[derive(Debug, PartialEq, Eq)]
pub struct Chain {
    /// Its id, which every provider is asked for before it is believed.
    pub id: u64,
    /// Its name as people say it.
    pub name: &'static str,
    /// Its word on the command line and in the settings.
    pub word: &'static str,
    /// The symbol of its native coin, in which network fees are paid.
    pub native: &'static str,
    /// The usual time from one block to the next.
    pub block_time: Duration,
    tokens: &'static [BuiltInToken],
}

/// A token the till knows by itself.
#[derive(Debug, PartialEq, Eq)]
pub struct BuiltInToken {
    /// Its symbol in the shop (`USDC.E` is the bridged one).
    pub symbol: &'static str,
    /// Its contract.
    pub(crate) contract: Address,
    /// How many decimal digits its base unit has.
    pub decimals: u8,
}

impl Chain {
    /// Every chain, in the order of the shop's list.
    pub const ALL: &'static [Self] = &[
        Self {
            id: 1,
            name: "Ethereum",
            word: "ethereum",
            native: "ETH",
            block_time: Duration::from_secs(12),
            tokens: &[
                token("USDC", address!("A0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"), 6),
                token("USDT", address!("dAC17F958D2ee523a2206206994597C13D831ec7"), 6),
                token("DAI", address!("6B175474E89094C44Da98b954EedeAC495271d0F"), 18),
            ],
        },
        Self {
            id: 137,
            name: "Polygon",
            word: "polygon",
            native: "POL",
            block_time: Duration::from_secs(2),
            tokens: &[
                token("USDC", address!("3c499c542cEF5E3811e1192ce70d8cC03d5c3359"), 6),
                token("USDC.E", address!("2791Bca1f2de4661ED88A30C99A7a9449Aa84174"), 6),
                token("USDT", address!("c2132D05D31c914a87C6611C10748AEb04B58e8F"), 6),
                token("DAI", address!("8f3Cf7ad23Cd3CaDbD9735AFf958023239c6A063"), 18),
            ],
        },
        Self {
            id: 56,
            name: "BNB Smart Chain",
            word: "bnb",
            native: "BNB",
            block_time: Duration::from_millis(750),
            tokens: &[
                token("USDC", address!("8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d"), 18),
                token("USDT", address!("55d398326f99059fF775485246999027B3197955"), 18),
                token("DAI", address!("1AF3F329e8BE154074D8769D1FFa4eE058B1DBc3"), 18),
            ],
        },
        Self {
            id: 42_161,
            name: "Arbitrum",
            word: "arbitrum",
            native: "ETH",
            block_time: Duration::from_millis(250),
            tokens: &[
                token("USDC", address!("af88d065e77c8cC2239327C5EDb3A432268e5831"), 6),
                token("USDC.E", address!("FF970A61A04b1cA14834A43f5dE4533eBDDB5CC8"), 6),
                token("USDT", address!("Fd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9"), 6),
                token("DAI", address!("DA10009cBd5D07dd0CeCc66161FC93D7c9000da1"), 18),
            ],
        },
        Self {
            id: 10,
            name: "Optimism",
            word: "optimism",
            native: "ETH",
            block_time: Duration::from_secs(2),
            tokens: &[
                token("USDC", address!("0b2C639c533813f4Aa9D7837CAf62653d097Ff85"), 6),
                token("USDC.E", address!("7F5c764cBc14f9669B88837ca1490cCa17c31607"), 6),
                token("USDT", address!("94b008aA00579c1307B0EF2c499aD98a8ce58e58"), 6),
                token("DAI", address!("DA10009cBd5D07dd0CeCc66161FC93D7c9000da1"), 18),
            ],
        },
        Self {
            id: 8_453,
            name: "Base",
            word: "base",
            native: "ETH",
            block_time: Duration::from_secs(2),
            tokens: &[
                token("USDC", address!("833589fCD6eDb6E08f4c7C32D4f71b54bdA02913"), 6),
                token("USDT", address!("fde4C96c8593536E31F229EA8f37b2ADa2699bb2"), 6),
                token("DAI", address!("50c5725949A6F0c72E6C4a641F24049A917DB0Cb"), 18),
            ],
        },
    ];

    /// Finds a chain by its id or its word: `8453`, `base`.
    ///
    /// # Errors
    /// [`UnknownChain`], which lists the words.
    pub fn named(text: &str) -> Result<&'static Self, UnknownChain> {
        let id = text.parse().ok();
        Self::ALL.iter().find(|chain| chain.word == text || Some(chain.id) == id).ok_or(UnknownChain)
    }

    /// Finds a chain by its id.
    ///
    /// # Errors
    /// [`UnknownChain`], which lists the words.
    pub fn with_id(id: u64) -> Result<&'static Self, UnknownChain> {
        Self::ALL.iter().find(|chain| chain.id == id).ok_or(UnknownChain)
    }

    /// The tokens the till knows on it.
    #[must_use]
    pub const fn tokens(&self) -> &'static [BuiltInToken] {
        self.tokens
    }
}

impl BuiltInToken {
    /// Its contract with the check digits of EIP-55.
    #[must_use]
    pub fn contract(&self) -> String {
        self.contract.to_checksum(None)
    }
}

impl fmt::Display for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A word or number that names no chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("no chain of that name is known here: use one of {}", words())]
pub struct UnknownChain;

fn words() -> String {
    Chain::ALL.iter().map(|chain| chain.word).collect::<Vec<_>>().join(", ")
}

const fn token(symbol: &'static str, contract: Address, decimals: u8) -> BuiltInToken {
    BuiltInToken { symbol, contract, decimals }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The addresses as the documentation of the tokens writes them, capitals included.
    const AS_DOCUMENTED: [(u64, &str, &str, u8); 21] = [
        (1, "USDC", "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48", 6),
        (1, "USDT", "0xdAC17F958D2ee523a2206206994597C13D831ec7", 6),
        (1, "DAI", "0x6B175474E89094C44Da98b954EedeAC495271d0F", 18),
        (137, "USDC", "0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359", 6),
        (137, "USDC.E", "0x2791Bca1f2de4661ED88A30C99A7a9449Aa84174", 6),
        (137, "USDT", "0xc2132D05D31c914a87C6611C10748AEb04B58e8F", 6),
        (137, "DAI", "0x8f3Cf7ad23Cd3CaDbD9735AFf958023239c6A063", 18),
        (56, "USDC", "0x8AC76a51cc950d9822D68b83fE1Ad97B32Cd580d", 18),
        (56, "USDT", "0x55d398326f99059fF775485246999027B3197955", 18),
        (56, "DAI", "0x1AF3F329e8BE154074D8769D1FFa4eE058B1DBc3", 18),
        (42_161, "USDC", "0xaf88d065e77c8cC2239327C5EDb3A432268e5831", 6),
        (42_161, "USDC.E", "0xFF970A61A04b1cA14834A43f5dE4533eBDDB5CC8", 6),
        (42_161, "USDT", "0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9", 6),
        (42_161, "DAI", "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1", 18),
        (10, "USDC", "0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85", 6),
        (10, "USDC.E", "0x7F5c764cBc14f9669B88837ca1490cCa17c31607", 6),
        (10, "USDT", "0x94b008aA00579c1307B0EF2c499aD98a8ce58e58", 6),
        (10, "DAI", "0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1", 18),
        (8_453, "USDC", "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913", 6),
        (8_453, "USDT", "0xfde4C96c8593536E31F229EA8f37b2ADa2699bb2", 6),
        (8_453, "DAI", "0x50c5725949A6F0c72E6C4a641F24049A917DB0Cb", 18),
    ];

    #[test]
    fn every_built_in_token_has_the_documented_address_check_digits_included() {
        let rows = Chain::ALL.iter().flat_map(|chain| {
            chain.tokens().iter().map(|token| (chain.id, token.symbol, token.contract(), token.decimals))
        });
        let documented = AS_DOCUMENTED.map(|(id, symbol, contract, decimals)| {
            let checked = Address::parse_checksummed(contract, None).expect("documented with check digits");
            (id, symbol, checked.to_checksum(None), decimals)
        });
        assert_eq!(rows.collect::<Vec<_>>(), documented);
    }

    #[test]
    fn every_chain_is_found_by_its_id_and_its_word() {
        for chain in Chain::ALL {
            assert_eq!(Chain::named(chain.word), Ok(chain));
            assert_eq!(Chain::named(&chain.id.to_string()), Ok(chain));
            assert_eq!(Chain::with_id(chain.id), Ok(chain));
        }
        let ids: BTreeSet<u64> = Chain::ALL.iter().map(|chain| chain.id).collect();
        assert_eq!(ids.len(), Chain::ALL.len());
    }

    #[test]
    fn another_word_is_answered_with_the_right_ones() {
        assert_eq!(
            Chain::named("goerli").unwrap_err().to_string(),
            "no chain of that name is known here: use one of ethereum, polygon, bnb, arbitrum, optimism, base"
        );
    }
}
