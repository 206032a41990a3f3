//! The stored form of events: explicit, versioned JSON, one shape per kind of event. Domain types know nothing of it.
//!
//! Invariants: a shape that was ever written is read for good; a field is never given another meaning. The shapes are
//! checked against the domain types by the compiler, so that a changed event cannot be stored by accident: it needs
//! a new encoding number, and the old shapes stay. What this version does not know is refused, never guessed.

mod answers;
mod card;
mod cart;
mod instruction;
mod parcel;
mod parts;
mod payout;
mod sale;
mod settlement;
mod stray;
mod sweep;
mod sweep_plan;
mod terms;
#[cfg(test)]
mod tests;
mod transfer;

use serde::de::DeserializeOwned;
use thiserror::Error;

pub(crate) use instruction::{decode_instruction, encode_instruction, encode_metadata};
pub(crate) use parcel::{decode_parcel, encode_parcel};
pub(crate) use payout::{decode_payout, encode_payout};
pub(crate) use sale::{decode_sale, encode_sale};
pub(crate) use settlement::{decode_settlement, encode_settlement};
pub(crate) use stray::{decode_stray, encode_stray};
pub(crate) use sweep::{decode_sweep, encode_sweep};

/// The encoding this version writes.
pub(crate) const ENCODING: i64 = 1;

/// An event that this version can't read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum CodecError {
    /// Another encoding.
    #[error("its encoding {0} is not known to this version: update Tillstream or restore a backup")]
    UnknownEncoding(i64),
    /// The payload is not what its encoding promises, or a kind this version does not know.
    #[error("its {kind} can't be read ({reason}): update Tillstream or restore a backup")]
    Malformed {
        /// The stored kind.
        kind: String,
        /// What is wrong.
        reason: String,
    },
    /// The kind beside the payload is not the payload's.
    #[error("it is stored as {stored}, but its payload is {payload}: restore a backup")]
    OtherKind {
        /// The stored kind.
        stored: String,
        /// The payload's kind.
        payload: &'static str,
    },
    /// It could not be put into text.
    #[error("it can't be stored: {0}")]
    Unstorable(String),
}

/// An event as it goes into a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Encoded {
    pub(crate) kind: &'static str,
    pub(crate) payload: String,
}

/// An event as it comes from a row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredEvent<'a> {
    pub(crate) kind: &'a str,
    pub(crate) encoding: i64,
    pub(crate) payload: &'a str,
}

impl StoredEvent<'_> {
    /// Reads the payload; the caller compares the kinds.
    fn read<T: DeserializeOwned>(&self) -> Result<T, CodecError> {
        if self.encoding != ENCODING {
            return Err(CodecError::UnknownEncoding(self.encoding));
        }
        serde_json::from_str(self.payload)
            .map_err(|e| CodecError::Malformed { kind: self.kind.to_owned(), reason: e.to_string() })
    }

    fn is_kind(&self, payload: &'static str) -> Result<(), CodecError> {
        if self.kind == payload {
            Ok(())
        } else {
            Err(CodecError::OtherKind { stored: self.kind.to_owned(), payload })
        }
    }
}
