//! The journal in SQLite.
#![deny(clippy::float_arithmetic)]

mod batch;
mod codec;
mod error;
mod mode;

pub use batch::{
    AlertAcknowledged, Batch, Committed, Counters, DueOffer, FindingRecord, RailChange, Record, SaleRecord,
    SettingsChange, Source, StrayRecord, Subject, TransferOwner,
};
pub use codec::CodecError;
pub use error::{BackupError, OpenError, ReadError, Refusal, WriteError};
pub use mode::Mode;
