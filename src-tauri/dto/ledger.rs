//! Accounts, balances and entries.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::money::MoneyDto;

/// One account of the chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct AccountDto {
    /// Number in the chart (`1000`).
    pub number: u16,
    /// Stable name (`cash-drawer`), a code the screens translate.
    pub name: String,
    /// `asset`, `liability`, `income`, `expense` or `clearing`.
    pub kind: String,
    /// Balance per currency in the account's natural sign; empty when never used.
    pub balances: Vec<MoneyDto>,
}

/// Which entries to list.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct EntriesRequest {
    /// Only entries that touch this account (name), or all.
    pub account: Option<String>,
    /// Only this currency.
    pub currency: Option<String>,
    /// Only entries of this sale.
    pub invoice: Option<String>,
    /// Only entries before this number, newest first; 0 for the newest.
    pub before: u32,
    /// Rows, 1 to 200.
    pub limit: u16,
}

/// An immutable double-entry record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct EntryDto {
    /// Gap-free number.
    pub entry: u32,
    /// Event it belongs to.
    pub event: u32,
    /// Recorded at (RFC 3339).
    pub at: String,
    /// What it books, a code the screens translate (`sale`, `cash_received`).
    pub kind: String,
    /// The sale or stray payment it belongs to.
    pub subject: String,
    /// Number of the sale, when it belongs to one.
    pub sale_number: Option<u32>,
    /// The entry it reverses.
    pub reverses: Option<u32>,
    /// Rate and source noted on it, empty for none.
    pub rate: String,
    /// Postings: debit positive, credit negative; they add to zero per currency.
    pub postings: Vec<PostingDto>,
}

/// One side of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct PostingDto {
    /// Account name.
    pub account: String,
    /// Debit positive, credit negative.
    pub amount: MoneyDto,
}

/// A page of entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct EntriesReply {
    /// Newest first.
    pub rows: Vec<EntryDto>,
    /// More rows follow.
    pub more: bool,
}

/// Result of a full check of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct VerifyReply {
    /// Everything adds up.
    pub ok: bool,
    /// Events checked.
    pub events: u32,
    /// Entries checked.
    pub entries: u32,
    /// Head of the chain, hex.
    pub head: String,
    /// The first bad row and what is wrong with it; empty when ok.
    pub finding: String,
}
