//! Setting a chain or a token up: what the node says, compared with what the till knows and what was typed.
//!
//! A mismatch is refused with both values. Nobody else can tell a token from its look-alike.

use std::sync::Arc;

use alloy::primitives::Address;
use alloy::sol_types::SolCall;
use thiserror::Error;

use crate::coin::check_contract;
use crate::meter::Meter;
use crate::provider::{Provider, ProviderError};
use crate::stored::Claim;
use crate::{Chain, EndpointError, TokenConfig, UnknownChain, check_endpoint};

/// So much of what a token calls itself is kept.
const SYMBOL_CHARS_MAX: usize = 20;

alloy::sol! {
    /// ERC-20.
    function symbol() external view returns (string);
    /// ERC-20.
    function decimals() external view returns (uint8);
}

/// What a token says of itself, and what the till knows of its contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenFacts {
    /// As its contract says, cleaned.
    pub symbol: String,
    /// As its contract says.
    pub decimals: u8,
    /// The symbol of the till's own table, when the contract stands in it.
    pub known_as: Option<&'static str>,
}

/// Why a chain or token cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SetUpError {
    /// A chain that is not in the table.
    #[error(transparent)]
    Chain(#[from] UnknownChain),
    /// A provider's address.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The provider serves another chain.
    #[error("{provider} serves chain {found}, but {wanted} was to be set up: correct its address")]
    WrongChain {
        /// Its address without any key.
        provider: String,
        /// What it says.
        found: u64,
        /// What was asked for.
        wanted: u64,
    },
    /// The provider does not serve.
    #[error("{provider} cannot be used: {problem}")]
    Provider {
        /// Its address without any key.
        provider: String,
        /// What is wrong.
        problem: String,
    },
    /// Not an address, or with wrong check digits.
    #[error("the contract is not an address with right check digits (EIP-55): copy it again")]
    Contract,
    /// Nothing there that speaks like a token.
    #[error("there is no token at that address on {chain}: check the address and the chain")]
    NoToken {
        /// On which chain.
        chain: &'static str,
    },
    /// The decimals differ.
    #[error(
        "the contract has {found} decimals, but {expected} were expected: this is not the token you mean"
    )]
    Decimals {
        /// What the node says.
        found: u8,
        /// What the table or the settings say.
        expected: u8,
    },
    /// A symbol of the table at another contract.
    #[error("on {chain} {symbol} is {known}, but you gave {given}: this may be a look-alike")]
    LookAlike {
        /// On which chain.
        chain: &'static str,
        /// Which symbol.
        symbol: String,
        /// The table's contract.
        known: String,
        /// What was typed.
        given: String,
    },
    /// The contract calls itself something else than it is to be sold as.
    #[error("the contract calls itself {found}, but it was to be taken as {expected}: correct the symbol")]
    Symbol {
        /// What the node says.
        found: String,
        /// What was typed.
        expected: String,
    },
}

/// Checks that a provider serves a chain.
///
/// # Errors
/// With both chain ids when it serves another one; with its problem when it does not serve.
pub async fn check_chain(chain_id: u64, provider: &str) -> Result<&'static Chain, SetUpError> {
    let chain = Chain::with_id(chain_id)?;
    connect(chain, provider).await?;
    Ok(chain)
}

/// Checks a token on a chain's node: it is there, has the decimals and calls itself the symbol it is to be sold as, and is
/// not a look-alike of one the till knows.
///
/// # Errors
/// With both values, whatever differs.
pub async fn check_token(
    chain_id: u64,
    provider: &str,
    token: &TokenConfig,
) -> Result<TokenFacts, SetUpError> {
    let chain = Chain::with_id(chain_id)?;
    let contract = check_contract(&token.contract).ok_or(SetUpError::Contract)?;
    let known = known_token(chain, contract, &token.symbol)?;
    let node = connect(chain, provider).await?;
    let claim = claim_of(&node, contract).await.map_err(|error| failed(provider, &error))?;
    let decimals = claim.decimals.ok_or(SetUpError::NoToken { chain: chain.name })?;
    let expected = known.map_or(token.decimals, |known| known.decimals);
    if decimals != expected || decimals != token.decimals {
        let expected = if decimals == expected { token.decimals } else { expected };
        return Err(SetUpError::Decimals { found: decimals, expected });
    }
    // The table gives bridged tokens a symbol of its own (USDC.E), whatever they call themselves.
    if known.is_none() && !claim.symbol.eq_ignore_ascii_case(&token.symbol) {
        return Err(SetUpError::Symbol { found: claim.symbol, expected: token.symbol.clone() });
    }
    Ok(TokenFacts { symbol: claim.symbol, decimals, known_as: known.map(|known| known.symbol) })
}

/// What a contract says of itself: cleaned, and nothing where it says nothing.
pub(crate) async fn claim_of(provider: &Provider, contract: Address) -> Result<Claim, ProviderError> {
    let said = |answer: Result<alloy::primitives::Bytes, ProviderError>| match answer {
        Ok(bytes) => Ok(Some(bytes)),
        Err(ProviderError::Refused(_)) => Ok(None),
        Err(error) => Err(error),
    };
    let symbol = said(provider.call(contract, symbolCall::SELECTOR).await)?;
    let decimals = said(provider.call(contract, decimalsCall::SELECTOR).await)?;
    Ok(Claim {
        symbol: symbol.map(|bytes| cleaned_symbol(&bytes)).unwrap_or_default(),
        decimals: decimals.and_then(|bytes| decimalsCall::abi_decode_returns(&bytes).ok()),
    })
}

/// A symbol as a text, or as the 32 bytes that old tokens answer; letters, digits and a few signs of it.
fn cleaned_symbol(bytes: &[u8]) -> String {
    let text = symbolCall::abi_decode_returns(bytes).unwrap_or_else(|_| {
        let word = bytes.get(..32).filter(|_| bytes.len() == 32).unwrap_or_default();
        String::from_utf8_lossy(word).trim_end_matches('\0').to_owned()
    });
    let is_plain = |symbol: &char| symbol.is_ascii_alphanumeric() || ".-_$+".contains(*symbol);
    text.chars().filter(is_plain).take(SYMBOL_CHARS_MAX).collect()
}

fn known_token(
    chain: &'static Chain,
    contract: Address,
    symbol: &str,
) -> Result<Option<&'static crate::BuiltInToken>, SetUpError> {
    if let Some(known) = chain.tokens().iter().find(|known| known.contract == contract) {
        let (found, expected) = (known.symbol.to_owned(), symbol.to_owned());
        return if found == expected { Ok(Some(known)) } else { Err(SetUpError::Symbol { found, expected }) };
    }
    match chain.tokens().iter().find(|known| known.symbol == symbol) {
        None => Ok(None),
        Some(known) => Err(SetUpError::LookAlike {
            chain: chain.name,
            symbol: symbol.to_owned(),
            known: known.contract(),
            given: contract.to_checksum(None),
        }),
    }
}

async fn connect(chain: &Chain, provider: &str) -> Result<Provider, SetUpError> {
    let endpoint = check_endpoint(provider)?;
    Provider::connect(&endpoint, chain, Arc::new(Meter::default())).await.map_err(|error| match error {
        ProviderError::WrongChain { found, wanted } => {
            SetUpError::WrongChain { provider: endpoint.to_string(), found, wanted }
        }
        error => failed(provider, &error),
    })
}

fn failed(provider: &str, error: &ProviderError) -> SetUpError {
    let provider = check_endpoint(provider).map_or_else(|_| String::new(), |endpoint| endpoint.to_string());
    SetUpError::Provider { provider, problem: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_is_read_in_both_forms_and_cleaned() {
        let text = |symbol: &str| symbolCall::abi_encode_returns(&symbol.to_owned());
        let mut word = [0_u8; 32];
        word[..3].copy_from_slice(b"MKR");
        for (bytes, symbol) in [
            (text("USDC"), "USDC"),
            (text("US\u{202e}DC<b>\n"), "USDCb"),
            (text(&"A".repeat(90)), "AAAAAAAAAAAAAAAAAAAA"),
            (word.to_vec(), "MKR"),
            (Vec::new(), ""),
            (vec![0xff; 31], ""),
        ] {
            assert_eq!(cleaned_symbol(&bytes), symbol);
        }
    }

    #[test]
    fn a_symbol_of_the_table_at_another_contract_is_a_look_alike() {
        let base = Chain::named("base").unwrap();
        let error = known_token(base, Address::repeat_byte(9), "USDC").unwrap_err().to_string();
        assert!(
            error.contains("0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913") && error.contains("look-alike"),
            "{error}"
        );
        let error = known_token(base, base.tokens()[0].contract, "USDT").unwrap_err();
        assert_eq!(error, SetUpError::Symbol { found: "USDC".to_owned(), expected: "USDT".to_owned() });
        assert_eq!(known_token(base, Address::repeat_byte(9), "EURC"), Ok(None));
    }
}
