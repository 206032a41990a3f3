//! Stray payments for the screens.

use money::Rounding;
use payment::stray::Decision;
use payment::{ExactAmount, Stray, StrayReason};
use store::Subject;

use super::{money, sale::transfer, timeline};
use crate::dto::error::AppError;
use crate::dto::stray::{ExactAmountDto, StrayDto, StrayReasonDto, StrayStateDto};
use crate::till::Till;

/// A stray payment with what it is worth now and its history.
///
/// # Errors
/// When the journal can't be read.
pub async fn stray(till: &Till, stray: &Stray) -> Result<StrayDto, AppError> {
    let reader = till.engine.reader();
    let shown_by = stray.finding.shown_by.map(|(invoice, _)| invoice);
    let shown_by_number = match shown_by {
        Some(invoice) => reader.sale(invoice).await?.map(|sale| sale.number),
        None => None,
    };
    let events = reader.timeline(Subject::Stray(stray.id)).await?;
    let (assigned_to, credited_to) = match &stray.decision {
        Decision::Open => (None, None),
        Decision::Assigned { invoice, .. } => (Some(invoice.to_string()), None),
        Decision::Credited { customer, .. } => (None, Some(customer.clone())),
    };
    Ok(StrayDto {
        stray: stray.id.to_string(),
        rail: stray.finding.rail.name().to_owned(),
        address: stray.finding.address.clone(),
        network: network(till, stray),
        exact: stray.transfer.latest.exact.as_ref().map(exact),
        transfer: transfer(&stray.transfer, &stray.finding.policy),
        worth: worth(till, stray).map(money),
        reason: reason(stray.finding.reason),
        state: state(stray),
        shown_by: shown_by.map(|invoice| invoice.to_string()),
        shown_by_number,
        assigned_to,
        credited_to,
        timeline: events.iter().map(timeline::item).collect(),
    })
}

/// The network's name as its rail says it; empty while there is no such rail.
fn network(till: &Till, stray: &Stray) -> String {
    let rail = till.engine.rail(stray.finding.rail).and_then(Result::ok);
    rail.map(|rail| rail.network(stray.transfer.latest.amount.currency())).unwrap_or_default()
}

fn exact(exact: &ExactAmount) -> ExactAmountDto {
    ExactAmountDto {
        symbol: exact.symbol.clone(),
        amount: exact.decimal_text(),
        contract: exact.contract.clone().unwrap_or_default(),
        chain_id: exact.chain_id.to_string(),
    }
}

fn worth(till: &Till, stray: &Stray) -> Option<money::Money> {
    let coin = stray.transfer.latest.amount;
    let rate = till.engine.rate(coin.currency()).ok()?;
    coin.convert(&rate.applied().ok()?, Rounding::Down).ok()
}

fn state(stray: &Stray) -> StrayStateDto {
    match (&stray.decision, stray.transfer.is_present()) {
        (Decision::Assigned { .. }, _) => StrayStateDto::Assigned,
        (_, false) => StrayStateDto::Withdrawn,
        (Decision::Credited { .. }, true) => StrayStateDto::Credited,
        (Decision::Open, true) => StrayStateDto::Open,
    }
}

const fn reason(reason: StrayReason) -> StrayReasonDto {
    match reason {
        StrayReason::AlreadyPaid => StrayReasonDto::AlreadyPaid,
        StrayReason::SaleCancelled => StrayReasonDto::SaleCancelled,
        StrayReason::SaleVoided => StrayReasonDto::SaleVoided,
        StrayReason::UnknownAddress => StrayReasonDto::UnknownAddress,
        StrayReason::OtherCoin => StrayReasonDto::OtherCoin,
        StrayReason::UnlistedToken => StrayReasonDto::UnlistedToken,
        StrayReason::Unbookable => StrayReasonDto::Unbookable,
    }
}
