//! Payouts: where the money is after each reading, and whether the parts add up.

use ledger::Account;
use money::Money;
use payment::payout::{PartKind, PayoutPart, PayoutReading, PayoutStatus};
use payment::{Payout, PayoutEvent, PayoutId, RailId, Refused};
use proptest::prelude::*;

use crate::till::{eur, instant};

/// A charge of 4.50 and one of 10.00 less a refund of 2.00, with their fees.
fn reading(status: PayoutStatus) -> PayoutReading {
    let part = |reference: &str, kind, gross, fee| PayoutPart {
        reference: reference.to_owned(),
        kind,
        of: None,
        gross: eur(gross),
        fee: eur(fee),
        net: eur(gross - fee),
    };
    PayoutReading {
        reference: "po_1".to_owned(),
        made_at: instant(0),
        arrives_at: instant(172_800_000),
        amount: eur(1_178),
        status,
        parts: Some(vec![
            part("txn_1", PartKind::Payment, 450, 32),
            part("txn_2", PartKind::Payment, 1_000, 40),
            part("txn_3", PartKind::Refund, -200, 0),
        ]),
    }
}

fn read(reading: PayoutReading) -> PayoutEvent {
    PayoutEvent::Read { rail: RailId::STRIPE, reading }
}

fn opened(status: PayoutStatus) -> Payout {
    let id = PayoutId::generate(instant(0), [5; 10]);
    Payout::open(id, &read(reading(status))).unwrap().payout
}

fn at_bank(payout: &Payout) -> i64 {
    let postings = payout.entries().iter().flat_map(|entry| entry.postings());
    postings.filter(|posting| posting.account == Account::Bank).map(|posting| posting.amount.minor()).sum()
}

#[test]
fn the_money_is_at_the_bank_once_it_is_paid_and_until_the_bank_sends_it_back() {
    let mut payout = opened(PayoutStatus::Pending);
    let mut told = vec![(PayoutStatus::Pending, at_bank(&payout))];
    for status in [PayoutStatus::InTransit, PayoutStatus::Paid, PayoutStatus::Failed] {
        payout = payout.apply(&read(reading(status))).unwrap().unwrap().payout;
        told.push((status, at_bank(&payout)));
    }
    assert_eq!(
        told,
        [
            (PayoutStatus::Pending, 0),
            (PayoutStatus::InTransit, 0),
            (PayoutStatus::Paid, 1_178),
            (PayoutStatus::Failed, 0)
        ]
    );
}

#[test]
fn a_payout_that_is_told_twice_changes_nothing_and_never_becomes_another_one() {
    let payout = opened(PayoutStatus::Paid);
    assert_eq!(payout.apply(&read(reading(PayoutStatus::Paid))), Ok(None));
    let other = PayoutReading { amount: eur(1_179), ..reading(PayoutStatus::Paid) };
    assert_eq!(payout.apply(&read(other)), Err(Refused::PayoutDiffers));
    let other = PayoutReading { reference: "po_2".to_owned(), ..reading(PayoutStatus::Paid) };
    assert_eq!(payout.apply(&read(other)), Err(Refused::PayoutDiffers));
}

#[test]
fn a_reading_that_was_overtaken_changes_nothing() {
    let paid = opened(PayoutStatus::Paid);
    assert_eq!(paid.apply(&read(reading(PayoutStatus::InTransit))), Ok(None));
    let before_its_parts = PayoutReading { parts: None, ..reading(PayoutStatus::Paid) };
    assert_eq!(paid.apply(&read(before_its_parts)), Ok(None));
}

#[test]
fn parts_add_up_to_the_cent_or_the_difference_is_told() {
    let whole = reading(PayoutStatus::Paid);
    assert_eq!(whole.difference(), Ok(None));
    for (amount, difference) in [(1_179, 1), (1_177, -1), (0, -1_178)] {
        let other = PayoutReading { amount: eur(amount), ..whole.clone() };
        assert_eq!(other.difference(), Ok(Some(eur(difference))));
    }
    let unlisted = PayoutReading { amount: eur(1), parts: None, ..whole };
    assert_eq!(unlisted.difference(), Ok(None));
}

#[test]
fn a_payout_reads_as_payments_less_refunds_disputes_and_fees() {
    let mut payout = reading(PayoutStatus::Paid);
    let parts = payout.parts.as_mut().unwrap();
    let fee = |reference: &str, kind, gross: i64, fee: i64| PayoutPart {
        reference: reference.to_owned(),
        kind,
        of: None,
        gross: eur(gross),
        fee: eur(fee),
        net: eur(gross - fee),
    };
    parts.push(fee("txn_4", PartKind::Dispute, -450, 2_000));
    parts.push(fee("txn_5", PartKind::Fee, -50, 0));
    let lines = payout.lines().unwrap();
    let sums: Vec<_> = lines.iter().map(|line| (line.kind, line.sum.minor(), line.shares.len())).collect();
    assert_eq!(
        sums,
        [
            (PartKind::Payment, 1_450, 2),
            (PartKind::Refund, -200, 1),
            (PartKind::Dispute, -450, 1),
            (PartKind::Fee, -2_122, 4),
            (PartKind::Other, 0, 0),
        ]
    );
    let unlisted = PayoutReading { parts: None, ..payout };
    assert_eq!(unlisted.lines(), Ok(Vec::new()));
}

/// Any part, also one whose net amount is not what its fee leaves.
fn any_part() -> impl Strategy<Value = PayoutPart> {
    let cents = -100_000_i64..100_000;
    (0..PartKind::ALL.len(), cents.clone(), cents.clone(), cents).prop_map(|(kind, gross, fee, net)| {
        PayoutPart {
            reference: "txn_1".to_owned(),
            kind: PartKind::ALL[kind].0,
            of: None,
            gross: eur(gross),
            fee: eur(fee),
            net: eur(net),
        }
    })
}

proptest! {
    #[test]
    fn the_lines_of_a_payout_and_its_difference_add_up_to_it(
        parts in proptest::collection::vec(any_part(), 0..20),
        minor in -1_000_000_i64..1_000_000,
    ) {
        let payout = PayoutReading { amount: eur(minor), parts: Some(parts), ..reading(PayoutStatus::Paid) };
        let lines = payout.lines().unwrap();
        for line in &lines {
            let shares: i64 = line.shares.iter().map(|(_, share)| share.minor()).sum();
            prop_assert_eq!(line.sum.minor(), shares);
        }
        let difference = payout.difference().unwrap().map_or(0, Money::minor);
        prop_assert_eq!(lines.iter().map(|line| line.sum.minor()).sum::<i64>() + difference, minor);
    }

    #[test]
    fn in_whatever_order_a_payout_is_told_the_books_say_where_the_money_is(
        statuses in proptest::collection::vec(0..PayoutStatus::ALL.len(), 1..12),
        minor in -5_000_i64..5_000,
    ) {
        let told = |index: usize| {
            let amount: Money = eur(minor);
            read(PayoutReading { amount, ..reading(PayoutStatus::ALL[index].0) })
        };
        let id = PayoutId::generate(instant(0), [5; 10]);
        let mut payout = Payout::open(id, &told(statuses[0])).unwrap().payout;
        for status in &statuses[1..] {
            if let Some(applied) = payout.apply(&told(*status)).unwrap() {
                payout = applied.payout;
            }
        }
        let told = |status| statuses.iter().any(|index| PayoutStatus::ALL[*index].0 == status);
        let came_back = told(PayoutStatus::Failed) || told(PayoutStatus::Cancelled);
        let is_there = told(PayoutStatus::Paid) && !came_back;
        prop_assert_eq!(at_bank(&payout), if is_there { minor } else { 0 });
    }
}
