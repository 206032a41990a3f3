//! Payouts of processors to the shop's bank.

use std::sync::Arc;

use payment::PayoutId;
use store::{EntryFilter, Subject};

use super::{Asker, id, refuse};
use crate::app::App;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::payout::{PayoutDto, PayoutRequest, PayoutsReply, PayoutsRequest};
use crate::dto::practice::PracticePayoutRequest;
use crate::dto::status::StatusDto;
use crate::view;
use crate::view::payout::Around;

/// Rows of a page at most.
const ROWS_MAX: u16 = 200;

/// The latest to arrive first.
pub(super) async fn payouts(
    app: &Arc<App>,
    _: Asker,
    request: PayoutsRequest,
) -> Result<PayoutsReply, AppError> {
    let after = (!request.after.is_empty()).then(|| id(&request.after)).transpose()?;
    let page = app.till().await?.engine.reader().payouts(after, request.limit.clamp(1, ROWS_MAX)).await?;
    Ok(view::payout::list(&page))
}

/// A payout with its parts, the sales they belong to, its history and its entries.
pub(super) async fn payout_get(
    app: &Arc<App>,
    _: Asker,
    request: PayoutRequest,
) -> Result<PayoutDto, AppError> {
    let payout: PayoutId = id(&request.payout)?;
    let till = app.till().await?;
    let reader = till.engine.reader();
    let none = || refuse(ErrorCode::NotFound, "there is no payout of that name: look at the list");
    let found = reader.payout(payout).await?.ok_or_else(none)?;
    let filter =
        EntryFilter { subject: Some(Subject::Payout(payout)), limit: ROWS_MAX, ..EntryFilter::default() };
    let around = Around {
        places: reader.places_of_movements(found.rail, &view::payout::movements(&found)).await?,
        history: reader.timeline(Subject::Payout(payout)).await?,
        entries: reader.entries(&filter).await?,
    };
    view::payout::payout(&found, &around)
}

/// The simulated processor pays out what it owes. What comes of it is told by the feed.
pub(super) async fn practice_payout(
    app: &Arc<App>,
    asker: Asker,
    request: PracticePayoutRequest,
) -> Result<StatusDto, AppError> {
    let till = app.till().await?;
    let terminal = till
        .practice
        .terminal()
        .ok_or_else(|| refuse(ErrorCode::Forbidden, "only practice mode has a simulated processor"))?;
    let now = till.engine.clock().now().wall;
    if !terminal.pay_out(now, request.short) {
        return Err(refuse(ErrorCode::NotNow, "there is nothing to pay out: take a card payment first"));
    }
    view::status::status(&till, &app.data_dir, asker).await
}
