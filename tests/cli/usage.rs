//! Wrong usage: exit 2, nothing changed, one line that says what to do.

use super::program::Folder;

#[test]
fn commands_of_other_versions_are_unknown() {
    let folder = Folder::new();
    for command in ["reconcile", "api-key", "subscribe", "sell"] {
        folder.run(&[command]).refuses_with(&format!("'{command}'"));
    }
}

#[test]
fn wrong_arguments_are_refused_in_one_line() {
    let folder = Folder::new();
    let wrong: &[(&[&str], &str)] = &[
        (&["charge"], "<AMOUNT>"),
        (&["charge", "4.50"], "--with"),
        (&["charge", "4.50", "--with", "cheque"], "cash, card, bitcoin"),
        (&["charge", "4.50", "--with", "cash", "--wait", "soon"], "--wait"),
        (&["--mode", "play", "sales", "list"], "practice, sandbox or live"),
        (&["serve", "--listen", "nowhere"], "--listen"),
        (&["sales"], "sales"),
        (&["sales", "show", "table 7"], "take one from `tillstream sales list`"),
        (&["ledger", "export"], "--format"),
        (&["ledger", "export", "--format", "xml"], "csv, json"),
        (&["settings", "set", "shop.name"], "<VALUE>"),
        (&["secret", "create", "bitcoin.mnemonic", "--words", "13"], "12, 24"),
        (&["backup", "restore"], "<FILE>"),
        (&["--nonsense"], "--nonsense"),
    ];
    for (arguments, part) in wrong {
        folder.run(arguments).refuses_with(part);
    }
    let left = std::fs::read_dir(folder.path()).expect("the folder is there");
    assert_eq!(left.count(), 0, "wrong usage leaves nothing behind");
}

#[test]
fn amounts_that_are_none_are_refused_and_nothing_is_sold() {
    let folder = Folder::new();
    let long = "9".repeat(40);
    let amounts = [
        "", "abc", "0", "-4.50", "+4.50", "4.505", "1e5", "1,234", "4.50 USD", "٤", "4.5.0", "inf", "--",
        &long,
    ];
    for amount in amounts {
        let said = folder.run(&["charge", amount, "--with", "cash", "--json"]);
        assert_eq!((said.code, said.out.as_str()), (Some(2), ""), "{amount:?}: {said:?}");
        assert_eq!(said.err.lines().count(), 1, "{amount:?}: {said:?}");
    }
    assert!(folder.sales().is_empty());
}

#[test]
fn help_and_version_are_answers() {
    let folder = Folder::new();
    assert!(folder.ok(&["--help"]).contains("charge"));
    assert!(folder.ok(&["charge", "--help"]).contains("--wait <SECONDS>"));
    assert_eq!(folder.ok(&["--version"]), format!("tillstream {}\n", env!("CARGO_PKG_VERSION")));
}

#[cfg(not(feature = "desktop"))]
#[test]
fn without_a_window_the_bare_program_names_serve() {
    let folder = Folder::new();
    folder.run(&[]).refuses_with("tillstream serve");
    let served = folder.serve(&[]);
    folder.run(&[]).refuses_with(&format!("process {}", served.running.pid()));
}

#[test]
fn books_that_are_not_there_yet_are_not_taken_for_empty_ones() {
    let folder = Folder::new();
    for arguments in [&["sales", "list"][..], &["ledger", "verify"], &["ledger", "balances"]] {
        folder.run(arguments).refuses_with("start the till");
    }
}

#[test]
fn an_answer_nobody_hears_is_no_yes_and_no_complaint() {
    let folder = Folder::new();
    for arguments in [&["charge", "1", "--with", "cash"][..], &["ledger", "verify"], &["settings", "show"]] {
        let mut child = folder.command(arguments).spawn().expect("it starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!((output.status.code(), output.stderr), (Some(1), vec![]), "{arguments:?}");
    }
}
