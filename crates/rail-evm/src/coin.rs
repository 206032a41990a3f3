//! A coin the shop takes: the native coin of a chain or a token on it, in base units and in ledger amounts.
//!
//! Base units (wei) are 256-bit integers end to end; the ledger keeps at most nine decimals. Going to the ledger rounds
//! down, so that the books never hold more than the chain; coming from it is exact.

use alloy::primitives::{Address, U256};
use money::{Currency, CurrencyError, Money};
use thiserror::Error;

use crate::chain::NATIVE_DECIMALS;
use crate::{Chain, UnknownChain};

/// A token as the settings name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenConfig {
    /// The symbol to sell it under, in capitals.
    pub symbol: String,
    /// Its contract's address.
    pub contract: String,
    /// How many decimal digits its base unit has, as the node says at set-up.
    pub decimals: u8,
}

/// Why a coin cannot be listed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CoinError {
    /// A chain that is not in the table.
    #[error(transparent)]
    Chain(#[from] UnknownChain),
    /// A symbol that makes no currency.
    #[error("{symbol} cannot be a coin's symbol here: {reason}")]
    Symbol {
        /// As configured.
        symbol: String,
        /// What is wrong with it.
        reason: CurrencyError,
    },
    /// Not an address, or with wrong check digits.
    #[error("the contract of {symbol} is not an address with right check digits (EIP-55): copy it again")]
    Contract {
        /// Whose.
        symbol: String,
    },
    /// Two coins of a chain that could not be told apart.
    #[error("{symbol} stands twice on {chain}: leave one out")]
    Twice {
        /// Which symbol or contract.
        symbol: String,
        /// On which chain.
        chain: &'static str,
    },
}

/// A coin the shop takes on one chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Coin {
    pub(crate) currency: Currency,
    /// `None` for the native coin.
    pub(crate) contract: Option<Address>,
    pub(crate) decimals: u8,
}

impl Coin {
    /// The native coin of a chain and its configured tokens, in this order.
    pub(crate) fn all_of(chain: &Chain, tokens: &[TokenConfig]) -> Result<Vec<Self>, CoinError> {
        let mut coins = vec![Self::listed(chain, chain.native, None, NATIVE_DECIMALS)?];
        for token in tokens {
            let contract = check_contract(&token.contract)
                .ok_or_else(|| CoinError::Contract { symbol: token.symbol.clone() })?;
            let coin = Self::listed(chain, &token.symbol, Some(contract), token.decimals)?;
            let is_twin = |other: &Self| {
                other.currency.code() == coin.currency.code() || other.contract == coin.contract
            };
            if coins.iter().any(is_twin) {
                return Err(CoinError::Twice { symbol: token.symbol.clone(), chain: chain.name });
            }
            coins.push(coin);
        }
        Ok(coins)
    }

    /// What the ledger says of so many base units, rounded down; nothing when it is more than the ledger can hold.
    pub(crate) fn ledger_amount(&self, base_units: U256) -> Money {
        let whole = self.per_minor_unit().map_or(U256::ZERO, |per_minor| base_units / per_minor);
        let minor: i64 = whole.try_into().unwrap_or(0);
        Money::new(minor, self.currency)
    }

    /// A ledger amount in base units, exactly. `None` for an amount below zero, or one no chain could hold.
    pub(crate) fn base_units(&self, amount: Money) -> Option<U256> {
        let minor = u64::try_from(amount.minor()).ok()?;
        U256::from(minor).checked_mul(self.per_minor_unit()?)
    }

    /// Base units of one minor unit of the ledger; `None` when that is beyond 256 bits (above 86 decimals).
    fn per_minor_unit(&self) -> Option<U256> {
        let finer = self.decimals.saturating_sub(self.currency.scale());
        U256::from(10).checked_pow(U256::from(finer))
    }

    fn listed(
        chain: &Chain,
        symbol: &str,
        contract: Option<Address>,
        decimals: u8,
    ) -> Result<Self, CoinError> {
        let currency = Currency::on_chain(symbol, chain.id, decimals)
            .map_err(|reason| CoinError::Symbol { symbol: symbol.to_owned(), reason })?;
        Ok(Self { currency, contract, decimals })
    }
}

/// Reads a contract's address: with check digits they must be right, all in small letters is taken as it is.
pub(crate) fn check_contract(text: &str) -> Option<Address> {
    let address: Address = text.parse().ok()?;
    let plain = address.to_string().to_lowercase();
    (text == plain || text == address.to_checksum(None)).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(symbol: &str, decimals: u8) -> TokenConfig {
        let contract = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913".to_owned();
        TokenConfig { symbol: symbol.to_owned(), contract, decimals }
    }

    fn coin(decimals: u8) -> Coin {
        let base = Chain::named("base").unwrap();
        Coin::all_of(base, &[token("TOK", decimals)]).unwrap().remove(1)
    }

    fn ten_to(power: u8) -> U256 {
        U256::from(10).pow(U256::from(power))
    }

    #[test]
    fn base_units_become_ledger_amounts_rounded_down_at_every_number_of_decimals() {
        for (decimals, base_units, minor) in [
            (0, U256::from(7), 7),
            (6, U256::from(12_340_000), 12_340_000),
            (8, U256::from(1), 1),
            (18, ten_to(18), 1_000_000_000),
            (18, ten_to(18) - U256::ONE, 999_999_999),
            (18, ten_to(9) - U256::ONE, 0),
            (77, ten_to(76) * U256::from(3), 300_000_000),
            (77, U256::from(u128::MAX), 0),
            (90, U256::MAX, 0),
        ] {
            assert_eq!(coin(decimals).ledger_amount(base_units).minor(), minor, "{decimals}: {base_units}");
        }
    }

    #[test]
    fn more_than_the_ledger_can_hold_is_no_ledger_amount() {
        assert_eq!(coin(6).ledger_amount(U256::from(i64::MAX)).minor(), i64::MAX);
        assert_eq!(coin(6).ledger_amount(U256::from(i64::MAX) + U256::ONE).minor(), 0);
        assert_eq!(coin(18).ledger_amount(U256::MAX).minor(), 0);
    }

    #[test]
    fn a_ledger_amount_is_so_many_base_units_exactly_and_back() {
        for decimals in [0, 6, 8, 18, 60] {
            let coin = coin(decimals);
            for minor in [0, 1, 4_500_000, i64::MAX] {
                let amount = Money::new(minor, coin.currency);
                let base_units = coin.base_units(amount).expect("19 and 51 digits fit 77");
                assert_eq!(coin.ledger_amount(base_units), amount);
            }
            assert_eq!(coin.base_units(Money::new(-1, coin.currency)), None);
        }
    }

    #[test]
    fn the_native_coin_comes_first_and_codes_hold_the_chain() {
        let polygon = Chain::named("polygon").unwrap();
        let coins = Coin::all_of(polygon, &[token("USDC.E", 6)]).unwrap();
        let codes: Vec<_> = coins.iter().map(|coin| coin.currency.code().to_owned()).collect();
        assert_eq!(codes, ["POL.137", "USDC.E.137"]);
        assert_eq!(coins[0].currency.scale(), 9);
    }

    #[test]
    fn coins_that_cannot_be_told_apart_are_refused() {
        let base = Chain::named("base").unwrap();
        for tokens in [vec![token("ETH", 18)], vec![token("A", 6), token("B", 6)]] {
            assert!(matches!(Coin::all_of(base, &tokens), Err(CoinError::Twice { .. })));
        }
    }

    #[test]
    fn wrong_check_digits_are_refused() {
        let right = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
        assert!(check_contract(right).is_some() && check_contract(&right.to_lowercase()).is_some());
        for wrong in [
            "0x833589FCD6eDb6E08f4c7C32D4f71b54bdA02913",
            "0x8335",
            "",
            "833589fcd6edb6e08f4c7c32d4f71b54bda0291g",
        ] {
            assert_eq!(check_contract(wrong), None, "{wrong}");
        }
    }
}
