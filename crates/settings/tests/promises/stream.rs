//! The rules of the micropayment stream: what they may say, what a till starts with, and what is refused.

use money::{Currency, Money, Percent};
use payment::RailId;
use payment::stream::{FeeRow, RouteRow, SettlementRow};
use settings::{Mode, Settings};

use crate::{practice, read};

const EXAMPLE: &str = r#"[[route]]
method = "card"
currency = "EUR"
up_to = "10.00"
rail = "stripe"
fallback = "cash"

[[fee]]
rail = "stripe"
method = "card"
currency = "EUR"
up_to = "10.00"
percent = "1.5"
fixed = "0.05"
cap = "2.00"

[[settlement]]
rail = "stripe"
currency = "EUR"
at = "5.00"
after_hours = 24
"#;

fn currency(code: &str) -> Currency {
    Currency::from_code(code).unwrap()
}

fn eur(minor: i64) -> Money {
    Money::new(minor, currency("EUR"))
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let refusal = Settings::parse(text, &Settings::defaults(Mode::Live)).unwrap_err();
    assert_eq!(refusal.to_string(), expected);
}

#[test]
fn every_member_of_a_rule_is_read() {
    let settings = read(EXAMPLE, Mode::Live);
    let route = RouteRow {
        method: "card".to_owned(),
        currency: Some(currency("EUR")),
        up_to: Some(eur(1_000)),
        rail: RailId::STRIPE,
        fallback: Some(RailId::CASH),
    };
    assert_eq!(settings.routes, [route]);
    let fee = FeeRow {
        rail: RailId::STRIPE,
        method: Some("card".to_owned()),
        currency: Some(currency("EUR")),
        up_to: Some(eur(1_000)),
        percent: Percent::parse("1.5").unwrap(),
        fixed: Some(eur(5)),
        cap: Some(eur(200)),
    };
    assert_eq!(settings.fees, [fee]);
    assert_eq!(
        settings.settlements,
        [SettlementRow { rail: RailId::STRIPE, at: eur(500), after_hours: Some(24) }]
    );
}

#[test]
fn what_is_left_out_is_every_method_every_amount_and_no_share() {
    let settings = read(
        "[[route]]\nmethod = \"card\"\nrail = \"cash\"\n[[fee]]\nrail = \"stripe\"\n\
         [[settlement]]\nrail = \"stripe\"\nat = \"1\"",
        Mode::Live,
    );
    let route = &settings.routes[0];
    assert_eq!((route.currency, route.up_to, route.fallback), (None, None, None));
    let fee = &settings.fees[0];
    assert_eq!((&fee.method, fee.currency, fee.up_to), (&None, None, None));
    assert_eq!((fee.percent, fee.fixed, fee.cap), (Percent::ZERO, None, None));
    assert_eq!(settings.settlements[0].at, eur(100), "in the shop's currency");
}

#[test]
fn amounts_are_in_the_currency_of_their_row_or_else_of_the_shop() {
    let settings = read(
        "[[fee]]\nfixed = \"0.00000012\"\nrail = \"stripe\"\ncurrency = \"btc\"\n[[fee]]\nrail = \"cash\"\n\
         fixed = \"7\"\n[shop]\ncurrency = \"JPY\"",
        Mode::Live,
    );
    assert_eq!(settings.fees[0].fixed, Some(Money::new(12, Currency::BTC)));
    assert_eq!(settings.fees[1].fixed, Some(Money::new(7, currency("JPY"))));
}

#[test]
fn rules_are_printed_between_the_policy_and_the_rails() {
    let printed = read(EXAMPLE, Mode::Live).to_toml();
    assert!(printed.starts_with("policy = []\nrail.evm = []\n\n[shop]\n"), "{printed}");
    assert!(printed.contains(&format!("\n\n{EXAMPLE}\n[rail.bitcoin]\n")), "{printed}");
    let none = Settings::defaults(Mode::Live).to_toml();
    assert!(
        none.starts_with("policy = []\nroute = []\nfee = []\nsettlement = []\nrail.evm = []\n\n[shop]\n"),
        "{none}"
    );
    assert_eq!(Settings::parse(&none, &read(EXAMPLE, Mode::Live)), Ok(Settings::defaults(Mode::Live)));
}

#[test]
fn practice_takes_cards_and_learns_what_they_cost() {
    let practice = practice().to_toml();
    let rules = r#"
[[route]]
method = "card"
rail = "stripe"

[[route]]
method = "cash"
rail = "cash"

[[fee]]
rail = "stripe"
method = "card"
percent = "1.5"
fixed = "0.05"
cap = "2.00"

[[settlement]]
rail = "stripe"
currency = "EUR"
at = "5.00"
after_hours = 24
"#;
    assert!(practice.contains(rules), "{practice}");
}

#[test]
fn sandbox_and_live_start_without_rules() {
    for mode in [Mode::Sandbox, Mode::Live] {
        let settings = Settings::defaults(mode);
        assert!(settings.routes.is_empty() && settings.fees.is_empty() && settings.settlements.is_empty());
    }
}

#[test]
fn rules_that_a_till_starts_with_follow_its_currency() {
    for (code, fixed, cap, at) in [("JPY", 5, 200, 500), ("USD", 5, 200, 500), ("KWD", 50, 2_000, 5_000)] {
        let settings = read(&format!("shop.currency = \"{code}\""), Mode::Practice);
        let own = |minor| Money::new(minor, currency(code));
        assert_eq!((settings.fees[0].fixed, settings.fees[0].cap), (Some(own(fixed)), Some(own(cap))));
        assert_eq!(settings.settlements[0].at, own(at));
        assert_eq!(Settings::from_rows(&settings.to_rows(), &practice()), Ok(settings));
    }
}

#[test]
fn rules_that_the_owner_wrote_ask_for_their_amounts_anew() {
    let own = read("[[fee]]\nrail = \"stripe\"\nfixed = \"0.10\"", Mode::Practice);
    let refusal = own.with("shop.currency", "USD").unwrap_err().to_string();
    assert_eq!(refusal, "fee.1.fixed: 0.10 EUR is not in the shop's currency: write it in USD");
    let settings = read(EXAMPLE, Mode::Live).with("shop.currency", "USD").unwrap();
    assert_eq!(settings.fees[0].fixed, Some(eur(5)), "a row that names its currency stands");
}

#[test]
fn unknown_members_and_missing_ones_are_refused() {
    refused(
        "[[route]]\nmethod = \"card\"\nrails = \"cash\"",
        "line 3: route.1.rails: unknown key; did you mean \"rail\"?",
    );
    refused(
        "[[fee]]\nrail = \"stripe\"\nminimum = \"1\"",
        "line 3: fee.1.minimum: unknown key; known are rail, method, currency, up_to, percent, fixed, cap",
    );
    refused(
        "[[settlement]]\nrail = \"stripe\"\nup_to = \"1\"",
        "line 3: settlement.1.up_to: unknown key; known are rail, currency, at, after_hours",
    );
    refused("\n[[route]]\nrail = \"cash\"", "line 2: route.1: write method too");
    refused("[[route]]\nmethod = \"card\"", "line 1: route.1: write rail too");
    refused("[[fee]]\npercent = \"1\"", "line 1: fee.1: write rail too");
    refused("[[settlement]]\nrail = \"stripe\"", "line 1: settlement.1: write at too");
    refused(
        "[[settlement]]\nrail = \"stripe\"\nat = \"1\"\nafter_hours = 0",
        "line 4: settlement.1.after_hours: write 1 to 8760 hours, or leave it out",
    );
    refused("[route]\nmethod = \"card\"", "line 1: route: write a list in brackets, not a table");
}

#[test]
fn rails_that_take_no_micropayment_are_refused() {
    let unknown = "unknown rail: write \"cash\" or \"stripe\"";
    let address = "bitcoin waits for a customer to pay an address: write \"cash\" or \"stripe\"";
    let route = "[[route]]\nmethod = \"card\"\n";
    refused(&format!("{route}rail = \"gold\""), &format!("line 3: route.1.rail: {unknown}"));
    refused(&format!("{route}rail = \"bitcoin\""), &format!("line 3: route.1.rail: {address}"));
    refused(
        &format!("{route}rail = \"stripe\"\nfallback = \"bitcoin\""),
        &format!("line 4: route.1.fallback: {address}"),
    );
    refused(
        &format!("{route}rail = \"cash\"\nfallback = \"cash\""),
        "line 4: route.1.fallback: this is the rail itself: write another, or leave it out",
    );
    refused("[[fee]]\nrail = \"bitcoin\"", &format!("line 2: fee.1.rail: {address}"));
    refused("[[fee]]\nrail = \"gold\"", &format!("line 2: fee.1.rail: {unknown}"));
    for rail in ["cash", "bitcoin"] {
        refused(
            &format!("[[settlement]]\nrail = \"{rail}\"\nat = \"5\""),
            &format!("line 2: settlement.1.rail: {rail} never charges a tab: write \"stripe\""),
        );
    }
    refused(
        "[[policy]]\nrail = \"stripe\"\nsafe = 1\nfinal = 1",
        "line 2: policy.1.rail: unknown rail: write \"bitcoin\", \"evm\" or a chain such as \"evm:8453\"",
    );
}

#[test]
fn values_that_cannot_be_are_refused() {
    let fee = |member: &str, expected: &str| {
        refused(&format!("[[fee]]\nrail = \"stripe\"\n{member}"), &format!("line 3: fee.1.{expected}"));
    };
    fee("percent = 1.5", "percent: write it in quotes: \"1.5\"");
    fee("percent = \"100.1\"", "percent: write a percentage from 0 to 100, such as \"100\"");
    fee("fixed = \"-0.05\"", "fixed: write an amount above zero, or leave it out");
    fee("cap = \"0\"", "cap: write an amount above zero, or leave it out");
    fee("up_to = \"0.005\"", "up_to: EUR has 2 digits after the decimal mark: write no more");
    fee("cap = \"0.04\"\nfixed = \"0.05\"", "cap: the fixed sum alone is more: write at least 0.05 EUR");
    fee("currency = \"EURO\"", "currency: unknown currency EURO: write an ISO 4217 code such as EUR, or BTC");
    fee("method = \"\"", "method: write 1 to 40 characters, such as \"card\"");
    let route = |method: &str, expected: &str| {
        let text = format!("[[route]]\nmethod = \"{method}\"\nrail = \"cash\"");
        refused(&text, &format!("line 2: route.1.method: {expected}"));
    };
    route("", "write 1 to 40 characters, such as \"card\"");
    route(&"x".repeat(41), "write 1 to 40 characters, such as \"card\"");
    route(" card", "take out the blanks around it and the control characters");
    route("ca\\u0007rd", "take out the blanks around it and the control characters");
    refused(
        "[[settlement]]\nrail = \"stripe\"\nat = \"0\"",
        "line 3: settlement.1.at: write an amount above zero",
    );
    let many = "[[route]]\nmethod = \"card\"\nrail = \"cash\"\n".repeat(51);
    refused(&many, "line 1: route: write at most 50 rows");
}

#[test]
fn rows_that_never_apply_are_refused() {
    let hidden = "never applies, because row 1 matches first: remove it or move it up";
    let route = |more: &str| format!("[[route]]\nmethod = \"card\"\nrail = \"cash\"\n{more}");
    let all = route("");
    for later in ["", "up_to = \"5\"\n", "currency = \"BTC\"\n"] {
        refused(&(all.clone() + &route(later)), &format!("line 4: route.2: {hidden}"));
    }
    let euro = route("currency = \"EUR\"\n");
    refused(&(euro.clone() + &route("up_to = \"5\"\n")), &format!("line 5: route.2: {hidden}"));
    read(&(route("up_to = \"5\"\n") + &euro + &all), Mode::Live);

    let fee = |more: &str| format!("[[fee]]\nrail = \"stripe\"\n{more}");
    for later in ["", "method = \"card\"\n", "fixed = \"1\"\n", "cap = \"1\"\n"] {
        refused(&(fee("") + &fee(later)), &format!("line 3: fee.2: {hidden}"));
    }
    refused(&(fee("up_to = \"5\"\n") + &fee("up_to = \"4.99\"\n")), &format!("line 4: fee.2: {hidden}"));
    // A fixed sum in euro says nothing about dollars.
    read(&(fee("fixed = \"1\"\n") + &fee("currency = \"USD\"\nfixed = \"1\"\n") + &fee("")), Mode::Live);
    read(&(fee("method = \"card\"\n") + &fee("up_to = \"5\"\n") + &fee("")), Mode::Live);

    let settlement = |more: &str| format!("[[settlement]]\nrail = \"stripe\"\nat = \"5\"\n{more}");
    let twice = settlement("") + &settlement("currency = \"EUR\"\n");
    refused(&twice, &format!("line 4: settlement.2: {hidden}"));
    read(&(settlement("") + &settlement("currency = \"USD\"\n")), Mode::Live);
}
