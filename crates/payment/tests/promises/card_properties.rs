//! Cards under any sequence of what processors say: the books hold what it owes, and order and repetition change nothing.

use ledger::Account;
use money::Money;
use payment::SaleEvent;
use payment::card::{CaptureMode, CardEnd, CardLevel, CardReading, DisputeStatus, RefundStatus};
use payment::rail::RailFailureClass;
use payment::sale::CardEvent;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::cards::{back, captured, card_terms, charged, disputed, failure, held, reading, refund, waiting};
use crate::till::{Till, currency, eur, instant, pay};

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
