//! Receipts.

use serde::{Deserialize, Serialize};
use specta::Type;

/// A receipt ready to show or print.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct ReceiptDto {
    /// Gap-free number.
    pub number: u32,
    /// The sale.
    pub invoice: String,
    /// 0 for the original, then the number of the copy: the text says COPY.
    pub copy: u32,
    /// Plain text, 42 columns, ready for a printer.
    pub text: String,
}

/// Asks for a receipt. Printing counts copies: the first print is the original.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct ReceiptRequest {
    /// The sale.
    pub invoice: String,
    /// True to print (recorded before it is done), false to look.
    pub print: bool,
}
