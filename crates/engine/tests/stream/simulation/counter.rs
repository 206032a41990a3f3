//! What the clerk asks for with cards at the counter: at the reader or on the customer's phone, taken at once or held, in
//! whole or in part, called off and given back.

use engine::{CardCommand, Command};
use money::Money;
use payment::card::{CaptureMode, CardWay};
use payment::sale::CardPayment;
use payment::{InvoiceId, PaymentId, RailId};

use super::clerk::{Wish, payable_sale};
use super::day::Day;
use crate::shop::eur;

pub(super) const COUNTER_WISHES: &[Wish] = &[
    Wish { name: "asks for a card", weight: 45, make: start_card },
    Wish { name: "calls a card off", weight: 4, make: call_card_off },
    Wish { name: "takes what is held", weight: 16, make: capture_card },
    Wish { name: "gives money of a card back", weight: 40, make: refund_card },
];

fn start_card(day: &mut Day) -> Option<Command> {
    let invoice = payable_sale(day)?.id;
    let is_at_reader = day.draws.chance(60);
    let capture = if day.draws.chance(35) { CaptureMode::Later } else { CaptureMode::AtOnce };
    let payment = day.next_payment();
    Some(card(invoice, payment, is_at_reader, capture))
}

/// A card at the reader, or on the customer's phone.
pub(super) fn card(
    invoice: InvoiceId,
    payment: PaymentId,
    is_at_reader: bool,
    capture: CaptureMode,
) -> Command {
    let way = if is_at_reader { CardWay::Reader("tmr_1".to_owned()) } else { CardWay::Phone };
    Command::Card(CardCommand::Start { invoice, payment, rail: RailId::STRIPE, way, capture })
}

/// One that is open or held, and at times any.
fn call_card_off(day: &mut Day) -> Option<Command> {
    let is_any = day.draws.chance(15);
    let (invoice, payment, _) = some_card(day, |card| is_any || card.is_open() || card.held().is_some())?;
    Some(Command::Card(CardCommand::Cancel { invoice, payment }))
}

/// All of it, a part, and at times too much.
fn capture_card(day: &mut Day) -> Option<Command> {
    let (invoice, payment, card) = some_card(day, |card| card.held().is_some())?;
    let amount = some_of(day, card.held()?);
    Some(Command::Card(CardCommand::Capture { invoice, payment, amount }))
}

/// All that is left, a part, and at times too much.
fn refund_card(day: &mut Day) -> Option<Command> {
    let (invoice, payment, card) = some_card(day, |card| card.refundable().unwrap().is_positive())?;
    let left = card.refundable().unwrap();
    let (refund, amount) = (day.next_refund(), some_of(day, left));
    let reason = "cold".to_owned();
    Some(Command::Card(CardCommand::Refund { invoice, payment, refund, amount, reason, reader: None }))
}

fn some_of(day: &mut Day, all: Money) -> Money {
    match day.draws.below(8) {
        0..=3 => all,
        4..=6 => eur(all.minor() * i64::from(1 + day.draws.below(99)) / 100),
        _ => eur(all.minor() + 1),
    }
}

/// A card payment that is so, if there is one.
fn some_card(
    day: &mut Day,
    is_so: impl Fn(&CardPayment) -> bool,
) -> Option<(InvoiceId, PaymentId, CardPayment)> {
    let all = day.judge(|judge| {
        let of_sale = |sale: &payment::Sale| {
            let cards = sale.payments.iter().filter_map(|payment| Some((payment.id, payment.card()?)));
            let found = cards.filter(|(_, card)| is_so(card));
            found.map(|(payment, card)| (sale.id, payment, card.clone())).collect::<Vec<_>>()
        };
        judge.sales.values().flat_map(of_sale).collect::<Vec<_>>()
    });
    all.get(day.draws.place(all.len())).cloned()
}
