//! Payers' tabs and their settlements.

use std::sync::Arc;

use engine::{Command, EngineError, Reply};
use payment::{RailId, RailKind, SettlementId};

use super::{Asker, id, refuse};
use crate::app::App;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::settlement::{
    SettlementDto, SettlementPartDto, SettlementPartsRequest, SettlementRequest, SettlementsReply,
    SettlementsRequest, TabsDto, TabsSettleRequest, TabsSettledDto,
};
use crate::dto::status::Nothing;
use crate::till::Till;
use crate::view;

/// Settlements, or parts of one, on a page at most.
const PAGE_ROWS_MAX: u32 = 200;

/// Those that wait for somebody to decide.
pub(super) async fn settlements_set_aside(
    app: &Arc<App>,
    _: Asker,
    request: SettlementsRequest,
) -> Result<SettlementsReply, AppError> {
    let limit = request.limit.clamp(1, PAGE_ROWS_MAX);
    let till = app.till().await?;
    let reader = till.engine.reader();
    let mut found = reader.settlements_set_aside(request.after.into(), limit + 1).await?;
    let more = u32::try_from(found.len()).is_ok_and(|found| found > limit);
    if more {
        found.pop();
    }
    Ok(SettlementsReply {
        rows: found.iter().map(view::settlement::settlement).collect(),
        more,
        open: view::tally(reader.settlement_count_set_aside().await?),
    })
}

pub(super) async fn settlement_get(
    app: &Arc<App>,
    _: Asker,
    request: SettlementRequest,
) -> Result<SettlementDto, AppError> {
    settlement(&*app.till().await?, id(&request.settlement)?).await
}

pub(super) async fn settlement_parts(
    app: &Arc<App>,
    _: Asker,
    request: SettlementPartsRequest,
) -> Result<Vec<SettlementPartDto>, AppError> {
    let before = (request.before > 0).then(|| request.before.into());
    let limit = request.limit.clamp(1, PAGE_ROWS_MAX);
    let till = app.till().await?;
    let parts = till.engine.reader().settlement_parts(id(&request.settlement)?, before, limit).await?;
    Ok(parts.iter().map(view::settlement::part).collect())
}

/// Tries a settlement again that was set aside. What comes of it is seen later.
pub(super) async fn settlement_retry(
    app: &Arc<App>,
    _: Asker,
    request: SettlementRequest,
) -> Result<SettlementDto, AppError> {
    let (till, id) = (app.till().await?, id(&request.settlement)?);
    till.engine.ask(Command::RetrySettlement { settlement: id }).await?;
    settlement(&till, id).await
}

pub(super) async fn tabs(app: &Arc<App>, _: Asker, _: Nothing) -> Result<Vec<TabsDto>, AppError> {
    let summaries = app.till().await?.engine.reader().tabs_summary().await?;
    Ok(summaries.iter().map(view::settlement::tabs).collect())
}

/// Charges every tab of a rail that has what the rail takes at least.
pub(super) async fn tabs_settle(
    app: &Arc<App>,
    _: Asker,
    request: TabsSettleRequest,
) -> Result<TabsSettledDto, AppError> {
    let rail = RailId::named(&request.rail).filter(|rail| rail.kind() == RailKind::Charging);
    let rail = rail.ok_or_else(|| {
        refuse(ErrorCode::BadRequest, format!("{} is no rail that charges tabs", request.rail))
    })?;
    let till = app.till().await?;
    let (mut count, mut after) = (0, None);
    loop {
        let command = Command::SettleTabs { rail, although_young: true, after };
        match till.engine.ask(command).await? {
            Reply::TabsSettled { count: settled, last } => {
                count += settled;
                after = last;
            }
            _ => return Err(refuse(ErrorCode::Internal, "the till did not say how many tabs it charged")),
        }
        if after.is_none() {
            return Ok(TabsSettledDto { count });
        }
    }
}

async fn settlement(till: &Till, id: SettlementId) -> Result<SettlementDto, AppError> {
    let found = till.engine.reader().settlement(id).await?;
    Ok(view::settlement::settlement(&found.ok_or(EngineError::NoSuchSettlement)?))
}
