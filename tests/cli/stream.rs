//! `tillstream stream` and `tillstream dead-letter`: answers in the order of the lines, nothing taken twice whatever
//! interrupts it.

use std::fmt::Write;
use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use super::program::{Folder, Running, Said, objects};

/// One line.
pub(super) fn ticket(id: &str, amount: &str) -> String {
    json!({ "id": id, "amount": amount, "currency": "EUR", "method": "cash" }).to_string() + "\n"
}

pub(super) fn tickets(count: u32) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        write!(text, "{}", ticket(&format!("t-{number:06}"), "0.01")).expect("a text takes everything");
        text
    })
}

fn outcomes(answers: &[Value]) -> Vec<&str> {
    answers.iter().map(|answer| answer["outcome"].as_str().expect("a word")).collect()
}

/// What is in the drawer, in cents.
fn drawer(folder: &Folder) -> String {
    let balances = objects(&folder.ok(&["ledger", "balances", "--json"]));
    let drawer = balances.iter().find(|balance| balance["account"] == "cash-drawer");
    drawer.map_or_else(|| "0".to_owned(), |balance| balance["balance"].to_string())
}

fn stream(folder: &Folder, input: &str) -> (Said, Vec<Value>) {
    let said = folder.run_with_input(&["stream"], input);
    let answers = objects(&said.out);
    (said, answers)
}

#[test]
fn every_line_is_answered_in_its_place_and_the_totals_add_up() {
    let folder = Folder::new();
    let input = [
        ticket("a", "4.50"),
        "{\"id\":\"b\"\n".to_owned(),
        ticket("c", "0.01"),
        ticket("a", "4.50"),
        ticket("a", "4.51"),
        ticket("d", "1").replace("cash", "barter"),
        ticket("e", "-1"),
        json!({ "id": "f", "amount": "0.00000001", "currency": "BTC", "method": "cash", "payer": "Mona",
                "memo": "a satoshi", "metadata": { "machine": "7" } })
        .to_string(),
    ];
    let (said, answers) = stream(&folder, &input.concat());
    assert_eq!(said.code, Some(1), "not every line was taken: {said:?}");
    let lines: Vec<_> = answers.iter().map(|answer| answer["line"].as_u64()).collect();
    assert_eq!(lines, (1..=8).map(Some).collect::<Vec<_>>());
    let expected =
        ["accepted", "rejected", "accepted", "duplicate", "conflict", "rejected", "rejected", "accepted"];
    assert_eq!(outcomes(&answers), expected, "{answers:#?}");
    assert_eq!(answers[3]["payment"], answers[0]["payment"], "the same payment");
    assert!(answers[6]["reason"].as_str().expect("a reason").contains("amount"));
    for total in ["accepted", "4.51 EUR", "0.00000001 BTC", "conflict"] {
        assert!(said.err.contains(total), "{total:?} is missing: {}", said.err);
    }
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok"));
}

#[test]
fn streamed_again_everything_is_a_duplicate_and_nothing_is_doubled() {
    let folder = Folder::new();
    let input = folder.file("tickets.ndjson", &tickets(1_000));
    let output = folder.path().join("answers.ndjson");
    let arguments =
        ["stream", "--input", input.to_str().expect("text"), "--output", output.to_str().expect("text")];
    folder.ok(&arguments);
    let before = drawer(&folder);
    folder.ok(&arguments);
    let answers = objects(&std::fs::read_to_string(output).expect("the answers are there"));
    assert_eq!(answers.len(), 1_000);
    assert!(outcomes(&answers).iter().all(|outcome| *outcome == "duplicate"));
    assert_eq!(drawer(&folder), before);
}

#[test]
fn a_till_that_is_open_takes_the_stream_for_another_process() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    let (said, answers) = stream(&folder, &tickets(300));
    assert_eq!((said.code, answers.len()), (Some(0), 300), "{said:?}");
    assert_eq!(served.door.ask("ledger_verify", &json!({}))["ok"], true);
    let (_, again) = stream(&folder, &tickets(1));
    assert_eq!(outcomes(&again), ["duplicate"]);
}

#[test]
fn a_killed_stream_goes_on_where_it_was_and_loses_no_answered_line() {
    let folder = Folder::new();
    let input = folder.file("tickets.ndjson", &tickets(20_000));
    let input = input.to_str().expect("text");
    let mut answered = Vec::new();
    for lines in [1, 700, 3_000] {
        let mut running = folder.start(&["stream", "--input", input]);
        answered.extend((0..lines).map(|_| running.object()));
        running.signal("-KILL");
        running.end();
    }
    let all = objects(&folder.ok(&["stream", "--input", input]));
    assert_eq!(all.len(), 20_000);
    for answer in &answered {
        let now = all.iter().find(|now| now["id"] == answer["id"]).expect("every line is answered");
        assert_eq!(now["payment"], answer["payment"], "what was answered stays so");
    }
    assert!(drawer(&folder).contains("200.00"), "{}", drawer(&folder));
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok"));
}

#[test]
fn a_line_that_comes_alone_is_answered_before_the_next_one_is_there() {
    let folder = Folder::new();
    let mut child = folder.command(&["stream"]).stdin(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut running = Running::new(child);
    for id in ["a", "b", "c"] {
        stdin.write_all(ticket(id, "1").as_bytes()).expect("it reads");
        assert_eq!(running.object()["id"], id);
    }
    drop(stdin);
    assert_eq!(running.end().code, Some(0));
}

#[test]
fn a_polite_signal_ends_a_stream_with_its_totals() {
    let folder = Folder::new();
    let mut child = folder.command(&["stream"]).stdin(Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut running = Running::new(child);
    stdin.write_all(ticket("a", "1").as_bytes()).expect("it reads");
    running.object();
    running.signal("-INT");
    let said = running.end();
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("accepted") && said.err.contains("stopped before the end"), "{said:?}");
    drop(stdin);
}

#[test]
fn a_strict_stream_stops_at_the_first_line_that_is_none() {
    let folder = Folder::new();
    let input = [&ticket("a", "1"), "nonsense\n", &ticket("b", "1")].concat();
    let said = folder.run_with_input(&["stream", "--strict"], &input);
    assert_eq!((said.code, outcomes(&objects(&said.out))), (Some(1), vec!["accepted", "rejected"]));
}

#[test]
fn what_can_not_be_taken_now_waits_as_a_dead_letter_until_it_is_tried_again() {
    let folder = Folder::new();
    let mona = json!({ "id": "x", "amount": "2.00", "currency": "USD", "method": "cash", "payer": "Mona" });
    let (said, answers) = stream(&folder, &mona.to_string());
    assert_eq!((said.code, outcomes(&answers)), (Some(1), vec!["dead_letter"]));
    assert!(folder.ok(&["dead-letter", "list"]).contains("no rate from USD to EUR"));
    let shown = folder.ok(&["dead-letter", "show", "1"]);
    assert!(shown.contains("Mona") && shown.contains("2.00 USD") && shown.contains("1 times"), "{shown}");

    let refused = folder.run(&["dead-letter", "retry", "1"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    folder.ok(&["settings", "set", "rates.fixed.USD/EUR", "0.92"]);
    assert!(folder.ok(&["dead-letter", "retry", "--all"]).contains("taken as pay_"));
    assert_eq!(folder.ok(&["dead-letter", "list"]), "");
    assert!(folder.ok(&["dead-letter", "show", "1"]).contains("taken since as pay_"));
    let (_, again) = stream(&folder, &mona.to_string());
    assert_eq!(outcomes(&again), ["duplicate"]);
    assert_eq!(folder.run(&["dead-letter", "show", "9"]).code, Some(1));
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok"));
}

/// The screens explain a letter by its cause, which is read from the reason in the books.
#[test]
fn every_reason_to_set_something_aside_has_a_cause_of_its_own() {
    let folder = Folder::new();
    let sandbox = |arguments: &[&str]| folder.ok(&[&["--mode", "sandbox"], arguments].concat());
    let routes =
        "[[route]]\nmethod = \"card\"\nrail = \"stripe\"\n[[route]]\nmethod = \"cash\"\nrail = \"cash\"\n";
    sandbox(&["settings", "import", folder.file("routes.toml", routes).to_str().expect("text")]);
    let stream = |line: &str| {
        folder.run_with_input(&["--mode", "sandbox", "stream"], line);
    };
    stream(&ticket("a", "1").replace("EUR", "USD"));
    stream(
        &json!({ "id": "b", "amount": "1", "currency": "EUR", "method": "card", "payer": "Mona" })
            .to_string(),
    );
    sandbox(&["settings", "set", "cash.enabled", "false"]);
    stream(&ticket("c", "1"));
    let letters = objects(&sandbox(&["dead-letter", "list", "--json"]));
    let causes: Vec<_> = letters.iter().map(|letter| &letter["cause"]).collect();
    assert_eq!(causes, ["no_rate", "rail_unusable", "cash_off"], "{letters:#?}");
    assert!(letters.iter().all(|letter| letter["kind"] == "instruction"));
}

#[test]
fn dead_letters_are_counted_and_read_page_by_page() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    stream(&folder, &tickets(5).replace("EUR", "USD"));
    assert_eq!(served.door.ask("status", &json!({}))["dead_letters_open"], 5);
    let page = |after: &Value| served.door.ask("dead_letters", &json!({ "after": after, "limit": 3 }));
    let first = page(&json!(0));
    assert_eq!((&first["more"], &first["open"]), (&json!(true), &json!(5)), "{first:#}");
    let second = page(&first["rows"][2]["number"]);
    let ids = [&second["rows"][0]["instruction"]["id"], &second["rows"][1]["instruction"]["id"]];
    assert_eq!((ids, &second["more"]), ([&json!("t-000003"), &json!("t-000004")], &json!(false)));
}

#[test]
fn files_that_can_not_be_used_are_named() {
    let folder = Folder::new();
    folder.run(&["stream", "--input", "nowhere.ndjson"]).refuses_with("nowhere.ndjson can't be opened");
    let taken = folder.file("in.ndjson", &ticket("a", "1"));
    let arguments = ["stream", "--input", taken.to_str().expect("text"), "--output", "/nowhere/out.ndjson"];
    folder.run(&arguments).refuses_with("/nowhere/out.ndjson can't be opened");
    assert!(!folder.path().join("till-practice.db").exists(), "nothing was begun");
}
