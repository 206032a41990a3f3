//! The ways to pay a sale, and why one is off.

mod card;
mod evm;

use money::{Currency, Money};
use payment::rail::{RailError, method_name};
use payment::rates::NoRate;
use payment::{Quote, RailId, Sale};
use settings::Settings;

pub use self::card::{problem, shops_reader};
use super::money;
use super::sale::depth;
use crate::dto::card::CardWayDto;
use crate::dto::error::AppError;
use crate::dto::sale::{DepthDto, TenderDto, TenderReasonDto};
use crate::till::Till;

/// Cash, cards, bitcoin and the coins of EVM chains for what is still to pay.
///
/// # Errors
/// When a sum is out of range.
pub fn tenders(till: &Till, sale: &Sale) -> Result<Vec<TenderDto>, AppError> {
    let rest = sale.payable().unwrap_or_else(|_| Money::zero(sale.due().currency()));
    let settings = till.engine.settings();
    let card = |way| card::tender(till, &settings, sale, rest, way);
    let counter = [cash(&settings, sale, rest), card(CardWayDto::Reader), card(CardWayDto::Phone)];
    let mut chains: Vec<TenderDto> = ways(till).into_iter().map(|way| chain(till, rest, way)).collect();
    chains.sort_by_cached_key(evm::place);
    Ok(counter.into_iter().chain(chains).collect())
}

fn cash(settings: &Settings, sale: &Sale, rest: Money) -> TenderDto {
    let you_get = sale.cash_to_pay(settings.cash.smallest_coin_minor).unwrap_or(rest);
    let reason = (!settings.cash.enabled).then_some(TenderReasonDto::SwitchedOff);
    TenderDto {
        method: "cash".to_owned(),
        available: reason.is_none() && sale.payable().is_ok(),
        reason,
        detail: String::new(),
        you_get: money(you_get),
        coin: None,
        rate_source: String::new(),
        safe_at: DepthDto::AT_ONCE,
        chain: None,
    }
}

/// The rail and the coin of a way to pay by its name: `bitcoin`, `evm:8453/USDC`. Also one that can't be used now is
/// found, so that its refusal says why.
#[must_use]
pub fn chain_way(till: &Till, method: &str) -> Option<(RailId, Currency)> {
    ways(till).into_iter().find(|(rail, coin)| method_name(*rail, *coin) == method)
}

/// Every coin of every chain rail, as far as it is known; bitcoin also while it is not set up.
fn ways(till: &Till) -> Vec<(RailId, Currency)> {
    let evm = till.engine.rail(RailId::EVM).and_then(Result::ok).map(|rail| rail.coins());
    let evm = evm.into_iter().flatten().map(|coin| (RailId::EVM, coin));
    [(RailId::BITCOIN, Currency::BTC)].into_iter().chain(evm).collect()
}

fn chain(till: &Till, rest: Money, (rail, coin): (RailId, Currency)) -> TenderDto {
    let settings = till.engine.settings();
    let rate = till.engine.rate(coin);
    let quote = rate.clone().ok().and_then(|rate| Quote::of(rest, rate, settings.quote_life_ms()).ok());
    let policy = settings.policy_for(rail, coin, rest);
    let off = off(till, &settings, (rail, coin), rate.err(), quote.as_ref());
    let (reason, detail) = off.map_or((None, String::new()), |(reason, detail)| (Some(reason), detail));
    TenderDto {
        method: method_name(rail, coin),
        available: reason.is_none() && rest.is_positive(),
        reason,
        detail,
        you_get: money(rest),
        rate_source: quote.as_ref().map(|quote| quote.rate.source.clone()).unwrap_or_default(),
        coin: quote.map(|quote| money(quote.coin)),
        safe_at: depth(policy.safe),
        chain: evm::chain(till, (rail, coin), policy.safe),
    }
}

/// Why a coin can't be chosen now. A rail whose servers are down can still show a code, but nobody would see the
/// money come: it is off until one answers.
fn off(
    till: &Till,
    settings: &Settings,
    (id, coin): (RailId, Currency),
    no_rate: Option<NoRate>,
    quote: Option<&Quote>,
) -> Option<(TenderReasonDto, String)> {
    if !settings.takes(coin) {
        return Some((TenderReasonDto::SwitchedOff, String::new()));
    }
    let rail = match till.engine.rail(id) {
        Some(Ok(rail)) => rail,
        Some(Err(RailError::Misconfigured(reason))) => return Some((TenderReasonDto::NotSetUp, reason)),
        Some(Err(error)) => return Some((TenderReasonDto::NoServer, error.to_string())),
        None => return Some((TenderReasonDto::NotSetUp, String::new())),
    };
    let health = rail.health(coin);
    if !health.is_up() {
        let problem = health.servers.into_iter().find_map(|server| server.problem).unwrap_or_default();
        return Some((TenderReasonDto::NoServer, problem));
    }
    if let Some(reason) = no_rate {
        return Some((TenderReasonDto::NoRate, reason.to_string()));
    }
    let least = rail.amount_min(coin);
    match quote {
        Some(quote) if quote.coin.minor() >= least.minor() => None,
        Some(_) => Some((TenderReasonDto::AmountOutOfRange, least.to_string())),
        None => Some((TenderReasonDto::AmountOutOfRange, String::new())),
    }
}
