//! Double-entry bookkeeping without storage: a chart of accounts for a small shop, and entries that cannot exist
//! unless their postings add to zero in every currency.
//!
//! Invariants: an [`Entry`] balances per currency, has no empty posting, and is never changed. A correction is a new
//! entry made with [`Entry::reversal`]. What is unconfirmed sits in pending accounts until it is settled or voided.
#![deny(clippy::float_arithmetic)]

mod account;
mod entry;

pub use account::{Account, AccountKind, UnknownAccount};
pub use entry::{Entry, EntryKind, Posting, RateNote, UnbalancedEntry, UnknownEntryKind};
