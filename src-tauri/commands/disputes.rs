//! Answering disputes from the shop's own records.

use std::sync::Arc;

use payment::card::{CardReading, Evidence, EvidenceNotes};
use payment::{PaymentId, Sale};

use super::sales::ids;
use super::stripe::{card_rail, refused};
use super::{Asker, refuse};
use crate::app::App;
use crate::dto::dispute::DisputeAnswerRequest;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::sale::SaleDto;
use crate::dto::timeline::FactDto;
use crate::view;

/// What would be sent, to be read before it is: a dispute is answered once.
pub(super) async fn dispute_evidence(
    app: &Arc<App>,
    _: Asker,
    request: DisputeAnswerRequest,
) -> Result<Vec<FactDto>, AppError> {
    let (invoice, payment) = ids(&request.invoice, &request.payment)?;
    let sale = app.till().await?.engine.sale(invoice).await?;
    Ok(view::card::evidence(&evidence(&sale, payment, request)?))
}

/// Sends it. What becomes of the dispute is told by the feed.
pub(super) async fn dispute_answer(
    app: &Arc<App>,
    _: Asker,
    request: DisputeAnswerRequest,
) -> Result<SaleDto, AppError> {
    let (invoice, payment) = ids(&request.invoice, &request.payment)?;
    let till = app.till().await?;
    let sale = till.engine.sale(invoice).await?;
    let dispute = request.dispute.clone();
    let evidence = evidence(&sale, payment, request)?;
    let none = || refuse(ErrorCode::NotNow, "this processor of cards takes no answers from a till");
    let office = card_rail(&till).map_err(refused)?.office().ok_or_else(none)?;
    office.submit_evidence(&dispute, &evidence).await.map_err(refused)?;
    view::sale::sale(&till, &till.engine.sale(invoice).await?)
}

/// From the books of the payment that is disputed, while its bank waits for the shop.
fn evidence(sale: &Sale, payment: PaymentId, request: DisputeAnswerRequest) -> Result<Evidence, AppError> {
    let gone = |error: payment::sale::Refused| refuse(ErrorCode::NotFound, error.to_string());
    let reading: Option<&CardReading> = sale.card(payment).map_err(gone)?.reading.as_ref();
    let mut disputes = reading.into_iter().flat_map(|reading| &reading.disputes);
    let dispute = disputes.find(|dispute| dispute.reference == request.dispute);
    let none = || refuse(ErrorCode::NotFound, "this payment has no dispute of that name");
    if !dispute.ok_or_else(none)?.status.waits_for_answer() {
        return Err(refuse(ErrorCode::NotNow, "the bank waits for no answer any more"));
    }
    let notes = EvidenceNotes {
        served_on: request.served_on,
        customer_name: request.customer_name,
        customer_email: request.customer_email,
        communication: request.communication,
        refund_policy: request.refund_policy,
        refund_refusal: request.refund_refusal,
    };
    Evidence::of(sale, payment, &notes).map_err(gone)
}
