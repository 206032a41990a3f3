//! Stored values back into domain types. What this version does not know is refused with its place.

use ledger::{Account, EntryKind};
use money::{Currency, Money};
use payment::ids::{Id, Kind};
use payment::{InvoiceId, PaymentId, RailId, StrayId};

use crate::{Mode, ReadError, Subject, TransferOwner};

pub(crate) fn account(name: &str) -> Result<Account, ReadError> {
    name.parse().map_err(|_| unknown("account", name))
}

pub(crate) fn entry_kind(name: &str) -> Result<EntryKind, ReadError> {
    name.parse().map_err(|_| unknown("entry.kind", name))
}

pub(crate) fn currency(code: &str, scale: u8) -> Result<Currency, ReadError> {
    Currency::parts(code, scale).map_err(|_| unknown("currency", &format!("{code} with {scale} decimals")))
}

pub(crate) fn money(minor: i64, code: &str, scale: i64) -> Result<Money, ReadError> {
    let scale = u8::try_from(scale).map_err(|_| unknown("scale", &scale.to_string()))?;
    Ok(Money::new(minor, currency(code, scale)?))
}

pub(crate) fn rail(name: &str) -> Result<RailId, ReadError> {
    RailId::named(name).ok_or_else(|| unknown("rail", name))
}

pub(crate) fn mode(name: &str) -> Result<Mode, ReadError> {
    Mode::named(name).ok_or_else(|| unknown("till.mode", name))
}

pub(crate) fn id<K: Kind>(bytes: &[u8]) -> Result<Id<K>, ReadError> {
    Id::from_bytes(bytes).map_err(|_| unknown(K::PREFIX, &hex::encode(bytes)))
}

pub(crate) fn subject(kind: &str, bytes: &[u8]) -> Result<Subject, ReadError> {
    match kind {
        "sale" => Ok(Subject::Sale(id(bytes)?)),
        "stray" => Ok(Subject::Stray(id(bytes)?)),
        "parcel" => Ok(Subject::Parcel(id(bytes)?)),
        "settlement" => Ok(Subject::Settlement(id(bytes)?)),
        "payout" => Ok(Subject::Payout(id(bytes)?)),
        "sweep" => Ok(Subject::Sweep(id(bytes)?)),
        _ => Err(unknown("event.subject_kind", kind)),
    }
}

pub(crate) fn small<T: TryFrom<i64>>(place: &'static str, value: i64) -> Result<T, ReadError> {
    T::try_from(value).map_err(|_| unknown(place, &value.to_string()))
}

/// The owner of a row of `transfer`.
pub(crate) fn owner(
    invoice: Option<&[u8]>,
    payment: Option<&[u8]>,
    stray: Option<&[u8]>,
) -> Result<TransferOwner, ReadError> {
    match (invoice, payment, stray) {
        (Some(invoice), Some(payment), None) => {
            let (invoice, payment): (InvoiceId, PaymentId) = (id(invoice)?, id(payment)?);
            Ok(TransferOwner::Sale(invoice, payment))
        }
        (None, None, Some(stray)) => {
            let stray: StrayId = id(stray)?;
            Ok(TransferOwner::Stray(stray))
        }
        _ => Err(unknown("transfer", "no single owner")),
    }
}

/// The kinds of subject that this version knows, in the order of their names.
pub(crate) const SUBJECT_KINDS: &[&str] = &["parcel", "payout", "sale", "settlement", "stray", "sweep"];

/// Name and id of a subject as stored.
pub(crate) fn subject_columns(subject: &Subject) -> (&'static str, &[u8; 16]) {
    match subject {
        Subject::Sale(id) => ("sale", id.as_bytes()),
        Subject::Stray(id) => ("stray", id.as_bytes()),
        Subject::Parcel(id) => ("parcel", id.as_bytes()),
        Subject::Settlement(id) => ("settlement", id.as_bytes()),
        Subject::Payout(id) => ("payout", id.as_bytes()),
        Subject::Sweep(id) => ("sweep", id.as_bytes()),
    }
}

fn unknown(place: &'static str, value: &str) -> ReadError {
    ReadError::Value { place, value: value.to_owned() }
}
