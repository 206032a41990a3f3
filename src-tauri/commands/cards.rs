//! Cards at the counter.

use std::sync::Arc;

use engine::{CardCommand, Command};
use payment::RailId;
use payment::card::{CaptureMode, CardWay};
use rail_practice::CardAct;

use super::sales::{ask, ids};
use super::{Asker, id, refuse};
use crate::app::App;
use crate::dto::card::{CardCaptureRequest, CardRefundRequest, CardStartRequest, CardWayDto};
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::practice::{PracticeCardActDto, PracticeCardRequest};
use crate::dto::sale::{PaymentRequest, SaleDto};
use crate::view;

pub(super) async fn card_start(
    app: &Arc<App>,
    _: Asker,
    request: CardStartRequest,
) -> Result<SaleDto, AppError> {
    let (invoice, payment) = ids(&request.invoice, &request.payment)?;
    let way = match request.way {
        CardWayDto::Reader if request.reader.is_empty() => {
            return Err(refuse(ErrorCode::BadRequest, "say which reader: choose one in Settings, Cards"));
        }
        CardWayDto::Reader => CardWay::Reader(request.reader),
        CardWayDto::Phone => CardWay::Phone,
    };
    let capture = if request.capture_later { CaptureMode::Later } else { CaptureMode::AtOnce };
    let command = Command::Card(CardCommand::Start { invoice, payment, rail: RailId::STRIPE, way, capture });
    ask(&*app.till().await?, command).await
}

pub(super) async fn card_cancel(
    app: &Arc<App>,
    _: Asker,
    request: PaymentRequest,
) -> Result<SaleDto, AppError> {
    let (invoice, payment) = ids(&request.invoice, &request.payment)?;
    ask(&*app.till().await?, Command::Card(CardCommand::Cancel { invoice, payment })).await
}

pub(super) async fn card_capture(
    app: &Arc<App>,
    _: Asker,
    request: CardCaptureRequest,
) -> Result<SaleDto, AppError> {
    let (invoice, payment) = ids(&request.invoice, &request.payment)?;
    let amount = view::read_money(&request.amount)?;
    ask(&*app.till().await?, Command::Card(CardCommand::Capture { invoice, payment, amount })).await
}

pub(super) async fn card_refund(
    app: &Arc<App>,
    _: Asker,
    request: CardRefundRequest,
) -> Result<SaleDto, AppError> {
    let (invoice, payment) = ids(&request.invoice, &request.payment)?;
    let (refund, amount) = (id(&request.refund)?, view::read_money(&request.amount)?);
    let command =
        Command::Card(CardCommand::Refund { invoice, payment, refund, amount, reason: request.reason });
    ask(&*app.till().await?, command).await
}

/// The simulated customer does something with a card. What comes of it is told by the feed.
pub(super) async fn practice_card(
    app: &Arc<App>,
    _: Asker,
    request: PracticeCardRequest,
) -> Result<SaleDto, AppError> {
    let till = app.till().await?;
    let terminal = till
        .practice
        .terminal()
        .ok_or_else(|| refuse(ErrorCode::Forbidden, "only practice mode has a simulated card reader"))?;
    let (invoice, payment) = ids(&request.invoice, &request.payment)?;
    let act = match request.act {
        PracticeCardActDto::Tap => CardAct::Tap,
        PracticeCardActDto::Decline => CardAct::Decline,
        PracticeCardActDto::TapUnheard => CardAct::TapUnheard,
        PracticeCardActDto::LineIsBack => CardAct::LineIsBack,
    };
    terminal.act(payment, act);
    view::sale::sale(&till, &till.engine.sale(invoice).await?)
}
