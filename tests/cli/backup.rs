//! `tillstream backup`.

use std::os::unix::fs::PermissionsExt;

use super::program::Folder;

#[test]
fn a_backup_is_made_while_the_till_runs_and_restored_when_it_does_not() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    folder.ok(&["charge", "4.50", "--with", "cash"]);
    let copy = folder.path().join("copy.db");
    let copy = copy.to_str().expect("text");
    let said = folder.ok(&["backup", "create", copy]);
    assert!(said.contains(copy), "{said}");
    let mode = std::fs::metadata(copy).expect("the copy").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    folder.ok(&["charge", "1", "--with", "cash"]);
    folder.run(&["backup", "restore", copy]).refuses_with(&format!("process {}", served.running.pid()));
    served.running.signal("-TERM");
    served.running.end();
    let restored = folder.run(&["backup", "restore", copy]);
    assert_eq!(restored.code, Some(0), "{restored:?}");
    assert!(
        restored.err.contains("till-practice.db.replaced-1"),
        "where the replaced books are: {restored:?}"
    );
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok: "));
    assert_eq!(folder.sales().len(), 1, "the sale after the backup is not in it");
}

#[test]
fn a_backup_goes_over_nothing() {
    let folder = Folder::new();
    folder.ok(&["charge", "1", "--with", "cash"]);
    let file = folder.file("precious.txt", "mine");
    folder.run(&["backup", "create", file.to_str().expect("text")]).refuses_with("precious.txt");
    assert_eq!(std::fs::read_to_string(file).expect("it is there"), "mine");
}

#[test]
fn what_is_no_sound_backup_is_not_restored() {
    let folder = Folder::new();
    folder.ok(&["charge", "1", "--with", "cash"]);
    let copy = folder.path().join("copy.db");
    folder.ok(&["backup", "create", copy.to_str().expect("text")]);
    let mut bytes = std::fs::read(&copy).expect("the copy");
    let half = bytes.len() / 2;
    bytes.truncate(half);
    std::fs::write(&copy, bytes).expect("it is written");
    let foreign = folder.file("foreign.db", &"no backup at all ".repeat(20));
    for file in [copy, foreign, folder.path().join("nowhere.db")] {
        folder.run(&["backup", "restore", file.to_str().expect("text")]).refuses_with(".db");
    }
    assert_eq!(folder.sales().len(), 1, "the books are as they were");
}

#[test]
fn the_backup_of_another_mode_is_refused() {
    let folder = Folder::new();
    folder.ok(&["charge", "1", "--with", "cash"]);
    let copy = folder.path().join("copy.db");
    let copy = copy.to_str().expect("text");
    folder.ok(&["backup", "create", copy]);
    folder.run(&["--mode", "live", "backup", "restore", copy]).refuses_with("practice");
    assert!(!folder.path().join("till-live.db").exists());
}

#[test]
fn a_backup_of_nothing_is_refused() {
    let folder = Folder::new();
    let copy = folder.path().join("copy.db");
    folder.run(&["backup", "create", copy.to_str().expect("text")]).refuses_with("start the till");
    assert!(!copy.exists());
}
