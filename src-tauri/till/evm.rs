//! EVM chains as the settings name them, for the rail that takes their coins.

use rail_evm::{ChainConfig, EvmConfig, TokenConfig};
use rail_practice::PracticeCoin;
use settings::{EvmChain, EvmToken, NATIVE_DECIMALS};

/// The rail over every chain that has a server, switched on or not: what was shown is watched for ever. `None` while
/// there is no wallet or no server.
pub(crate) fn config(chains: &[EvmChain]) -> Option<EvmConfig> {
    let account = chains.iter().find_map(|chain| chain.account.clone())?;
    let chains: Vec<ChainConfig> =
        chains.iter().filter(|chain| !chain.rpc.is_empty()).map(chain_config).collect();
    (!chains.is_empty()).then_some(EvmConfig { account, chains })
}

fn chain_config(chain: &EvmChain) -> ChainConfig {
    ChainConfig {
        chain_id: chain.chain_id,
        providers: chain.rpc.clone(),
        tokens: chain.tokens.iter().map(token_config).collect(),
    }
}

/// A token as the rail is told of it.
pub(crate) fn token_config(token: &EvmToken) -> TokenConfig {
    TokenConfig { symbol: token.symbol.clone(), contract: token.address.clone(), decimals: token.decimals }
}

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
