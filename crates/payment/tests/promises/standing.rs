//! Which word is on the screen while a sale has several ways to pay.

use payment::rail::RailFailureClass;
use payment::sale::RailFailure;
use payment::{Policy, SaleEvent, State};

use crate::till::{Till, confirmed, dropped, eur, observation, pay, terms};

/// A stray payment of 2.30 EUR is counted for the sale.
fn adopts_a_part(till: &mut Till, number: u8) {
    till.happens(&SaleEvent::StrayAdopted {
        payment: pay(number),
        terms: terms(eur(230), Policy::DEFAULT),
        address: "bcrt1qold".to_owned(),
        observation: observation("stray", 1, 4_000, confirmed(1)),
    });
}

fn offer_fails(till: &mut Till, number: u8) {
    let failure = RailFailure { class: RailFailureClass::NotSent, reason: "no answer".to_owned() };
    till.happens(&SaleEvent::OfferFailed { payment: pay(number), failure });
}

#[test]
fn a_code_that_can_still_be_paid_comes_before_a_newer_payment_that_has_ended() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    adopts_a_part(&mut till, 2);
    assert_eq!(till.state(), State::Partial, "the code is on screen for the rest");
    let gone = SaleEvent::TransferObserved {
        payment: pay(2),
        observation: observation("stray", 2, 4_000, dropped()),
    };
    till.happens(&gone);
    assert_eq!(till.state(), State::Waiting);
    till.quote_ends(1);
    assert_eq!(till.state(), State::Expired);
}

#[test]
fn a_part_that_came_is_partial_although_the_next_code_could_not_be_made() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", 4_000, confirmed(1));
    till.quote_ends(1);
    assert_eq!(till.state(), State::Expired);
    let event =
        till.sale.start_payment(pay(2), terms(till.sale.payable().unwrap(), Policy::DEFAULT)).unwrap();
    till.happens(&event);
    assert_eq!(till.state(), State::Partial);
    offer_fails(&mut till, 2);
    assert_eq!(till.state(), State::Partial, "money is there: nothing has failed");
    till.quote_ends(2);
    assert_eq!(till.state(), State::Expired, "every quote has ended");
}

#[test]
fn without_any_money_a_code_that_could_not_be_made_has_failed() {
    let mut till = Till::opens();
    let event = till.sale.start_payment(pay(1), terms(eur(450), Policy::DEFAULT)).unwrap();
    till.happens(&event);
    offer_fails(&mut till, 1);
    assert_eq!(till.state(), State::Failed);
}
