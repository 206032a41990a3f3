//! Stray payments: booked when found, assigned to a sale or credited to a customer.

use std::fmt::Write;

use payment::sale::Effect;
use payment::stray::{Decision, StrayFinding};
use payment::{
    Level, Observation, Policy, RailId, Refused, SaleEvent, Stray, StrayEvent, StrayId, StrayReason,
};

use crate::books::Books;
use crate::till::{
    SATS_DUE, Till, confirmed, currency, dropped, eur, instant, invoice, listed, observation, pay, rate,
    replaced, seen, terms, unconfirmed,
};

struct Inbox {
    stray: Stray,
    story: String,
    readings: u64,
}

impl Inbox {
    fn finds(level: Level) -> Self {
        let found = found(StrayReason::UnknownAddress, observation("a", 1, SATS_DUE, level));
        let applied = Stray::open(StrayId::generate(instant(0), [1; 10]), &found).unwrap();
        let story = format!("found\n{}", listed(&applied.entries));
        Self { stray: applied.stray, story, readings: 1 }
    }

    fn sees(&mut self, level: Level) {
        self.readings += 1;
        let observation = observation("a", self.readings, SATS_DUE, level);
        self.happens(&seen(&observation), &StrayEvent::Observed { observation: observation.clone() });
    }

    fn happens(&mut self, told: &str, event: &StrayEvent) {
        match self.stray.apply(event).unwrap() {
            Some(applied) => {
                writeln!(self.story, "{told}").unwrap();
                self.story.push_str(&listed(&applied.entries));
                for effect in &applied.effects {
                    match effect {
                        Effect::Alert(alert) => writeln!(self.story, "  alert: {}", alert.name()).unwrap(),
                        Effect::RequestOffer { .. } | Effect::TendCard { .. } => {
                            panic!("a stray payment asks a rail for nothing")
                        }
                    }
                }
                self.stray = applied.stray;
            }
            None => writeln!(self.story, "{told}: nothing new").unwrap(),
        }
    }

    fn books(&self) -> Books {
        Books::of(self.stray.entries())
    }
}

fn found(reason: StrayReason, observation: Observation) -> StrayEvent {
    let finding = StrayFinding {
        rail: RailId::BITCOIN,
        address: "bcrt1q".to_owned(),
        shown_by: None,
        reason,
        policy: Policy::DEFAULT,
    };
    StrayEvent::Found { finding, observation }
}

fn credited(customer: &str) -> StrayEvent {
    StrayEvent::Credited { customer: customer.to_owned(), value: eur(450), rate: rate(currency("EUR")) }
}

fn assigned() -> StrayEvent {
    StrayEvent::Assigned { invoice: invoice(), payment: pay(1) }
}

#[test]
fn a_stray_payment_is_pending_then_owed_to_somebody() {
    let mut inbox = Inbox::finds(unconfirmed(1));
    inbox.sees(confirmed(1));
    inbox.sees(confirmed(6));
    insta::assert_snapshot!(inbox.story, @r"
    found
      1 transfer_pending: bitcoin-pending 0.00007798 BTC, pending-receipts -0.00007798 BTC
    a 0.00007798 BTC, 1 in block aa
      2 stray_settled: bitcoin-wallet 0.00007798 BTC, stray-payments -0.00007798 BTC
      3 reversal of 1: bitcoin-pending -0.00007798 BTC, pending-receipts 0.00007798 BTC
    a 0.00007798 BTC, 6 in block aa
    ");
    assert!(inbox.stray.is_safe() && inbox.stray.is_final());
}

#[test]
fn a_stray_payment_that_is_gone_leaves_nothing() {
    let mut inbox = Inbox::finds(confirmed(1));
    inbox.sees(replaced());
    insta::assert_snapshot!(inbox.story, @r"
    found
      1 stray_settled: bitcoin-wallet 0.00007798 BTC, stray-payments -0.00007798 BTC
    a 0.00007798 BTC, replaced
      2 reversal of 1: bitcoin-wallet -0.00007798 BTC, stray-payments 0.00007798 BTC
    ");
    assert!(inbox.books().is_empty());
    assert_eq!(inbox.stray.assignable(), Err(Refused::WrongState));
}

#[test]
fn a_credit_to_a_customer_follows_the_coin_out_and_back() {
    let mut inbox = Inbox::finds(confirmed(1));
    inbox.happens("credited", &credited("Ada"));
    inbox.happens("credited again", &credited("Ada"));
    inbox.sees(replaced());
    assert!(inbox.books().is_empty());
    inbox.sees(confirmed(1));
    insta::assert_snapshot!(inbox.story, @r"
    found
      1 stray_settled: bitcoin-wallet 0.00007798 BTC, stray-payments -0.00007798 BTC
    credited
      2 stray_credited: stray-payments 0.00007798 BTC, conversion -0.00007798 BTC, conversion 4.50 EUR, customer-credit -4.50 EUR
    credited again: nothing new
    a 0.00007798 BTC, replaced
      3 reversal of 2: stray-payments -0.00007798 BTC, conversion 0.00007798 BTC, conversion -4.50 EUR, customer-credit 4.50 EUR
      4 reversal of 1: bitcoin-wallet -0.00007798 BTC, stray-payments 0.00007798 BTC
      alert: reversed
    a 0.00007798 BTC, 1 in block aa
      5 stray_credited: stray-payments 0.00007798 BTC, conversion -0.00007798 BTC, conversion 4.50 EUR, customer-credit -4.50 EUR
      6 stray_settled: bitcoin-wallet 0.00007798 BTC, stray-payments -0.00007798 BTC
    ");
}

#[test]
fn an_assigned_stray_leaves_its_books_to_the_sale() {
    let mut inbox = Inbox::finds(confirmed(1));
    inbox.happens("assigned", &assigned());
    inbox.happens("assigned again", &assigned());
    inbox.sees(confirmed(2));
    insta::assert_snapshot!(inbox.story, @r"
    found
      1 stray_settled: bitcoin-wallet 0.00007798 BTC, stray-payments -0.00007798 BTC
    assigned
      2 reversal of 1: bitcoin-wallet -0.00007798 BTC, stray-payments 0.00007798 BTC
    assigned again: nothing new
    a 0.00007798 BTC, 2 in block aa
    ");
    assert!(inbox.books().is_empty());
    assert!(matches!(inbox.stray.decision, Decision::Assigned { .. }));
}

#[test]
fn a_sale_is_paid_by_the_stray_payment_it_was_given() {
    let mut till = Till::opens();
    let adopted = SaleEvent::StrayAdopted {
        payment: pay(1),
        terms: terms(eur(450), Policy::DEFAULT),
        address: "bcrt1q".to_owned(),
        observation: observation("a", 1, SATS_DUE, confirmed(1)),
    };
    till.happens(&adopted);
    till.happens(&adopted);
    insta::assert_snapshot!(till.story, @r"
    stray assigned: a 0.00007798 BTC, 1 in block aa -> paid
      1 transfer_settled: bitcoin-wallet 0.00007798 BTC, conversion -0.00007798 BTC, conversion 4.50 EUR, invoice-clearing -4.50 EUR
      2 sale: invoice-clearing 4.50 EUR, sales -3.75 EUR, tax-payable -0.75 EUR
    stray assigned: a 0.00007798 BTC, 1 in block aa: nothing new
    ");
    assert!(till.state().is_paid());
}

#[test]
fn a_decision_stands() {
    let mut inbox = Inbox::finds(confirmed(1));
    inbox.happens("credited", &credited("Ada"));
    for other in [credited("Bob"), assigned()] {
        assert_eq!(inbox.stray.apply(&other), Err(Refused::WrongState));
    }
}

#[test]
fn nothing_is_credited_before_it_is_safe() {
    let inbox = Inbox::finds(unconfirmed(2));
    assert_eq!(inbox.stray.creditable(), Err(Refused::WrongState));
    assert_eq!(inbox.stray.apply(&credited("Ada")), Err(Refused::WrongState));
    assert_eq!(inbox.stray.assignable(), Ok(()));
}

#[test]
fn what_cannot_be_booked_is_kept_without_entries() {
    let dust = found(StrayReason::Unbookable, observation("a", 1, 0, confirmed(1)));
    let applied = Stray::open(StrayId::generate(instant(0), [1; 10]), &dust).unwrap();
    assert!(applied.entries.is_empty());
    assert_eq!(applied.stray.assignable(), Err(Refused::WrongState));
}

#[test]
fn readings_that_are_old_or_repeated_change_nothing() {
    let mut inbox = Inbox::finds(unconfirmed(1));
    inbox.sees(confirmed(1));
    let before = inbox.stray.clone();
    for number in [1, 2] {
        let observation = observation("a", number, SATS_DUE, replaced());
        assert_eq!(before.apply(&StrayEvent::Observed { observation }), Ok(None));
    }
}

#[test]
fn another_transfer_is_not_this_one() {
    let inbox = Inbox::finds(unconfirmed(1));
    let refused = |observation| inbox.stray.apply(&StrayEvent::Observed { observation });
    assert_eq!(refused(observation("b", 9, SATS_DUE, confirmed(1))), Err(Refused::WrongState));
    assert_eq!(refused(observation("a", 9, SATS_DUE + 1, confirmed(1))), Err(Refused::WrongState));
}

#[test]
fn a_stray_payment_is_opened_by_a_finding_and_only_once() {
    let inbox = Inbox::finds(unconfirmed(1));
    let found = found(StrayReason::AlreadyPaid, observation("a", 1, SATS_DUE, unconfirmed(1)));
    assert_eq!(inbox.stray.apply(&found), Err(Refused::AlreadyOpen));
    assert_eq!(Stray::open(inbox.stray.id, &assigned()), Err(Refused::NotOpen));
}

#[test]
fn the_owner_is_told_once_that_a_credited_coin_is_gone_and_never_of_one_nobody_was_credited_for() {
    let mut inbox = Inbox::finds(confirmed(1));
    inbox.happens("credited", &credited("Ada"));
    inbox.sees(unconfirmed(1));
    assert!(!inbox.story.contains("alert"), "it may be mined again: {}", inbox.story);
    inbox.sees(replaced());
    inbox.sees(dropped());
    assert_eq!(inbox.story.matches("alert: reversed").count(), 1, "{}", inbox.story);
    let mut undecided = Inbox::finds(confirmed(1));
    undecided.sees(replaced());
    assert!(!undecided.story.contains("alert"));
}
