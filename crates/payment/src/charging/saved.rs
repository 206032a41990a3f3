//! What payers saved at a rail that charges them, and the page on which one more card is saved. No number of a card comes
//! near the till: the page is the processor's, on the payer's own phone. Nothing here moves money, and nothing of it is in
//! the books: the processor's own list is the truth, read anew each time.

use crate::PageId;
use crate::rail::{RailError, RailFuture};

/// The cards that payers of the stream saved at a rail.
pub trait SavedCards: Send + Sync {
    /// What a payer saved, newest first: the first is what is charged.
    ///
    /// # Errors
    /// Only that nobody could be asked.
    fn cards<'a>(&'a self, payer: &'a str) -> RailFuture<'a, Result<Vec<SavedCard>, RailError>>;

    /// Opens a page for a payer, who is made known to the rail first, once, where it never heard of them. The same wish
    /// again opens nothing more, and answers how its page is by now: so it is also the way to look at one.
    ///
    /// # Errors
    /// [`RailError::Unknown`] when it may have been opened; the same wish again tells. [`RailError::Declined`] when it
    /// can't be opened any more.
    fn page<'a>(&'a self, wish: &'a PageWish) -> RailFuture<'a, Result<SavingPage, RailError>>;

    /// Closes a page. One on which a card was saved meanwhile stays what it is.
    ///
    /// # Errors
    /// [`RailError::Unknown`] when it may have been closed.
    fn close<'a>(&'a self, wish: &'a PageWish) -> RailFuture<'a, Result<SavingPage, RailError>>;

    /// Forgets a card of a payer for good, by the rail's name for it. One that is not the payer's, or not any more, is
    /// left alone.
    ///
    /// # Errors
    /// [`RailError::Unknown`] when it may be forgotten; the same again does no harm.
    fn forget<'a>(&'a self, payer: &'a str, card: &'a str) -> RailFuture<'a, Result<(), RailError>>;
}

/// A card, or whatever else a payer saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedCard {
    /// The rail's name for it.
    pub reference: String,
    /// Whose it is, such as `visa`; for what is no card its kind, such as `sepa_debit`.
    pub brand: String,
    /// Its last four digits, where there are any.
    pub last4: Option<String>,
    /// The last month in which it can be charged, for cards.
    pub expiry: Option<CardExpiry>,
}

/// The month in which a card ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardExpiry {
    /// The year, such as 2034.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
}

/// A wish for a page on which a payer saves a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageWish {
    /// The page, and the rail's idempotency key.
    pub page: PageId,
    /// Who will be charged.
    pub payer: String,
}

/// How a page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SavingPage {
    /// The payer may save a card on it.
    Open {
        /// Its address.
        link: String,
    },
    /// A card was saved on it.
    Saved,
    /// It closed, and nothing was saved on it.
    Closed,
}
