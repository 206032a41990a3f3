//! Short stories that always go the same way: for stopping them everywhere.

use std::time::Duration;

use engine::{Command, Reply};
use money::{Currency, Money};
use payment::{InvoiceId, PaymentId, RailId, StrayId};
use rail_practice::Act;

use super::day::Day;
use super::judge::{Broken, Verdict, must};
use super::streaming::{parcel, ticket};
use super::{counter_flows, tab_flows};
use crate::clock::QUOTE_LIFE;
use crate::shop::{cart, eur, replacing};

/// A story and its name.
pub(crate) struct Flow {
    pub(crate) name: &'static str,
    pub(crate) tell: fn(&mut Day) -> Verdict,
}

pub(crate) const FLOWS: &[Flow] = &[
    Flow { name: "cash, printed and voided", tell: cash_printed_and_voided },
    Flow { name: "paid exactly", tell: paid_exactly },
    Flow { name: "paid short and completed in cash", tell: paid_short_and_completed_in_cash },
    Flow { name: "paid late and too much", tell: paid_late_and_too_much },
    Flow { name: "another code", tell: another_code },
    Flow { name: "a stray payment for another sale", tell: a_stray_payment_for_another_sale },
    Flow { name: "a stray payment credited and lost", tell: a_stray_payment_credited_and_lost },
    Flow { name: "double-spent", tell: double_spent },
    Flow { name: "reorganised away after it was paid", tell: reorganised_away },
    Flow { name: "settings", tell: settings_changed },
    Flow { name: "a stream", tell: a_stream },
    Flow { name: "a tab charged", tell: tab_flows::a_tab_charged },
    Flow { name: "a charge declined and tried again", tell: tab_flows::a_charge_declined_and_tried_again },
    Flow { name: "a charge in doubt", tell: tab_flows::a_charge_in_doubt },
    Flow { name: "a charge that comes late", tell: tab_flows::a_charge_that_comes_late },
    Flow { name: "a card tapped", tell: counter_flows::a_card_tapped },
    Flow { name: "a phone that pays in the end", tell: counter_flows::a_phone_that_pays_in_the_end },
    Flow { name: "a hold taken in part", tell: counter_flows::a_hold_taken_in_part_and_the_rest_in_cash },
    Flow { name: "a card called off for a phone", tell: counter_flows::a_card_called_off_for_a_phone },
    Flow { name: "a card given back in parts", tell: counter_flows::a_card_given_back_in_parts },
    Flow { name: "a dispute won and paid out", tell: counter_flows::a_dispute_won_and_paid_out },
];

fn cash_printed_and_voided(day: &mut Day) -> Verdict {
    let invoice = opens(day, 450)?;
    takes(day, invoice, 500)?;
    insists(day, Command::PrintReceipt { invoice })?;
    insists(day, Command::VoidSale { invoice, reason: "mistake".to_owned() })
}

pub(crate) fn paid_exactly(day: &mut Day) -> Verdict {
    let invoice = opens(day, 450)?;
    let (_, address, coins) = shows(day, invoice)?;
    pays(day, &address, coins)?;
    mines(day, 1)
}

fn paid_short_and_completed_in_cash(day: &mut Day) -> Verdict {
    let invoice = opens(day, 450)?;
    let (_, address, coins) = shows(day, invoice)?;
    pays(day, &address, percent(coins, 40))?;
    mines(day, 1)?;
    day.passes(QUOTE_LIFE)?;
    takes(day, invoice, 500)
}

fn paid_late_and_too_much(day: &mut Day) -> Verdict {
    let invoice = opens(day, 450)?;
    let (_, address, coins) = shows(day, invoice)?;
    day.passes(QUOTE_LIFE)?;
    pays(day, &address, percent(coins, 150))?;
    mines(day, 1)
}

fn another_code(day: &mut Day) -> Verdict {
    let invoice = opens(day, 450)?;
    let (first, ..) = shows(day, invoice)?;
    insists(day, Command::CancelPayment { invoice, payment: first })?;
    let (_, address, coins) = shows(day, invoice)?;
    pays(day, &address, coins)?;
    mines(day, 1)
}

fn a_stray_payment_for_another_sale(day: &mut Day) -> Verdict {
    let stray = stray(day)?;
    let invoice = opens(day, 300)?;
    let payment = day.next_payment();
    insists(day, Command::AssignStray { stray, invoice, payment })
}

fn a_stray_payment_credited_and_lost(day: &mut Day) -> Verdict {
    let stray = stray(day)?;
    insists(day, Command::CreditStray { stray, customer: "Ada".to_owned() })?;
    day.acts(&Act::Reorganise { depth: 1, keep: false })
}

fn double_spent(day: &mut Day) -> Verdict {
    let invoice = opens(day, 450)?;
    let (_, address, coins) = shows(day, invoice)?;
    pays(day, &address, coins)?;
    day.acts(&Act::DoubleSpend { address })?;
    mines(day, 1)
}

fn reorganised_away(day: &mut Day) -> Verdict {
    let invoice = opens(day, 450)?;
    let (_, address, coins) = shows(day, invoice)?;
    pays(day, &address, coins)?;
    mines(day, 2)?;
    day.acts(&Act::Reorganise { depth: 2, keep: false })
}

fn settings_changed(day: &mut Day) -> Verdict {
    let before = day.judge(|judge| judge.settings.clone());
    let mut settings = before.clone();
    "Corner café".clone_into(&mut settings.shop.name);
    insists(day, replacing(&before, settings))?;
    opens(day, 100).map(|_| ())
}

/// A parcel that is handed in again with something new.
fn a_stream(day: &mut Day) -> Verdict {
    for upto in [3, 5] {
        let instructions = (0..upto)
            .map(|number| ticket(number, 1 + number, "cash", None))
            .chain([ticket(9, 9, "points", None)]);
        insists(day, parcel(instructions, false))?;
    }
    Ok(())
}

/// Money for a sale that was given up.
fn stray(day: &mut Day) -> Result<StrayId, Broken> {
    let invoice = opens(day, 450)?;
    let (_, address, coins) = shows(day, invoice)?;
    insists(day, Command::CancelSale { invoice, although_seen: false })?;
    pays(day, &address, coins)?;
    mines(day, 1)?;
    let found = day.judge(|judge| judge.strays.keys().next().copied());
    found.ok_or_else(|| Broken { invariant: "I5", what: "money for a cancelled sale is nowhere".to_owned() })
}

pub(super) fn opens(day: &mut Day, cents: i64) -> Result<InvoiceId, Broken> {
    let invoice = day.next_invoice();
    day.sales.push(invoice);
    insists(day, Command::OpenSale { invoice, cart: cart(cents) })?;
    Ok(invoice)
}

pub(super) fn takes(day: &mut Day, invoice: InvoiceId, cents: i64) -> Verdict {
    let payment = day.next_payment();
    insists(day, Command::TakeCash { invoice, payment, tendered: eur(cents) })
}

/// Asks for a code and looks at it.
fn shows(day: &mut Day, invoice: InvoiceId) -> Result<(PaymentId, String, Money), Broken> {
    let payment = day.next_payment();
    insists(day, Command::StartPayment { invoice, payment, rail: RailId::BITCOIN, coin: Currency::BTC })?;
    day.rest()?;
    let asked = day.asked(payment);
    let (address, coins) =
        asked.ok_or_else(|| Broken { invariant: "I11", what: format!("{payment} never got an address") })?;
    Ok((payment, address, coins))
}

fn pays(day: &mut Day, address: &str, coins: Money) -> Verdict {
    day.acts(&Act::Pay { address: address.to_owned(), amount: coins })
}

fn mines(day: &mut Day, blocks: u32) -> Verdict {
    (0..blocks).try_for_each(|_| day.acts(&Act::MineBlock))
}

/// A wish that must be granted, however often the till dies in it.
pub(super) fn insists(day: &mut Day, command: Command) -> Verdict {
    let answer: Result<Reply, _> = day.insists(&command)?;
    must("I11", answer.is_ok(), || format!("{command:?} was refused: {answer:?}"))?;
    day.passes(Duration::from_millis(50))
}

fn percent(coins: Money, percent: i64) -> Money {
    Money::new(coins.minor() * percent / 100, Currency::BTC)
}
