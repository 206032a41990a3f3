//! Money without a sale.

use std::sync::Arc;

use engine::{Command, EngineError, Reply};
use payment::Stray;

use super::{Asker, id};
use crate::app::App;
use crate::dto::error::AppError;
use crate::dto::status::Nothing;
use crate::dto::stray::{StrayAssignRequest, StrayCreditRequest, StrayDto};
use crate::till::Till;
use crate::view;

pub(super) async fn strays(app: &Arc<App>, _: Asker, _: Nothing) -> Result<Vec<StrayDto>, AppError> {
    let till = app.till().await?;
    let found = till.engine.reader().strays().await?;
    let mut shown = Vec::with_capacity(found.len());
    for stray in &found {
        shown.push(view::stray::stray(&till, stray).await?);
    }
    Ok(shown)
}

pub(super) async fn stray_assign(
    app: &Arc<App>,
    _: Asker,
    request: StrayAssignRequest,
) -> Result<StrayDto, AppError> {
    let command = Command::AssignStray {
        stray: id(&request.stray)?,
        invoice: id(&request.invoice)?,
        payment: id(&request.payment)?,
    };
    ask(&*app.till().await?, command).await
}

pub(super) async fn stray_credit(
    app: &Arc<App>,
    _: Asker,
    request: StrayCreditRequest,
) -> Result<StrayDto, AppError> {
    let command = Command::CreditStray { stray: id(&request.stray)?, customer: request.customer };
    ask(&*app.till().await?, command).await
}

async fn ask(till: &Till, command: Command) -> Result<StrayDto, AppError> {
    let stray: Stray = match till.engine.ask(command).await? {
        Reply::Stray(stray) => *stray,
        _ => return Err(EngineError::NoSuchStray.into()),
    };
    view::stray::stray(till, &stray).await
}
