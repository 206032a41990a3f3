//! What a rail costs, by tables and against exact fractions.

use money::{Currency, Money, MoneyError, Percent};
use payment::RailId;
use payment::stream::{
    FeeError, FeeRow, SettlementRow, fee_of, settle_after_ms, settle_at, settle_soonest_ms,
};
use proptest::prelude::*;

use crate::till::{currency, eur, sats};

/// A row about every amount by card that costs nothing yet.
fn free() -> FeeRow {
    FeeRow {
        rail: RailId::STRIPE,
        method: Some("card".to_owned()),
        currency: None,
        up_to: None,
        percent: Percent::ZERO,
        fixed: None,
        cap: None,
    }
}

fn percent(text: &str) -> Percent {
    Percent::parse(text).unwrap()
}

#[track_caller]
fn costs(rows: &[FeeRow], amount: Money, fee: Money) {
    assert_eq!(fee_of(rows, RailId::STRIPE, "card", amount), Ok(fee), "{amount}");
}

#[test]
fn a_share_and_a_fixed_sum_are_added_and_capped() {
    let rows = [FeeRow { percent: percent("1.5"), fixed: Some(eur(5)), cap: Some(eur(200)), ..free() }];
    for (amount, fee) in [(0, 5), (1, 5), (33, 5), (34, 6), (1_000, 20), (12_966, 199), (13_000, 200)] {
        costs(&rows, eur(amount), eur(fee));
    }
    for amount in [13_001, 1_000_000, i64::MAX] {
        costs(&rows, eur(amount), eur(200));
    }
}

#[test]
fn half_a_minor_unit_is_a_whole_one_in_every_currency() {
    let rows = [FeeRow { percent: percent("0.5"), ..free() }];
    for currency in Currency::all_iso().chain([Currency::BTC]) {
        for (amount, fee) in [(99, 0), (100, 1), (299, 1), (300, 2), (100_000_000_100, 500_000_001)] {
            costs(&rows, Money::new(amount, currency), Money::new(fee, currency));
        }
    }
}

#[test]
fn yen_and_satoshi_have_fees_of_their_own() {
    let yen = |minor| Money::new(minor, currency("JPY"));
    let rows = [
        FeeRow { percent: percent("3.6"), fixed: Some(yen(5)), ..free() },
        FeeRow { percent: percent("0.000001"), fixed: Some(sats(1)), ..free() },
        FeeRow { fixed: Some(eur(7)), ..free() },
    ];
    costs(&rows, yen(100), yen(9));
    costs(&rows, sats(2_100_000_000_000_000), sats(21_000_001));
    costs(&rows, sats(49_999_999), sats(1));
    costs(&rows, sats(50_000_000), sats(2));
    costs(&rows, eur(100), eur(7));
    costs(&rows, Money::new(100, currency("USD")), Money::zero(currency("USD")));
}

#[test]
fn tiers_end_with_their_limit() {
    let tier =
        |up_to: Option<i64>, fixed| FeeRow { up_to: up_to.map(eur), fixed: Some(eur(fixed)), ..free() };
    let rows = [tier(Some(1_000), 10), tier(Some(5_000), 40), tier(None, 90)];
    for (amount, fee) in [(1, 10), (1_000, 10), (1_001, 40), (5_000, 40), (5_001, 90), (i64::MAX, 90)] {
        costs(&rows, eur(amount), eur(fee));
    }
    costs(&rows[..2], eur(5_001), eur(0));
}

#[test]
fn rail_method_and_currency_must_match_and_the_first_row_wins() {
    let rows = [
        FeeRow { currency: Some(currency("EUR")), percent: percent("1"), ..free() },
        FeeRow { percent: percent("2"), ..free() },
        FeeRow { method: None, percent: percent("3"), ..free() },
    ];
    let fee = |rail, method, amount| fee_of(&rows, rail, method, amount).unwrap().minor();
    let dollars = Money::new(1_000, currency("USD"));
    assert_eq!(fee(RailId::STRIPE, "card", eur(1_000)), 10);
    assert_eq!(fee(RailId::STRIPE, "card", dollars), 20);
    assert_eq!(fee(RailId::STRIPE, "Card", dollars), 30, "the method is compared exactly");
    assert_eq!(fee(RailId::STRIPE, "wallet", eur(1_000)), 30);
    assert_eq!(fee(RailId::CASH, "card", eur(1_000)), 0);
    assert_eq!(fee_of(&[], RailId::STRIPE, "card", dollars), Ok(Money::zero(dollars.currency())));
}

#[test]
fn a_fee_that_cannot_be_is_an_error_and_no_number() {
    let fee = |row, amount| fee_of(&[row], RailId::STRIPE, "card", amount).unwrap_err();
    assert_eq!(fee(free(), eur(-1)), FeeError::NegativeAmount { amount: eur(-1) });
    assert_eq!(fee_of(&[], RailId::CASH, "cash", eur(-1)), Err(FeeError::NegativeAmount { amount: eur(-1) }));
    let below = FeeRow { fixed: Some(eur(-6)), ..free() };
    assert_eq!(fee(below, eur(1)), FeeError::NegativeFee { fee: eur(-6) });
    let below = FeeRow { cap: Some(eur(-1)), ..free() };
    assert_eq!(fee(below, eur(1)), FeeError::NegativeFee { fee: eur(-1) });
    let too_much = FeeError::Money(MoneyError::OutOfRange { currency: currency("EUR") });
    assert_eq!(fee(FeeRow { percent: percent("1000"), ..free() }, eur(i64::MAX)), too_much);
    assert_eq!(
        fee(FeeRow { percent: percent("100"), fixed: Some(eur(1)), ..free() }, eur(i64::MAX)),
        too_much
    );
    for mixed in [
        FeeRow { currency: Some(currency("EUR")), fixed: Some(sats(1)), ..free() },
        FeeRow { fixed: Some(eur(1)), cap: Some(sats(1)), ..free() },
    ] {
        assert!(matches!(fee(mixed, eur(1)), FeeError::Money(MoneyError::CurrencyMismatch { .. })));
    }
}

#[test]
fn a_tab_is_settled_at_the_amount_of_its_rail_and_currency() {
    let rows = [
        SettlementRow { rail: RailId::STRIPE, at: eur(500), after_hours: Some(24) },
        SettlementRow { rail: RailId::STRIPE, at: sats(9_000), after_hours: None },
    ];
    assert_eq!(settle_at(&rows, RailId::STRIPE, currency("EUR")), Some(eur(500)));
    assert_eq!(settle_at(&rows, RailId::STRIPE, Currency::BTC), Some(sats(9_000)));
    assert_eq!(settle_at(&rows, RailId::STRIPE, currency("USD")), None);
    assert_eq!(settle_at(&rows, RailId::CASH, currency("EUR")), None);
    assert_eq!(settle_after_ms(&rows, RailId::STRIPE, currency("EUR")), Some(24 * 3_600_000));
    assert_eq!(settle_after_ms(&rows, RailId::STRIPE, Currency::BTC), None);
    assert_eq!(settle_soonest_ms(&rows, RailId::STRIPE), Some(24 * 3_600_000));
    assert_eq!(settle_soonest_ms(&rows[1..], RailId::STRIPE), None);
}

fn any_currency() -> impl Strategy<Value = Currency> {
    let usual = prop::sample::select(vec![currency("EUR"), currency("JPY"), currency("KWD"), Currency::BTC]);
    prop_oneof![usual, prop::sample::select(Currency::all_iso().collect::<Vec<_>>())]
}

/// All magnitudes are equally likely.
fn any_minor() -> impl Strategy<Value = i64> {
    prop_oneof![
        8 => (0..=i64::MAX, 0_u32..63).prop_map(|(bits, shift)| bits >> shift),
        1 => prop::sample::select(vec![0, 1, i64::MAX - 1, i64::MAX]),
    ]
}

/// A percentage and its millionths.
fn any_percent() -> impl Strategy<Value = (Percent, u32)> {
    let millionths = prop_oneof![0..=1_000_000_000_u32, (0..=2_000_u32).prop_map(|half| half * 500_000)];
    millionths.prop_map(|millionths| {
        let text = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
        (percent(&text), millionths)
    })
}

prop_compose! {
    /// A row about few enough methods, currencies and limits that rows often get in each other's way.
    fn any_row()(
        currency in prop::sample::select(vec![currency("EUR"), Currency::BTC]),
        method in prop::option::of(prop::sample::select(vec!["card", "wallet"])),
        up_to in prop::option::of(1..5_i64),
        percent in any_percent(),
        fixed in prop::option::of(1..5_i64),
        cap in prop::option::of(1..5_i64),
        names_currency in any::<bool>(),
    ) -> FeeRow {
        let own = |minor| Money::new(minor, currency);
        FeeRow {
            rail: RailId::STRIPE,
            method: method.map(str::to_owned),
            currency: names_currency.then_some(currency),
            up_to: up_to.map(own),
            percent: percent.0,
            fixed: fixed.map(own),
            cap: cap.map(own),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn a_share_is_the_nearest_minor_unit_to_the_exact_fraction(
        minor in any_minor(), (percent, millionths) in any_percent(), currency in any_currency(),
    ) {
        let fee = fee_of(&[FeeRow { percent, ..free() }], RailId::STRIPE, "card", Money::new(minor, currency));
        // Twice the exact share in 10^-8 of a minor unit, so that its halves are whole numbers.
        let (unit, exact) = (200_000_000_i128, 2 * i128::from(minor) * i128::from(millionths));
        match fee {
            Ok(fee) => {
                let rounded = i128::from(fee.minor()) * unit;
                prop_assert!(rounded - unit / 2 <= exact && exact < rounded + unit / 2, "{} of {}", fee, minor);
                prop_assert_eq!(fee.currency(), currency);
            }
            Err(refused) => {
                prop_assert_eq!(refused, FeeError::Money(MoneyError::OutOfRange { currency }));
                prop_assert!(exact + unit / 2 >= (i128::from(i64::MAX) + 1) * unit);
            }
        }
    }

    #[test]
    fn a_fee_is_never_negative_and_never_above_its_cap(
        minor in any_minor(), (percent, _) in any_percent(), currency in any_currency(),
        fixed in prop::option::of(any_minor()), cap in any_minor(),
    ) {
        let own = |minor| Money::new(minor, currency);
        let row = FeeRow { percent, fixed: fixed.map(own), ..free() };
        let capped = FeeRow { cap: Some(own(cap)), ..row.clone() };
        let fee = |row| fee_of(&[row], RailId::STRIPE, "card", own(minor));
        match (fee(row), fee(capped)) {
            (Ok(free), Ok(fee)) => {
                prop_assert!(!fee.is_negative());
                prop_assert_eq!(fee.minor(), free.minor().min(cap));
            }
            (uncapped, capped) => prop_assert_eq!(uncapped, capped),
        }
    }

    #[test]
    fn a_larger_amount_never_costs_less_by_the_same_row(
        minor in any_minor(), more in any_minor(), row in any_row(),
    ) {
        let row = FeeRow { up_to: None, ..row };
        let method = row.method.clone().unwrap_or_default();
        let currency = row.currency.or(row.fixed.or(row.cap).map(Money::currency)).unwrap_or(Currency::BTC);
        let fee = |minor| fee_of(std::slice::from_ref(&row), RailId::STRIPE, &method, Money::new(minor, currency));
        if let (Ok(small), Ok(large)) = (fee(minor), fee(minor.saturating_add(more))) {
            prop_assert!(small <= large);
        }
    }

    #[test]
    fn a_hidden_row_never_changes_a_fee(
        first in any_row(), second in any_row(), minor in 0..7_i64, is_coin in any::<bool>(),
        method in prop::sample::select(vec!["card", "wallet", "other"]),
    ) {
        let amount = if is_coin { sats(minor) } else { eur(minor) };
        let fee = |rows: &[FeeRow]| fee_of(rows, RailId::STRIPE, method, amount);
        prop_assert!(first.hides(&first));
        if first.hides(&second) {
            prop_assert_eq!(fee(&[first.clone(), second]), fee(&[first]));
        }
    }
}
