//! The ways to pay a sale, and why one is off.

mod card;

use money::{Currency, Money};
use payment::rail::RailError;
use payment::{Quote, RailId, Sale};
use settings::{Mode, Settings};

pub use self::card::{problem, shops_reader};
use super::money;
use crate::dto::card::CardWayDto;
use crate::dto::error::AppError;
use crate::dto::sale::{TenderDto, TenderReasonDto};
use crate::till::Till;

/// Cash, cards and bitcoin for what is still to pay.
///
/// # Errors
/// When a sum is out of range.
pub fn tenders(till: &Till, sale: &Sale) -> Result<Vec<TenderDto>, AppError> {
    let rest = sale.payable().unwrap_or_else(|_| Money::zero(sale.due().currency()));
    let settings = till.engine.settings();
    let card = |way| card::tender(till, &settings, sale, rest, way);
    Ok(vec![
        cash(&settings, sale, rest),
        card(CardWayDto::Reader),
        card(CardWayDto::Phone),
        bitcoin(till, rest),
    ])
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
        confirmations_safe: 0,
    }
}

fn bitcoin(till: &Till, rest: Money) -> TenderDto {
    let settings = till.engine.settings();
    let now = till.engine.clock().now().wall;
    let quote = settings
        .rate(Currency::BTC, settings.shop.currency, now)
        .and_then(|rate| Quote::of(rest, rate, settings.quote_life_ms()).ok());
    let off = off(till, &settings, rest, quote.as_ref());
    let (reason, detail) = off.map_or((None, String::new()), |(reason, detail)| (Some(reason), detail));
    TenderDto {
        method: RailId::BITCOIN.name().to_owned(),
        available: reason.is_none() && rest.is_positive(),
        reason,
        detail,
        you_get: money(rest),
        coin: quote.map(|quote| money(quote.coin)),
        confirmations_safe: u32::from(settings.policy_for(RailId::BITCOIN, rest).safe),
    }
}

/// Why bitcoin can't be chosen now. A rail whose servers are down can still show a code, but nobody would see the
/// money come: it is off until one answers.
fn off(
    till: &Till,
    settings: &Settings,
    rest: Money,
    quote: Option<&Quote>,
) -> Option<(TenderReasonDto, String)> {
    if !settings.bitcoin.enabled {
        return Some((TenderReasonDto::SwitchedOff, String::new()));
    }
    if till.mode != Mode::Practice && settings.bitcoin.account.is_none() {
        return Some((TenderReasonDto::NotSetUp, String::new()));
    }
    let rail = match till.engine.rail(RailId::BITCOIN) {
        Some(Ok(rail)) => rail,
        Some(Err(RailError::Misconfigured(reason))) => return Some((TenderReasonDto::NotSetUp, reason)),
        Some(Err(error)) => return Some((TenderReasonDto::NoServer, error.to_string())),
        None => return Some((TenderReasonDto::NotSetUp, String::new())),
    };
    let health = rail.health();
    if !health.is_up() {
        let problem = health.servers.into_iter().find_map(|server| server.problem).unwrap_or_default();
        return Some((TenderReasonDto::NoServer, problem));
    }
    if settings.rate(Currency::BTC, rest.currency(), till.engine.clock().now().wall).is_none() {
        return Some((TenderReasonDto::NoRate, String::new()));
    }
    match quote {
        Some(quote) if quote.coin.minor() >= rail.amount_min().minor() => None,
        Some(_) => Some((TenderReasonDto::AmountOutOfRange, rail.amount_min().to_string())),
        None => Some((TenderReasonDto::AmountOutOfRange, String::new())),
    }
}
