//! The same again is a repetition; another thing under the same id is refused.

use payment::rail::RailFailureClass;
use payment::sale::RailFailure;
use payment::{Policy, Refused, Sale, SaleEvent};

use crate::till::{
    SATS_DUE, Till, confirmed, eur, instant, invoice, observation, opened, pay, terms, unconfirmed,
};

/// Applies an event twice: the second time nothing happens.
#[track_caller]
fn changes_once(till: &mut Till, event: &SaleEvent) {
    till.happens(event);
    let before = till.sale.clone();
    assert_eq!(till.sale.apply(event, instant(1)), Ok(None));
    assert_eq!(till.sale, before);
}

#[test]
fn every_event_that_repeats_changes_nothing() {
    let mut till = Till::opens();
    let failure = RailFailure { class: RailFailureClass::NotSent, reason: "no answer".to_owned() };
    let started = till.sale.start_payment(pay(1), terms(eur(450), Policy::DEFAULT)).unwrap();
    changes_once(&mut till, &started);
    changes_once(&mut till, &SaleEvent::OfferFailed { payment: pay(1), failure });
    changes_once(&mut till, &SaleEvent::Offered { payment: pay(1), address: "bcrt1q".to_owned() });
    let sighting = till.sighting(1, "a", 4_000, unconfirmed(1));
    changes_once(&mut till, &sighting);
    changes_once(&mut till, &SaleEvent::QuoteEnded { payment: pay(1) });
    changes_once(&mut till, &SaleEvent::PaymentCancelled { payment: pay(1) });
    let cash = till.sale.take_cash_for_rest(pay(2), eur(1_000), 1).unwrap();
    changes_once(&mut till, &cash);
    changes_once(&mut till, &SaleEvent::ReceiptIssued { number: 1 });
    changes_once(&mut till, &SaleEvent::Cancelled);
    changes_once(&mut till, &SaleEvent::Voided { reason: "mistake".to_owned() });
}

#[test]
fn asking_twice_for_the_same_payment_gives_the_same_event() {
    let mut till = Till::opens();
    let first = till.sale.take_cash_for_rest(pay(1), eur(500), 1).unwrap();
    till.happens(&first);
    assert_eq!(till.sale.take_cash_for_rest(pay(1), eur(500), 1), Ok(first));
    let mut coins = Till::opens();
    coins.shows_code(1, Policy::DEFAULT);
    let again = coins.sale.start_payment(pay(1), terms(eur(450), Policy::DEFAULT)).unwrap();
    assert_eq!(coins.sale.apply(&again, instant(1)), Ok(None));
}

#[test]
fn asking_again_to_void_for_the_same_reason_changes_nothing() {
    let mut till = Till::opens();
    till.takes_cash(1, eur(450), 1);
    let first = till.sale.void_for("mistake").unwrap();
    till.happens(&first);
    let again = till.sale.void_for(" mistake ").unwrap();
    assert_eq!(till.sale.apply(&again, instant(1)), Ok(None));
    assert_eq!(till.sale.void_for("another"), Err(Refused::SaleVoided));
}

#[test]
fn a_payment_id_names_one_payment() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    assert_eq!(till.sale.take_cash_for_rest(pay(1), eur(450), 1), Err(Refused::PaymentExists));
    let other = SaleEvent::PaymentStarted { payment: pay(1), terms: terms(eur(449), Policy::DEFAULT) };
    assert_eq!(till.refuses(&other), Refused::PaymentExists);
    let adopted = SaleEvent::StrayAdopted {
        payment: pay(1),
        terms: terms(eur(449), Policy::DEFAULT),
        address: "bcrt1q".to_owned(),
        observation: observation("a", 1, SATS_DUE, confirmed(1)),
    };
    assert_eq!(till.refuses(&adopted), Refused::PaymentExists);
    till.takes_cash(2, eur(450), 1);
    assert_eq!(till.sale.take_cash_for_rest(pay(2), eur(451), 1), Err(Refused::PaymentExists));
}

#[test]
fn a_payment_starts_only_for_what_is_left_to_pay() {
    let till = Till::opens();
    let part = terms(eur(200), Policy::DEFAULT);
    assert_eq!(till.sale.start_payment(pay(1), part), Err(Refused::WrongState));
}

#[test]
fn an_address_and_a_receipt_number_are_given_once() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    let offered = SaleEvent::Offered { payment: pay(1), address: "bcrt1qother".to_owned() };
    assert_eq!(till.refuses(&offered), Refused::WrongState);
    let failure = RailFailure { class: RailFailureClass::NotSent, reason: "no answer".to_owned() };
    assert_eq!(till.refuses(&SaleEvent::OfferFailed { payment: pay(1), failure }), Refused::WrongState);
    assert_eq!(till.refuses(&SaleEvent::ReceiptPrinted), Refused::NoReceipt);
    assert!(!till.sale.wants_receipt());
    till.sees(1, "a", SATS_DUE, confirmed(1));
    assert!(till.sale.wants_receipt());
    till.happens(&SaleEvent::ReceiptIssued { number: 7 });
    assert!(!till.sale.wants_receipt());
    assert_eq!(till.refuses(&SaleEvent::ReceiptIssued { number: 8 }), Refused::WrongState);
}

#[test]
fn every_print_counts() {
    let mut till = Till::opens();
    till.takes_cash(1, eur(450), 1);
    till.happens(&SaleEvent::ReceiptIssued { number: 1 });
    till.happens(&SaleEvent::ReceiptPrinted);
    till.happens(&SaleEvent::ReceiptPrinted);
    assert_eq!(till.sale.prints, 2, "the second says COPY");
}

#[test]
fn a_sale_is_opened_once_and_first() {
    let till = Till::opens();
    assert_eq!(till.refuses(&opened(eur(450), "0")), Refused::AlreadyOpen);
    assert_eq!(Sale::open(invoice(), &SaleEvent::Cancelled, instant(0)), Err(Refused::NotOpen));
}

#[test]
fn events_of_payments_that_do_not_exist_are_refused() {
    let till = Till::opens();
    let events = [
        SaleEvent::Offered { payment: pay(9), address: "bcrt1q".to_owned() },
        SaleEvent::QuoteEnded { payment: pay(9) },
        SaleEvent::PaymentCancelled { payment: pay(9) },
    ];
    for event in events {
        assert_eq!(till.refuses(&event), Refused::NoSuchPayment);
    }
}
