//! Payers of the stream: the cards they saved, and the page on which they save one more. No number of a card is among it.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::card::CardPageDto;

/// A card that a payer saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct SavedCardDto {
    /// The processor's name for it.
    pub card: String,
    /// Whose it is, such as `visa`; for what is no card its kind, such as `sepa_debit`.
    pub brand: String,
    /// Its last four digits; empty where there are none.
    pub last4: String,
    /// The last month in which it can be charged (`2034-12`); empty for what is no card.
    pub expires: String,
}

/// Where a page is on which a payer saves a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum SavingStateDto {
    /// The payer may save a card on it.
    Open,
    /// A card was saved on it.
    Saved,
    /// It closed, and nothing was saved on it.
    Closed,
}

/// A page on which a payer saves a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct SavingPageDto {
    /// Where it is.
    pub state: SavingStateDto,
    /// Its address with its code, while it is open.
    pub page: Option<CardPageDto>,
}

/// Names a payer.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct PayerRequest {
    /// As the stream names them.
    pub payer: String,
}

/// Names a page of a payer. It is opened by being asked for, once.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct PayerPageRequest {
    /// As the stream names them.
    pub payer: String,
    /// `page_` and a UUIDv7, made by the screen, so that a repeated press opens one page.
    pub page: String,
}

/// Names a card of a payer.
#[derive(Clone, Debug, Deserialize, Type)]
#[serde(deny_unknown_fields)]
pub struct PayerCardRequest {
    /// As the stream names them.
    pub payer: String,
    /// The processor's name for the card.
    pub card: String,
}
