//! Cards at the counter.

use std::sync::Arc;

use engine::{CardCommand, Command};
use payment::card::{CaptureMode, CardWay};
use payment::sale::Payment;
use payment::{InvoiceId, PaymentId, RailId};
use rail_practice::CardAct;

use super::sales::{ask, ids};
use super::{Asker, id, refuse};
use crate::app::App;
use crate::dto::card::{
    CardCaptureRequest, CardRefundCancelRequest, CardRefundRequest, CardStartRequest, CardWayDto,
    DisputedSaleDto, HeldCardDto, ReceiptNumberRequest,
};
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::practice::{PracticeCardActDto, PracticeCardRequest};
use crate::dto::sale::{PaymentRequest, SaleDto};
use crate::dto::status::Nothing;
use crate::till::Till;
use crate::view;

pub(super) async fn card_start(
    app: &Arc<App>,
    _: Asker,
    request: CardStartRequest,
) -> Result<SaleDto, AppError> {
    let (invoice, payment) = ids(&request.invoice, &request.payment)?;
    let till = app.till().await?;
    let settings = till.engine.settings();
    let named = (!request.reader.is_empty()).then_some(request.reader);
    let way = match (request.way, named.or_else(|| view::tender::shops_reader(till.mode, &settings))) {
        (CardWayDto::Phone, _) => CardWay::Phone,
        (CardWayDto::Reader, Some(reader)) => CardWay::Reader(reader),
        (CardWayDto::Reader, None) => {
            return Err(refuse(ErrorCode::BadRequest, "say which reader: choose one in Settings, Cards"));
        }
    };
    let capture = match request.capture_later {
        Some(true) => CaptureMode::Later,
        Some(false) => CaptureMode::AtOnce,
        None => settings.stripe.capture,
    };
    let command = Command::Card(CardCommand::Start { invoice, payment, rail: RailId::STRIPE, way, capture });
    ask(&till, command).await
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
    let till = app.till().await?;
    let reader = reader_for_refund(&till, invoice, payment).await?;
    let reason = request.reason;
    ask(&till, Command::Card(CardCommand::Refund { invoice, payment, refund, amount, reason, reader })).await
}

/// Where a card that must be presented is asked for when the reader at which it paid is gone: at the one that the shop has
/// chosen now.
async fn reader_for_refund(
    till: &Till,
    invoice: InvoiceId,
    payment: PaymentId,
) -> Result<Option<String>, AppError> {
    let sale = till.engine.sale(invoice).await?;
    let card = sale.payment(payment).and_then(Payment::card).filter(|card| card.must_be_presented());
    let Some(CardWay::Reader(paid_at)) = card.map(|card| &card.terms.way) else { return Ok(None) };
    let Some(Ok(rail)) = till.engine.card_rail(RailId::STRIPE) else { return Ok(None) };
    let readers = match rail.office() {
        Some(office) => office.readers().await.unwrap_or_default(),
        None => Vec::new(),
    };
    let is_gone = !readers.is_empty() && readers.iter().all(|reader| reader.id != *paid_at);
    Ok(if is_gone { view::tender::shops_reader(till.mode, &till.engine.settings()) } else { None })
}

pub(super) async fn card_refund_cancel(
    app: &Arc<App>,
    _: Asker,
    request: CardRefundCancelRequest,
) -> Result<SaleDto, AppError> {
    let (invoice, payment) = ids(&request.invoice, &request.payment)?;
    let refund = id(&request.refund)?;
    ask(&*app.till().await?, Command::Card(CardCommand::CancelRefund { invoice, payment, refund })).await
}

/// Money that is held, what the bank lets go of soonest first.
pub(super) async fn cards_held(app: &Arc<App>, _: Asker, _: Nothing) -> Result<Vec<HeldCardDto>, AppError> {
    let till = app.till().await?;
    let mut held = Vec::new();
    for due in till.engine.reader().held_cards().await? {
        held.extend(view::card::held(&till.engine.sale(due.invoice).await?, due.payment));
    }
    Ok(held)
}

/// Disputes, those first that wait for the shop's answer.
pub(super) async fn disputes(app: &Arc<App>, _: Asker, _: Nothing) -> Result<Vec<DisputedSaleDto>, AppError> {
    let found = app.till().await?.engine.reader().disputes().await?;
    Ok(found.iter().map(view::card::disputed).collect())
}

/// The sale that a receipt is about: what of it can be given back, and to which card, stands with its payments.
pub(super) async fn sale_by_receipt(
    app: &Arc<App>,
    _: Asker,
    request: ReceiptNumberRequest,
) -> Result<SaleDto, AppError> {
    let till = app.till().await?;
    let found = till.engine.reader().invoice_with_receipt(request.receipt_number).await?;
    let none = || refuse(ErrorCode::NotFound, "no receipt has this number: look at the sales list");
    view::sale::sale(&till, &till.engine.sale(found.ok_or_else(none)?).await?)
}

/// How long the simulated bank waits for an answer: seven days, as the strictest real ones.
const ANSWER_TIME_MS: i64 = 7 * 24 * 60 * 60 * 1000;

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
        PracticeCardActDto::TapInterac => CardAct::TapInterac,
        PracticeCardActDto::Decline => CardAct::Decline,
        PracticeCardActDto::TapUnheard => CardAct::TapUnheard,
        PracticeCardActDto::LineIsBack => CardAct::LineIsBack,
        PracticeCardActDto::Object => {
            CardAct::Object { due_by: till.engine.clock().now().wall.plus_millis(ANSWER_TIME_MS) }
        }
    };
    terminal.act(payment, act);
    view::sale::sale(&till, &till.engine.sale(invoice).await?)
}
