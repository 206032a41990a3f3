//! The list of sales.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::money::MoneyDto;
use super::sale::StateDto;

/// Which sales to list.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct SalesListRequest {
    /// Searches number, receipt number, note, line text, amount, address, transaction id; empty for all.
    pub search: String,
    /// Only these states; empty for all.
    pub states: Vec<StateDto>,
    /// Continue after this sale id (from the last row of the page before); empty for the first page.
    pub after: String,
    /// Rows, 1 to 200.
    pub limit: u16,
}

/// One row of the sales list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct SaleRowDto {
    /// The invoice id.
    pub invoice: String,
    /// Running number.
    pub number: u32,
    /// Opened at (RFC 3339).
    pub opened_at: String,
    /// The word.
    pub state: StateDto,
    /// Flags beside the word.
    pub late: bool,
    /// More than due came.
    pub over: bool,
    /// Due.
    pub due: MoneyDto,
    /// Methods used (`cash`, `bitcoin`).
    pub methods: Vec<String>,
    /// Note or first line's text.
    pub label: String,
    /// Receipt number when there is one.
    pub receipt_number: Option<u32>,
}

/// A page of sales with the count per state for the chips.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct SalesListReply {
    /// Newest first.
    pub rows: Vec<SaleRowDto>,
    /// More rows follow.
    pub more: bool,
    /// How many sales of each state match the search.
    pub counts: Vec<StateCountDto>,
}

/// Count of one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct StateCountDto {
    /// The state.
    pub state: StateDto,
    /// Sales in it.
    pub count: u32,
}
