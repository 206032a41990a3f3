//! Amounts at the edge of what can be counted are refused without a panic, and nothing of them is kept.

use money::{Currency, Money, MoneyError};
use payment::sale::CashPayment;
use payment::stray::StrayFinding;
use payment::{
    Policy, Quote, QuoteError, RailId, Refused, SaleEvent, Stray, StrayEvent, StrayId, StrayReason,
};

use crate::till::{SATS_DUE, Till, confirmed, eur, instant, observation, pay, rate, sats, unconfirmed};

#[test]
fn coins_beyond_what_can_be_counted_are_refused_and_leave_the_sale_as_it_was() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    till.sees(1, "a", SATS_DUE, confirmed(1));
    let before = till.sale.clone();
    for level in [unconfirmed(1), confirmed(1)] {
        let flood = till.sighting(1, "b", i64::MAX, level);
        assert!(matches!(till.refuses(&flood), Refused::Money(MoneyError::OutOfRange { .. })));
    }
    assert_eq!(till.sale, before);
}

#[test]
fn a_value_beyond_what_can_be_counted_is_refused() {
    let mut till = Till::opens_for(eur(i64::MAX / 2), "0");
    let quote = Quote { coin: sats(1), rate: rate(eur(0).currency()), life_ms: 1 };
    let terms = payment::PaymentTerms {
        rail: RailId::BITCOIN,
        amount: till.sale.due(),
        quote,
        policy: Policy::DEFAULT,
    };
    till.happens(&SaleEvent::PaymentStarted { payment: pay(1), terms });
    let three = till.sighting(1, "a", 3, confirmed(1));
    assert!(matches!(till.refuses(&three), Refused::Money(MoneyError::OutOfRange { .. })));
}

#[test]
fn cash_beyond_what_can_be_counted_is_refused() {
    let till = Till::opens();
    let zero = eur(0);
    let cash = |counted, rounding| CashPayment { counted, tendered: zero, change: zero, rounding };
    for cash in [cash(eur(i64::MAX), eur(1)), cash(eur(i64::MIN), zero), cash(eur(1), eur(i64::MIN))] {
        let refusal = till.refuses(&SaleEvent::CashTaken { payment: pay(1), cash });
        assert!(matches!(refusal, Refused::Money(MoneyError::OutOfRange { .. })), "{refusal}");
    }
}

#[test]
fn a_quote_of_nothing_or_of_too_much_is_refused() {
    let cents = rate(eur(0).currency());
    assert_eq!(Quote::of(eur(0), cents.clone(), 1), Err(QuoteError::NothingDue));
    assert_eq!(Quote::of(eur(-1), cents, 1), Err(QuoteError::NothingDue));
    let mut worthless = rate(eur(0).currency());
    worthless.market = money::Rate::parse(Currency::BTC, eur(0).currency(), "0.0000001").unwrap();
    assert_eq!(Quote::of(eur(i64::MAX), worthless, 1), Err(QuoteError::TooLarge));
}

#[test]
fn transfers_of_nothing_or_of_another_coin_are_stray() {
    let mut till = Till::opens();
    till.shows_code(1, Policy::DEFAULT);
    let mut foreign = observation("a", 1, SATS_DUE, confirmed(1));
    foreign.amount = eur(450);
    let readings = [
        observation("a", 1, 0, confirmed(1)),
        observation("a", 1, -1, confirmed(1)),
        observation("a", 1, i64::MIN, confirmed(1)),
    ];
    for reading in readings {
        assert_eq!(till.sale.admit(pay(1), &reading), Err(StrayReason::Unbookable));
    }
    assert_eq!(till.sale.admit(pay(1), &foreign), Err(StrayReason::OtherCoin));
}

#[test]
fn a_stray_amount_without_a_negative_is_refused() {
    let finding = StrayFinding {
        rail: RailId::BITCOIN,
        address: "bcrt1q".to_owned(),
        shown_by: None,
        reason: StrayReason::UnknownAddress,
        policy: Policy::DEFAULT,
    };
    let mut reading = observation("a", 1, 1, confirmed(1));
    reading.amount = Money::new(i64::MIN, Currency::BTC);
    let found = StrayEvent::Found { finding, observation: reading };
    let refusal = Stray::open(StrayId::generate(instant(0), [1; 10]), &found).unwrap_err();
    assert!(matches!(refusal, Refused::Money(MoneyError::OutOfRange { .. })), "{refusal}");
}
