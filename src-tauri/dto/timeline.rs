//! The history of a sale or stray payment.

use serde::Serialize;
use specta::Type;

/// One event in a sale's (or stray payment's) history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct TimelineItemDto {
    /// Number in the journal.
    pub event: u32,
    /// Recorded at (RFC 3339).
    pub at: String,
    /// What happened, as a code the screens translate (`transfer_observed`).
    pub kind: String,
    /// Facts to show beside it, in order: name (a code) and value.
    pub facts: Vec<FactDto>,
    /// Who said so (`till`, `rail-bitcoin`, `clock`, `cli`).
    pub source: String,
    /// Hash in the journal's chain, hex.
    pub hash: String,
    /// Entries it posted.
    pub entries: Vec<u32>,
}

/// A named fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct FactDto {
    /// Code of the fact (`amount`, `txid`, `confirmations`, `reason`).
    pub name: String,
    /// Value as text.
    pub value: String,
}
