//! Charges without an intent, as they were made before there were any. The official command line still makes them.

use serde_json::Value;

use crate::currency::Currency;
use crate::route::{Route, Turn, post};
use crate::wire::{MetadataChange, Refusal, Row};

use super::cards::{Fate, TestCard};
use super::charge::{self, Terms};
use super::payment_method::{self, Billing, Means};

pub(crate) const ROUTES: &[Route] =
    &[post("/v1/charges", "charge", create), post("/v1/charges/:id/capture", "charge", capture)];

fn create(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (amount, currency, source, captures, customer, description, metadata) = turn.read(|params| {
        let (amount, currency) = (params.required_integer("amount")?, Currency::required(params)?);
        currency.holds_charge(amount)?;
        let source = params.required_text("source")?;
        let captures = params.flag("capture")?.unwrap_or(true);
        let (customer, description) = (params.text("customer")?, params.text("description")?);
        Ok((amount, currency, source, captures, customer, description, MetadataChange::read(params)?))
    })?;
    let card = source.strip_prefix("tok_").and_then(TestCard::named);
    let card = card.ok_or_else(|| Refusal::no_such("token", &source, "source"))?;
    let account = &mut *turn.account;
    let method = payment_method::make(account, Means::Card(card), Billing::default());
    let terms = Terms { amount, customer, description, metadata: metadata.fresh(), ..Terms::of(currency) };
    if let Fate::Declines(decline) | Fate::DeclinesWhenCharged(decline) = card.fate {
        let failed = charge::make_failed(account, terms, &method, decline);
        account.emit("charge.failed", failed.render());
        return Err(decline.refusal(Some(&failed.id)));
    }
    let mut made = charge::make(account, terms, &method);
    if captures {
        made = charge::capture(account, made, amount);
    }
    account.emit("charge.succeeded", made.render());
    Ok(made.render())
}

fn capture(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let amount = turn.read(|params| params.integer("amount"))?;
    let charge = turn.account.charges.find(&turn.id())?.clone();
    if charge.payment_intent.is_some() {
        let message = "This charge belongs to a PaymentIntent: capture that.";
        return Err(Refusal::invalid(message));
    }
    let amount = amount.unwrap_or(charge.amount);
    if charge.is_captured || amount > charge.amount {
        let message = format!("Charge {} can't be captured like that.", charge.id);
        return Err(Refusal::invalid(message).code("charge_already_captured"));
    }
    let captured = charge::capture(turn.account, charge, amount);
    turn.account.emit("charge.captured", captured.render());
    Ok(captured.render())
}
