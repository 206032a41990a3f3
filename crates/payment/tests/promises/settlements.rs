//! Settlements: what each answer of a rail means, and that whatever is said in whatever order takes the money once.

use std::fmt::Write;

use ledger::{Account, Entry};
use money::Money;
use payment::charging::{ChargeStatus, Taken};
use payment::rail::RailFailureClass;
use payment::stream::settlement::{Answer, Bill};
use payment::stream::{Settlement, SettlementEvent, SettlementState, Tab};
use payment::{RailError, RailId, Refused, SettlementId};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::till::{currency, eur, instant};

fn bill(minor: i64) -> Bill {
    let tab = Tab {
        payer: "ada".to_owned(),
        rail: RailId::STRIPE,
        method: "card".to_owned(),
        currency: currency("EUR"),
    };
    Bill { tab, amount: eur(minor), parts: 3, last_micropayment: 7 }
}

fn opened(minor: i64) -> Settlement {
    let id = SettlementId::generate(instant(0), [3; 10]);
    Settlement::open(id, &SettlementEvent::Opened { bill: bill(minor) }, instant(0)).unwrap()
}

fn taken(minor: i64) -> Answer {
    status(eur(minor), None)
}

fn status(amount: Money, fee: Option<Money>) -> Answer {
    Answer::Status(ChargeStatus::Taken(Taken { reference: "ch_1".to_owned(), amount, fee }))
}

fn failed(error: fn(String) -> RailError) -> Answer {
    Answer::Failed(error("because".to_owned()))
}

/// Lets answers and decisions happen, and writes down where that leads.
fn story(steps: &[(&str, Result<Answer, SettlementEvent>)]) -> String {
    let (mut settlement, mut story) = (opened(500), String::new());
    for (said, step) in steps {
        let event = match step.clone() {
            Ok(answer) => settlement.judge(answer, eur(13)),
            Err(event) => Some(event),
        };
        let came = event.map_or(Ok(None), |event| settlement.apply(&event));
        let entries = match came {
            Ok(Some(applied)) => {
                settlement = applied.settlement;
                applied.entries
            }
            Ok(None) => Vec::new(),
            Err(refused) => {
                writeln!(story, "{said}: refused, {refused}").unwrap();
                continue;
            }
        };
        let key = settlement.charge().key();
        let attempt = &key[key.len() - 2..];
        writeln!(story, "{said}: {}, attempt {attempt}{}", state(&settlement), sides(&entries)).unwrap();
    }
    story
}

fn state(settlement: &Settlement) -> String {
    match &settlement.state {
        SettlementState::Charging => "charging".to_owned(),
        SettlementState::Asking { .. } => "asking".to_owned(),
        SettlementState::Charged { reference, fee } => format!("charged as {reference}, fee {fee}"),
        SettlementState::SetAside { trouble, reason } => format!("set aside, {}: {reason}", trouble.name()),
    }
}

fn sides(entries: &[Entry]) -> String {
    let posted = entries.iter().flat_map(Entry::postings);
    posted.map(|posting| format!(" | {} {}", posting.account, posting.amount.minor())).collect()
}

#[test]
fn what_is_taken_is_posted_with_the_fee_of_the_rail_or_of_the_table() {
    insta::assert_snapshot!(story(&[("taken", Ok(taken(500))), ("told again", Ok(taken(500)))]), @r"
    taken: charged as ch_1, fee 0.13 EUR, attempt -1 | card-clearing 487 | fees 13 | payer-tabs -500
    told again: charged as ch_1, fee 0.13 EUR, attempt -1
    ");
    insta::assert_snapshot!(story(&[("taken", Ok(status(eur(500), Some(eur(40)))))]), @r"
    taken: charged as ch_1, fee 0.40 EUR, attempt -1 | card-clearing 460 | fees 40 | payer-tabs -500
    ");
}

#[test]
fn an_unknown_charge_is_asked_about_and_only_sent_again_when_it_never_arrived() {
    insta::assert_snapshot!(
        story(&[
            ("no answer", Ok(Answer::NotKnown("timed out".to_owned()))),
            ("again none", Ok(Answer::NotKnown("timed out".to_owned()))),
            ("at it", Ok(Answer::Status(ChargeStatus::Pending))),
            ("never arrived", Ok(Answer::NeverArrived)),
            ("taken", Ok(taken(500))),
        ]),
        @r"
        no answer: asking, attempt -1
        again none: asking, attempt -1
        at it: asking, attempt -1
        never arrived: charging, attempt -1
        taken: charged as ch_1, fee 0.13 EUR, attempt -1 | card-clearing 487 | fees 13 | payer-tabs -500
        "
    );
}

#[test]
fn only_a_declined_charge_is_tried_again_under_another_key() {
    let again = || ("tried again", Err(SettlementEvent::TriedAgain));
    insta::assert_snapshot!(
        story(&[
            ("declined", Ok(failed(RailError::Declined))),
            again(),
            ("not sent", Ok(failed(RailError::NotSent))),
            again(),
            ("unknown", Ok(failed(RailError::Unknown))),
            again(),
            ("taken", Ok(taken(500))),
            again(),
        ]),
        @r"
        declined: set aside, declined: because, attempt -1
        tried again: charging, attempt -2
        not sent: set aside, not_sent: because, attempt -2
        tried again: asking, attempt -2
        unknown: set aside, unknown: because, attempt -2
        tried again: asking, attempt -2
        taken: charged as ch_1, fee 0.13 EUR, attempt -2 | card-clearing 487 | fees 13 | payer-tabs -500
        tried again: refused, the tab was charged already
        "
    );
}

#[test]
fn a_charge_told_again_after_the_fees_changed_stands_as_it_was_booked() {
    let charged = |fee| SettlementEvent::Charged { reference: "ch_1".to_owned(), fee: eur(fee) };
    let first = opened(500).apply(&charged(13)).unwrap().unwrap().settlement;
    assert_eq!(first.apply(&charged(14)), Ok(None));
}

#[test]
fn an_answer_about_another_amount_posts_nothing_and_is_set_aside() {
    for answer in [
        taken(499),
        taken(501),
        status(Money::new(500, currency("USD")), None),
        status(eur(500), Some(eur(501))),
        status(eur(500), Some(eur(-1))),
        status(eur(500), Some(Money::new(1, currency("USD")))),
    ] {
        let event = opened(500).judge(answer.clone(), eur(0)).unwrap();
        let wrong = matches!(event, SettlementEvent::SetAside { trouble: RailFailureClass::Protocol, .. });
        assert!(wrong, "{answer:?}: {event:?}");
    }
}

#[test]
fn evidence_that_the_money_is_taken_counts_although_it_was_set_aside_and_a_second_charge_is_refused() {
    insta::assert_snapshot!(
        story(&[
            ("unknown", Ok(failed(RailError::Unknown))),
            ("taken", Ok(taken(500))),
            ("under another name", Err(SettlementEvent::Charged { reference: "ch_2".to_owned(), fee: eur(0) })),
        ]),
        @r"
        unknown: set aside, unknown: because, attempt -1
        taken: charged as ch_1, fee 0.13 EUR, attempt -1 | card-clearing 487 | fees 13 | payer-tabs -500
        under another name: refused, the tab was charged already
        "
    );
}

#[test]
fn a_failure_that_is_told_twice_is_recorded_once() {
    let failure = opened(500).judge(failed(RailError::Declined), eur(13)).unwrap();
    let set_aside = opened(500).apply(&failure).unwrap().unwrap().settlement;
    assert_eq!(set_aside.apply(&failure), Ok(None));
    let other = set_aside.judge(failed(RailError::Protocol), eur(13)).unwrap();
    assert_eq!(set_aside.apply(&other), Err(Refused::WrongState));
}

#[test]
fn a_settlement_of_nothing_or_of_another_currency_is_refused() {
    let id = SettlementId::generate(instant(0), [3; 10]);
    let open = |bill| Settlement::open(id, &SettlementEvent::Opened { bill }, instant(0)).map(|_| ());
    assert_eq!(open(bill(0)), Err(Refused::WrongState));
    assert_eq!(open(Bill { parts: 0, ..bill(1) }), Err(Refused::WrongState));
    let foreign = Money::new(1, currency("USD"));
    assert_eq!(open(Bill { amount: foreign, ..bill(1) }), Err(Refused::WrongCurrency));
    assert_eq!(
        Settlement::open(id, &SettlementEvent::TriedAgain, instant(0)).map(|_| ()),
        Err(Refused::NotOpen)
    );
}

fn answer() -> impl Strategy<Value = Answer> {
    prop_oneof![
        2 => Just(taken(500)),
        1 => (1..1_000_i64).prop_map(taken),
        1 => (-1..600_i64).prop_map(|fee| status(eur(500), Some(eur(fee)))),
        1 => Just(Answer::Status(ChargeStatus::Pending)),
        2 => Just(Answer::NeverArrived),
        2 => Just(Answer::NotKnown("timed out".to_owned())),
        1 => Just(failed(RailError::Declined)),
        1 => Just(failed(RailError::NotSent)),
        1 => Just(failed(RailError::Unknown)),
        1 => Just(failed(RailError::Misconfigured)),
        1 => Just(failed(RailError::Protocol)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_rail_says_in_whatever_order_the_debt_is_paid_once_or_not_at_all(
        steps in vec(prop_oneof![4 => answer().prop_map(Some), 1 => Just(None)], 0..20),
    ) {
        let mut settlement = opened(500);
        let mut entries = Vec::new();
        for step in steps {
            let event = match step {
                Some(answer) => settlement.judge(answer, eur(13)),
                None => Some(SettlementEvent::TriedAgain),
            };
            let Some(event) = event else { continue };
            let again = settlement.apply(&event);
            prop_assert_eq!(&again, &settlement.apply(&event), "the same twice");
            if let Ok(Some(applied)) = again {
                prop_assert_eq!(applied.settlement.version, settlement.version + 1);
                entries.extend(applied.entries);
                settlement = applied.settlement;
            }
        }
        let owed: i64 = entries.iter().flat_map(Entry::postings)
            .filter(|posting| posting.account == Account::PayerTabs).map(|posting| posting.amount.minor()).sum();
        let is_charged = matches!(settlement.state, SettlementState::Charged { .. });
        prop_assert_eq!(owed, if is_charged { -500 } else { 0 });
        prop_assert_eq!(entries.as_slice(), settlement.entries());
    }
}
