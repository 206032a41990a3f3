//! Sums, differences, products and splits.

use money::{Currency, Money, MoneyError, Rounding};

use crate::{cents, iso, sats};

const MAX: i64 = i64::MAX;
const MIN: i64 = i64::MIN;

fn too_large(currency: Currency) -> Result<Money, MoneyError> {
    Err(MoneyError::OutOfRange { currency })
}

#[test]
fn amounts_of_one_currency_add_and_subtract() {
    assert_eq!(cents(450).checked_add(cents(-50)), Ok(cents(400)));
    assert_eq!(cents(450).checked_sub(cents(500)), Ok(cents(-50)));
    assert_eq!(cents(3).times(-150), Ok(cents(-450)));
    assert_eq!(cents(-5).negated(), Ok(cents(5)));
    assert_eq!(cents(-5).abs(), Ok(cents(5)));
}

#[test]
fn amounts_of_two_currencies_never_meet() {
    let refused = Err(MoneyError::CurrencyMismatch { left: iso("EUR"), right: Currency::BTC });
    assert_eq!(cents(0).checked_add(sats(0)), refused);
    assert_eq!(cents(0).checked_sub(sats(0)), refused);
    assert_eq!(cents(1).partial_cmp(&sats(2)), None);
    assert_ne!(cents(0), sats(0));
    assert!(cents(1) < cents(2));
}

#[test]
fn overflow_is_an_error() {
    let refused = too_large(iso("EUR"));
    assert_eq!(cents(MAX).checked_add(cents(1)), refused);
    assert_eq!(cents(MIN).checked_sub(cents(1)), refused);
    assert_eq!(cents(MIN).negated(), refused);
    assert_eq!(cents(MIN).abs(), refused);
    assert_eq!(cents(MAX).times(2), refused);
    assert_eq!(cents(MIN).times(-1), refused);
    assert_eq!(cents(MAX).proportion(2, 1, Rounding::Down), refused);
    assert_eq!(cents(MAX).rounded_to(5, Rounding::Up), refused);
}

#[test]
fn signs_are_told_apart() {
    for (minor, zero, positive, negative) in
        [(0, true, false, false), (1, false, true, false), (-1, false, false, true)]
    {
        let amount = cents(minor);
        assert_eq!(
            (amount.is_zero(), amount.is_positive(), amount.is_negative()),
            (zero, positive, negative)
        );
    }
    assert_eq!(Money::zero(Currency::BTC), sats(0));
    assert_eq!((sats(7).minor(), sats(7).currency()), (7, Currency::BTC));
}

#[test]
fn leftover_cents_go_to_the_largest_remainders_then_to_the_earlier_parts() {
    let cases: [(i64, &[u64], &[i64]); 10] = [
        (100, &[1, 1, 1], &[34, 33, 33]),
        (101, &[1, 1, 1], &[34, 34, 33]),
        (-100, &[1, 1, 1], &[-34, -33, -33]),
        (100, &[1, 2], &[33, 67]),
        (5, &[0, 3, 7], &[0, 2, 3]),
        (1, &[0, 0, 9], &[0, 0, 1]),
        (0, &[1, 2], &[0, 0]),
        (2, &[1; 5], &[1, 1, 0, 0, 0]),
        (10, &[3, 3, 3, 1], &[3, 3, 3, 1]),
        (7, &[2, 5, 3], &[1, 4, 2]),
    ];
    for (amount, weights, parts) in cases {
        let expected: Vec<Money> = parts.iter().map(|part| cents(*part)).collect();
        assert_eq!(cents(amount).allocate(weights), Ok(expected), "{amount} by {weights:?}");
    }
}

#[test]
fn the_largest_amounts_and_weights_are_split_without_overflow() {
    assert_eq!(cents(MIN).allocate(&[u64::MAX]), Ok(vec![cents(MIN)]));
    let half = cents(MIN / 2);
    assert_eq!(cents(MIN).allocate(&[u64::MAX, u64::MAX]), Ok(vec![half, half]));
    let parts = cents(MAX).allocate(&[u64::MAX, 1]);
    assert_eq!(parts, Ok(vec![cents(MAX), cents(0)]));
}

#[test]
fn nothing_can_be_split_by_no_weight() {
    assert_eq!(cents(1).allocate(&[]), Err(MoneyError::NoWeights));
    assert_eq!(cents(1).allocate(&[0, 0]), Err(MoneyError::NoWeights));
}

#[test]
fn a_partial_payment_is_worth_its_proportion_of_the_quote() {
    let due = cents(450);
    assert_eq!(due.proportion(3880, 7759, Rounding::HalfEven), Ok(cents(225)));
    assert_eq!(due.proportion(7759, 7759, Rounding::Down), Ok(due));
    assert_eq!(due.proportion(-1, 3, Rounding::Floor), Ok(cents(-150)));
    assert_eq!(cents(-100).proportion(-1, 3, Rounding::Up), Ok(cents(34)));
    assert_eq!(cents(MAX).proportion(MAX, MAX, Rounding::Up), Ok(cents(MAX)));
    assert_eq!(cents(MIN).proportion(MIN, MAX, Rounding::Floor), too_large(iso("EUR")));
    for whole in [0, -1] {
        assert_eq!(due.proportion(1, whole, Rounding::Down), Err(MoneyError::WholeNotPositive { whole }));
    }
}

#[test]
fn cash_is_rounded_to_the_smallest_coin() {
    for (minor, expected) in [(1002, 1000), (1003, 1005), (-1003, -1005), (1005, 1005), (0, 0)] {
        assert_eq!(cents(minor).rounded_to(5, Rounding::HalfUp), Ok(cents(expected)), "{minor}");
    }
    assert_eq!(cents(1025).rounded_to(50, Rounding::HalfEven), Ok(cents(1000)));
    assert_eq!(cents(MAX).rounded_to(MAX, Rounding::Down), Ok(cents(MAX)));
    for step_minor in [0, -5] {
        let refused = Err(MoneyError::StepNotPositive { step_minor });
        assert_eq!(cents(1).rounded_to(step_minor, Rounding::Down), refused);
    }
}
