//! The balance, and every movement on it with its fee.
//!
//! The account keeps a balance in each currency, so nothing is converted and no exchange rate is made up.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::account::Account;
use crate::agenda::Job;
use crate::clock::DAY;
use crate::currency::Currency;
use crate::route::{Route, Turn, get, page_of};
use crate::wire::{Refusal, Row, Word, words};

use super::cards::Fate;
use super::charge::Charge;
use super::fees;

pub(crate) const ROUTES: &[Route] = &[
    get("/v1/balance", "balance", retrieve_balance),
    get("/v1/balance_transactions", "balance", list),
    get("/v1/balance_transactions/:id", "balance", retrieve),
];

/// Money of a charge may be paid out so much later.
const AVAILABLE_AFTER: i64 = 2 * DAY;

words! {
    /// What moved the balance.
    pub(crate) enum MovementKind {
        Charge = "charge",
        Payment = "payment",
        Refund = "refund",
        RefundFailure = "refund_failure",
        Adjustment = "adjustment",
        Payout = "payout",
        PayoutFailure = "payout_failure",
    }
}

/// One movement of the balance. Amounts are in Stripe's minor units; what leaves is negative.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BalanceTransaction {
    pub(crate) id: String,
    created: i64,
    pub(crate) amount: i64,
    pub(crate) fee: i64,
    pub(crate) currency: Currency,
    pub(crate) kind: MovementKind,
    category: &'static str,
    description: Option<&'static str>,
    pub(crate) source: String,
    available_on: i64,
    pub(crate) is_available: bool,
    /// The automatic payout it went out with.
    pub(crate) payout: Option<String>,
}

impl BalanceTransaction {
    pub(crate) fn net(&self) -> i64 {
        self.amount - self.fee
    }
}

impl Row for BalanceTransaction {
    const KIND: &'static str = "balance transaction";

    fn id(&self) -> &str {
        &self.id
    }

    fn created(&self) -> i64 {
        self.created
    }

    fn render(&self) -> Value {
        let fee = json!({
            "amount": self.fee, "application": null, "currency": self.currency.code(),
            "description": "Stripe processing fees", "type": "stripe_fee",
        });
        let fee_details: Vec<Value> = (self.fee != 0).then_some(fee).into_iter().collect();
        json!({
            "id": self.id, "object": "balance_transaction", "amount": self.amount, "available_on": self.available_on,
            "balance_type": "payments", "created": self.created, "currency": self.currency.code(),
            "description": self.description, "exchange_rate": null, "fee": self.fee, "fee_details": fee_details,
            "net": self.net(), "reporting_category": self.category, "source": self.source,
            "status": if self.is_available { "available" } else { "pending" }, "type": self.kind.word(),
        })
    }
}

/// What a movement comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Source<'object> {
    Charge(&'object Charge),
    /// Money goes back to a payer: the refund's id and the charge.
    Refund(&'object str, &'object Charge),
    RefundFailure(&'object str, &'object Charge),
    /// A disputed charge is withdrawn or given back: the dispute's id and the charge.
    Dispute(&'object str, &'object Charge),
    DisputeReversal(&'object str, &'object Charge),
    /// A payout's id and currency.
    Payout(&'object str, &'object Currency),
    PayoutFailure(&'object str, &'object Currency),
}

/// Books a movement and gives its id. `amount` is what moves, without its sign.
pub(crate) fn book(account: &mut Account, source: Source<'_>, amount: i64) -> String {
    let movement = movement(account, source, amount);
    let id = movement.id.clone();
    if !movement.is_available {
        let job = Job::MoneyAvailable { transaction: id.clone() };
        account.agenda.note(movement.available_on, job);
    }
    let is_at_once = movement.is_available && matches!(source, Source::Charge(_));
    account.balance_transactions.put(movement);
    if is_at_once {
        tell(account);
    }
    id
}

fn movement(account: &mut Account, source: Source<'_>, amount: i64) -> BalanceTransaction {
    use MovementKind::{
        Adjustment, Charge as Charged, Payment, Payout, PayoutFailure, Refund, RefundFailure,
    };
    let (kind, category, id, currency, sign) = match source {
        Source::Charge(charge) if charge.id.starts_with("py_") => {
            (Payment, "charge", &*charge.id, &charge.currency, 1)
        }
        Source::Charge(charge) => (Charged, "charge", &*charge.id, &charge.currency, 1),
        Source::Refund(id, charge) => (Refund, "refund", id, &charge.currency, -1),
        Source::RefundFailure(id, charge) => (RefundFailure, "refund_failure", id, &charge.currency, 1),
        Source::Dispute(id, charge) => (Adjustment, "dispute", id, &charge.currency, -1),
        Source::DisputeReversal(id, charge) => (Adjustment, "dispute_reversal", id, &charge.currency, 1),
        Source::Payout(id, currency) => (Payout, "payout", id, currency, -1),
        Source::PayoutFailure(id, currency) => (PayoutFailure, "payout_reversal", id, currency, 1),
    };
    let waits = matches!(source, Source::Charge(charge) if !is_at_once(charge));
    BalanceTransaction {
        id: account.ids.next("txn_"),
        created: account.now,
        amount: sign * amount,
        fee: fees::of(source, amount),
        currency: currency.clone(),
        kind,
        category,
        description: matches!(source, Source::Payout(..)).then_some("STRIPE PAYOUT"),
        source: id.to_owned(),
        available_on: if waits { account.now + AVAILABLE_AFTER } else { account.now },
        is_available: !waits,
        payout: None,
    }
}

fn is_at_once(charge: &Charge) -> bool {
    charge.method.means.card().is_some_and(|card| card.fate == Fate::ApprovesAtOnce)
}

/// The money of a movement may be paid out from now on.
pub(crate) fn make_available(account: &mut Account, id: &str) {
    if let Some(mut transaction) = account.balance_transactions.get(id).cloned() {
        transaction.is_available = true;
        account.balance_transactions.put(transaction);
        tell(account);
    }
}

fn tell(account: &mut Account) {
    let balance = render_balance(account);
    account.emit("balance.available", balance);
}

/// The sum of what is available, in a currency.
pub(crate) fn available(account: &Account, currency: &Currency) -> i64 {
    let movements = account.balance_transactions.oldest_first();
    movements
        .filter(|movement| movement.is_available && movement.currency == *currency)
        .map(BalanceTransaction::net)
        .sum()
}

fn render_balance(account: &Account) -> Value {
    let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for movement in account.balance_transactions.oldest_first() {
        let (available, pending) = sums.entry(movement.currency.code()).or_default();
        *(if movement.is_available { available } else { pending }) += movement.net();
    }
    if sums.is_empty() {
        sums.insert("eur", (0, 0));
    }
    let amounts = |chosen: fn(&(i64, i64)) -> i64| {
        let amount = |(currency, sums): (&&str, &(i64, i64))| json!({ "amount": chosen(sums), "currency": currency, "source_types": { "card": chosen(sums) } });
        sums.iter().map(amount).collect::<Vec<_>>()
    };
    json!({
        "object": "balance", "available": amounts(|sums| sums.0), "livemode": false, "pending": amounts(|sums| sums.1),
    })
}

fn retrieve_balance(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    Ok(render_balance(turn.account))
}

fn retrieve(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    turn.read_nothing()?;
    turn.account.balance_transactions.find(&turn.id()).map(Row::render)
}

fn list(turn: &mut Turn<'_>) -> Result<Value, Refusal> {
    let (wish, range, (currency, payout, source, kind)) = turn.read_page(|params| {
        let kind = params.word::<MovementKind>("type")?;
        Ok((Currency::read(params)?, params.text("payout")?, params.text("source")?, kind))
    })?;
    let chosen = turn.account.balance_transactions.newest_first().filter(|movement| {
        currency.as_ref().is_none_or(|currency| *currency == movement.currency)
            && (payout.is_none() || movement.payout == payout)
            && source.as_ref().is_none_or(|source| *source == movement.source)
            && kind.is_none_or(|kind| kind == movement.kind)
    });
    page_of(chosen, &wish, range, "/v1/balance_transactions")
}
