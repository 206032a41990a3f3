//! Short stories about cards at the counter.

use engine::{CardCommand, Command};
use payment::card::CaptureMode;
use payment::payout::PayoutStatus;
use payment::sale::{CardPayment, Refund};
use payment::{InvoiceId, PaymentId};

use super::cardholders::{BankAct, Hand};
use super::counter::card;
use super::day::Day;
use super::flows::{insists, opens, takes};
use super::judge::{Broken, Verdict, must};
use super::tab_flows::until;
use crate::shop::eur;

/// A sale of 4.50 with a card payment that waits for its customer.
struct Carded {
    invoice: InvoiceId,
    payment: PaymentId,
}

pub(super) fn a_card_tapped(day: &mut Day) -> Verdict {
    tapped(day, true).map(|_| ())
}

/// Declined at first, and paid with another card.
pub(super) fn a_phone_that_pays_in_the_end(day: &mut Day) -> Verdict {
    let carded = asks_for_card(day, false, CaptureMode::AtOnce)?;
    day.presents(carded.payment, Hand::TriesBadCard)?;
    day.presents(carded.payment, Hand::Taps)?;
    until_card(day, &carded, "it is paid", |card| card.captured().is_some())
}

pub(super) fn a_hold_taken_in_part_and_the_rest_in_cash(day: &mut Day) -> Verdict {
    let carded = asks_for_card(day, true, CaptureMode::Later)?;
    day.presents(carded.payment, Hand::Taps)?;
    until_card(day, &carded, "it is held", |card| card.held().is_some())?;
    let Carded { invoice, payment } = carded;
    let capture = Command::Card(CardCommand::Capture { invoice, payment, amount: eur(300) });
    // Asked for again after it was done, it is refused: nothing is held any more.
    let _granted_or_done = day.insists(&capture)?;
    until_card(day, &carded, "it is taken", |card| card.captured() == Some(eur(300)))?;
    takes(day, invoice, 200)
}

pub(super) fn a_card_called_off_for_a_phone(day: &mut Day) -> Verdict {
    let Carded { invoice, payment } = asks_for_card(day, true, CaptureMode::AtOnce)?;
    insists(day, Command::Card(CardCommand::Cancel { invoice, payment }))?;
    until_card(day, &Carded { invoice, payment }, "it is over", |card| card.end().is_some())?;
    let carded = starts(day, invoice, false, CaptureMode::AtOnce)?;
    day.presents(carded.payment, Hand::Taps)?;
    until_card(day, &carded, "it is paid", |card| card.captured().is_some())
}

pub(super) fn a_card_given_back_in_parts(day: &mut Day) -> Verdict {
    let carded = tapped(day, true)?;
    for cents in [200, 250] {
        let Carded { invoice, payment } = carded;
        let (refund, amount, reason) = (day.next_refund(), eur(cents), "cold".to_owned());
        let reader = None;
        insists(
            day,
            Command::Card(CardCommand::Refund { invoice, payment, refund, amount, reason, reader }),
        )?;
        until_card(day, &carded, "it is on its way back", |card| {
            card.refunds.iter().any(|known| known.id == Some(refund) && known.is_off())
        })?;
    }
    bank_does(day, &carded, BankAct::SendsRefundBack)?;
    until_card(day, &carded, "a refund came back", |card| !card.refunds.iter().all(Refund::is_off))
}

pub(super) fn a_dispute_won_and_paid_out(day: &mut Day) -> Verdict {
    let carded = tapped(day, false)?;
    bank_does(day, &carded, BankAct::Objects)?;
    until_card(day, &carded, "it is disputed", CardPayment::is_taken_back)?;
    bank_does(day, &carded, BankAct::GivesIn)?;
    until_card(day, &carded, "it is won", |card| !card.is_taken_back())?;
    for _ in 0..3 {
        let now = day.around.now();
        day.around.processor.pays_out(now);
        day.rest()?;
    }
    until(day, "it is at the bank", |judge| {
        let told = judge.recorded_payouts();
        told.last().is_some_and(|payout| payout.status == PayoutStatus::Paid).then_some(())
    })
}

fn tapped(day: &mut Day, is_at_reader: bool) -> Result<Carded, Broken> {
    let carded = asks_for_card(day, is_at_reader, CaptureMode::AtOnce)?;
    day.presents(carded.payment, Hand::Taps)?;
    until_card(day, &carded, "it is paid", |card| card.captured().is_some())?;
    Ok(carded)
}

fn bank_does(day: &mut Day, carded: &Carded, act: BankAct) -> Verdict {
    let fits = day.bank_does(carded.payment, act)?;
    must("I11", fits, || format!("{act:?} does not fit {}", carded.payment))
}

fn asks_for_card(day: &mut Day, is_at_reader: bool, capture: CaptureMode) -> Result<Carded, Broken> {
    let invoice = opens(day, 450)?;
    starts(day, invoice, is_at_reader, capture)
}

fn starts(
    day: &mut Day,
    invoice: InvoiceId,
    is_at_reader: bool,
    capture: CaptureMode,
) -> Result<Carded, Broken> {
    let carded = Carded { invoice, payment: day.next_payment() };
    insists(day, card(invoice, carded.payment, is_at_reader, capture))?;
    until_card(day, &carded, "it waits for the customer", |card| card.reading.is_some())?;
    Ok(carded)
}

fn until_card(day: &mut Day, carded: &Carded, wish: &str, is_so: impl Fn(&CardPayment) -> bool) -> Verdict {
    until(day, wish, |judge| {
        let card = judge.sales.get(&carded.invoice)?.card(carded.payment).ok()?;
        is_so(card).then_some(())
    })
}
