//! What the clerk and the owner ask for. A new kind of wish is a function and a line of the table; nothing else here
//! knows which kinds there are.

use engine::{CardCommand, Command};
use money::{Currency, Percent};
use payment::stray::Decision;
use payment::{InvoiceId, Policy, RailId, Sale, Stray};
use rail_practice::Draws;
use settings::{PolicyRow, PolicyScope};

use super::counter::COUNTER_WISHES;
use super::day::Day;
use super::streaming::{retry_settlement, settle_tabs, take_parcel, try_letters_again};
use crate::shop::{cart, eur, replacing};

/// A kind of wish, how often it comes compared with others, and how one is made. `None` when there is nothing to ask.
pub(super) struct Wish {
    pub(super) name: &'static str,
    pub(super) weight: u32,
    pub(super) make: fn(&mut Day) -> Option<Command>,
}

const WISHES: &[Wish] = &[
    Wish { name: "opens a sale", weight: 12, make: open_sale },
    Wish { name: "asks for a code", weight: 16, make: start_payment },
    Wish { name: "takes cash", weight: 8, make: take_cash },
    Wish { name: "takes a code back", weight: 2, make: cancel_payment },
    Wish { name: "gives a sale up", weight: 3, make: cancel_sale },
    Wish { name: "voids a sale", weight: 2, make: void_sale },
    Wish { name: "prints a receipt", weight: 2, make: print_receipt },
    Wish { name: "counts a stray payment for a sale", weight: 4, make: assign_stray },
    Wish { name: "credits a stray payment", weight: 3, make: credit_stray },
    Wish { name: "changes the settings", weight: 3, make: change_settings },
    Wish { name: "streams micropayments", weight: 14, make: take_parcel },
    Wish { name: "tries dead letters again", weight: 3, make: try_letters_again },
    Wish { name: "tries a charge again", weight: 4, make: retry_settlement },
    Wish { name: "charges every tab", weight: 2, make: settle_tabs },
    Wish { name: "reads an alert", weight: 1, make: acknowledge_alert },
    Wish { name: "asks for the same again", weight: 6, make: repeat },
];

/// Draws a wish and says which.
pub(crate) fn next_wish(day: &mut Day) -> Option<Command> {
    let of_cards = if day.habits.has_cards { COUNTER_WISHES } else { &[] };
    let wishes: Vec<&Wish> = WISHES.iter().chain(of_cards).collect();
    let weights: Vec<u32> = wishes.iter().map(|wish| wish.weight).collect();
    let wish = wishes[day.draws.weighted(&weights)];
    let command = (wish.make)(day)?;
    day.say(format!("the clerk {}{}", wish.name, about(day, &command)));
    Some(command)
}

fn about(day: &Day, command: &Command) -> String {
    let number = |invoice: &InvoiceId| day.sale(*invoice).map_or(0, |sale| sale.number);
    match command {
        Command::TakeCash { invoice, tendered, .. } => format!(" for sale {}: {tendered}", number(invoice)),
        Command::StartPayment { invoice, .. }
        | Command::CancelPayment { invoice, .. }
        | Command::CancelSale { invoice, .. }
        | Command::VoidSale { invoice, .. }
        | Command::PrintReceipt { invoice } => format!(" of sale {}", number(invoice)),
        Command::Card(
            CardCommand::Start { invoice, .. }
            | CardCommand::Cancel { invoice, .. }
            | CardCommand::Capture { invoice, .. }
            | CardCommand::Refund { invoice, .. },
        ) => format!(" of sale {}", number(invoice)),
        Command::AssignStray { stray, invoice, .. } => format!(": {stray} to sale {}", number(invoice)),
        _ => String::new(),
    }
}

/// One of the newest sales.
fn some_sale(day: &mut Day) -> Option<Sale> {
    let newest = day.sales.len().saturating_sub(5);
    let place = newest + day.draws.place(day.sales.len() - newest);
    let invoice = *day.sales.get(place)?;
    day.sale(invoice)
}

/// One that takes money, if there is any.
pub(super) fn payable_sale(day: &mut Day) -> Option<Sale> {
    for _ in 0..4 {
        let sale = some_sale(day)?;
        if sale.payable().is_ok() {
            return Some(sale);
        }
    }
    some_sale(day)
}

fn open_sale(day: &mut Day) -> Option<Command> {
    let invoice = day.next_invoice();
    day.sales.push(invoice);
    Some(Command::OpenSale { invoice, cart: cart(1 + i64::from(day.draws.below(2_000))) })
}

fn start_payment(day: &mut Day) -> Option<Command> {
    let invoice = payable_sale(day)?.id;
    Some(Command::StartPayment {
        invoice,
        payment: day.next_payment(),
        rail: RailId::BITCOIN,
        coin: Currency::BTC,
    })
}

/// Mostly enough, at times too little.
fn take_cash(day: &mut Day) -> Option<Command> {
    let sale = payable_sale(day)?;
    let extra = i64::from(day.draws.below(500)) - 50;
    let tendered = eur((sale.due().minor() + extra).max(0));
    Some(Command::TakeCash { invoice: sale.id, payment: day.next_payment(), tendered })
}

fn cancel_payment(day: &mut Day) -> Option<Command> {
    let sale = some_sale(day)?;
    let payment = sale.payments.last()?.id;
    Some(Command::CancelPayment { invoice: sale.id, payment })
}

fn cancel_sale(day: &mut Day) -> Option<Command> {
    let invoice = some_sale(day)?.id;
    Some(Command::CancelSale { invoice, although_seen: day.draws.chance(50) })
}

fn void_sale(day: &mut Day) -> Option<Command> {
    Some(Command::VoidSale { invoice: some_sale(day)?.id, reason: "mistake".to_owned() })
}

fn print_receipt(day: &mut Day) -> Option<Command> {
    Some(Command::PrintReceipt { invoice: some_sale(day)?.id })
}

fn some_stray(day: &mut Day) -> Option<Stray> {
    let open = |stray: &&Stray| stray.decision == Decision::Open;
    let strays: Vec<Stray> = day.judge(|judge| judge.strays.values().filter(open).cloned().collect());
    strays.get(day.draws.place(strays.len())).cloned()
}

fn assign_stray(day: &mut Day) -> Option<Command> {
    let (stray, invoice) = (some_stray(day)?.id, some_sale(day)?.id);
    Some(Command::AssignStray { stray, invoice, payment: day.next_payment() })
}

fn credit_stray(day: &mut Day) -> Option<Command> {
    Some(Command::CreditStray { stray: some_stray(day)?.id, customer: "Ada".to_owned() })
}

fn change_settings(day: &mut Day) -> Option<Command> {
    let before = day.judge(|judge| judge.settings.clone());
    let mut settings = before.clone();
    let draws = &mut day.draws;
    match draws.below(4) {
        0 => settings.policy = (0..=draws.below(2)).map(|row| policy_row(draws, row == 0)).collect(),
        1 => settings.shop.tolerance = Percent::parse(["0", "1", "5"][draws.place(3)]).ok()?,
        2 => settings.rates.spread = Percent::parse(["0", "0.5", "2"][draws.place(3)]).ok()?,
        _ => settings.cash.smallest_coin_minor = [1, 5, 10][draws.place(3)],
    }
    Some(replacing(&before, settings))
}

/// Without a confirmation only up to a limit, as the settings demand.
fn policy_row(draws: &mut Draws, is_limited: bool) -> PolicyRow {
    let safe = if is_limited { draws.below(3) } else { 1 + draws.below(3) };
    let r#final = safe.max(1) + draws.below(4);
    let [safe, r#final] = [safe, r#final].map(|blocks| u16::try_from(blocks).unwrap());
    let up_to = is_limited.then(|| eur(1 + i64::from(draws.below(1_500))));
    PolicyRow { scope: PolicyScope::BITCOIN, policy: Policy { up_to, ..Policy::of_blocks(safe, r#final) } }
}

/// At times one that was never raised.
fn acknowledge_alert(day: &mut Day) -> Option<Command> {
    let raised = u32::try_from(day.judge(|judge| judge.alerts)).ok()?;
    Some(Command::AcknowledgeAlert { alert: 1 + i64::from(day.draws.below(raised + 1)) })
}

/// A second press, or a clerk who got no answer.
fn repeat(day: &mut Day) -> Option<Command> {
    let newest = day.wishes.len().saturating_sub(4);
    let place = newest + day.draws.place(day.wishes.len() - newest);
    day.wishes.get(place).cloned()
}
