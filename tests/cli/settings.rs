//! `tillstream settings`.

use serde_json::json;

use super::program::Folder;

/// An account of the real network: the first of the test words of BIP-84.
const MAINNET_ACCOUNT: &str = "[73c5da0a/84'/0'/0']xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rAPshWcMLoP2fMFMKHPJ4ZeZXYVUhLv1VMrjPC7PW6V";

#[test]
fn before_the_first_start_the_settings_are_those_it_begins_with() {
    let folder = Folder::new();
    assert_eq!(folder.ok(&["settings", "get", "shop.currency"]), "EUR\n");
    assert!(folder.ok(&["settings", "show", "--toml"]).starts_with("policy = []\n\n[shop]\nname = "));
    let left = std::fs::read_dir(folder.path()).expect("the folder is there");
    assert_eq!(left.count(), 0, "looking makes no books");
}

#[test]
fn a_setting_is_set_and_read_with_or_without_a_till() {
    let folder = Folder::new();
    folder.ok(&["settings", "set", "shop.name", "Café \"Drei\" — Ost"]);
    assert_eq!(folder.ok(&["settings", "get", "shop.name"]), "Café \"Drei\" — Ost\n");
    let _served = folder.serve(&[]);
    folder.ok(&["settings", "set", "rates.fixed.BTC/EUR", "61234.5"]);
    assert_eq!(folder.ok(&["settings", "get", "rates.fixed.BTC/EUR"]), "61234.5\n");
    assert!(folder.ok(&["settings", "show"]).contains("shop.name = Café \"Drei\" — Ost\n"));
}

#[test]
fn what_is_shown_as_a_file_is_read_back_to_the_same() {
    let (folder, other) = (Folder::new(), Folder::new());
    folder.ok(&["settings", "set", "shop.receipt_footer", "Thanks!\nCome again."]);
    folder.ok(&["settings", "set", "shop.tolerance_percent", "1.5"]);
    let shown = folder.ok(&["settings", "show", "--toml"]);
    let file = other.file("shop.toml", &shown);
    other.ok(&["settings", "import", file.to_str().expect("text")]);
    assert_eq!(other.ok(&["settings", "show", "--toml"]), shown);
}

#[test]
fn an_unknown_key_and_a_price_that_is_not_set_are_told_apart() {
    let folder = Folder::new();
    folder.run(&["settings", "get", "shop.nmae"]).refuses_with("did you mean \"shop.name\"");
    folder.run(&["settings", "set", "shop.nmae", "x"]).refuses_with("did you mean \"shop.name\"");
    let said = folder.run(&["settings", "get", "rates.fixed.BTC/USD"]);
    assert_eq!((said.code, said.out.as_str(), said.err.lines().count()), (Some(1), "", 1));
}

#[test]
fn malformed_files_are_refused_with_their_line_and_nothing_is_changed() {
    let folder = Folder::new();
    folder.ok(&["--mode", "sandbox", "settings", "set", "shop.name", "Before"]);
    let before = folder.ok(&["--mode", "sandbox", "settings", "show", "--toml"]);
    let wrong_network =
        format!("[shop]\nname = \"After\"\n[rail.bitcoin]\naccount = \"{MAINNET_ACCOUNT}\"\n");
    let malformed = [
        ("[shop\n", ":1: "),
        ("[shop]\nname = \"After\"\nnmae = \"x\"\n", ":3: unknown key \"nmae\""),
        ("[shop]\nname = \"After\"\n\ncurrency = \"EURO\"\n", ":4: "),
        ("[shop]\nname = \"After\"\n[[rail.evm]]\nenabled = true\n", ":3: "),
        ("[shop]\nname = \"After\"\n[rail.bitcoin]\nnetwork = \"bitcoin\"\n", ":4: "),
        ("[rail.bitcoin]\nservers = [\n  \"electrum+tcp://127.0.0.1:1\",\n  \"ftp://x\",\n]\n", ":4: "),
        ("[shop]\nname = \"After\"\nbitcoin_mnemonic = \"abandon about\"\n", "tillstream secret set"),
        ("[shop]\nname = \"\u{1}\"\n", ":2: "),
        (wrong_network.as_str(), ":4: "),
    ];
    for (text, part) in malformed {
        let file = folder.file("shop.toml", text);
        let said = folder.run(&["--mode", "sandbox", "settings", "import", file.to_str().expect("text")]);
        said.refuses_with(part);
        assert!(said.err.contains("shop.toml"), "{said:?}");
        assert!(!said.err.contains("abandon"), "{said:?}");
    }
    assert_eq!(folder.ok(&["--mode", "sandbox", "settings", "show", "--toml"]), before);
}

#[test]
fn practice_refuses_the_account_and_the_server_that_a_live_till_would_refuse() {
    let folder = Folder::new();
    let before = folder.ok(&["settings", "show", "--toml"]);
    let wrong_network = format!("[rail.bitcoin]\nnetwork = \"regtest\"\naccount = \"{MAINNET_ACCOUNT}\"\n");
    let wrong = [
        (
            wrong_network.as_str(),
            ":3: rail.bitcoin.account: this account belongs to the real bitcoin network",
        ),
        ("[rail.bitcoin]\n\naccount = \"tpub\"\n", ":3: rail.bitcoin.account: "),
        ("[rail.bitcoin]\nservers = [\"electrum+tcp://127.0.0.1:99999\"]\n", ":2: rail.bitcoin.servers.1: "),
    ];
    for (text, part) in wrong {
        let file = folder.file("shop.toml", text);
        folder.run(&["settings", "import", file.to_str().expect("text")]).refuses_with(part);
    }
    assert_eq!(folder.ok(&["settings", "show", "--toml"]), before);
}

#[test]
fn sources_that_are_not_asked_yet_are_kept_and_said_not_to_be_asked() {
    let folder = Folder::new();
    let file = folder.file("shop.toml", "[rates]\nsources = [\"fixed\", \"kraken\"]\n");
    let said = folder.run(&["settings", "import", file.to_str().expect("text")]);
    assert_eq!((said.code, said.err.lines().count()), (Some(0), 1), "{said:?}");
    assert!(said.err.contains("the prices under rates.fixed are used"), "{said:?}");
    assert_eq!(folder.ok(&["settings", "get", "rates.sources"]), "[\"fixed\", \"kraken\"]\n");
}

#[test]
fn a_file_that_is_not_there_or_no_text_is_refused() {
    let folder = Folder::new();
    folder.run(&["settings", "import", "nowhere.toml"]).refuses_with("nowhere.toml");
    let binary = folder.path().join("shop.toml");
    std::fs::write(&binary, [0xff, 0xfe, 0x00]).expect("it is written");
    folder.run(&["settings", "import", binary.to_str().expect("text")]).refuses_with("shop.toml is not text");
}

#[test]
fn the_currency_of_books_with_a_sale_can_not_change() {
    let folder = Folder::new();
    folder.ok(&["settings", "set", "shop.currency", "CHF"]);
    folder.ok(&["charge", "1", "--with", "cash"]);
    folder.run(&["settings", "set", "shop.currency", "USD"]).refuses_with("shop.currency");
    assert_eq!(folder.ok(&["settings", "get", "shop.currency"]), "CHF\n");
}

#[test]
fn a_screen_opened_earlier_does_not_overwrite_newer_settings() {
    let folder = Folder::new();
    let till = folder.serve(&[]);
    let mut screen = till.door.ask("settings_get", &json!({}));
    folder.ok(&["settings", "set", "rates.fixed.BTC/EUR", "61000"]);
    screen["shop"]["name"] = json!("Corner");
    till.door.refuses("settings_set", &screen, "settings_changed");
    assert_eq!(folder.ok(&["settings", "get", "rates.fixed.BTC/EUR"]), "61000\n");
    let mut screen = till.door.ask("settings_get", &json!({}));
    screen["shop"]["name"] = json!("Corner");
    let saved = till.door.ask("settings_set", &screen);
    assert_ne!(saved["revision"], screen["revision"]);
    assert_eq!(folder.ok(&["settings", "get", "rates.fixed.BTC/EUR"]), "61000\n");
    assert_eq!(folder.ok(&["settings", "get", "shop.name"]), "Corner\n");
    till.door.refuses("settings_set", &screen, "settings_changed");
}

#[test]
fn changes_by_key_at_the_same_time_are_all_made() {
    let folder = Folder::new();
    let till = folder.serve(&[]);
    let pairs = ["shop.name", "shop.receipt_header", "shop.receipt_footer", "shop.quote_minutes"];
    let sets: Vec<_> = pairs.iter().map(|key| folder.start(&["settings", "set", key, "42"])).collect();
    for set in sets {
        let said = set.end();
        assert_eq!(said.code, Some(0), "{said:?}");
    }
    let shop = till.door.ask("settings_get", &json!({}))["shop"].clone();
    for key in ["name", "receipt_header", "receipt_footer"] {
        assert_eq!(shop[key], "42");
    }
    assert_eq!(shop["quote_minutes"], 42);
}
