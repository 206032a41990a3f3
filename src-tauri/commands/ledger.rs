//! Looking at the books.

use std::sync::Arc;

use ledger::Account;
use store::{EntryFilter, ReadError, Subject, Verification};

use super::{Asker, id, refuse};
use crate::app::App;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::ledger::{AccountDto, EntriesReply, EntriesRequest, VerifyReply};
use crate::dto::status::Nothing;
use crate::view;

/// Rows of a page at most.
const ROWS_MAX: u16 = 200;

pub(super) async fn ledger_accounts(
    app: &Arc<App>,
    _: Asker,
    _: Nothing,
) -> Result<Vec<AccountDto>, AppError> {
    let balances = app.till().await?.engine.reader().balances().await?;
    view::ledger::accounts(&balances)
}

pub(super) async fn ledger_entries(
    app: &Arc<App>,
    _: Asker,
    request: EntriesRequest,
) -> Result<EntriesReply, AppError> {
    let account = request.account.as_deref().map(str::parse::<Account>).transpose();
    let filter = EntryFilter {
        account: account.map_err(|error| refuse(ErrorCode::BadRequest, error.to_string()))?,
        currency: request.currency,
        subject: request.invoice.as_deref().map(id).transpose()?.map(Subject::Sale),
        before: (request.before > 0).then(|| i64::from(request.before)),
        limit: request.limit.clamp(1, ROWS_MAX),
    };
    let page = app.till().await?.engine.reader().entries(&filter).await?;
    Ok(view::ledger::entries(&page))
}

pub(super) async fn ledger_verify(app: &Arc<App>, _: Asker, _: Nothing) -> Result<VerifyReply, AppError> {
    let till = app.till().await?;
    let checked = till.engine.reader().verify().await;
    till.note_ledger(problem_of(&checked));
    Ok(view::ledger::verified(&checked?))
}

/// What a check found, in one line; empty when nothing.
#[must_use]
pub fn problem_of(checked: &Result<Verification, ReadError>) -> String {
    match checked {
        Ok(checked) => checked.fault.as_ref().map(ToString::to_string).unwrap_or_default(),
        Err(error) => error.to_string(),
    }
}
