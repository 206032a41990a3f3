//! `tillstream charge`: a sale from a terminal.
//!
//! Sells as the keypad does: one line at the usual tax rate. Then it reports each change of state until nothing more
//! is expected. A sale whose payment could not be started is cancelled again, so that a script that retries leaves no
//! heap of open sales behind.

mod card;
mod progress;
mod reading;
mod watch;

use std::time::Duration;

use engine::{Clock, SystemClock};
use payment::ids::{Id, Kind};
use payment::{InvoiceId, PaymentId, RailId};
use serde_json::{Value, json};
use tokio::time::Instant;

use self::progress::Reporter;
use self::reading::{SaleSeen, SettingsSeen, StatusSeen, TenderSeen};
use self::watch::{End, Watch};
use super::arguments::{Method, Order};
use super::caller::Caller;
use super::failure::Failure;
use super::place::Place;
use super::{Answer, note};
use crate::dto::money::MoneyDto;

/// Sells, and answers whether the goods may go.
pub(super) async fn charge(place: &Place, order: &Order) -> Result<Answer, Failure> {
    let mut caller = Caller::find(place).await?;
    caller.note_wrong_clock().await;
    let charged = match &order.with {
        Method::Cash => cash(&caller, order).await,
        Method::Card => {
            warn_of_watching_alone(place, &mut caller).await;
            card::card(&caller, order).await
        }
        Method::Bitcoin => {
            warn_of_watching_alone(place, &mut caller).await;
            bitcoin_is_ready(&caller).await?;
            coin(&caller, order, RailId::BITCOIN.name()).await
        }
        Method::Evm(method) => {
            warn_of_watching_alone(place, &mut caller).await;
            coin(&caller, order, method).await
        }
    };
    caller.note_broken_books().await;
    caller.close().await;
    charged
}

async fn cash(caller: &Caller, order: &Order) -> Result<Answer, Failure> {
    let settings: SettingsSeen = caller.call("settings_get", json!({})).await?;
    if !settings.cash.enabled {
        let off = "cash is switched off: `tillstream settings set cash.enabled true` allows it";
        return Err(Failure::Refused(off.to_owned()));
    }
    let sale = Opened::open(caller, order).await?;
    let taken = sale.or_cancel(caller, take_exact_cash(caller, &sale).await).await?;
    let mut reporter = Reporter::new(&sale.invoice, &sale.payment, order.json);
    reporter.report(&taken)?;
    Ok(if taken.is_paid() { Answer::Yes } else { Answer::No })
}

/// The customer gives what is to pay in coins there are.
async fn take_exact_cash(caller: &Caller, sale: &Opened) -> Result<SaleSeen, Failure> {
    let tenders: Vec<TenderSeen> = caller.call("tenders", json!({ "invoice": sale.invoice })).await?;
    let cash = tenders.into_iter().find(|tender| tender.method == "cash");
    let tendered = cash.filter(|tender| tender.available).map(|tender| tender.you_get);
    let tendered = tendered.ok_or_else(|| Failure::Refused("cash is not available now".to_owned()))?;
    let request = json!({ "invoice": sale.invoice, "payment": sale.payment, "tendered": tendered });
    caller.call("cash_take", request).await
}

/// A coin that is sent to an address, by the name of the way to pay.
async fn coin(caller: &Caller, order: &Order, method: &str) -> Result<Answer, Failure> {
    let sale = Opened::open(caller, order).await?;
    Ok(answer(caller, follow(caller, order, &sale, method).await?))
}

fn answer(caller: &Caller, end: End) -> Answer {
    match end {
        End::Paid => Answer::Yes,
        End::AtRest => Answer::No,
        End::WaitOver => stays_open(caller, "not paid yet"),
        End::Interrupted => stays_open(caller, "stopped watching"),
    }
}

/// What can be known before a sale is opened: a sale that could never be paid needs no number.
async fn bitcoin_is_ready(caller: &Caller) -> Result<(), Failure> {
    let StatusSeen { bitcoin, .. } = caller.call("status", json!({})).await?;
    let missing = if !bitcoin.enabled {
        "bitcoin is switched off: `tillstream settings set rail.bitcoin.enabled true` allows it"
    } else if !bitcoin.set_up {
        "bitcoin has no wallet yet: `tillstream secret create bitcoin.mnemonic` makes one"
    } else if !bitcoin.has_rate {
        "bitcoin has no rate: `tillstream settings set rates.fixed.BTC/EUR PRICE` fixes one, with your currency"
    } else {
        return Ok(());
    };
    Err(Failure::Refused(missing.to_owned()))
}

/// Starts the payment, shows its code and reports what becomes of it. A rail that is slow to answer counts as waiting.
async fn follow(caller: &Caller, order: &Order, sale: &Opened, method: &str) -> Result<End, Failure> {
    let deadline = deadline(order);
    let request = json!({ "invoice": sale.invoice, "payment": sale.payment, "method": method });
    let starting = caller.call("payment_start", request);
    let started = match deadline {
        None => starting.await,
        Some(deadline) => match tokio::time::timeout_at(deadline, starting).await {
            Ok(started) => started,
            Err(_) => return Ok(End::WaitOver),
        },
    };
    let started: SaleSeen = sale.or_cancel(caller, started).await?;
    let mut reporter = Reporter::new(&sale.invoice, &sale.payment, order.json);
    reporter.show_code(&started)?;
    Watch { caller, invoice: &sale.invoice, deadline }.run(started, &mut reporter).await
}

/// When to stop watching; `None` for when nothing more is expected.
fn deadline(order: &Order) -> Option<Instant> {
    order.wait.map(|seconds| Instant::now() + Duration::from_secs(seconds.into()))
}

fn stays_open(caller: &Caller, why: &str) -> Answer {
    let who =
        if matches!(caller, Caller::Local(_)) { "the next till that runs" } else { "the till that runs" };
    note(format_args!("{why}: the sale stays open, and what still comes is booked by {who}"));
    Answer::No
}

/// Without another till this process is the only one that sees money come.
async fn warn_of_watching_alone(place: &Place, caller: &mut Caller) {
    let Caller::Local(local) = caller else { return };
    place.log();
    note("no till is running, so this command watches for the payment itself: watching stops when it ends");
    match local.open_door().await {
        Ok(address) if place.mode == ::settings::Mode::Practice => {
            note(format_args!("practice: make the customer pay at {address}"));
        }
        Ok(_) => {}
        Err(error) => note(format_args!("other commands can't reach this one: {error}")),
    }
}

/// A sale that was opened for one payment.
struct Opened {
    number: u32,
    invoice: String,
    payment: String,
}

impl Opened {
    async fn open(caller: &Caller, order: &Order) -> Result<Self, Failure> {
        let price: MoneyDto = caller.call("amount_read", json!({ "text": order.amount })).await?;
        let settings: SettingsSeen = caller.call("settings_get", json!({})).await?;
        let tax = settings.tax.rates.into_iter().next().unwrap_or_else(|| "0".to_owned());
        let (invoice, payment) = (id(InvoiceId::generate)?, id(PaymentId::generate)?);
        let line =
            json!({ "description": "", "quantity": 1, "unit_price": price, "tax_percent": tax, "note": "" });
        let request = json!({ "invoice": invoice, "lines": [line], "note": order.note });
        let opened: SaleSeen = caller.call("sale_open", request).await?;
        Ok(Self { number: opened.number, invoice, payment })
    }

    async fn or_cancel<T>(&self, caller: &Caller, started: Result<T, Failure>) -> Result<T, Failure> {
        let Err(failure) = started else { return started };
        let request = json!({ "invoice": self.invoice, "although_seen": false });
        let cancelled: Result<Value, Failure> = caller.call("sale_cancel", request).await;
        Err(match (failure, cancelled) {
            (Failure::Refused(detail), Ok(_)) => {
                Failure::Refused(format!("{detail}. Sale {:04}, opened for it, is cancelled", self.number))
            }
            // What can't be cancelled is open, and the list of sales shows it.
            (failure, _) => failure,
        })
    }
}

/// Makes an id of the current time.
fn id<K: Kind>(generate: fn(payment::Timestamp, [u8; 10]) -> Id<K>) -> Result<String, Failure> {
    let mut random = [0; 10];
    getrandom::fill(&mut random).map_err(|_| Failure::NoRandomness)?;
    Ok(generate(SystemClock.now().wall, random).to_string())
}
