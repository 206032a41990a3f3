//! `tillstream ledger`.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::program::{Folder, objects};

/// Books with a few sales, closed in order.
fn books() -> Folder {
    let folder = Folder::new();
    for amount in ["4.50", "12", "0.99"] {
        folder.ok(&["charge", amount, "--with", "cash", "--note", "=HYPERLINK(\"x\")"]);
    }
    folder
}

#[test]
fn books_that_are_right_are_ok_with_or_without_a_till() {
    let folder = books();
    let alone = folder.ok(&["ledger", "verify"]);
    let words: Vec<&str> = alone.trim_end().split(' ').collect();
    let [ok, events, "events,", entries, "entries,", "head", head] = words[..] else { panic!("{alone}") };
    assert_eq!(ok, "ok:");
    assert!(events.parse::<u32>().is_ok_and(|events| events >= 6), "{alone}");
    assert!(entries.parse::<u32>().is_ok_and(|entries| entries >= 3), "{alone}");
    assert!(head.len() == 64 && head.bytes().all(|digit| digit.is_ascii_hexdigit()), "{alone}");
    let _served = folder.serve(&[]);
    assert_eq!(folder.ok(&["ledger", "verify"]), alone);
}

/// The same books in one file, without a log beside it.
fn books_in_one_file() -> (Folder, PathBuf) {
    let (folder, alone) = (books(), Folder::new());
    let path = alone.path().join("till-practice.db");
    folder.ok(&["backup", "create", path.to_str().expect("text")]);
    (alone, path)
}

#[test]
fn a_flipped_byte_is_found_and_named() {
    let (folder, path) = books_in_one_file();
    let mut bytes = std::fs::read(&path).expect("the books");
    // The text of an event as it is stored.
    let needle = b"HYPERLINK";
    let at = bytes.windows(needle.len()).position(|window| window == needle).expect("a stored note");
    bytes[at] ^= 0x01;
    std::fs::write(&path, bytes).expect("the books are written");
    let said = folder.run(&["ledger", "verify"]);
    assert_eq!((said.code, said.out.lines().count()), (Some(1), 1), "{said:?}");
    assert!(said.out.contains("event"), "{said:?}");
}

#[test]
fn a_foreign_and_a_truncated_file_are_told_apart_from_books() {
    let (folder, path) = books_in_one_file();
    let bytes = std::fs::read(&path).expect("the books");
    std::fs::write(
        &path,
        "this is a shopping list, not a data file, and longer than a hundred bytes ".repeat(3),
    )
    .expect("it is written");
    folder.run(&["ledger", "verify"]).refuses_with("not a Tillstream data file");
    std::fs::write(&path, &bytes[..bytes.len() / 2]).expect("it is written");
    let said = folder.run(&["ledger", "verify"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_eq!((said.out + &said.err).lines().count(), 1);
}

#[test]
fn balances_have_the_sign_people_expect() {
    let folder = books();
    let rows = objects(&folder.ok(&["ledger", "balances", "--json"]));
    let balance =
        |name: &str| rows.iter().find(|row| row["account"] == name).map(|row| row["balance"].clone());
    assert_eq!(balance("cash-drawer"), Some(json!("17.49")));
    // 20 % included: 0.75 + 2.00 + 0.17 (rounded half up per sale).
    assert_eq!((balance("sales"), balance("tax-payable")), (Some(json!("14.57")), Some(json!("2.92"))));
    let table = folder.ok(&["ledger", "balances"]);
    assert!(
        table.lines().any(|line| line.contains("cash-drawer") && line.ends_with(" 17.49 EUR")),
        "{table}"
    );
}

#[test]
fn both_exports_hold_every_posting_and_balance() {
    let folder = books();
    let rows: Vec<Value> =
        serde_json::from_str(&folder.ok(&["ledger", "export", "--format", "json"])).expect("an array");
    let minor = |row: &Value| -> i64 {
        let amount = row["amount"].as_str().expect("a text").replace('.', "");
        amount.parse().expect("digits")
    };
    assert_eq!(rows.iter().map(minor).sum::<i64>(), 0);
    let sheet = folder.ok(&["ledger", "export", "--format", "csv"]);
    let mut lines = sheet.lines();
    assert_eq!(
        lines.next(),
        Some("entry,line,event,at,kind,subject,sale,account,amount,currency,rate,rate_source")
    );
    assert_eq!(lines.count(), rows.len());
    assert!(rows.len() >= 6 && rows.iter().all(|row| row["currency"] == "EUR"));
}

#[test]
fn books_without_entries_export_as_nothing() {
    let folder = Folder::new();
    folder.ok(&["settings", "set", "shop.name", "New"]);
    assert_eq!(folder.ok(&["ledger", "export", "--format", "json"]), "[]\n");
    assert_eq!(folder.ok(&["ledger", "export", "--format", "csv"]).lines().count(), 1);
}
