//! Money that goes back to cards: shares of the tax, refunds that fail later, and cards that must be presented for it.

use ledger::Account;
use payment::card::{CaptureMode, CardCharge, CardErrand, CardReading, RefundStatus};
use payment::rail::RailFailureClass;
use payment::sale::{Alert, CardAnswer, CardEvent, RefundState};
use payment::{RailError, Refused, State};

use crate::cards::{back, captured, charged, failure, held, reading, refund};
use crate::till::{Till, currency, eur, instant, pay};

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
