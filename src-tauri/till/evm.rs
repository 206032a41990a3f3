//! EVM chains as the settings name them, for the rail that takes their coins.

use rail_practice::PracticeCoin;
use settings::{EvmChain, EvmToken, NATIVE_DECIMALS};

/// The coins of the simulated chains; `None` when no chain is named.
pub(super) fn practice_coins(chains: &[EvmChain]) -> Option<Vec<PracticeCoin>> {
    let coins: Vec<PracticeCoin> = chains.iter().flat_map(coins_of).collect();
    (!coins.is_empty()).then_some(coins)
}

/// The chain's own coin and its tokens. The settings were checked: each symbol makes a code.
fn coins_of(chain: &EvmChain) -> Vec<PracticeCoin> {
    let native = chain.native_coin().ok().map(|currency| PracticeCoin {
        currency,
        chain: chain.name.clone(),
        contract: None,
        decimals: NATIVE_DECIMALS,
    });
    let token = |token: &EvmToken| {
        Some(PracticeCoin {
            currency: chain.coin_of(token).ok()?,
            chain: chain.name.clone(),
            contract: Some(token.address.clone()),
            decimals: token.decimals,
        })
    };
    native.into_iter().chain(chain.tokens.iter().filter_map(token)).collect()
}
