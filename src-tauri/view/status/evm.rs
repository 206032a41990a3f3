//! How each EVM chain is.

use payment::rail::RailHealth;
use payment::{RailId, Timestamp};
use settings::{EvmChain, Mode, Settings};

use super::{age_s, server};
use crate::dto::status::{ChainStatusDto, ServerDto};
use crate::till::Till;

/// Every chain that the settings name, in their order.
pub(super) fn chains(till: &Till, settings: &Settings, now: Timestamp) -> Vec<ChainStatusDto> {
    settings.evm.iter().map(|chain| status(till, chain, now)).collect()
}

fn status(till: &Till, chain: &EvmChain, now: Timestamp) -> ChainStatusDto {
    let simulated = till.mode == Mode::Practice;
    let rail = till.engine.rail(RailId::EVM);
    let problem = rail.as_ref().and_then(|opened| opened.as_ref().err()).map(ToString::to_string);
    let health = match (rail, chain.native_coin()) {
        (Some(Ok(rail)), Ok(coin)) => rail.health(coin),
        _ => RailHealth::default(),
    };
    let unusable = problem.map(|problem| ServerDto { address: String::new(), up: false, problem });
    ChainStatusDto {
        name: chain.name.clone(),
        chain_id: chain.chain_id.to_string(),
        enabled: chain.enabled,
        set_up: simulated || (chain.account.is_some() && !chain.rpc.is_empty()),
        simulated,
        tip_height: health.tip.as_ref().map(|tip| tip.height),
        tip_age_s: health.tip.as_ref().map(|tip| age_s(tip.time, now)),
        servers: health.servers.into_iter().map(server).chain(unusable).collect(),
    }
}
