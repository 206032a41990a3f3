//! Cards: what each word of the processor does to the screen and the books, what may be asked, and that neither lost
//! answers nor repeated or late ones pay twice.

use ledger::Account;
use money::Money;
use payment::card::{
    CaptureMode, CardCharge, CardEnd, CardErrand, CardLevel, CardReading, CardTerms, CardWay, DisputeReading,
    DisputeStatus, RefundReading, RefundStatus, Withdrawal,
};
use payment::rail::RailFailureClass;
use payment::sale::{Alert, CardEvent, RailFailure};
use payment::{RailId, RefundId, Refused, State};

use crate::till::{Till, currency, eur, instant, pay};

pub(crate) fn card_terms(amount: Money, capture: CaptureMode) -> CardTerms {
    CardTerms { rail: RailId::STRIPE, amount, way: CardWay::Reader("tmr_1".to_owned()), capture }
}

pub(crate) fn reading(number: u64, level: CardLevel) -> CardReading {
    CardReading {
        number,
        reference: "pi_1".to_owned(),
        level,
        declined: None,
        charge: None,
        refunds: Vec::new(),
        disputes: Vec::new(),
    }
}

pub(crate) fn refund(number: u8) -> RefundId {
    RefundId::generate(instant(0), [number; 10])
}

pub(crate) fn waiting() -> CardLevel {
    CardLevel::Waiting { link: None }
}

pub(crate) fn captured(minor: i64) -> CardLevel {
    CardLevel::Captured { amount: eur(minor) }
}

pub(crate) fn held(minor: i64) -> CardLevel {
    CardLevel::Authorized { amount: eur(minor), until: None }
}

pub(crate) fn charged(fee: Option<i64>) -> CardCharge {
    CardCharge {
        reference: "ch_1".to_owned(),
        brand: "visa".to_owned(),
        last4: Some("4242".to_owned()),
        wallet: None,
        receipt: Vec::new(),
        must_be_presented: false,
        fee: fee.map(eur),
    }
}

pub(crate) fn back(asked: Option<RefundId>, minor: i64, status: RefundStatus) -> RefundReading {
    let failure = (status == RefundStatus::Failed).then(|| "expired_or_canceled_card".to_owned());
    let reference = asked.map_or("re_elsewhere".to_owned(), |id| format!("re_{id}"));
    RefundReading { reference, asked, amount: eur(minor), status, failure }
}

pub(crate) fn disputed(status: DisputeStatus, is_withdrawn: bool) -> DisputeReading {
    DisputeReading {
        reference: "du_1".to_owned(),
        amount: eur(450),
        status,
        reason: "fraudulent".to_owned(),
        due_by: Some(instant(0)),
        withdrawn: is_withdrawn.then(|| Withdrawal { amount: eur(450), fee: eur(2_000) }),
    }
}

pub(crate) fn failure(class: RailFailureClass, reason: &str) -> RailFailure {
    RailFailure { class, reason: reason.to_owned() }
}

impl Till {
    /// Payment 1 by card for the rest.
    pub(crate) fn starts_card(&mut self, capture: CaptureMode) {
        let terms = card_terms(self.sale.payable().unwrap(), capture);
        let event = self.sale.start_card(pay(1), terms).unwrap();
        self.happens(&event);
    }

    pub(crate) fn reads(&mut self, reading: CardReading) -> Vec<Alert> {
        self.happens(&CardEvent::Read { reading }.of(pay(1)))
    }

    pub(crate) fn refuses_reading(&self, reading: CardReading) -> Refused {
        self.refuses(&CardEvent::Read { reading }.of(pay(1)))
    }

    pub(crate) fn doubts(&mut self) {
        self.happens(&CardEvent::Doubted { reason: "no answer in time".to_owned() }.of(pay(1)));
    }

    pub(crate) fn gives_back(&mut self, number: u8, minor: i64) {
        let event = self.sale.refund_card(pay(1), refund(number), eur(minor), "came back", None).unwrap();
        self.happens(&event);
    }

    pub(crate) fn errand(&self) -> Option<CardErrand> {
        self.sale.card(pay(1)).unwrap().errand()
    }

    /// A sale of 4.50 paid by card.
    pub(crate) fn paid_by_card() -> Self {
        let mut till = Self::opens();
        till.starts_card(CaptureMode::AtOnce);
        till.reads(reading(1, waiting()));
        till.reads(CardReading { charge: Some(charged(None)), ..reading(2, captured(450)) });
        till.story.clear();
        till
    }
}

#[test]
fn a_card_is_paid_when_it_is_captured_and_its_fee_is_booked_when_it_is_known() {
    let mut till = Till::opens();
    till.starts_card(CaptureMode::AtOnce);
    till.reads(reading(1, waiting()));
    till.reads(CardReading { charge: Some(charged(None)), ..reading(2, captured(450)) });
    till.reads(CardReading { charge: Some(charged(Some(32))), ..reading(3, captured(450)) });
    insta::assert_snapshot!(till.story, @r"
    card chosen for 4.50 EUR -> preparing
      open it
    waits for the customer -> waiting
      read it
    4.50 EUR captured -> paid, final
      1 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
      2 card_captured: card-clearing 4.50 EUR, invoice-clearing -4.50 EUR
      done
    4.50 EUR captured -> paid, final
      3 card_fee: fees 0.32 EUR, card-clearing -0.32 EUR
      done
    ");
}

#[test]
fn held_money_is_not_paid_and_a_part_of_it_can_be_captured() {
    let mut till = Till::opens();
    till.starts_card(CaptureMode::Later);
    till.reads(reading(1, held(450)));
    assert_eq!(till.state(), State::Detected);
    assert_eq!(till.sale.capture_card(pay(1), eur(451)), Err(Refused::CaptureTooHigh(eur(450))));
    let event = till.sale.capture_card(pay(1), eur(300)).unwrap();
    till.happens(&event);
    till.reads(reading(2, captured(300)));
    insta::assert_snapshot!(till.story, @r"
    card chosen for 4.50 EUR -> preparing
      open it
    4.50 EUR held -> detected
      1 card_pending: card-pending 4.50 EUR, pending-receipts -4.50 EUR
      done
    capture 3.00 EUR -> detected
      capture 3.00 EUR
    3.00 EUR captured -> partial, 1.50 EUR to come
      2 reversal of 1: card-pending -4.50 EUR, pending-receipts 4.50 EUR
      3 card_captured: card-clearing 3.00 EUR, invoice-clearing -3.00 EUR
      done
    ");
}

#[test]
fn a_capture_that_fails_leaves_the_sale_unpaid() {
    let mut till = Till::opens();
    till.starts_card(CaptureMode::Later);
    till.reads(reading(1, held(450)));
    let event = till.sale.capture_card(pay(1), eur(450)).unwrap();
    till.happens(&event);
    let failure = failure(RailFailureClass::Declined, "the hold is over");
    till.happens(&CardEvent::Failed { failure }.of(pay(1)));
    assert_eq!((till.state(), till.errand()), (State::Detected, None));
    till.reads(reading(2, CardLevel::Ended(CardEnd::Expired)));
    assert_eq!(
        (till.state(), till.books().balance(Account::CardPending, currency("EUR"))),
        (State::Expired, 0)
    );
}

#[test]
fn nothing_else_is_taken_while_a_card_payment_is_open() {
    let mut till = Till::opens();
    till.starts_card(CaptureMode::AtOnce);
    assert_eq!(till.sale.payable(), Err(Refused::CardOpen));
    till.reads(reading(1, waiting()));
    assert_eq!(till.sale.take_cash_for_rest(pay(2), eur(450), 1), Err(Refused::CardOpen));
    assert_eq!(till.sale.cancel(true), Err(Refused::CardOpen));
    let event = till.sale.cancel_card(pay(1)).unwrap();
    till.happens(&event);
    assert_eq!(till.sale.payable(), Err(Refused::CardOpen), "until the processor has called it off");
    till.reads(reading(2, CardLevel::Ended(CardEnd::Cancelled)));
    assert_eq!((till.state(), till.sale.payable()), (State::Preparing, Ok(eur(450))));
    till.takes_cash(2, eur(450), 1);
    assert_eq!(till.state(), State::Paid);
}

#[test]
fn a_customer_who_paid_before_the_cancellation_arrived_has_paid() {
    let mut till = Till::opens();
    till.starts_card(CaptureMode::AtOnce);
    till.reads(reading(1, waiting()));
    let event = till.sale.cancel_card(pay(1)).unwrap();
    till.happens(&event);
    assert_eq!(till.errand(), Some(CardErrand::Cancel));
    till.reads(reading(2, captured(450)));
    assert_eq!((till.state(), till.errand()), (State::Paid, None));
    assert_eq!(till.sale.cancel_card(pay(1)), Err(Refused::MoneySeen));
}

#[test]
fn while_nobody_knows_the_screen_says_so_and_the_till_asks_and_sends_nothing() {
    let mut till = Till::opens();
    till.starts_card(CaptureMode::AtOnce);
    till.doubts();
    assert_eq!((till.state(), till.errand()), (State::Unknown, Some(CardErrand::Read)));
    assert_eq!(till.sale.payable(), Err(Refused::CardOpen));
    till.reads(reading(1, captured(450)));
    assert_eq!((till.state(), till.errand()), (State::Paid, None));
}

#[test]
fn only_what_never_arrived_is_sent_again() {
    let mut till = Till::opens();
    till.starts_card(CaptureMode::AtOnce);
    till.doubts();
    till.happens(&CardEvent::NeverArrived.of(pay(1)));
    assert_eq!(till.errand(), Some(CardErrand::Open));
    till.reads(reading(1, waiting()));
    till.doubts();
    let never = CardEvent::NeverArrived.of(pay(1));
    assert_eq!(till.refuses(&never), Refused::WrongState, "it was there before");
}

#[test]
fn a_declined_card_took_nothing_and_another_way_is_free() {
    let mut till = Till::opens();
    till.starts_card(CaptureMode::AtOnce);
    till.reads(reading(1, CardLevel::Ended(CardEnd::Declined("insufficient funds".to_owned()))));
    assert_eq!((till.state(), till.sale.payable()), (State::Declined, Ok(eur(450))));
    assert!(till.sale.entries().is_empty());
}

#[test]
fn a_reader_that_can_not_be_reached_charged_nothing() {
    let mut till = Till::opens();
    till.starts_card(CaptureMode::AtOnce);
    let failure = failure(RailFailureClass::NotSent, "no line");
    till.happens(&CardEvent::Failed { failure }.of(pay(1)));
    assert_eq!((till.state(), till.errand()), (State::Failed, None));
    assert_eq!(till.sale.payable(), Ok(eur(450)));
}

#[test]
fn what_was_not_asked_for_is_refused() {
    let mut till = Till::opens();
    till.starts_card(CaptureMode::AtOnce);
    assert_eq!(till.refuses_reading(reading(1, captured(451))), Refused::WrongState);
    let dollars = Money::new(450, currency("USD"));
    let other = reading(1, CardLevel::Captured { amount: dollars });
    assert_eq!(till.refuses_reading(other), Refused::WrongCurrency);
    till.reads(reading(2, captured(450)));
    assert_eq!(till.refuses_reading(reading(3, waiting())), Refused::WrongState, "taken money stays taken");
    let other = CardReading { reference: "pi_2".to_owned(), ..reading(3, captured(450)) };
    assert_eq!(till.refuses_reading(other), Refused::WrongState);
    let refunds = vec![back(None, 451, RefundStatus::Succeeded)];
    let too_much = CardReading { refunds, ..reading(3, captured(450)) };
    assert_eq!(till.refuses_reading(too_much), Refused::WrongState);
}

#[test]
fn what_was_read_before_the_newest_reading_and_told_after_it_changes_nothing() {
    let mut till = Till::opens();
    till.starts_card(CaptureMode::Later);
    till.reads(reading(1, waiting()));
    till.reads(reading(4, captured(450)));
    for late in [reading(2, waiting()), reading(3, held(450)), reading(4, held(450))] {
        let told = till.sale.apply(&CardEvent::Read { reading: late }.of(pay(1)), instant(0));
        assert_eq!(told, Ok(None));
    }
    assert_eq!(till.state(), State::Paid);
}

#[test]
fn a_dispute_costs_what_it_takes_until_it_is_won() {
    let mut till = Till::paid_by_card();
    let with = |number, dispute| CardReading { disputes: vec![dispute], ..reading(number, captured(450)) };
    assert_eq!(till.reads(with(3, disputed(DisputeStatus::WarningNeedsResponse, false))), [Alert::Disputed]);
    assert_eq!(till.state(), State::Paid, "the bank asks and has taken nothing");
    till.reads(with(4, disputed(DisputeStatus::NeedsResponse, true)));
    assert_eq!(till.state(), State::Reversed);
    till.reads(with(5, disputed(DisputeStatus::UnderReview, true)));
    till.reads(with(6, disputed(DisputeStatus::Won, false)));
    insta::assert_snapshot!(till.story, @r"
    4.50 EUR captured, 4.50 EUR disputed, warning_needs_response -> paid, final
      alert: disputed
      done
    4.50 EUR captured, 4.50 EUR disputed, needs_response -> reversed, final
      3 card_disputed: disputes 4.50 EUR, fees 20.00 EUR, card-clearing -24.50 EUR
      done
    4.50 EUR captured, 4.50 EUR disputed, under_review -> reversed, final
      done
    4.50 EUR captured, 4.50 EUR disputed, won -> paid, final
      4 reversal of 3: disputes -4.50 EUR, fees -20.00 EUR, card-clearing 24.50 EUR
      done
    ");
}
