//! What the simulated payers saved, and the pages on which they save more. Everybody begins with one card.

use std::collections::BTreeMap;

use payment::charging::{CardExpiry, PageWish, SavedCard, SavedCards, SavingPage};
use payment::rail::RailFuture;
use payment::{PageId, RailError};

use crate::cards::PracticeCards;

/// Every payer's cards and pages.
#[derive(Debug, Default)]
pub(crate) struct Purses {
    /// By the payer, newest first.
    cards: BTreeMap<String, Vec<Card>>,
    pages: BTreeMap<PageId, (String, SavingPage)>,
}

/// A card, and whether its bank says no.
#[derive(Clone, Debug)]
struct Card {
    saved: SavedCard,
    is_declined: bool,
}

impl Purses {
    /// The payer's newest card is charged.
    pub(crate) fn present(&mut self, payer: &str) -> Result<(), RailError> {
        let declined = |reason: &str| Err(RailError::Declined(reason.to_owned()));
        match self.of(payer).first() {
            Some(card) if card.is_declined => declined("the card was declined"),
            Some(_) => Ok(()),
            None => declined("the payer has saved no card: have one saved, or let them pay at the till"),
        }
    }

    pub(crate) fn save_on(&mut self, page: PageId) {
        let Some((payer, state @ SavingPage::Open { .. })) = self.pages.get_mut(&page) else { return };
        *state = SavingPage::Saved;
        let payer = payer.clone();
        let card = card(format!("practice_{page}"), "mastercard", "4444");
        self.of(&payer).insert(0, Card { saved: card, is_declined: false });
    }

    fn of(&mut self, payer: &str) -> &mut Vec<Card> {
        self.cards.entry(payer.to_owned()).or_insert_with(|| first_cards(payer))
    }

    fn page(&mut self, wish: &PageWish) -> SavingPage {
        let open = || SavingPage::Open { link: link(wish.page) };
        self.pages.entry(wish.page).or_insert_with(|| (wish.payer.clone(), open())).1.clone()
    }

    fn close(&mut self, wish: &PageWish) -> SavingPage {
        let (_, state) =
            self.pages.entry(wish.page).or_insert_with(|| (wish.payer.clone(), SavingPage::Closed));
        if matches!(state, SavingPage::Open { .. }) {
            *state = SavingPage::Closed;
        }
        state.clone()
    }
}

/// As long as a real one, whose code has that many modules.
fn link(page: PageId) -> String {
    format!("https://pay.invalid/{page}#{}", "practice".repeat(50))
}

/// What the payer's name says.
fn first_cards(payer: &str) -> Vec<Card> {
    if payer.starts_with("cardless") {
        return Vec::new();
    }
    let saved = card("practice_first".to_owned(), "visa", "4242");
    vec![Card { saved, is_declined: payer.starts_with("declined") }]
}

fn card(reference: String, brand: &str, last4: &str) -> SavedCard {
    let expiry = Some(CardExpiry { year: 2034, month: 12 });
    SavedCard { reference, brand: brand.to_owned(), last4: Some(last4.to_owned()), expiry }
}

impl SavedCards for PracticeCards {
    fn cards<'a>(&'a self, payer: &'a str) -> RailFuture<'a, Result<Vec<SavedCard>, RailError>> {
        Box::pin(async move { Ok(self.purses().of(payer).iter().map(|card| card.saved.clone()).collect()) })
    }

    fn page<'a>(&'a self, wish: &'a PageWish) -> RailFuture<'a, Result<SavingPage, RailError>> {
        Box::pin(async move { Ok(self.purses().page(wish)) })
    }

    fn close<'a>(&'a self, wish: &'a PageWish) -> RailFuture<'a, Result<SavingPage, RailError>> {
        Box::pin(async move { Ok(self.purses().close(wish)) })
    }

    fn forget<'a>(&'a self, payer: &'a str, card: &'a str) -> RailFuture<'a, Result<(), RailError>> {
        Box::pin(async move {
            self.purses().of(payer).retain(|known| known.saved.reference != card);
            Ok(())
        })
    }
}
