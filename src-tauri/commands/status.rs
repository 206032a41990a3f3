//! The till at a glance, alerts, and which books are open.

use std::sync::Arc;

use engine::Command;
use settings::Mode;

use super::{Asker, refuse};
use crate::app::App;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::setup::ModeSwitchRequest;
use crate::dto::status::{AlertRequest, Nothing, StatusDto};
use crate::view;

pub(super) async fn status(app: &Arc<App>, asker: Asker, _: Nothing) -> Result<StatusDto, AppError> {
    let till = app.till().await?;
    view::status::status(&till, &app.data_dir, asker).await
}

pub(super) async fn alert_acknowledge(
    app: &Arc<App>,
    asker: Asker,
    request: AlertRequest,
) -> Result<StatusDto, AppError> {
    let command = Command::AcknowledgeAlert { alert: i64::from(request.alert) };
    app.till().await?.engine.ask(command).await?;
    status(app, asker, Nothing {}).await
}

/// Another start of the program asks this one to come to the front.
pub(super) async fn window_focus(
    app: &Arc<App>,
    asker: Asker,
    nothing: Nothing,
) -> Result<StatusDto, AppError> {
    app.focus.notify_waiters();
    status(app, asker, nothing).await
}

/// Opens another set of books. Sandbox needs real counterparties, so it is chosen on the command line.
pub(super) async fn mode_switch(
    app: &Arc<App>,
    asker: Asker,
    request: ModeSwitchRequest,
) -> Result<StatusDto, AppError> {
    let mode = Mode::named(&request.mode).filter(|mode| *mode != Mode::Sandbox).ok_or_else(|| {
        refuse(ErrorCode::BadRequest, "switch to practice or live; sandbox is chosen with --mode sandbox")
    })?;
    app.reopen(mode).await?;
    status(app, asker, Nothing {}).await
}
