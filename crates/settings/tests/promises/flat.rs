//! Settings one by one: by key on the command line, as rows in the database.

use payment::Depth;
use settings::{Mode, Settings, SettingsError};

use crate::practice;

#[test]
fn every_key_is_shown_as_it_is_typed() {
    let settings = practice();
    let shown = |key| settings.get(key);
    assert_eq!(shown("shop.name").as_deref(), Some("Corner Café"));
    assert_eq!(shown("shop.quote_minutes").as_deref(), Some("15"));
    assert_eq!(shown("tax.included").as_deref(), Some("true"));
    assert_eq!(shown("tax.rates").as_deref(), Some(r#"["20", "10", "0"]"#));
    assert!(shown("rates.fixed").is_some_and(|table| table.contains(r#""BTC/EUR" = "58000.00""#)));
    assert_eq!(shown("rates.fixed.ETH/EUR").as_deref(), Some("2900.00"));
    assert_eq!(shown("rates.fixed.BTC/EUR").as_deref(), Some("58000.00"));
    assert_eq!(shown("rail.bitcoin.account").as_deref(), Some(""));
    assert_eq!(shown("policy").as_deref(), Some("[]"));
    assert_eq!(shown("rates.fixed.BTC/USD"), None);
    assert_eq!(shown("shop.nam"), None);
}

#[test]
fn every_key_takes_back_what_it_shows() {
    for key in Settings::keys() {
        let shown = practice().get(key).unwrap();
        assert_eq!(practice().with(key, &shown), Ok(practice()), "{key} = {shown}");
    }
}

#[test]
fn a_key_is_set_by_itself() {
    let settings = practice().with("shop.name", "Say \"hi\"").unwrap();
    assert_eq!(settings.shop.name, "Say \"hi\"");
    let settings = settings.with("policy", r#"[{ rail = "bitcoin", safe = 2, final = 3 }]"#).unwrap();
    assert_eq!(settings.policy[0].policy.safe, Depth::Confirmations(2));
    let settings = settings.with("rates.fixed.btc/chf", "55000").unwrap();
    assert_eq!(settings.get("rates.fixed.BTC/CHF").as_deref(), Some("55000"));
    assert_eq!(settings.get("rates.fixed.BTC/EUR").as_deref(), Some("58000.00"), "the other price stays");
}

#[test]
fn what_one_key_cannot_take_is_refused_without_a_line() {
    let refusal = |key, value| practice().with(key, value).unwrap_err().to_string();
    assert_eq!(
        refusal("shop.tolerance_percent", "6"),
        "shop.tolerance_percent: write a percentage from 0 to 5, such as \"5\""
    );
    assert_eq!(refusal("tax.included", "yes"), "tax.included: this can't be read: write it like true");
    assert_eq!(
        refusal("tax.rates", "20, 10"),
        "tax.rates: this can't be read: write it like [\"20\", \"10\", \"0\"]"
    );
    assert_eq!(
        refusal("shop.nane", "Bar"),
        "unknown key \"shop.nane\" in the settings; did you mean \"shop.name\"?"
    );
    assert_eq!(
        refusal("bitcoin.mnemonic", "abandon"),
        "unknown key \"bitcoin.mnemonic\" in the settings; secrets are kept by `tillstream secret set`, never in settings"
    );
    assert_eq!(
        refusal("rates.fixed.BTC/EUR", "1e5"),
        "rates.fixed.BTC/EUR: write the rate in digits with a point, such as 58000.00"
    );
}

#[test]
fn a_value_cannot_smuggle_another_key_in() {
    assert!(practice().with("tax.included", "true\nshop.name = \"Pub\"").is_err());
    let settings = practice().with("shop.name", "Bar\"\ntax.included = false");
    assert!(settings.is_err(), "the name is one line");
}

#[test]
fn a_row_of_a_newer_version_is_kept_out() {
    let mut rows = practice().to_rows();
    rows.insert("rail.stripe.radar".to_owned(), "tmr_1".to_owned());
    let refusal = Settings::from_rows(&rows, &practice()).unwrap_err();
    assert_eq!(refusal, SettingsError::NewerRow("rail.stripe.radar".to_owned()));
    assert_eq!(
        refusal.to_string(),
        "the setting \"rail.stripe.radar\" was stored by a newer version of Tillstream: update Tillstream"
    );
}

#[test]
fn rows_that_are_missing_leave_the_defaults() {
    let rows = [("shop.name".to_owned(), "Bar".to_owned())].into();
    let settings = Settings::from_rows(&rows, &Settings::defaults(Mode::Live)).unwrap();
    assert_eq!(settings.shop.name, "Bar");
    assert_eq!(settings.tax, Settings::defaults(Mode::Live).tax);
    assert!(!settings.setup_done);
}

#[test]
fn rows_that_were_tampered_with_are_refused() {
    let rows = [("rail.bitcoin.network".to_owned(), "regtest".to_owned())].into();
    assert!(Settings::from_rows(&rows, &Settings::defaults(Mode::Live)).is_err());
}

#[test]
fn settings_have_one_revision_and_any_change_another() {
    let settings = Settings::defaults(Mode::Practice);
    assert_eq!(settings.revision(), settings.clone().revision());
    let mut revisions = vec![settings.revision(), Settings::defaults(Mode::Live).revision()];
    for (key, value) in [("shop.name", "Corner"), ("rates.fixed.BTC/EUR", "61000"), ("tax.included", "false")]
    {
        revisions.push(settings.with(key, value).unwrap().revision());
    }
    revisions.push(Settings { setup_done: true, ..settings }.revision());
    let told_apart: std::collections::BTreeSet<_> = revisions.iter().collect();
    assert_eq!(told_apart.len(), revisions.len(), "{revisions:?}");
}
