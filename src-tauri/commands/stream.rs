//! The stream: micropayments taken in parcels, and those that could not be.

use std::sync::Arc;

use engine::{Command, Reply};
use payment::stream::{Instruction, PARCEL_INSTRUCTIONS_MAX};
use store::{DeadLetter, Source};

use super::{Asker, refuse};
use crate::app::App;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::status::Nothing;
use crate::dto::stream::{
    DeadLetterRequest, DeadLettersReply, DeadLettersRequest, InstructionDto, OutcomeDto, StreamStatusDto,
    StreamTakeReply, StreamTakeRequest,
};
use crate::view;

/// Dead letters on a page at most.
const PAGE_LETTERS_MAX: u32 = 200;

pub(super) async fn stream_take(
    app: &Arc<App>,
    _: Asker,
    request: StreamTakeRequest,
) -> Result<StreamTakeReply, AppError> {
    if request.instructions.len() > PARCEL_INSTRUCTIONS_MAX {
        let detail = format!("hand in at most {PARCEL_INSTRUCTIONS_MAX} instructions together");
        return Err(refuse(ErrorCode::BadRequest, detail));
    }
    let instructions: Result<Arc<[Instruction]>, String> =
        request.instructions.into_iter().map(InstructionDto::instruction).collect();
    let instructions = instructions.map_err(|reason| refuse(ErrorCode::BadRequest, reason))?;
    let pending = app.till().await?.engine.hand_in(Source::Cli, instructions).await?;
    let outcomes = pending.outcomes().await?;
    Ok(StreamTakeReply { outcomes: outcomes.into_iter().map(OutcomeDto::from).collect() })
}

/// How the stream flows.
pub(super) async fn stream_status(app: &Arc<App>, _: Asker, _: Nothing) -> Result<StreamStatusDto, AppError> {
    let till = app.till().await?;
    let reader = till.engine.reader();
    // Micropayments are numbered from one, without a gap.
    let newest = reader.micropayments(None, 1).await?.pop();
    let open = reader.dead_letter_count().await? + reader.settlement_count_set_aside().await?;
    Ok(view::stream::stream_status(till.engine.meters(), newest.as_ref(), open))
}

pub(super) async fn dead_letters(
    app: &Arc<App>,
    _: Asker,
    request: DeadLettersRequest,
) -> Result<DeadLettersReply, AppError> {
    let limit = request.limit.clamp(1, PAGE_LETTERS_MAX);
    let till = app.till().await?;
    let reader = till.engine.reader();
    let letters = reader.dead_letters(request.after.into(), limit + 1).await?;
    let mut rows: Vec<_> = letters.iter().map(view::stream::dead_letter).collect();
    let more = rows.len() > usize::try_from(limit).unwrap_or(usize::MAX);
    if more {
        rows.pop();
    }
    Ok(DeadLettersReply { rows, more, open: view::tally(reader.dead_letter_count().await?) })
}

/// Tries a dead letter again.
pub(super) async fn dead_letter_retry(
    app: &Arc<App>,
    _: Asker,
    request: DeadLetterRequest,
) -> Result<OutcomeDto, AppError> {
    let till = app.till().await?;
    let letter = till.engine.reader().dead_letter(request.number.into()).await?;
    let Some(DeadLetter { instruction, .. }) = letter else {
        let detail = format!("there is no dead letter {}", request.number);
        return Err(refuse(ErrorCode::NotFound, detail));
    };
    let again = Command::TakeParcel { source: Source::Till, instructions: [instruction].into(), again: true };
    match till.engine.ask(again).await? {
        Reply::Parcel(outcomes) => outcomes
            .into_iter()
            .next()
            .map(OutcomeDto::from)
            .ok_or_else(|| refuse(ErrorCode::Internal, "the till gave no outcome")),
        _ => Err(refuse(ErrorCode::Internal, "the till gave no outcome")),
    }
}
