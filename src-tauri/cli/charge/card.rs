//! A card from a terminal: at the shop's reader where it has one, else on the customer's phone by a code.

use serde_json::json;

use super::progress::Reporter;
use super::reading::{SaleSeen, StatusSeen, TenderSeen};
use super::watch::Watch;
use super::{Opened, answer, deadline};
use crate::cli::Answer;
use crate::cli::arguments::Order;
use crate::cli::caller::Caller;
use crate::cli::failure::Failure;

/// The ways to present a card, in the order they are taken: the tender's name, and the start's.
const WAYS: [(&str, &str); 2] = [("card_reader", "reader"), ("card_phone", "phone")];

pub(super) async fn card(caller: &Caller, order: &Order) -> Result<Answer, Failure> {
    card_is_ready(caller).await?;
    let sale = Opened::open(caller, order).await?;
    let started = sale.or_cancel(caller, start(caller, &sale).await).await?;
    let mut reporter = Reporter::new(&sale.invoice, &sale.payment, order.json);
    let watch = Watch { caller, invoice: &sale.invoice, deadline: deadline(order) };
    Ok(answer(caller, watch.run(started, &mut reporter).await?))
}

/// What can be known before a sale is opened: a sale that could never be paid needs no number.
async fn card_is_ready(caller: &Caller) -> Result<(), Failure> {
    let StatusSeen { cards, .. } = caller.call("status", json!({})).await?;
    if !cards.enabled {
        let off = "cards are switched off: `tillstream settings set rail.stripe.enabled true` allows them";
        return Err(Failure::Refused(off.to_owned()));
    }
    if !cards.up {
        return Err(Failure::Refused(format!("no card can be taken now: {}", cards.problem)));
    }
    Ok(())
}

async fn start(caller: &Caller, sale: &Opened) -> Result<SaleSeen, Failure> {
    let tenders: Vec<TenderSeen> = caller.call("tenders", json!({ "invoice": sale.invoice })).await?;
    let offered = |method: &str| tenders.iter().find(|tender| tender.method == method);
    let way = WAYS.iter().find(|(method, _)| offered(method).is_some_and(|tender| tender.available));
    let Some((_, way)) = way else {
        let why = offered("card_phone").map_or("", |tender| tender.detail.as_str());
        return Err(Failure::Refused(format!("this can't be paid by card: {why}")));
    };
    let request = json!({
        "invoice": sale.invoice, "payment": sale.payment, "way": way, "reader": "", "capture_later": null,
    });
    caller.call("card_start", request).await
}
