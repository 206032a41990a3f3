//! Cancelled sales and voided ones: still watched, and what arrives is owed to the customer.

use payment::{Policy, Refused, SaleEvent, State, StrayReason};

use crate::till::{SATS_DUE, Till, confirmed, eur, observation, pay, replaced, unconfirmed};

#[test]
fn a_cancelled_sale_takes_no_new_money() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    let event = till.sale.cancel(false).unwrap();
    till.happens(&event);
    let seen = observation("a", 1, SATS_DUE, confirmed(1));
    assert_eq!(till.sale.admit(pay(1), &seen), Err(StrayReason::SaleCancelled));
    let sighting = SaleEvent::TransferObserved { payment: pay(1), observation: seen };
    assert_eq!(till.refuses(&sighting), Refused::Stray(StrayReason::SaleCancelled));
    assert_eq!(till.state(), State::Cancelled);
}

#[test]
fn a_sale_is_cancelled_although_money_was_seen_only_when_the_clerk_insists() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", SATS_DUE, unconfirmed(1));
    assert_eq!(till.sale.cancel(false), Err(Refused::MoneySeen));
    assert_eq!(till.sale.cancel_payment_of(pay(1)), Err(Refused::MoneySeen));
    assert_eq!(till.sale.cancel(true), Ok(SaleEvent::Cancelled));
}

#[test]
fn money_of_a_cancelled_sale_is_credited_once_it_is_safe_and_taken_back_when_it_is_gone() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", SATS_DUE, unconfirmed(1));
    let event = till.sale.cancel(true).unwrap();
    till.happens(&event);
    till.sees(1, "a", SATS_DUE, confirmed(1));
    till.sees(1, "a", SATS_DUE, replaced());
    insta::assert_snapshot!(till.story, @r"
    bitcoin chosen -> preparing
      ask for an address for 0.00007798 BTC
    address bcrt1q1 -> waiting
    a 0.00007798 BTC, unconfirmed at 1 -> detected
      1 transfer_pending: bitcoin-pending 0.00007798 BTC, pending-receipts -0.00007798 BTC
    cancelled -> cancelled
    a 0.00007798 BTC, 1 in block aa -> cancelled
      2 reversal of 1: bitcoin-pending -0.00007798 BTC, pending-receipts 0.00007798 BTC
      3 transfer_settled: bitcoin-wallet 0.00007798 BTC, conversion -0.00007798 BTC, conversion 4.50 EUR, invoice-clearing -4.50 EUR
      4 credit: invoice-clearing 4.50 EUR, customer-credit -4.50 EUR
    a 0.00007798 BTC, replaced -> cancelled
      5 reversal of 3: bitcoin-wallet -0.00007798 BTC, conversion 0.00007798 BTC, conversion -4.50 EUR, invoice-clearing 4.50 EUR
      6 reversal of 4: invoice-clearing -4.50 EUR, customer-credit 4.50 EUR
    ");
    assert!(till.books().is_empty());
}

#[test]
fn a_safe_part_of_a_cancelled_sale_is_credited_at_once() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", 4_000, confirmed(1));
    let event = till.sale.cancel(true).unwrap();
    till.happens(&event);
    insta::assert_snapshot!(till.story, @r"
    bitcoin chosen -> preparing
      ask for an address for 0.00007798 BTC
    address bcrt1q1 -> waiting
    a 0.00004000 BTC, 1 in block aa -> partial, 2.20 EUR to come
      1 transfer_settled: bitcoin-wallet 0.00004000 BTC, conversion -0.00004000 BTC, conversion 2.30 EUR, invoice-clearing -2.30 EUR
    cancelled -> cancelled, 2.20 EUR to come
      2 credit: invoice-clearing 2.30 EUR, customer-credit -2.30 EUR
    ");
}

#[test]
fn a_paid_sale_cannot_be_cancelled() {
    let mut till = Till::opens();
    till.takes_cash(1, eur(450), 1);
    assert_eq!(till.sale.cancel(true), Err(Refused::AlreadyPaid));
}

#[test]
fn a_code_taken_back_is_still_watched() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    let event = till.sale.cancel_payment_of(pay(1)).unwrap();
    till.happens(&event);
    assert_eq!(till.state(), State::Preparing);
    till.sees(1, "a", SATS_DUE, confirmed(1));
    assert_eq!(till.state(), State::Paid);
}

#[test]
fn money_to_an_old_code_of_a_paid_sale_is_stray() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    let event = till.sale.cancel_payment_of(pay(1)).unwrap();
    till.happens(&event);
    till.takes_cash(2, eur(450), 1);
    let seen = observation("a", 1, SATS_DUE, confirmed(1));
    assert_eq!(till.sale.admit(pay(1), &seen), Err(StrayReason::AlreadyPaid));
}

#[test]
fn money_to_an_expired_code_of_a_paid_sale_is_stray() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", SATS_DUE, confirmed(1));
    till.minutes_pass(15);
    till.quote_ends(1);
    let seen = observation("b", 9, SATS_DUE, confirmed(1));
    assert_eq!(till.sale.admit(pay(1), &seen), Err(StrayReason::AlreadyPaid));
}

#[test]
fn a_voided_sale_takes_no_new_money() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.takes_cash(2, eur(450), 1);
    let event = till.sale.void_for("mistake").unwrap();
    till.happens(&event);
    let seen = observation("a", 1, SATS_DUE, confirmed(1));
    assert_eq!(till.sale.admit(pay(1), &seen), Err(StrayReason::SaleVoided));
}

#[test]
fn a_coin_that_returns_to_a_voided_sale_is_owed_to_the_customer() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", SATS_DUE, unconfirmed(1));
    till.sees(1, "a", SATS_DUE, replaced());
    till.takes_cash(2, eur(450), 1);
    let event = till.sale.void_for("mistake").unwrap();
    till.happens(&event);
    till.story.clear();
    till.sees(1, "a", SATS_DUE, confirmed(1));
    insta::assert_snapshot!(till.story, @r"
    a 0.00007798 BTC, 1 in block aa -> voided
      7 transfer_settled: bitcoin-wallet 0.00007798 BTC, conversion -0.00007798 BTC, conversion 4.50 EUR, invoice-clearing -4.50 EUR
      8 credit: invoice-clearing 4.50 EUR, customer-credit -4.50 EUR
    ");
}
