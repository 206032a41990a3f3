//! Payouts to the shop's bank: automatic ones take everything that is available and add up to it to the cent.

use serde_json::{Value, json};

use crate::account::Account;
use crate::agenda::Job;
use crate::clock::DAY;
use crate::currency::Currency;
use crate::defect::Defect;
use crate::route::{Route, Turn, get, page_of, post};
use crate::wire::{Metadata, MetadataChange, Refusal, Row, Word, words};

use super::balance::{self, BalanceTransaction, Source};

pub(crate) const ROUTES: &[Route] = &[
    post("/v1/payouts", "payout", create),
    get("/v1/payouts", "payout", list),
    get("/v1/payouts/:id", "payout", retrieve),
    post("/v1/payouts/:id", "payout", update),
    post("/v1/payouts/:id/cancel", "payout", cancel),
];

/// A payout is on the bank account so much later.
const ARRIVES_AFTER: i64 = 2 * DAY;

words! {
    /// Where a payout is.
    pub(crate) enum PayoutStatus {
        Pending = "pending",
        InTransit = "in_transit",
        Paid = "paid",
        Failed = "failed",
        Canceled = "canceled",
    }
}

/// Money on its way to the shop's bank. The amount is in Stripe's minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Payout {
    pub(crate) id: String,
    created: i64,
    pub(crate) amount: i64,
    pub(crate) currency: Currency,
    pub(crate) status: PayoutStatus,
    is_automatic: bool,
    balance_transaction: Option<String>,
    failure_transaction: Option<String>,
    description: Option<String>,
    statement_descriptor: Option<String>,
    metadata: Metadata,
}

impl Row for Payout {
    const KIND: &'static str = "payout";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        let has_failed = self.status == PayoutStatus::Failed;
        let failure = has_failed.then_some("The bank account has been closed.");
        json!({
            "id": self.id, "object": "payout", "amount": self.amount, "application_fee": null,
            "application_fee_amount": null, "arrival_date": self.created + ARRIVES_AFTER, "automatic": self.is_automatic,
            "balance_transaction": self.balance_transaction, "created": self.created, "currency": self.currency.code(),
            "description": self.description, "destination": "ba_1TillstreamBank00000000",
            "failure_balance_transaction": self.failure_transaction,
            "failure_code": has_failed.then_some("account_closed"), "failure_message": failure, "livemode": false,
            "metadata": self.metadata, "method": "standard", "original_payout": null, "payout_method": null,
            "reconciliation_status": if self.is_automatic { "completed" } else { "not_applicable" },
            "reversed_by": null, "source_type": "card", "statement_descriptor": self.statement_descriptor,
            "status": self.status.word(), "trace_id": null, "type": "bank_account",
        })
    }
}

/// Pays out everything that is available in a currency, as Stripe does every day. `None` when there is nothing.
pub(crate) fn pay_out_all(account: &mut Account, currency: &Currency) -> Option<String> {
    let due = |movement: &&BalanceTransaction| {
        movement.is_available && movement.payout.is_none() && movement.currency == *currency
    };
    let parts: Vec<BalanceTransaction> =
        account.balance_transactions.oldest_first().filter(due).cloned().collect();
    let sum: i64 = parts.iter().map(BalanceTransaction::net).sum();
    if sum <= 0 {
        return None;
    }
    let amount = if account.has(Defect::PaysOutTooLittle) { sum - 1 } else { sum };
    let payout = make(account, amount, currency.clone(), true);
    let own =
        payout.balance_transaction.as_ref().and_then(|id| account.balance_transactions.get(id)).cloned();
    for mut part in parts.into_iter().chain(own) {
        part.payout = Some(payout.id.clone());
        account.balance_transactions.put(part);
    }
    send(account, payout.clone());
    account.emit("payout.reconciliation_completed", payout.render());
    Some(payout.id)
}

fn make(account: &mut Account, amount: i64, currency: Currency, is_automatic: bool) -> Payout {
    let id = account.ids.next("po_");
    let transaction = balance::book(account, Source::Payout(&id, &currency), amount);
    Payout {
        id,
        created: account.now,
        amount,
        currency,
        status: PayoutStatus::Pending,
        is_automatic,
        balance_transaction: Some(transaction),
        failure_transaction: None,
        description: is_automatic.then(|| "STRIPE PAYOUT".to_owned()),
        statement_descriptor: None,
        metadata: Metadata::new(),
    }
}

fn send(account: &mut Account, payout: Payout) {
    let job = Job::PayoutArrives { payout: payout.id.clone() };
    account.agenda.note(account.now + ARRIVES_AFTER, job);
    store(account, payout, "payout.created");
}

fn store(account: &mut Account, payout: Payout, event: &'static str) {
    account.emit(event, payout.render());
    account.payouts.put(payout);
}

/// A payout reached the bank.
pub(crate) fn arrive(account: &mut Account, id: &str) {
    let sent = [PayoutStatus::Pending, PayoutStatus::InTransit];
    let on_its_way = account.payouts.get(id).filter(|payout| sent.contains(&payout.status)).cloned();
    if let Some(mut payout) = on_its_way {
        payout.status = PayoutStatus::Paid;
        store(account, payout, "payout.paid");
    }
}

/// The bank sent a payout back, be it one that seemed to be paid: the money is on the balance again.
pub(crate) fn fail(account: &mut Account, id: &str) {
    let ended = [PayoutStatus::Failed, PayoutStatus::Canceled];
    let standing = account.payouts.get(id).filter(|payout| !ended.contains(&payout.status)).cloned();
    if let Some(payout) = standing {
        give_back(account, payout, PayoutStatus::Failed, "payout.failed");
    }
}

fn give_back(account: &mut Account, mut payout: Payout, status: PayoutStatus, event: &'static str) {
    let source = Source::PayoutFailure(&payout.id, &payout.currency);
    payout.failure_transaction = Some(balance::book(account, source, payout.amount));
    payout.status = status;
    store(account, payout, event);
}

fn create(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (amount, currency, description, descriptor, metadata) = turn.read(|params| {
        let (amount, currency) = (params.required_integer("amount")?, Currency::required(params)?);
        currency.holds_part(amount)?;
        let texts = (params.text("description")?, params.text("statement_descriptor")?);
        Ok((amount, currency, texts.0, texts.1, MetadataChange::read(params)?))
    })?;
    if amount > balance::available(turn.account, &currency) {
        let message = "You have insufficient funds in your Stripe account for this transfer. Your card balance is too low. \
                       You can use the the /v1/balance endpoint to view your Stripe balance.";
        return Err(Refusal::invalid(message).code("balance_insufficient"));
    }
    let mut payout = make(turn.account, amount, currency, false);
    payout.description = description;
    payout.statement_descriptor = descriptor;
    metadata.apply(&mut payout.metadata);
    send(turn.account, payout.clone());
    Ok(payout.render())
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    turn.account.payouts.find(&turn.id()).map(Row::render)
}

fn update(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let metadata = turn.read(MetadataChange::read)?;
    let mut payout = turn.account.payouts.find(&turn.id())?.clone();
    metadata.apply(&mut payout.metadata);
    store(turn.account, payout.clone(), "payout.updated");
    Ok(payout.render())
}

fn cancel(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    let payout = turn.account.payouts.find(&turn.id())?.clone();
    if payout.status != PayoutStatus::Pending || payout.is_automatic {
        return Err(Refusal::invalid("Payouts can only be canceled while they are pending and manual."));
    }
    give_back(turn.account, payout, PayoutStatus::Canceled, "payout.canceled");
    turn.account.payouts.find(&turn.id()).map(Row::render)
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, (status, destination)) =
        turn.read_page(|params| Ok((params.word::<PayoutStatus>("status")?, params.text("destination")?)))?;
    let has_destination = destination.is_none_or(|id| id == "ba_1TillstreamBank00000000");
    let chosen = turn.account.payouts.newest_first();
    let chosen =
        chosen.filter(|payout| has_destination && status.is_none_or(|status| status == payout.status));
    page_of(chosen, &wish, range, "/v1/payouts")
}
