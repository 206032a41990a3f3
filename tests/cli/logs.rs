//! The log: what happened to each parcel and micropayment for whoever wants to see it, readable by nobody else, and never
//! in the way.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use super::program::Folder;
use super::stream::ticket;

fn log_files(folder: &Folder) -> Vec<PathBuf> {
    let logs = std::fs::read_dir(folder.path().join("logs")).expect("there are logs");
    logs.map(|entry| entry.expect("an entry").path()).collect()
}

/// What a till logs that takes two micropayments.
fn logged(level: &str) -> String {
    let folder = Folder::new();
    let second = ticket("b", "4.51").replace("\"method\"", "\"payer\":\"Mona\",\"method\"");
    let input = folder.file("input.ndjson", &(ticket("a", "4.50") + &second));
    let output = folder.path().join("output.ndjson");
    let mut stream: Command = folder.command(&["stream", "--input", input.to_str().expect("a text")]);
    stream.arg("--output").arg(output).env("TILLSTREAM_LOG", level);
    assert!(stream.status().expect("it starts").success());
    let files = log_files(&folder);
    for file in &files {
        let mode = std::fs::metadata(file).expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    files.iter().map(|file| std::fs::read_to_string(file).expect("a text")).collect()
}

#[test]
fn every_parcel_is_followed_from_the_intake_to_its_answer() {
    let log = logged("debug");
    let parcel = "take_parcel{source=cli instructions=2 first=\"a\" again=false}";
    for part in ["booked together parcel=par_", "taken=2 first=1", "answered took=", "close time.busy="] {
        let found = log.lines().any(|line| line.contains(parcel) && line.contains(part));
        assert!(found, "{part} is missing of {parcel}: {log}");
    }
    assert!(log.contains("a batch of events is on the disk"), "{log}");
    assert!(!log.contains("taken instruction="), "micropayments are one level deeper: {log}");
}

#[test]
fn every_micropayment_is_there_at_the_deepest_level_without_amount_and_payer() {
    let log = logged("trace");
    for part in
        ["taken instruction=\"a\" number=1 payment=pay_", "taken instruction=\"b\" number=2 payment=pay_"]
    {
        assert!(log.contains(part), "{part} is missing: {log}");
    }
    for part in ["4.51", "451", "Mona"] {
        assert!(!log.contains(part), "{part} is in it: {log}");
    }
}

#[test]
fn as_a_shop_runs_it_the_log_says_nothing_of_single_commands() {
    let log = logged("info");
    assert!(!log.contains("take_parcel"), "{log}");
}

#[test]
fn a_till_whose_log_can_not_be_written_sells_all_the_same() {
    let folder = Folder::new();
    folder.file("logs", "no folder");
    let said = folder.run_with_input(&["stream"], &ticket("a", "4.50"));
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(said.err.contains("no log is kept"), "{said:?}");
}
