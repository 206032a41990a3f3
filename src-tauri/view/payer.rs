//! Cards that payers saved, for the screens.

use payment::charging::{SavedCard, SavingPage};

use super::card::page;
use crate::dto::error::AppError;
use crate::dto::payer::{SavedCardDto, SavingPageDto, SavingStateDto};

/// A card that a payer saved.
#[must_use]
pub fn saved(card: &SavedCard) -> SavedCardDto {
    let expires = card.expiry.map(|expiry| format!("{:04}-{:02}", expiry.year, expiry.month));
    SavedCardDto {
        card: card.reference.clone(),
        brand: card.brand.clone(),
        last4: card.last4.clone().unwrap_or_default(),
        expires: expires.unwrap_or_default(),
    }
}

/// A page on which a payer saves a card.
///
/// # Errors
/// When its address is too long for a code.
pub fn saving(state: &SavingPage) -> Result<SavingPageDto, AppError> {
    Ok(match state {
        SavingPage::Open { link } => SavingPageDto { state: SavingStateDto::Open, page: Some(page(link)?) },
        SavingPage::Saved => SavingPageDto { state: SavingStateDto::Saved, page: None },
        SavingPage::Closed => SavingPageDto { state: SavingStateDto::Closed, page: None },
    })
}
