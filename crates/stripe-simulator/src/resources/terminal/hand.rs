//! The customer's hand: a card is held to the reader, or nobody comes. Stripe has test helpers for it.

use serde_json::Value;

use crate::account::Account;
use crate::resources::cards::TestCard;
use crate::resources::payment_intent::{self, Presence};
use crate::resources::payment_method::{self, Billing, Means, MethodKind};
use crate::resources::refund::{self, Wish};
use crate::route::{Route, Turn, post};
use crate::wire::{MetadataChange, Params, Refusal, Row, Word};

use super::action::{Action, ActionStatus, Deed, is_waiting_for_card, let_go};
use super::reader::{self, Reader, living};

pub(crate) const ROUTES: &[Route] = &[post(
    "/v1/test_helpers/terminal/readers/:id/present_payment_method",
    "terminal_reader",
    present_payment_method,
)];

/// What can go wrong with a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReaderTrouble {
    /// The next time it is told to ask for a card it does, and its word that it heard is lost: `terminal_reader_timeout`.
    AnswerIsLost,
    /// It says nothing any more; after two minutes it is offline.
    Silence,
    /// It is heard again.
    Recovery,
}

/// Lets something go wrong with a reader.
pub(crate) fn trouble(account: &mut Account, id: &str, trouble: ReaderTrouble) {
    match trouble {
        ReaderTrouble::AnswerIsLost => {
            if let Some(mut reader) = account.readers.get(id).cloned() {
                reader.trouble = Some(trouble);
                account.readers.put(reader);
            }
        }
        ReaderTrouble::Silence => reader::silence(account, id, true),
        ReaderTrouble::Recovery => reader::silence(account, id, false),
    }
}

fn present_payment_method(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let card = turn.read(read_card)?;
    let reader = living(turn)?;
    if !is_waiting_for_card(&reader) {
        let message = "The reader does not wait for a payment method.";
        return Err(Refusal::invalid(message).code("resource_missing"));
    }
    hold(turn.account, reader, card);
    turn.account.readers.find(&turn.id()).map(Row::render)
}

/// A test card by its number, or the one that Stripe takes where none is given.
fn read_card(params: &mut Params) -> Result<&'static TestCard, Refusal> {
    let kind = params.word::<MethodKind>("type")?.unwrap_or(MethodKind::CardPresent);
    let usual = match kind {
        MethodKind::CardPresent => "4242424242424242",
        MethodKind::InteracPresent => "4506445006931933",
        MethodKind::Card | MethodKind::SepaDebit | MethodKind::BacsDebit => {
            let message = "Invalid type: must be one of card_present or interac_present";
            return Err(Refusal::invalid(message).param("type"));
        }
    };
    let number = params.nested(kind.word(), |card| card.text("number"))?.flatten();
    let card = TestCard::numbered(number.as_deref().unwrap_or(usual));
    card.filter(|card| Means::at_reader(card).kind() == kind).ok_or_else(|| {
        Refusal::invalid("The number is not that of a test card.").code("incorrect_number").param(kind.word())
    })
}

/// A test card, by its name, is held to a reader. Says whether the reader waited for one.
pub(crate) fn present(account: &mut Account, id: &str, card: &str) -> bool {
    let reader = account.readers.get(id).filter(|reader| is_waiting_for_card(reader)).cloned();
    match (reader, TestCard::named(card)) {
        (Some(reader), Some(card)) => {
            hold(account, reader, card);
            true
        }
        _ => false,
    }
}

/// The reader shows the cart it was given.
pub(crate) fn show(account: &mut Account, id: &str) {
    let reader = account.readers.get(id).filter(|reader| !is_waiting_for_card(reader)).cloned();
    if let Some(Reader { action: Some(action), .. }) = &reader {
        let outcome = Action { status: ActionStatus::Succeeded, ..action.clone() };
        finish(account, id, outcome);
    }
}

/// Nobody came with a card.
pub(crate) fn time_out(account: &mut Account, id: &str) {
    let waiting = account.readers.get(id).filter(|reader| is_waiting_for_card(reader)).cloned();
    if let Some(Reader { action: Some(action), .. }) = waiting {
        let words = "The reader timed out while it waited for a payment method.".to_owned();
        let failure = Some(("terminal_reader_timeout".to_owned(), words));
        if let Deed::ProcessPaymentIntent { intent, .. } = &action.deed {
            let_go(account, intent);
        }
        finish(account, id, Action { status: ActionStatus::Failed, failure, ..action });
    }
}

/// A card is held to a reader that waits for one.
fn hold(account: &mut Account, reader: Reader, card: &'static TestCard) {
    let Some(action) = reader.action else { return };
    let (result, deed) = match action.deed {
        Deed::ProcessPaymentIntent { intent, config } => {
            let result = pay(account, &intent, card);
            (result, Deed::ProcessPaymentIntent { intent, config })
        }
        Deed::RefundPayment { charge, intent, amount, metadata, .. } => {
            let made = give_back(account, &charge, amount, metadata.clone(), card);
            let (result, refund) = match made {
                Ok(id) => (Ok(()), Some(id)),
                Err(refusal) => (Err(refusal), None),
            };
            (result, Deed::RefundPayment { charge, intent, amount, metadata, refund })
        }
        deed @ Deed::SetReaderDisplay { .. } => (Ok(()), deed),
    };
    let outcome = match result {
        Ok(()) => Action { deed, status: ActionStatus::Succeeded, failure: None },
        Err(refusal) => {
            let code = refusal.code_word().unwrap_or("card_declined").to_owned();
            Action { deed, status: ActionStatus::Failed, failure: Some((code, refusal.message().to_owned())) }
        }
    };
    finish(account, &reader.id, outcome);
}

fn pay(account: &mut Account, intent: &str, card: &'static TestCard) -> Result<(), Refusal> {
    let_go(account, intent);
    let intent = account.payment_intents.find(intent)?.clone();
    let means = Means::at_reader(card);
    if !intent.payment_method_types.iter().any(|kind| kind == means.kind().word()) {
        let message = "The card is of a kind that this PaymentIntent does not allow.";
        return Err(Refusal::invalid(message).code("card_not_supported"));
    }
    let method = payment_method::make(account, means, Billing::default());
    payment_intent::attempt(account, intent, &method, Presence::AtReader).map(drop)
}

fn give_back(
    account: &mut Account,
    charge: &str,
    amount: i64,
    metadata: MetadataChange,
    card: &'static TestCard,
) -> Result<String, Refusal> {
    let charge = account.charges.find(charge)?.clone();
    if charge.method.means != Means::at_reader(card) {
        let message = "The card presented for the refund must be the one that paid the charge.";
        return Err(Refusal::invalid(message));
    }
    refund::make(account, &charge, Wish { amount: Some(amount), reason: None, metadata })
        .map(|refund| refund.id)
}

fn finish(account: &mut Account, id: &str, action: Action) {
    let Some(mut reader) = account.readers.get(id).cloned() else { return };
    let event = match action.status {
        ActionStatus::Failed => "terminal.reader.action_failed",
        ActionStatus::InProgress | ActionStatus::Succeeded => "terminal.reader.action_succeeded",
    };
    reader.action = Some(action);
    account.readers.put(reader.clone());
    account.emit(event, reader.render());
}
