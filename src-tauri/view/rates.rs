//! Rates for the screens.

use money::Currency;
use payment::rates::{SOURCE_NAMES, SourceAnswer, SourceState, Trade, Verdict};
use payment::{QuotedRate, RailId};

use super::instant;
use crate::commands::refuse;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::money::RateDto;
use crate::dto::rates::{CoinRateDto, RateAnswerDto, RateSourceDto, RateVerdictDto, RatesNowDto};
use crate::till::Till;

/// What coins are worth now, and who says so.
///
/// # Errors
/// When a price after the spread does not fit.
pub fn now(till: &Till) -> Result<RatesNowDto, AppError> {
    let rails = RailId::all().filter_map(|id| till.engine.rail(id)?.ok());
    // What a coin is worth is the same on every chain.
    let mut coins: Vec<Currency> = Vec::new();
    for coin in rails.flat_map(|rail| rail.coins()) {
        if !coins.iter().any(|known| known.symbol() == coin.symbol()) {
            coins.push(coin);
        }
    }
    Ok(RatesNowDto {
        sources: sources(&till.engine.rate_sources()),
        coins: coins.into_iter().map(|coin| self::coin(till, coin)).collect::<Result<_, _>>()?,
        stablecoins: payment::rates::PEGS.iter().map(|(coin, _)| (*coin).to_owned()).collect(),
    })
}

fn sources(in_use: &[SourceState]) -> Vec<RateSourceDto> {
    let idle = SOURCE_NAMES.iter().filter(|name| !in_use.iter().any(|state| state.name == **name));
    let idle = idle.map(|name| RateSourceDto {
        name: (*name).to_owned(),
        currencies: rates::named(name).is_some_and(|source| source.trade == Trade::Currencies),
        in_use: false,
        answered_at: None,
        problem: String::new(),
    });
    in_use.iter().map(source).chain(idle).collect()
}

fn source(state: &SourceState) -> RateSourceDto {
    RateSourceDto {
        name: state.name.clone(),
        currencies: state.trade == Trade::Currencies,
        in_use: true,
        answered_at: state.answered_at.map(instant),
        problem: state.problem.clone().unwrap_or_default(),
    }
}

fn coin(till: &Till, coin: Currency) -> Result<CoinRateDto, AppError> {
    let name = coin.symbol().to_owned();
    Ok(match till.engine.rate(coin) {
        Ok(found) => CoinRateDto {
            coin: name,
            rate: Some(rate(&found)?),
            reason: String::new(),
            detail: String::new(),
        },
        Err(none) => {
            CoinRateDto { coin: name, rate: None, reason: none.name().to_owned(), detail: none.to_string() }
        }
    })
}

/// A rate with its origin.
///
/// # Errors
/// When the price after the spread does not fit.
pub fn rate(rate: &QuotedRate) -> Result<RateDto, AppError> {
    let applied = rate.applied().map_err(|error| refuse(ErrorCode::Internal, error.to_string()))?;
    Ok(RateDto {
        price: rate.market.price().to_string(),
        base: rate.market.base().symbol().to_owned(),
        quote: rate.market.quote().code().to_owned(),
        applied: applied.price().round_dp(8).normalize().to_string(),
        spread_percent: rate.spread.to_string(),
        source: rate.source.clone(),
        as_of: instant(rate.as_of),
        answers: rate.answers.iter().map(answer).collect(),
    })
}

fn answer(answer: &SourceAnswer) -> RateAnswerDto {
    let (verdict, reason) = match &answer.verdict {
        Verdict::Agreed => (RateVerdictDto::Agreed, String::new()),
        Verdict::Outlier => (RateVerdictDto::Outlier, String::new()),
        Verdict::Stale => (RateVerdictDto::Stale, String::new()),
        Verdict::Missing(reason) => (RateVerdictDto::Missing, reason.clone()),
    };
    RateAnswerDto {
        source: answer.source.clone(),
        price: answer.price.map(|price| price.price().to_string()).unwrap_or_default(),
        through: answer.through.map(|currency| currency.code().to_owned()).unwrap_or_default(),
        as_of: answer.as_of.map(instant),
        verdict,
        reason,
    }
}
