//! The cards that payers of the stream saved, read anew at the processor each time: the books hold none of it.

use std::sync::Arc;

use payment::charging::{PageWish, SavedCards};
use payment::stream::check_payer;
use payment::{RailError, RailId};

use super::stripe::refused;
use super::{Asker, id, refuse};
use crate::app::App;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::payer::{PayerCardRequest, PayerPageRequest, PayerRequest, SavedCardDto, SavingPageDto};
use crate::till::Till;
use crate::view;

/// What a payer saved, newest first: the first is charged.
pub(super) async fn payer_cards(
    app: &Arc<App>,
    _: Asker,
    request: PayerRequest,
) -> Result<Vec<SavedCardDto>, AppError> {
    listed(&*app.till().await?, &request.payer).await
}

/// The page as it is by now; opened, when it was not.
pub(super) async fn payer_page(
    app: &Arc<App>,
    _: Asker,
    request: PayerPageRequest,
) -> Result<SavingPageDto, AppError> {
    let (till, wish) = (app.till().await?, wish(request)?);
    view::payer::saving(&saved(&till)?.page(&wish).await.map_err(told)?)
}

pub(super) async fn payer_page_close(
    app: &Arc<App>,
    _: Asker,
    request: PayerPageRequest,
) -> Result<SavingPageDto, AppError> {
    let (till, wish) = (app.till().await?, wish(request)?);
    view::payer::saving(&saved(&till)?.close(&wish).await.map_err(told)?)
}

/// Answers with what is left.
pub(super) async fn payer_card_forget(
    app: &Arc<App>,
    _: Asker,
    request: PayerCardRequest,
) -> Result<Vec<SavedCardDto>, AppError> {
    let till = app.till().await?;
    check(&request.payer)?;
    saved(&till)?.forget(&request.payer, &request.card).await.map_err(told)?;
    listed(&till, &request.payer).await
}

/// The simulated payer saves a card on a page.
pub(super) async fn practice_payer_saves(
    app: &Arc<App>,
    _: Asker,
    request: PayerPageRequest,
) -> Result<SavingPageDto, AppError> {
    let (till, wish) = (app.till().await?, wish(request)?);
    let simulated = || refuse(ErrorCode::Forbidden, "only practice mode has simulated payers");
    till.practice.cards().ok_or_else(simulated)?.save_on(wish.page);
    view::payer::saving(&saved(&till)?.page(&wish).await.map_err(told)?)
}

async fn listed(till: &Till, payer: &str) -> Result<Vec<SavedCardDto>, AppError> {
    check(payer)?;
    Ok(saved(till)?.cards(payer).await.map_err(told)?.iter().map(view::payer::saved).collect())
}

/// Where the cards are saved, or why nobody can be asked.
fn saved(till: &Till) -> Result<&dyn SavedCards, AppError> {
    let off = || RailError::Misconfigured("cards are switched off in Settings, Cards".to_owned());
    let rail = till.engine.charging_rail(RailId::STRIPE).ok_or_else(off).map_err(refused)?;
    let none = || refuse(ErrorCode::NotNow, "this rail saves no cards");
    rail.as_ref().map_err(|error| refused(error.clone()))?.saved().ok_or_else(none)
}

fn wish(request: PayerPageRequest) -> Result<PageWish, AppError> {
    check(&request.payer)?;
    Ok(PageWish { page: id(&request.page)?, payer: request.payer })
}

fn check(payer: &str) -> Result<(), AppError> {
    check_payer(payer).map_err(|error| refuse(ErrorCode::BadRequest, error.to_string()))
}

fn told(error: RailError) -> AppError {
    refused(error.masked())
}
