//! The answer to a dispute is made of the shop's own records, within the limits, and names no card.

use payment::card::{CaptureMode, CardCharge, Evidence, EvidenceNotes, RefundReading, RefundStatus};
use payment::sale::CardEvent;
use payment::{Refused, SaleEvent};

use crate::cards::{captured, card_terms, reading};
use crate::till::{Till, eur, pay};

/// A sale that was paid at a reader, of which a part went back.
fn paid() -> Till {
    let mut till = Till::opens();
    let happens = |till: &mut Till, event| till.happens(&SaleEvent::Card { payment: pay(1), event });
    happens(&mut till, CardEvent::Started { terms: card_terms(eur(450), CaptureMode::AtOnce) });
    let mut told = reading(1, captured(450));
    told.charge = Some(CardCharge {
        reference: "ch_1".to_owned(),
        brand: "visa".to_owned(),
        last4: Some("4242".to_owned()),
        wallet: None,
        receipt: vec![("authorization_code".to_owned(), "123456".to_owned())],
        must_be_presented: false,
        fee: None,
    });
    told.refunds = vec![RefundReading {
        reference: "re_1".to_owned(),
        asked: None,
        amount: eur(50),
        status: RefundStatus::Succeeded,
        failure: None,
    }];
    happens(&mut till, CardEvent::Read { reading: told });
    till
}

#[test]
fn an_answer_tells_what_was_sold_how_it_was_paid_and_what_went_back() {
    let notes = EvidenceNotes { communication: "She thanked us.".to_owned(), ..EvidenceNotes::default() };
    let evidence = Evidence::of(&paid().sale, pay(1), &notes).unwrap();
    for part in [
        "Total: 4.50 EUR",
        "with the card present",
        "Charge ch_1 on visa ending in 4242",
        "authorization_code: 123456",
        "Refund of 0.50 EUR (succeeded)",
        "What was said with the customer: She thanked us.",
    ] {
        assert!(evidence.uncategorized_text.contains(part), "{part}: {}", evidence.uncategorized_text);
    }
    assert!(evidence.product_description.ends_with("4.50 EUR"), "{}", evidence.product_description);
    assert_eq!(evidence.customer_name, "", "what nobody knows is not made up");
}

#[test]
fn a_field_that_is_too_long_says_where_it_was_cut_off() {
    let notes = EvidenceNotes { refund_policy: "ä".repeat(30_000), ..EvidenceNotes::default() };
    let policy = Evidence::of(&paid().sale, pay(1), &notes).unwrap().refund_policy_disclosure;
    assert_eq!((policy.chars().count(), policy.ends_with("ä [shortened]")), (20_000, true));
}

#[test]
fn the_number_of_a_card_in_a_note_is_masked() {
    let communication = "he gave 4242 4242 4242 4242".to_owned();
    let notes = EvidenceNotes { communication, ..EvidenceNotes::default() };
    let text = Evidence::of(&paid().sale, pay(1), &notes).unwrap().uncategorized_text;
    assert!(!text.contains("4242 4242"), "{text}");
}

#[test]
fn there_is_no_answer_for_a_payment_that_is_none() {
    let notes = EvidenceNotes::default();
    assert_eq!(Evidence::of(&paid().sale, pay(2), &notes), Err(Refused::NoSuchPayment));
}
