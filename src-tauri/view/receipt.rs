//! A receipt for the screens.

use payment::Sale;
use payment::sale::Refused;

use crate::commands::refuse;
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::receipt::ReceiptDto;
use crate::receipt::{Facts, print};
use crate::till::Till;
use crate::view;

/// The receipt as it is now: the second print and later ones are copies.
///
/// # Errors
/// When the sale has no receipt yet.
pub async fn receipt(till: &Till, sale: &Sale) -> Result<ReceiptDto, AppError> {
    let number = sale.receipt.ok_or_else(|| refuse(ErrorCode::NotNow, Refused::NoReceipt.to_string()))?;
    let settings = till.engine.settings();
    let head = till.engine.reader().head().await?;
    let copy = sale.prints.saturating_sub(1);
    let dto = view::sale::sale(till, sale)?;
    let text = print(&Facts { settings: &settings, sale: &dto, number, copy, head: hex::encode(head.hash) });
    Ok(ReceiptDto { number, invoice: sale.id.to_string(), copy, text })
}
