//! Cards: what each word of the processor does to the screen and the books, what may be asked, and that neither lost
//! answers nor repeated or late ones pay twice.

use ledger::Account;
use money::Money;
use payment::card::{
    CaptureMode, CardCharge, CardEnd, CardErrand, CardLevel, CardReading, CardTerms, CardWay, DisputeReading,
    DisputeStatus, RefundReading, RefundStatus, Withdrawal,
};
use payment::rail::RailFailureClass;
use payment::sale::{Alert, CardAnswer, CardEvent, RailFailure, RefundState};
use payment::{RailError, RailId, RefundId, Refused, SaleEvent, State};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

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

fn refund(number: u8) -> RefundId {
    RefundId::generate(instant(0), [number; 10])
}

pub(crate) fn waiting() -> CardLevel {
    CardLevel::Waiting { link: None }
}

pub(crate) fn captured(minor: i64) -> CardLevel {
    CardLevel::Captured { amount: eur(minor) }
}

fn held(minor: i64) -> CardLevel {
    CardLevel::Authorized { amount: eur(minor), until: None }
}

fn charged(fee: Option<i64>) -> CardCharge {
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

fn back(asked: Option<RefundId>, minor: i64, status: RefundStatus) -> RefundReading {
    let failure = (status == RefundStatus::Failed).then(|| "expired_or_canceled_card".to_owned());
    let reference = asked.map_or("re_elsewhere".to_owned(), |id| format!("re_{id}"));
    RefundReading { reference, asked, amount: eur(minor), status, failure }
}

fn disputed(status: DisputeStatus, is_withdrawn: bool) -> DisputeReading {
    DisputeReading {
        reference: "du_1".to_owned(),
        amount: eur(450),
        status,
        reason: "fraudulent".to_owned(),
        due_by: Some(instant(0)),
        withdrawn: is_withdrawn.then(|| Withdrawal { amount: eur(450), fee: eur(2_000) }),
    }
}

fn failure(class: RailFailureClass, reason: &str) -> RailFailure {
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

    fn refuses_reading(&self, reading: CardReading) -> Refused {
        self.refuses(&CardEvent::Read { reading }.of(pay(1)))
    }

    fn doubts(&mut self) {
        self.happens(&CardEvent::Doubted { reason: "no answer in time".to_owned() }.of(pay(1)));
    }

    fn gives_back(&mut self, number: u8, minor: i64) {
        let event = self.sale.refund_card(pay(1), refund(number), eur(minor), "came back", None).unwrap();
        self.happens(&event);
    }

    fn errand(&self) -> Option<CardErrand> {
        self.sale.card(pay(1)).unwrap().errand()
    }

    /// A sale of 4.50 paid by card.
    fn paid_by_card() -> Self {
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
fn a_part_that_goes_back_takes_its_share_of_the_tax_and_all_parts_take_it_all() {
    let mut till = Till::paid_by_card();
    till.gives_back(1, 100);
    let first = back(Some(refund(1)), 100, RefundStatus::Succeeded);
    till.reads(CardReading { refunds: vec![first.clone()], ..reading(3, captured(450)) });
    assert_eq!(
        till.sale.refund_card(pay(1), refund(2), eur(351), "all", None),
        Err(Refused::RefundTooHigh(eur(350)))
    );
    till.gives_back(2, 350);
    let second = back(Some(refund(2)), 350, RefundStatus::Pending);
    till.reads(CardReading { refunds: vec![first, second], ..reading(4, captured(450)) });
    insta::assert_snapshot!(till.story, @r"
    give 1.00 EUR back: came back -> paid, final
      send the refund
    4.50 EUR captured, 1.00 EUR back succeeded -> paid, final
      3 card_refunded: customer-credit 1.00 EUR, card-clearing -1.00 EUR
      4 sale_returned: customer-credit -1.00 EUR, tax-payable 0.17 EUR, sales-returns 0.83 EUR
      done
    give 3.50 EUR back: came back -> paid, final
      send the refund
    4.50 EUR captured, 1.00 EUR back succeeded, 3.50 EUR back pending -> paid, final
      5 card_refunded: customer-credit 3.50 EUR, card-clearing -3.50 EUR
      6 sale_returned: customer-credit -3.50 EUR, tax-payable 0.58 EUR, sales-returns 2.92 EUR
      done
    ");
}

#[test]
fn a_refund_that_fails_later_is_reversed_and_the_owner_hears_of_it() {
    let mut till = Till::paid_by_card();
    till.gives_back(1, 450);
    let pending = back(Some(refund(1)), 450, RefundStatus::Pending);
    till.reads(CardReading { refunds: vec![pending], ..reading(3, captured(450)) });
    let failed = back(Some(refund(1)), 450, RefundStatus::Failed);
    let alerts = till.reads(CardReading { refunds: vec![failed], ..reading(4, captured(450)) });
    assert_eq!(alerts, [Alert::RefundFailed]);
    let books = till.books();
    assert_eq!(books.balance(Account::CardClearing, currency("EUR")), 450);
    assert_eq!(books.balance(Account::SalesReturns, currency("EUR")), 0);
    assert_eq!(till.sale.card(pay(1)).unwrap().refundable(), Ok(eur(450)), "it can be tried again");
}

#[test]
fn a_refund_nobody_knows_about_is_asked_about_and_holds_its_amount() {
    let mut till = Till::paid_by_card();
    till.gives_back(1, 450);
    let doubted = CardEvent::RefundDoubted { refund: refund(1), reason: "no answer".to_owned() }.of(pay(1));
    till.happens(&doubted);
    assert_eq!(till.errand(), Some(CardErrand::Read));
    let again = till.sale.refund_card(pay(1), refund(2), eur(450), "again", None);
    assert_eq!(again, Err(Refused::RefundTooHigh(eur(0))), "nothing is given back twice");
    till.happens(&CardEvent::RefundNeverArrived { refund: refund(1) }.of(pay(1)));
    assert_eq!(till.errand(), Some(CardErrand::Refund(refund(1))), "the same refund again");
}

#[test]
fn a_refused_refund_gives_nothing_back() {
    let mut till = Till::paid_by_card();
    till.gives_back(1, 450);
    let failure = failure(RailFailureClass::Declined, "the charge is too old");
    till.happens(&CardEvent::RefundRefused { refund: refund(1), failure: failure.clone() }.of(pay(1)));
    let card = till.sale.card(pay(1)).unwrap();
    assert_eq!((&card.refunds[0].state, card.refundable()), (&RefundState::Refused(failure), Ok(eur(450))));
}

impl Till {
    /// As [`Till::paid_by_card`], with a card that must be presented again.
    fn paid_by_interac() -> Self {
        let mut till = Self::paid_by_card();
        let charge = CardCharge { must_be_presented: true, ..charged(None) };
        till.reads(CardReading { charge: Some(charge), ..reading(3, captured(450)) });
        till.story.clear();
        till
    }

    fn answers(&mut self, errand: CardErrand, answer: CardAnswer) {
        for event in self.sale.judge_card(pay(1), errand, answer).unwrap() {
            if let Some(applied) = self.sale.apply(&event, instant(0)).unwrap() {
                self.sale = applied.sale;
            }
        }
    }

    fn refund_state(&self) -> RefundState {
        self.sale.card(pay(1)).unwrap().refunds[0].state.clone()
    }
}

/// The card is not presented yet: the reading tells of no refund.
fn nothing_back(number: u64) -> CardAnswer {
    let charge = CardCharge { must_be_presented: true, ..charged(None) };
    CardAnswer::Read(Box::new(CardReading { charge: Some(charge), ..reading(number, captured(450)) }))
}

#[test]
fn a_card_that_must_be_presented_is_asked_for_where_it_paid_and_looked_for_until_it_came() {
    let mut till = Till::paid_by_interac();
    till.gives_back(1, 200);
    assert_eq!(till.sale.card(pay(1)).unwrap().refunds[0].reader.as_deref(), Some("tmr_1"));
    let asks = till.errand().unwrap();
    assert_eq!(asks, CardErrand::Refund(refund(1)));
    assert_eq!(asks.question(till.sale.card(pay(1)).unwrap()), CardErrand::FindRefund(refund(1)));
    till.answers(asks, nothing_back(4));
    assert_eq!(till.refund_state(), RefundState::AtReader);
    let looks = till.errand().unwrap();
    assert_eq!(looks, CardErrand::FindRefund(refund(1)));
    till.answers(looks, nothing_back(5));
    let books = till.books();
    assert_eq!(books.balance(Account::CardClearing, currency("EUR")), 450, "nothing went back");
    let refunds = vec![back(Some(refund(1)), 200, RefundStatus::Succeeded)];
    till.reads(CardReading { refunds, ..reading(6, captured(450)) });
    assert_eq!(
        (till.errand(), till.refund_state()),
        (None, RefundState::Read(RefundStatus::Succeeded, None))
    );
    assert_eq!(till.books().balance(Account::CardClearing, currency("EUR")), 250);
}

#[test]
fn what_a_reader_may_ask_for_is_looked_for_and_never_told_twice() {
    let mut till = Till::paid_by_interac();
    till.gives_back(1, 450);
    let lost = || CardAnswer::Failed(RailError::Unknown("no answer".to_owned()));
    till.answers(CardErrand::Refund(refund(1)), lost());
    let looks = CardErrand::FindRefund(refund(1));
    assert_eq!(till.errand(), Some(looks), "a plain reading does not know what the reader does");
    till.answers(CardErrand::Read, nothing_back(4));
    assert_eq!(till.errand(), Some(looks));
    till.answers(looks, CardAnswer::NeverArrived);
    assert!(matches!(till.refund_state(), RefundState::Refused(_)), "whether again is the clerk's to say");
    assert_eq!((till.errand(), till.sale.card(pay(1)).unwrap().refundable()), (None, Ok(eur(450))));
}

#[test]
fn a_refund_at_the_reader_is_called_off_unless_it_was_made_before() {
    let mut till = Till::paid_by_interac();
    till.gives_back(1, 450);
    till.answers(CardErrand::Refund(refund(1)), nothing_back(4));
    let off = till.sale.call_refund_off(pay(1), refund(1)).unwrap();
    till.happens(&off);
    let cancels = CardErrand::CancelRefund(refund(1));
    assert_eq!(till.errand(), Some(cancels));
    let called_off = CardAnswer::Failed(RailError::Declined("called off".to_owned()));
    let mut late = till.sale.clone();
    till.answers(cancels, called_off);
    assert_eq!((till.errand(), till.books().balance(Account::CardClearing, currency("EUR"))), (None, 450));
    let refunds = vec![back(Some(refund(1)), 450, RefundStatus::Succeeded)];
    let made = CardEvent::Read { reading: CardReading { refunds, ..reading(5, captured(450)) } }.of(pay(1));
    late = late.apply(&made, instant(0)).unwrap().unwrap().sale;
    assert_eq!(late.card(pay(1)).unwrap().errand(), None);
    assert_eq!(late.call_refund_off(pay(1), refund(1)), Err(Refused::WrongState));
}

#[test]
fn a_refund_made_at_the_processor_is_found_and_booked() {
    let mut till = Till::paid_by_card();
    let refunds = vec![back(None, 50, RefundStatus::Succeeded)];
    till.reads(CardReading { refunds, ..reading(3, captured(450)) });
    insta::assert_snapshot!(till.story, @r"
    4.50 EUR captured, 0.50 EUR back succeeded -> paid, final
      3 card_refunded: customer-credit 0.50 EUR, card-clearing -0.50 EUR
      4 sale_returned: customer-credit -0.50 EUR, tax-payable 0.08 EUR, sales-returns 0.42 EUR
      done
    ");
}

#[test]
fn what_goes_back_before_the_sale_is_paid_is_still_to_pay() {
    let mut till = Till::opens();
    till.starts_card(CaptureMode::Later);
    till.reads(reading(1, held(450)));
    let event = till.sale.capture_card(pay(1), eur(200)).unwrap();
    till.happens(&event);
    till.reads(reading(2, captured(200)));
    assert_eq!(till.sale.payable(), Ok(eur(250)));
    till.gives_back(1, 200);
    assert_eq!(till.sale.payable(), Err(Refused::CardOpen), "until it is known what became of it");
    let refunds = vec![back(Some(refund(1)), 200, RefundStatus::Succeeded)];
    till.reads(CardReading { refunds, ..reading(3, captured(200)) });
    assert_eq!(till.sale.payable(), Ok(eur(450)));
    assert_eq!(till.state(), State::Preparing, "nothing of it is left");
    assert_eq!(till.books().balance(Account::InvoiceClearing, currency("EUR")), 0);
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

/// Any reading that a processor could give of one payment of 4.50.
fn any_reading() -> impl Strategy<Value = CardReading> {
    let level = select(vec![
        waiting(),
        CardLevel::Processing { amount: eur(450) },
        held(450),
        captured(450),
        captured(200),
        CardLevel::Ended(CardEnd::Cancelled),
        CardLevel::Ended(CardEnd::Declined("no".to_owned())),
    ]);
    let status = || select(RefundStatus::ALL.iter().map(|(status, _)| *status).collect::<Vec<_>>());
    let refunds = vec((select(vec![None, Some(refund(1)), Some(refund(2))]), 1..300_i64, status()), 0..3);
    let disputes = proptest::option::of((select(DisputeStatus::ALL.to_vec()), any::<bool>()));
    (1..30_u64, level, refunds, disputes, proptest::option::of(1..40_i64)).prop_map(
        |(number, level, refunds, dispute, fee)| CardReading {
            charge: Some(charged(fee)),
            refunds: refunds.into_iter().map(|(asked, minor, status)| back(asked, minor, status)).collect(),
            disputes: dispute.map(|((status, _), taken)| disputed(status, taken)).into_iter().collect(),
            ..reading(number, level)
        },
    )
}

fn any_event() -> impl Strategy<Value = SaleEvent> {
    let payment = pay(1);
    let refunds = || select(vec![refund(1), refund(2)]);
    let no = failure(RailFailureClass::Declined, "no");
    prop_oneof![
        3 => select(vec![CaptureMode::AtOnce, CaptureMode::Later])
            .prop_map(move |mode| CardEvent::Started { terms: card_terms(eur(450), mode) }.of(payment)),
        8 => any_reading().prop_map(move |reading| CardEvent::Read { reading }.of(payment)),
        1 => Just(CardEvent::Doubted { reason: "no answer".to_owned() }.of(payment)),
        1 => Just(CardEvent::NeverArrived.of(payment)),
        1 => Just(CardEvent::Failed { failure: no.clone() }.of(payment)),
        1 => Just(CardEvent::Wished { wish: payment::sale::CardWish::Cancel }.of(payment)),
        2 => (1..500_i64).prop_map(move |minor| {
            CardEvent::Wished { wish: payment::sale::CardWish::Capture(eur(minor)) }.of(payment)
        }),
        2 => (refunds(), 1..500_i64).prop_map(move |(refund, minor)| {
            let reader = (minor % 2 == 0).then(|| "tmr_1".to_owned());
            CardEvent::RefundAsked { refund, amount: eur(minor), reason: "back".to_owned(), reader }.of(payment)
        }),
        1 => refunds().prop_map(move |refund| CardEvent::RefundDoubted { refund, reason: "?".to_owned() }.of(payment)),
        1 => refunds().prop_map(move |refund| CardEvent::RefundNeverArrived { refund }.of(payment)),
        1 => refunds().prop_map(move |refund| CardEvent::RefundAtReader { refund }.of(payment)),
        1 => refunds().prop_map(move |refund| CardEvent::RefundCalledOff { refund }.of(payment)),
        1 => refunds().prop_map(move |refund| {
            CardEvent::RefundRefused { refund, failure: no.clone() }.of(payment)
        }),
        1 => Just(SaleEvent::Cancelled),
    ]
}

/// What the books must say of a card payment, whatever was told in whatever order.
fn check(till: &Till) -> Result<(), TestCaseError> {
    let euro = currency("EUR");
    let books = till.books();
    prop_assert_eq!(books.total(euro), 0);
    let Ok(card) = till.sale.card(pay(1)) else { return Ok(()) };
    let minor = |amount: Option<Money>| amount.map_or(0, |amount| i128::from(amount.minor()));
    let off: i128 = card.refunds.iter().filter(|r| r.is_off()).map(|r| i128::from(r.amount.minor())).sum();
    let reading = card.reading.as_ref();
    let fee = reading.and_then(|r| r.captured().and(r.charge.as_ref()?.fee));
    let withdrawn: i128 = reading
        .iter()
        .flat_map(|r| &r.disputes)
        .filter_map(|d| d.withdrawn)
        .map(|w| i128::from(w.amount.minor() + w.fee.minor()))
        .sum();
    let clearing = minor(card.captured()) - minor(fee) - off - withdrawn;
    prop_assert_eq!(books.balance(Account::CardClearing, euro), clearing, "what the processor owes the shop");
    let pending = if card.captured().is_some() { 0 } else { minor(reading.and_then(CardReading::present)) };
    prop_assert_eq!(books.balance(Account::CardPending, euro), pending);
    prop_assert!(books.balance(Account::CustomerCredit, euro) <= 0, "no customer owes the shop");
    prop_assert!(off <= minor(card.captured()), "no more goes back than came");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_processor_says_in_whatever_order_the_books_say_what_it_owes(events in vec(any_event(), 1..40)) {
        let mut till = Till::opens();
        for event in &events {
            if let Ok(Some(applied)) = till.sale.apply(event, instant(0)) {
                prop_assert_eq!(applied.sale.apply(event, instant(1)), Ok(None), "again: {:?}", event);
                till.sale = applied.sale;
                check(&till)?;
            }
        }
    }

    #[test]
    fn readings_in_any_order_and_repeated_end_the_same(
        shuffled in Just((0..4_usize).collect::<Vec<_>>()).prop_shuffle(),
        repeated in vec(0..4_usize, 0..6),
    ) {
        let story = [
            reading(1, waiting()),
            reading(2, held(450)),
            CardReading { charge: Some(charged(Some(30))), ..reading(3, captured(450)) },
            CardReading {
                charge: Some(charged(Some(30))),
                refunds: vec![back(None, 100, RefundStatus::Succeeded)],
                ..reading(4, captured(450))
            },
        ];
        let ends = |order: &[usize]| {
            let mut till = Till::opens();
            till.starts_card(CaptureMode::AtOnce);
            for index in order {
                let event = CardEvent::Read { reading: story[*index].clone() }.of(pay(1));
                if let Ok(Some(applied)) = till.sale.apply(&event, instant(0)) {
                    till.sale = applied.sale;
                }
            }
            (till.state(), till.books())
        };
        let mut order = shuffled;
        order.extend(repeated);
        let last: Vec<usize> = order.into_iter().chain([0, 1, 2, 3]).collect();
        prop_assert_eq!(ends(&last), ends(&[0, 1, 2, 3]));
    }
}
