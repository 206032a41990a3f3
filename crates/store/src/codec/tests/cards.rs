//! Card payments as they are stored.

use payment::card::{
    CaptureMode, CardCharge, CardEnd, CardLevel, CardReading, CardTerms, CardWay, DisputeReading,
    DisputeStatus, RefundReading, RefundStatus, Withdrawal,
};
use payment::rail::RailFailureClass;
use payment::sale::{CardEvent, CardWish, RailFailure};
use payment::{RailId, RefundId, SaleEvent, Timestamp};

use super::{eur, payment, sale_text};

/// Every kind of event of a card payment.
pub(super) fn card_events() -> Vec<SaleEvent> {
    let (payment, refund) =
        (payment(), RefundId::generate(Timestamp::from_millis(1_790_000_000_000), [9; 10]));
    let failure = RailFailure { class: RailFailureClass::Declined, reason: "too old".to_owned() };
    let reason = || "no answer in time".to_owned();
    let terms = |way, capture| CardTerms { rail: RailId::STRIPE, amount: eur(450), way, capture };
    let read = |level| CardEvent::Read { reading: CardReading { level, ..full_reading(refund) } }.of(payment);
    let until = Some(Timestamp::from_millis(1_790_000_600_000));
    vec![
        CardEvent::Started { terms: terms(CardWay::Phone, CaptureMode::AtOnce) }.of(payment),
        CardEvent::Started { terms: terms(CardWay::Reader("tmr_1".to_owned()), CaptureMode::Later) }
            .of(payment),
        read(CardLevel::Waiting { link: Some("https://pay.example/1".to_owned()) }),
        read(CardLevel::Processing { amount: eur(450) }),
        read(CardLevel::Authorized { amount: eur(450), until }),
        read(CardLevel::Captured { amount: eur(450) }),
        read(CardLevel::Ended(CardEnd::Declined("insufficient funds".to_owned()))),
        read(CardLevel::Ended(CardEnd::Cancelled)),
        read(CardLevel::Ended(CardEnd::Expired)),
        CardEvent::Doubted { reason: reason() }.of(payment),
        CardEvent::NeverArrived.of(payment),
        CardEvent::Failed { failure: failure.clone() }.of(payment),
        CardEvent::Wished { wish: CardWish::Cancel }.of(payment),
        CardEvent::Wished { wish: CardWish::Capture(eur(300)) }.of(payment),
        read_of_presented(refund).of(payment),
        asked_back(refund, None).of(payment),
        asked_back(refund, Some("tmr_1".to_owned())).of(payment),
        CardEvent::RefundAtReader { refund }.of(payment),
        CardEvent::RefundCalledOff { refund }.of(payment),
        CardEvent::RefundDoubted { refund, reason: reason() }.of(payment),
        CardEvent::RefundNeverArrived { refund }.of(payment),
        CardEvent::RefundRefused { refund, failure }.of(payment),
    ]
}

/// Of a card that must be presented again before anything of it goes back.
fn read_of_presented(refund: RefundId) -> CardEvent {
    let mut reading = full_reading(refund);
    reading.charge.iter_mut().for_each(|charge| charge.must_be_presented = true);
    CardEvent::Read { reading }
}

fn asked_back(refund: RefundId, reader: Option<String>) -> CardEvent {
    CardEvent::RefundAsked { refund, amount: eur(100), reason: "cold coffee".to_owned(), reader }
}

/// A reading with everything in it.
fn full_reading(refund: RefundId) -> CardReading {
    let charge = CardCharge {
        reference: "ch_1".to_owned(),
        brand: "visa".to_owned(),
        last4: Some("4242".to_owned()),
        wallet: Some("apple_pay".to_owned()),
        receipt: vec![("application_preferred_name".to_owned(), "Visa Credit".to_owned())],
        must_be_presented: false,
        fee: Some(eur(32)),
    };
    let told = RefundReading {
        reference: "re_1".to_owned(),
        asked: Some(refund),
        amount: eur(100),
        status: RefundStatus::Failed,
        failure: Some("expired_or_canceled_card".to_owned()),
    };
    let dispute = DisputeReading {
        reference: "du_1".to_owned(),
        amount: eur(450),
        status: DisputeStatus::NeedsResponse,
        reason: "fraudulent".to_owned(),
        due_by: Some(Timestamp::from_millis(1_790_000_600_000)),
        withdrawn: Some(Withdrawal { amount: eur(450), fee: eur(2_000) }),
    };
    CardReading {
        number: 7,
        reference: "pi_1".to_owned(),
        level: CardLevel::Waiting { link: None },
        declined: Some("try another card".to_owned()),
        charge: Some(charge),
        refunds: vec![told.clone(), RefundReading { asked: None, failure: None, ..told }],
        disputes: vec![dispute.clone(), DisputeReading { due_by: None, withdrawn: None, ..dispute }],
    }
}

#[test]
fn every_status_and_mode_has_a_stored_name() {
    let refund = RefundId::generate(Timestamp::from_millis(1), [1; 10]);
    let text = |reading| sale_text(&CardEvent::Read { reading }.of(payment()));
    for (status, name) in RefundStatus::ALL {
        let mut reading = full_reading(refund);
        reading.refunds[0].status = *status;
        assert!(text(reading).contains(&format!("\"status\":\"{name}\"")));
    }
    for (status, name) in DisputeStatus::ALL {
        let mut reading = full_reading(refund);
        reading.disputes[0].status = *status;
        assert!(text(reading).contains(&format!("\"status\":\"{name}\"")));
    }
}
