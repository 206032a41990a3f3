//! `tillstream charge` when no till runs: the command is the till.

use serde_json::json;

use super::program::{Door, Folder, objects};

#[test]
fn cash_needs_nobody_else() {
    let folder = Folder::new();
    let said = folder.run(&["charge", "4.50", "--with", "cash"]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (Some(0), "paid: hand over yes\n", ""));
    assert!(!folder.path().join("control.json").exists());
}

#[test]
fn it_warns_and_is_the_till_for_other_commands_meanwhile() {
    let folder = Folder::new();
    let mut charge = folder.start(&["charge", "4.50", "--with", "bitcoin", "--json"]);
    let waiting = charge.object();
    let door = Door::of(&folder);
    folder.ok(&["charge", "1", "--with", "cash"]);
    door.act(&waiting, "pay_exact");
    door.act(&waiting, "mine_block");
    let said = charge.end();
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(objects(&said.out).pop().expect("a line")["state"], "paid");
    assert!(said.err.contains("watching stops"), "{said:?}");
    assert!(said.err.contains("practice: make the customer pay at http://127.0.0.1:"), "{said:?}");
    assert!(!folder.path().join("control.json").exists());
    assert_eq!(folder.sales().len(), 2);
}

#[test]
fn ctrl_c_leaves_the_sale_open_for_the_next_start() {
    let folder = Folder::new();
    let mut charge = folder.start(&["charge", "4.50", "--with", "bitcoin", "--json"]);
    let waiting = charge.object();
    charge.signal("-INT");
    let said = charge.end();
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.err.contains("stays open"), "{said:?}");
    assert!(!folder.path().join("control.json").exists());
    let next = folder.serve(&[]);
    let sale = next.door.ask("sale_get", &json!({ "invoice": waiting["invoice"] }));
    assert_eq!(sale["state"], "waiting");
}

/// A test account that no server was ever asked about, and a server that is not there.
const NO_SERVER: &str = "[rail.bitcoin]\n\
     account = \"tpubDC8msFGeGuwnKG9Upg7DM2b4DaRqg3CUZa5g8v2SRQ6K4NSkxUgd7HsL2XVWbVm39yBA4LAxysQAm397zwQSQoQgewGiYZqrA9DsP4zbQ1M\"\n\
     servers = [\"electrum+tcp://127.0.0.1:1\"]\n";

#[test]
fn the_wait_ends_in_time_although_no_server_answers() {
    let folder = Folder::new();
    let file = folder.file("shop.toml", NO_SERVER);
    folder.ok(&["--mode", "sandbox", "settings", "import", file.to_str().expect("text")]);
    let charge = ["--mode", "sandbox", "charge", "4.50", "--with", "bitcoin", "--json"];
    let said = folder.run(&[&charge[..], &["--wait", "1"]].concat());
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""), "{said:?}");
    assert!(said.err.contains("booked by the next till that runs"), "{said:?}");

    let said = folder.run(&charge);
    let failed = objects(&said.out).pop().expect("a line");
    assert_eq!((said.code, &failed["state"]), (Some(1), &json!("failed")));
    assert!(failed["problem"].as_str().is_some_and(|why| why.contains("server")), "{failed}");
}

#[test]
fn commands_at_the_same_time_wait_for_each_other() {
    let folder = Folder::new();
    let charges: Vec<_> = (0..4).map(|_| folder.start(&["charge", "1", "--with", "cash"])).collect();
    for charge in charges {
        let said = charge.end();
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    assert_eq!(folder.sales().len(), 4);
}
