//! Which rail a micropayment takes: by the shop's rows, by what can be used, and by the built-in rule.

use money::{Currency, Money};
use payment::stream::{NoRoute, Route, RouteRow, route_of};
use payment::{RailId, RailKind};
use proptest::prelude::*;

use crate::till::{currency, eur, sats};

fn row(method: &str, rail: RailId) -> RouteRow {
    RouteRow { method: method.to_owned(), currency: None, up_to: None, rail, fallback: None }
}

fn by(rail: RailId, rule: u16) -> Result<Route, NoRoute> {
    Ok(Route { rail, rule, note: None })
}

/// Every rail can be used.
fn route(rows: &[RouteRow], method: &str, amount: Money) -> Result<Route, NoRoute> {
    route_of(rows, method, amount, |_| Ok(()))
}

fn without_stripe(rail: RailId) -> Result<(), String> {
    if rail == RailId::STRIPE { Err("no key is stored".to_owned()) } else { Ok(()) }
}

#[test]
fn without_rows_cash_goes_into_the_drawer_and_nothing_else_is_taken() {
    assert_eq!(route(&[], "cash", eur(1)), by(RailId::CASH, 0));
    for method in ["card", "Cash", "", "cash "] {
        assert_eq!(route(&[], method, eur(1)), Err(NoRoute::NoRule), "{method:?}");
    }
    let reason = "cash can't be used (the drawer is locked), rule 0".to_owned();
    let refused = route_of(&[], "cash", eur(1), |_| Err("the drawer is locked".to_owned()));
    assert_eq!(refused, Err(NoRoute::Unusable { reason }));
}

#[test]
fn with_rows_the_built_in_rule_is_gone() {
    let rows = [row("card", RailId::STRIPE)];
    assert_eq!(route(&rows, "card", eur(1)), by(RailId::STRIPE, 1));
    assert_eq!(route(&rows, "cash", eur(1)), Err(NoRoute::NoRule));
}

#[test]
fn the_first_row_that_matches_wins() {
    let rows = [
        RouteRow { currency: Some(Currency::BTC), ..row("card", RailId::CASH) },
        RouteRow { up_to: Some(eur(1_000)), ..row("card", RailId::STRIPE) },
        row("card", RailId::CASH),
        row("card", RailId::STRIPE),
    ];
    assert_eq!(route(&rows, "card", sats(5)), by(RailId::CASH, 1));
    assert_eq!(route(&rows, "card", eur(1_000)), by(RailId::STRIPE, 2));
    assert_eq!(route(&rows, "card", eur(1_001)), by(RailId::CASH, 3));
    assert_eq!(route(&rows, "card", Money::new(5, currency("USD"))), by(RailId::CASH, 3));
    assert_eq!(route(&rows[..2], "card", eur(1_001)), Err(NoRoute::NoRule));
}

#[test]
fn the_fallback_is_taken_with_the_reason() {
    let rows =
        [row("cash", RailId::CASH), RouteRow { fallback: Some(RailId::CASH), ..row("card", RailId::STRIPE) }];
    let note = "stripe can't be used (no key is stored): cash instead, rule 2".to_owned();
    assert_eq!(
        route_of(&rows, "card", eur(1), without_stripe),
        Ok(Route { rail: RailId::CASH, rule: 2, note: Some(note) })
    );
    assert_eq!(route_of(&rows, "cash", eur(1), without_stripe), by(RailId::CASH, 1));
    let reason = "stripe can't be used (no key is stored), nor can cash (the drawer is locked), rule 2";
    let refused = route_of(&rows, "card", eur(1), |rail| {
        without_stripe(rail).and_then(|()| Err("the drawer is locked".to_owned()))
    });
    assert_eq!(refused, Err(NoRoute::Unusable { reason: reason.to_owned() }));
}

#[test]
fn a_rail_that_cannot_be_used_sends_nothing_on_to_later_rows() {
    let rows = [row("card", RailId::STRIPE), row("card", RailId::CASH)];
    let reason = "stripe can't be used (no key is stored), rule 1".to_owned();
    let refused = route_of(&rows, "card", eur(1), without_stripe).unwrap_err();
    assert_eq!(refused.to_string(), reason);
    assert_eq!(refused, NoRoute::Unusable { reason });
}

#[test]
fn only_what_is_paid_by_address_is_found_as_a_chain() {
    for (name, rail, kind) in [
        ("bitcoin", RailId::BITCOIN, RailKind::Chain),
        ("cash", RailId::CASH, RailKind::Drawer),
        ("stripe", RailId::STRIPE, RailKind::Charging),
    ] {
        assert_eq!(RailId::named(name), Some(rail));
        assert_eq!((rail.name(), rail.kind()), (name, kind));
        assert_eq!(RailId::chain_named(name), (kind == RailKind::Chain).then_some(rail));
    }
    assert_eq!(RailId::named("gold"), None);
}

fn any_rows() -> impl Strategy<Value = Vec<RouteRow>> {
    let currencies = prop::sample::select(vec![currency("EUR"), Currency::BTC]);
    let rails = || prop::sample::select(vec![RailId::CASH, RailId::STRIPE]);
    let method = prop::sample::select(vec!["card", "wallet"]);
    let row =
        (method, currencies, any::<bool>(), prop::option::of(1..5_i64), rails(), prop::option::of(rails()))
            .prop_map(|(method, currency, names_currency, up_to, rail, fallback)| RouteRow {
                method: method.to_owned(),
                currency: names_currency.then_some(currency),
                up_to: up_to.map(|minor| Money::new(minor, currency)),
                rail,
                fallback,
            });
    prop::collection::vec(row, 1..8)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn a_route_names_the_row_it_comes_from(
        rows in any_rows(), minor in 0..7_i64, is_coin in any::<bool>(),
        method in prop::sample::select(vec!["card", "wallet", "other"]), is_stripe_up in any::<bool>(),
    ) {
        let amount = if is_coin { sats(minor) } else { eur(minor) };
        let usable = |rail| if is_stripe_up { Ok(()) } else { without_stripe(rail) };
        match route_of(&rows, method, amount, usable) {
            Ok(route) => {
                let row = &rows[usize::from(route.rule) - 1];
                prop_assert_eq!(row.method.as_str(), method);
                prop_assert!(row.up_to.is_none_or(|up_to| amount <= up_to));
                prop_assert!(row.currency.is_none_or(|currency| currency == amount.currency()));
                let wanted = if route.note.is_none() { Some(row.rail) } else { row.fallback };
                prop_assert_eq!(Some(route.rail), wanted);
                prop_assert_eq!(usable(route.rail), Ok(()));
            }
            Err(NoRoute::Unusable { .. }) => prop_assert!(!is_stripe_up),
            Err(NoRoute::NoRule) => for row in &rows {
                let alone = route(std::slice::from_ref(row), method, amount);
                prop_assert_eq!(alone, Err(NoRoute::NoRule));
            },
        }
    }

    #[test]
    fn a_hidden_row_is_never_taken(rows in any_rows(), minor in 0..7_i64, is_coin in any::<bool>()) {
        let amount = if is_coin { sats(minor) } else { eur(minor) };
        for method in ["card", "wallet"] {
            let Ok(route) = route(&rows, method, amount) else { continue };
            let taken = usize::from(route.rule) - 1;
            prop_assert!(!rows[..taken].iter().any(|earlier| earlier.hides(&rows[taken])));
        }
    }
}
