//! The journal in SQLite: one write door, hash-chained events and entries, projections, reads, verification, backups.
//!
//! Nothing but events (and what is derived from them) is stored of a sale: its state is the fold of its events. The
//! one [`Writer`] commits whole [`Batch`]es; a [`Reader`] answers screens from a pool that cannot write.
//!
//! Invariants: the data file is opened through SQLite alone, by one owner at a time; journal rows are never changed or
//! deleted; a batch is in the file as a whole or not at all; what was acknowledged is on the disk. Start at
//! [`Store::open`], then [`Writer::write`], then [`Reader`]. Time is given by the caller, always.
#![deny(clippy::float_arithmetic)]

mod backup;
mod batch;
mod chain;
mod codec;
mod column;
mod connection;
mod error;
mod fold;
mod lock;
mod opening;
mod private;
mod projection;
mod reader;
mod store;
mod verify;
mod writer;

pub use backup::{Backup, Restored, backup, restore};
pub use batch::{
    AlertAcknowledged, Batch, Became, Committed, Counters, DeadLetterRecord, DueCard, DueOffer,
    FindingRecord, KnownInstruction, ParcelRecord, PayoutRecord, RailChange, RailCursor, Record, SaleRecord,
    SettingsChange, SettlementRecord, Source, StrayRecord, Subject, SweepRecord, TakenInstruction,
    TransferOwner, UnderWay,
};
pub use codec::CodecError;
pub use error::{BackupError, CommitFailure, OpenError, ReadError, Refusal, WriteError};
pub use payment::Mode;
pub use reader::{
    AlertRow, CardsWaiting, DeadLetter, DisputeFacts, EntriesPage, EntryFilter, FindingRow, Head,
    JournalEntry, Micropayment, MovementPlace, PayoutFacts, PayoutsPage, PostingLine, Reader, RecordedEvent,
    SaleSummary, SalesFilter, SalesPage, SettlementFacts, TabsSummary, Tally, Till, TimelineEvent,
};
pub use store::{Opened, Store, StoreOptions};
pub use verify::{Fault, Problem, Verification};
pub use writer::Writer;
#[doc(hidden)]
pub use writer::{Trouble, Troublemaker, Witness};
