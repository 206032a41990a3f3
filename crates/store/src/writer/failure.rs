//! What SQLite's refusals mean in the words of the books.

use money::MoneyError;
use rusqlite::ErrorCode;

use crate::codec::CodecError;
use crate::error::has_no_room;
use crate::{Refusal, WriteError};

impl From<rusqlite::Error> for WriteError {
    /// For failures before the commit: nothing of the batch is in the data file.
    fn from(error: rusqlite::Error) -> Self {
        let Some(code) = error.sqlite_error_code() else {
            return Self::Refused(Refusal::Rule(error.to_string()));
        };
        match code {
            _ if has_no_room(&error) => Self::Full,
            ErrorCode::ConstraintViolation => Self::Refused(broken_rule(&error.to_string())),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
            _ => Self::Io(error.to_string()),
        }
    }
}

impl From<Refusal> for WriteError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<MoneyError> for WriteError {
    fn from(error: MoneyError) -> Self {
        Self::Refused(Refusal::Rule(error.to_string()))
    }
}

impl From<CodecError> for WriteError {
    fn from(error: CodecError) -> Self {
        Self::Refused(Refusal::Rule(error.to_string()))
    }
}

/// SQLite names the columns of a broken unique rule, and every other rule by its own name.
fn broken_rule(message: &str) -> Refusal {
    const RULES: &[(&str, Refusal)] = &[
        ("payment_address.rail, payment_address.address", Refusal::AddressTaken),
        ("payment_address.payment_id", Refusal::PaymentTaken),
        ("outbox.payment_id", Refusal::PaymentTaken),
        ("transfer.rail, transfer.reference", Refusal::TransferTaken),
        ("events are only appended", Refusal::VersionTaken),
        ("entries are only appended", Refusal::VersionTaken),
    ];
    let known = RULES.iter().find(|(part, _)| message.contains(part));
    known.map_or_else(|| Refusal::Rule(message.to_owned()), |(_, refusal)| refusal.clone())
}
