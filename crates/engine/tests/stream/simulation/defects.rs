//! The judge can find: each of these plants a defect, in the world or in the evidence, and the right promise is found
//! broken. Without a defect the same days pass.

use engine::Command;
use money::Currency;
use payment::sale::{Applied, PaymentTerms};
use payment::{PaymentId, Policy, RailId, Sale, SaleEvent, Timestamp};
use store::{Batch, Committed, Record, SaleRecord, Source, Trouble};

use super::counter_flows::a_card_given_back_in_parts;
use super::day::{Day, Journal};
use super::flows::paid_exactly;
use super::judge::Broken;
use super::outside::Defect;
use crate::clock::MORNING;
use crate::shop::{cart, confirmed, eur, seen};

/// What a day leaves on which somebody pays over a rail with a defect, or what is broken.
fn paid_over(defect: Option<Defect>) -> Result<Journal, Broken> {
    let mut day = Day::spoiled(defect);
    paid_exactly(&mut day)?;
    day.ends()
}

fn found(defect: Option<Defect>) -> Option<Broken> {
    paid_over(defect).err()
}

fn invariant(found: Option<Broken>) -> Option<&'static str> {
    found.map(|broken| broken.invariant)
}

#[test]
fn a_day_without_a_defect_passes() {
    assert_eq!(found(None), None);
}

#[test]
fn a_transfer_told_under_two_references_is_found() {
    assert_eq!(invariant(found(Some(Defect::TwoReferences))), Some("I5"));
}

#[test]
fn a_wrong_amount_that_is_credited_is_found() {
    assert_eq!(invariant(found(Some(Defect::WrongAmount))), Some("I5"));
}

#[test]
fn money_that_nobody_hears_of_is_found() {
    assert_eq!(invariant(found(Some(Defect::Silence))), Some("I5"));
}

#[test]
fn what_does_not_come_from_the_seed_is_found() {
    let twice = |defect| [0, 1].map(|_| paid_over(defect).unwrap());
    let (by_chance, from_the_seed) = (twice(Some(Defect::Chance)), twice(None));
    assert_ne!(by_chance[0], by_chance[1]);
    assert_eq!(from_the_seed[0], from_the_seed[1]);
}

/// Days within which a defect that any day may meet is found.
const DAYS_MAX: u64 = 40;

/// The first promise found broken on days with a defect.
fn found_by_days(defect: Defect) -> Option<&'static str> {
    invariant((0..DAYS_MAX).find_map(|seed| Day::begins_with(seed, Some(defect)).runs().err()))
}

#[test]
fn an_acquirer_that_takes_twice_for_one_key_is_found() {
    assert_eq!(found_by_days(Defect::TakesTwice), Some("I4"));
}

#[test]
fn a_charge_that_is_sent_again_without_asking_is_found() {
    assert_eq!(found_by_days(Defect::CallsItNotSent), Some("I4"));
}

#[test]
fn an_acquirer_that_says_taken_and_took_nothing_is_found() {
    assert_eq!(found_by_days(Defect::TakesNothing), Some("I6"));
}

/// The promise found broken when a card is given back in parts, and the call for the first arrives twice.
fn found_in_refunds(defect: Defect) -> Option<&'static str> {
    let mut day = Day::spoiled(Some(defect));
    day.around.doom.double(2);
    invariant(a_card_given_back_in_parts(&mut day).err())
}

#[test]
fn a_card_payment_that_is_opened_again_under_another_key_is_found() {
    assert_eq!(found_by_days(Defect::ResendsUnderNewKey), Some("I4"));
}

#[test]
fn a_card_call_that_is_made_again_without_asking_is_found() {
    assert_eq!(found_by_days(Defect::CallsCardNotSent), Some("I4"));
}

#[test]
fn a_processor_that_gives_back_twice_for_one_key_is_found() {
    assert_eq!(found_in_refunds(Defect::RefundsTwice), Some("I4"));
}

#[test]
fn held_money_that_counts_as_paid_is_found() {
    assert_eq!(found_by_days(Defect::CallsHeldPaid), Some("I6"));
}

#[test]
fn a_refund_that_is_booked_under_two_names_is_found() {
    assert_eq!(found_in_refunds(Defect::TellsRefundsTwice), Some("I6"));
}

#[test]
fn events_of_the_processor_that_are_passed_over_are_found() {
    assert_eq!(found_by_days(Defect::PassesEventsOver), Some("I5"));
}

/// A scripted day with one open sale.
fn with_sale() -> (Day, Sale) {
    let mut day = Day::scripted();
    let invoice = day.next_invoice();
    day.insists(&Command::OpenSale { invoice, cart: cart(450) }).unwrap().unwrap();
    let sale = day.sale(invoice).unwrap();
    (day, sale)
}

#[test]
fn an_answer_that_was_never_written_is_found_after_a_death() {
    let (mut day, sale) = with_sale();
    day.makes(Some(Trouble::Forgotten));
    let cash = Command::TakeCash { invoice: sale.id, payment: day.next_payment(), tendered: eur(500) };
    day.insists(&cash).unwrap().unwrap();
    assert_eq!(invariant(day.opens_again().err()), Some("I1"));
}

#[test]
fn an_answer_that_says_something_else_than_the_journal_is_found() {
    let (day, mut sale) = with_sale();
    sale.prints += 1;
    let asked = Command::PrintReceipt { invoice: sale.id };
    let broken = day.judge(|judge| judge.answered(&asked, &engine::Reply::Sale(Box::new(sale))));
    assert_eq!(invariant(broken.err()), Some("I1"));
}

#[test]
fn a_wait_that_never_ends_is_found() {
    let (mut day, sale) = with_sale();
    begun(&mut day, &sale);
    day.makes(Some(Trouble::DiskFull));
    assert_eq!(invariant(day.rests().err()), Some("I11"));
}

/// What the judge says of an event that the till never committed.
fn judged(day: &Day, sale: &Sale, event: &SaleEvent, forge: impl FnOnce(&mut SaleRecord)) -> Option<Broken> {
    let at = Timestamp::from_millis(MORNING);
    let Applied { sale: after, entries, effects } = sale.apply(event, at).unwrap().unwrap();
    let mut record = SaleRecord { event: event.clone(), source: Source::Till, at, entries, effects, after };
    forge(&mut record);
    let batch = Batch { records: vec![Record::Sale(Box::new(record))], ..Batch::default() };
    day.judge(|judge| {
        let event = judge.head.0 + 1;
        judge.note(&batch, &Committed { first_event: event, last_event: event, head: [7; 32] }).err()
    })
}

/// Asks for a code of a sale, which is on its way then.
fn begun(day: &mut Day, sale: &Sale) -> PaymentId {
    let (rail, coin) = (RailId::BITCOIN, Currency::BTC);
    let payment = day.next_payment();
    let start = Command::StartPayment { invoice: sale.id, payment, rail, coin };
    day.insists(&start).unwrap().unwrap();
    payment
}

/// A scripted day with one sale that shows a code.
fn with_code() -> (Day, Sale, String) {
    let (mut day, sale) = with_sale();
    let payment = begun(&mut day, &sale);
    let (address, _) = day.asked(payment).unwrap();
    let sale = day.sale(sale.id).unwrap();
    (day, sale, address)
}

fn terms_of(sale: &Sale) -> PaymentTerms {
    sale.payments[0].chain().unwrap().terms.clone()
}

#[test]
fn an_address_that_is_shown_twice_is_found() {
    let (mut day, sale, address) = with_code();
    let payment = day.next_payment();
    let started = SaleEvent::PaymentStarted { payment, terms: terms_of(&sale) };
    assert_eq!(judged(&day, &sale, &started, |_| {}), None);
    let sale = day.sale(sale.id).unwrap();
    let offered = SaleEvent::Offered { payment, address };
    assert_eq!(invariant(judged(&day, &sale, &offered, |_| {})), Some("I8"));
}

#[test]
fn a_payment_that_is_made_twice_is_found() {
    let (mut day, sale, _) = with_code();
    let known = sale.payments[0].id;
    let payment = day.next_payment();
    let started = SaleEvent::PaymentStarted { payment, terms: terms_of(&sale) };
    let broken = judged(&day, &sale, &started, |record| {
        record.event = SaleEvent::PaymentStarted { payment: known, terms: terms_of(&record.after) };
    });
    assert_eq!(invariant(broken), Some("I4"));
}

#[test]
fn paid_on_what_the_rail_never_said_is_found() {
    let (day, sale, address) = with_code();
    let coins = terms_of(&sale).quote.coin;
    let observation = seen("aa:0", 2, &address, coins, confirmed(1));
    let paid = SaleEvent::TransferObserved { payment: sale.payments[0].id, observation };
    assert_eq!(invariant(judged(&day, &sale, &paid, |_| {})), Some("I6"));
}

#[test]
fn terms_that_ask_for_less_than_the_shop_does_are_found() {
    let (mut day, sale, _) = with_code();
    let weak = PaymentTerms { policy: Policy::of_blocks(0, 1), ..terms_of(&sale) };
    let started = SaleEvent::PaymentStarted { payment: day.next_payment(), terms: weak };
    assert_eq!(invariant(judged(&day, &sale, &started, |_| {})), Some("I6"));
}

#[test]
fn an_entry_that_is_left_out_is_found() {
    let (mut day, sale) = with_sale();
    let event = sale.take_cash_for_rest(day.next_payment(), eur(450), 1).unwrap();
    let broken = judged(&day, &sale, &event, |record| drop(record.entries.pop()));
    assert_eq!(invariant(broken), Some("I7"));
}

#[test]
fn books_that_do_not_fit_the_state_are_found() {
    let (mut day, sale) = with_sale();
    let event = sale.take_cash_for_rest(day.next_payment(), eur(450), 1).unwrap();
    let broken = judged(&day, &sale, &event, |record| record.after.voided = Some("never".to_owned()));
    assert_eq!(invariant(broken), Some("I2"));
}

#[test]
fn an_event_that_is_missing_is_found() {
    let (mut day, sale) = with_sale();
    let event = sale.take_cash_for_rest(day.next_payment(), eur(450), 1).unwrap();
    let broken = judged(&day, &sale, &event, |record| record.after.version += 1);
    assert_eq!(invariant(broken), Some("I3"));
}
