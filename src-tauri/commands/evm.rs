//! What only the rail and the chains' own nodes can judge of EVM settings.

use engine::Engine;
use payment::RailId;
use rail_evm::{Chain, EvmRail, check_account, check_chain, check_endpoint, check_token};
use settings::{EvmChain, EvmToken, Mode, Problem, Settings};

use super::refuse;
use crate::dto::error::{AppError, ErrorCode};
use crate::till::evm::{config, token_config};
use crate::till::wall_clock;

/// Is each account, server and chain understood? Practice uses none of them, and is told all the same.
pub(super) fn check(settings: &Settings) -> Result<(), Problem> {
    settings.evm.iter().zip(1..).try_for_each(|(chain, number)| check_one(chain, number))
}

fn check_one(chain: &EvmChain, number: u32) -> Result<(), Problem> {
    let problem = |member: &str, message: String| Problem::new(key(number, member), message);
    let known = Chain::with_id(chain.chain_id).map_err(|error| problem("chain_id", error.to_string()))?;
    if chain.native != known.native {
        let message = format!("the coin of {known} is {}, not {}", known.native, chain.native);
        return Err(problem("native.symbol", message));
    }
    if let Some(account) = &chain.account {
        check_account(account).map_err(|error| problem("account", error.to_string()))?;
    }
    for (server, at) in chain.rpc.iter().zip(1..) {
        check_endpoint(server).map_err(|error| problem(&format!("rpc.{at}"), error.to_string()))?;
    }
    Ok(())
}

/// Asks the nodes about what is new: that each server serves the chain, and that each token is what it is called, with so
/// many decimals. A chain without a server has nobody to ask and is offered to nobody.
///
/// # Errors
/// When a node says otherwise, with both values; when none answers.
pub(super) async fn check_on_chain(before: &Settings, wanted: &Settings) -> Result<(), AppError> {
    if wanted.mode == Mode::Practice {
        return Ok(());
    }
    for (chain, number) in wanted.evm.iter().zip(1..) {
        let known = before.evm.iter().find(|known| known.chain_id == chain.chain_id);
        if known != Some(chain) {
            check_news(known, chain, number).await?;
        }
    }
    Ok(())
}

async fn check_news(known: Option<&EvmChain>, chain: &EvmChain, number: u32) -> Result<(), AppError> {
    let is_known_server = |server: &&String| known.is_some_and(|known| known.rpc.contains(server));
    for (server, at) in chain.rpc.iter().zip(1..).filter(|(server, _)| !is_known_server(server)) {
        check_chain(chain.chain_id, server)
            .await
            .map_err(|error| refused(&key(number, &format!("rpc.{at}")), &error.to_string()))?;
    }
    let is_known_token = |token: &&EvmToken| known.is_some_and(|known| known.tokens.contains(token));
    for (token, at) in chain.tokens.iter().zip(1..).filter(|(token, _)| !is_known_token(token)) {
        check_on_any_server(chain, token)
            .await
            .map_err(|error| refused(&key(number, &format!("tokens.{at}")), &error))?;
    }
    Ok(())
}

/// The first server that answers decides.
async fn check_on_any_server(chain: &EvmChain, token: &EvmToken) -> Result<(), String> {
    let mut last = Ok(());
    for server in &chain.rpc {
        match check_token(chain.chain_id, server, &token_config(token)).await {
            Err(error @ rail_evm::SetUpError::Provider { .. }) => last = Err(error.to_string()),
            decided => return decided.map(drop).map_err(|error| error.to_string()),
        }
    }
    last
}

/// What can't be changed any more once the books rest on it: the account whose addresses were shown.
pub(super) fn check_account_stays(
    engine: &Engine,
    before: &Settings,
    wanted: &Settings,
) -> Result<(), AppError> {
    if wanted.mode == Mode::Practice || wanted.evm == before.evm {
        return Ok(());
    }
    let Some(config) = config(&wanted.evm) else { return Ok(()) };
    let memory = engine.reader().rail_memory(RailId::EVM)?;
    let opened = EvmRail::open(&config, &memory, wall_clock());
    opened.map(drop).map_err(|error| refused("rail.evm", &error.to_string()))
}

fn key(number: u32, member: &str) -> String {
    format!("rail.evm.{number}.{member}")
}

fn refused(key: &str, message: &str) -> AppError {
    refuse(ErrorCode::BadRequest, format!("{key}: {message}"))
}
