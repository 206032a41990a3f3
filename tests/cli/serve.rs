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
fn two_modes_are_served_from_one_folder_and_each_is_found() {
    let folder = Folder::new();
    let practice = folder.serve(&[]);
    let sandbox = folder.serve(&["--mode", "sandbox"]);
    // Written through whoever owns the books: a command that found nobody would be refused by the owner's lock.
    folder.ok(&["settings", "set", "shop.name", "Play"]);
    folder.ok(&["--mode", "sandbox", "settings", "set", "shop.name", "Sand"]);
    let name = |door: &Door| door.ask("status", &json!({}))["shop_name"].clone();
    assert_eq!((name(&practice.door), name(&sandbox.door)), (json!("Play"), json!("Sand")));
    sandbox.running.signal("-TERM");
    sandbox.running.end();
    assert_eq!(Door::of(&folder).token, practice.door.token, "the end of one is not the end of the other");
    folder.ok(&["charge", "1", "--with", "cash"]);
}

#[test]
fn a_switch_of_books_is_told_in_the_control_file() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    served.door.ask("mode_switch", &json!({ "mode": "live" }));
    super::program::wait_until("the new mode is told", || {
        std::fs::read_to_string(folder.path().join("control.json")).is_ok_and(|text| text.contains("live"))
    });
    folder.ok(&["--mode", "live", "settings", "set", "shop.name", "Real"]);
    assert_eq!(served.door.ask("status", &json!({}))["shop_name"], "Real");
    folder.ok(&["charge", "1", "--with", "cash"]);
}

#[test]
fn books_that_can_not_be_opened_again_end_the_till_with_one_line() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    served.door.ask("sales_list", &json!({ "search": "", "states": [], "after": "", "limit": 1 }));
    let foreign = folder.file("till-live.db", &"no books at all ".repeat(300));
    std::fs::copy(foreign, folder.path().join("foreign.db")).expect("it is copied");
    std::fs::rename(folder.path().join("foreign.db"), folder.path().join("till-practice.db"))
        .expect("it moves");
    served.door.refuses("mode_switch", &json!({ "mode": "live" }), "storage");
    served.running.end().says_no_with("till-practice.db");
    assert!(!folder.path().join("control.json").exists());
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
