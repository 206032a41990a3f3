//! `tillstream serve`, and who owns a data file.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use super::program::{Door, Folder};

#[test]
fn serve_says_where_and_the_control_file_says_the_same_to_this_user_alone() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    let port = served.door.address.strip_prefix("http://127.0.0.1:").expect("loopback");
    assert_ne!(port.parse(), Ok(0_u16), "the port it really has");
    let status = served.door.ask("status", &json!({}));
    assert_eq!(status["mode"], "practice");
    let control = Door::of(&folder);
    assert_eq!((control.address, control.token), (served.door.address, served.door.token));
    for entry in std::fs::read_dir(folder.path()).expect("the folder is there") {
        let entry = entry.expect("an entry");
        let metadata = entry.metadata().expect("it is there");
        let is_private = metadata.is_dir() || metadata.permissions().mode().trailing_zeros() >= 6;
        assert!(is_private, "{:?} can be read by others", entry.file_name());
    }
}

#[test]
fn a_polite_signal_ends_it_in_order() {
    for signal in ["-TERM", "-INT"] {
        let folder = Folder::new();
        let served = folder.serve(&[]);
        served.running.signal(signal);
        let said = served.running.end();
        assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (Some(0), "", ""), "{signal}");
        assert!(!folder.path().join("control.json").exists(), "{signal}");
    }
}

#[test]
fn a_second_owner_is_told_who_has_the_books() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    let said = folder.run(&["serve", "--listen", "127.0.0.1:0"]);
    said.refuses_with(&format!("process {}", served.running.pid()));
    assert_eq!(served.door.ask("status", &json!({}))["mode"], "practice", "the first one is unharmed");
}

#[test]
fn an_owner_that_hangs_is_named_too() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    served.running.signal("-STOP");
    let said = folder.run(&["charge", "1", "--with", "cash"]);
    served.running.signal("-CONT");
    said.refuses_with(&format!("process {}", served.running.pid()));
}

#[test]
fn a_killed_owner_is_in_nobodys_way() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    served.running.signal("-KILL");
    served.running.end();
    assert!(folder.path().join("control.json").exists(), "a killed process tidies nothing up");
    folder.ok(&["charge", "1", "--with", "cash"]);
}

#[test]
fn each_mode_has_books_of_its_own() {
    let folder = Folder::new();
    let _practice = folder.serve(&[]);
    let sandbox = folder.serve(&["--mode", "sandbox"]);
    assert_eq!(sandbox.door.ask("status", &json!({}))["mode"], "sandbox");
    folder.ok(&["--mode", "sandbox", "charge", "1", "--with", "cash"]);
    assert!(folder.sales().is_empty(), "nothing was sold in practice mode");
}

#[test]
fn an_address_that_can_not_be_had_is_refused_in_one_line() {
    let (folder, other) = (Folder::new(), Folder::new());
    let served = folder.serve(&[]);
    let taken = served.door.address.strip_prefix("http://").expect("http");
    other.run(&["serve", "--listen", taken]).refuses_with(taken);
    other.run(&["serve", "--listen", "192.0.2.1:0"]).refuses_with("192.0.2.1");
    other.run(&["serve", "--listen", "0.0.0.0:0"]).refuses_with("0.0.0.0");
}
