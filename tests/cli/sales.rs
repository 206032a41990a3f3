//! `tillstream sales`.

use serde_json::{Value, json};

use super::program::{Folder, objects};

#[test]
fn sales_are_listed_newest_first_with_or_without_a_till() {
    let folder = Folder::new();
    folder.ok(&["charge", "1", "--with", "cash", "--note", "first"]);
    folder.ok(&["charge", "2", "--with", "cash", "--note", "=second"]);
    let alone = folder.ok(&["sales", "list"]);
    let served = folder.serve(&[]);
    assert_eq!(folder.ok(&["sales", "list"]), alone);
    drop(served);
    let lines: Vec<&str> = alone.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("0002  ") && lines[0].ends_with("  =second"), "{alone}");
    let newest = &folder.sales()[0];
    assert_eq!((&newest["number"], &newest["state"]), (&json!(2), &json!("paid")));
    assert_eq!((&newest["due"], &newest["due_currency"]), (&json!("2.00"), &json!("EUR")));
    assert_eq!((&newest["methods"], &newest["flags"]), (&json!(["cash"]), &json!([])));
    assert_eq!(newest["receipt"], 2);
}

#[test]
fn the_history_of_a_sale_names_each_event_its_source_and_its_hash() {
    let folder = Folder::new();
    let line = folder.ok(&["charge", "4.50", "--with", "cash", "--json"]);
    let paid: Value = serde_json::from_str(&line).expect("an object");
    let id = paid["invoice"].as_str().expect("a text");
    let events = objects(&folder.ok(&["sales", "show", id, "--json"]));
    let kinds: Vec<&Value> = events.iter().map(|event| &event["kind"]).collect();
    assert!(kinds.contains(&&json!("opened")) && kinds.contains(&&json!("cash_taken")), "{kinds:?}");
    for event in &events {
        let (source, hash) = (event["source"].as_str(), event["hash"].as_str());
        assert!(source.is_some_and(|source| !source.is_empty()), "{event}");
        assert!(hash.is_some_and(|hash| hash.len() == 64), "{event}");
    }
    let told = folder.ok(&["sales", "show", id]);
    assert_eq!(folder.ok(&["sales", "show", "0001"]), told, "by the number that the screens say");
    assert!(told.starts_with("Sale 0001  4.50 EUR  paid  inv_"), "{told}");
    for event in &events {
        assert!(told.contains(event["hash"].as_str().expect("a hash")), "{told}");
    }
}

#[test]
fn a_sale_that_is_not_there_is_answered_with_no() {
    let folder = Folder::new();
    folder.ok(&["charge", "1", "--with", "cash"]);
    for id in ["inv_0192f0c1a2b37c4d8e5f60718293a4b5", "2"] {
        folder.run(&["sales", "show", id]).says_no_with("there is no such sale");
    }
}
