//! What coins are worth now.

use std::sync::Arc;

use super::Asker;
use crate::app::App;
use crate::dto::error::AppError;
use crate::dto::rates::RatesNowDto;
use crate::dto::status::Nothing;
use crate::view;

pub(super) async fn rates_now(app: &Arc<App>, _: Asker, _: Nothing) -> Result<RatesNowDto, AppError> {
    view::rates::now(app.till().await?.as_ref())
}
