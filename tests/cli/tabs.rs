//! Payers' tabs on a running practice till: charged together, explained part by part, tried again.

use std::fmt::Write;

use serde_json::{Value, json};

use super::program::{Folder, objects, wait_until};

fn card(id: &str, payer: &str, amount: &str) -> String {
    json!({ "id": id, "amount": amount, "currency": "EUR", "method": "card", "payer": payer }).to_string()
        + "\n"
}

/// What payers owe, in euros.
fn owed(folder: &Folder) -> String {
    let balances = objects(&folder.ok(&["ledger", "balances", "--json"]));
    let tabs = balances.iter().find(|balance| balance["account"] == "payer-tabs");
    tabs.map_or_else(String::new, |tabs| tabs["balance"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn payments_by_card_gather_until_one_charge_takes_them_and_its_parts_are_listed() {
    let folder = Folder::new();
    let _served = folder.serve(&[]);
    let lines = (1..=6).fold(String::new(), |mut text, number| {
        write!(text, "{}", card(&format!("view-{number}"), "ada", "0.99")).expect("a text takes everything");
        text
    });
    let said = folder.run_with_input(&["stream"], &lines);
    assert_eq!(said.code, Some(0), "{said:?}");
    wait_until("the tab is charged", || owed(&folder) == "0.00");
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok"));
    assert_eq!(folder.ok(&["dead-letter", "list"]), "");
}

#[test]
fn a_charge_that_is_declined_is_listed_explained_and_tried_again() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    folder.run_with_input(
        &["stream"],
        &[card("a", "declined-bob", "4"), card("b", "declined-bob", "2")].concat(),
    );
    wait_until("the charge is set aside", || served.door.ask("status", &json!({}))["dead_letters_open"] == 1);
    let listed = folder.ok(&["dead-letter", "list"]);
    assert!(listed.contains("declined-bob") && listed.contains("6.00 EUR in 2 parts"), "{listed}");
    let id = listed.split_whitespace().next().expect("its id comes first").to_owned();
    let shown = folder.ok(&["dead-letter", "show", &id]);
    assert!(shown.contains("state       set aside") && shown.contains("  a  4.00 EUR"), "{shown}");
    let more = folder.run_with_input(&["stream"], &card("c", "declined-bob", "1"));
    assert_eq!(more.code, Some(1), "no further credit: {more:?}");
    let letters = objects(&folder.ok(&["dead-letter", "list", "--json"]));
    assert_eq!(letters[0]["cause"], "tab_closed", "{letters:#?}");
    let retried = folder.ok(&["dead-letter", "retry", &id]);
    assert!(retried.contains("attempt 2"), "{retried}");
    wait_until("it is declined again", || {
        let settlement: Value = served.door.ask("settlement_get", &json!({ "settlement": id }));
        settlement["state"] == "set_aside" && settlement["attempt"] == 2
    });
    assert_eq!(owed(&folder), "6.00");
    let wrong = folder.run(&["dead-letter", "show", "set_0192f0c1a2b37c4d8e5f60718293a4b5"]);
    wrong.says_no_with("there is no settlement");
    folder.run(&["dead-letter", "show", "nonsense"]).refuses_with("no id such as set_");
}

#[test]
fn a_charge_whose_answer_is_lost_is_asked_about_until_it_is_known() {
    let folder = Folder::new();
    let _served = folder.serve(&[]);
    folder.run_with_input(&["stream"], &card("a", "unsure-eve", "7"));
    wait_until("the charge is known", || owed(&folder) == "0.00");
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok"));
}

#[test]
fn the_owner_charges_small_tabs_now() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    folder.run_with_input(&["stream"], &[card("a", "ada", "2"), card("b", "bob", "0.49")].concat());
    let tabs = served.door.ask("tabs", &json!({}));
    assert_eq!((&tabs[0]["rail"], &tabs[0]["on_tabs"]["count"]), (&json!("stripe"), &json!(2)), "{tabs:#}");
    let settled = served.door.ask("tabs_settle", &json!({ "rail": "stripe" }));
    assert_eq!(settled["count"], 1, "0.49 is less than the rail takes");
    wait_until("it is charged", || owed(&folder) == "0.49");
    served.door.refuses("tabs_settle", &json!({ "rail": "cash" }), "bad_request");
}

#[test]
fn single_satoshis_gather_on_a_tab_until_they_are_worth_a_charge() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    let satoshi = |number: u32| card(&format!("s-{number}"), "ada", "0.00000001").replace("EUR", "BTC");
    let said = folder.run_with_input(&["stream"], &(0..60).map(satoshi).collect::<String>());
    assert_eq!(said.code, Some(0), "{said:?}");
    let settled = served.door.ask("tabs_settle", &json!({ "rail": "stripe" }));
    assert_eq!(settled["count"], 1);
    wait_until("they are charged", || {
        let balances = objects(&folder.ok(&["ledger", "balances", "--json"]));
        let is_owed = |balance: &&Value| balance["account"] == "payer-tabs" && balance["currency"] == "BTC";
        balances.iter().find(is_owed).is_some_and(|owed| owed["balance"] == "0.00000000")
    });
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok"));
}
