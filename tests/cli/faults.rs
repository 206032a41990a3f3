//! What can go wrong around the program: the disk, the file, the clock, the account. One clear line each, and nothing
//! that was confirmed is lost.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use engine::{Clock, Engine, Now, Setup};
use payment::{Cart, CartLine, InvoiceId, PaymentId, Timestamp};
use serde_json::json;
use settings::{Mode, Settings};
use store::{Store, StoreOptions};

use super::program::{Folder, Running, Said, objects, wait_until};

/// An account of the real network: the first of the test words of BIP-84.
const MAINNET_ACCOUNT: &str = "[73c5da0a/84'/0'/0']xpub6CatWdiZiodmUeTDp8LT5or8nmbKNcuyvz7WyksVFkKB4RHwCD3XyuvPEbvqAQY3rAPshWcMLoP2fMFMKHPJ4ZeZXYVUhLv1VMrjPC7PW6V";
/// The first second of the year 2099.
const YEARS_AHEAD: i64 = 4_070_908_800_000;

/// The program, allowed to write no file beyond so many blocks of 512 bytes: to it, a full disk.
fn on_a_small_disk(folder: &Folder, blocks: u32, arguments: &[&str]) -> Running {
    let program = folder.command(arguments);
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &script, "sh"]).arg(program.get_program()).args(program.get_args());
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    Running::new(command.spawn().expect("sh starts"))
}

#[test]
fn a_full_disk_refuses_a_sale_in_one_line_and_loses_none() {
    let folder = Folder::new();
    folder.ok(&["charge", "1", "--with", "cash"]);
    let size = std::fs::metadata(folder.path().join("till-practice.db")).expect("the books").len();
    let blocks = u32::try_from(size / 512).expect("small books");
    let mut paid = 1;
    let refused: Said = loop {
        let said =
            on_a_small_disk(&folder, blocks, &["charge", "1", "--with", "cash", "--note", &"x".repeat(200)])
                .end();
        if said.code != Some(0) {
            break said;
        }
        paid += 1;
        assert!(paid < 200, "the disk never filled");
    };
    assert_eq!((refused.code, refused.out.as_str()), (Some(1), ""), "{refused:?}");
    assert_eq!(refused.err.lines().count(), 1, "{refused:?}");
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok: "));
    let is_paid = |sale: &serde_json::Value| sale["state"] == "paid";
    assert_eq!(folder.sales().iter().filter(|sale| is_paid(sale)).count(), paid);
    folder.ok(&["charge", "1", "--with", "cash"]);
}

/// Books with one sale in one file, without a log beside it from which SQLite would mend them.
fn books_in_one_file() -> (Folder, PathBuf) {
    let (folder, alone) = (Folder::new(), Folder::new());
    folder.ok(&["charge", "1", "--with", "cash", "--note", "CANARY"]);
    let path = alone.path().join("till-practice.db");
    folder.ok(&["backup", "create", path.to_str().expect("text")]);
    (alone, path)
}

#[test]
fn books_that_are_cut_or_foreign_are_refused_by_every_way_in_and_left_as_they_are() {
    let (folder, path) = books_in_one_file();
    let whole = std::fs::read(&path).expect("the books");
    let foreign = "this is a shopping list, not a data file ".repeat(30).into_bytes();
    for bytes in [foreign, Vec::new(), whole[..whole.len() - 100].to_vec()] {
        std::fs::write(&path, &bytes).expect("it is written");
        for arguments in [
            &["serve", "--listen", "127.0.0.1:0"][..],
            &["charge", "1", "--with", "cash"],
            &["sales", "list"],
            &["settings", "set", "shop.name", "x"],
        ] {
            folder.run(arguments).refuses_with("till-practice.db");
        }
        assert_eq!(std::fs::read(&path).expect("the file"), bytes, "nothing was written into it");
    }
    std::fs::write(&path, whole).expect("the books are put back");
    assert_eq!(folder.sales().len(), 1);
}

#[test]
fn a_flipped_byte_is_told_by_a_till_that_runs() {
    let (folder, path) = books_in_one_file();
    let mut bytes = std::fs::read(&path).expect("the books");
    let at = bytes.windows(6).position(|window| window == b"CANARY").expect("a stored note");
    bytes[at] ^= 0x01;
    std::fs::write(&path, bytes).expect("it is written");
    let served = folder.serve(&[]);
    wait_until("the books were checked", || served.door.ask("status", &json!({}))["ledger"]["ok"] == false);
    let problem = served.door.ask("status", &json!({}))["ledger"]["problem"].clone();
    let problem = problem.as_str().expect("a text").to_owned();
    assert!(problem.contains("event") && problem.lines().count() == 1, "{problem:?}");
}

#[test]
fn an_account_of_another_network_is_refused_and_nothing_is_changed() {
    let folder = Folder::new();
    let set = ["--mode", "sandbox", "settings", "set", "rail.bitcoin.account", MAINNET_ACCOUNT];
    folder.run(&set).refuses_with("rail.bitcoin.account: ");
    let served = folder.serve(&["--mode", "sandbox"]);
    folder.run(&set).refuses_with("rail.bitcoin.account: ");
    served.door.refuses("wallet_watch", &json!({ "account": MAINNET_ACCOUNT }), "bad_request");
    assert_eq!(served.door.ask("settings_get", &json!({}))["bitcoin"]["account"], "");
}

/// A clock that stands still, years away from this computer's.
struct Wrong(i64);

impl Clock for Wrong {
    fn now(&self) -> Now {
        Now { wall: Timestamp::from_millis(self.0), monotonic_ms: 1_000 }
    }
}

/// Sells for cash while the clock is wrong.
async fn sell_at(folder: &Folder, wall_ms: i64) {
    let (mode, now) = (Mode::Practice, Timestamp::from_millis(wall_ms));
    let options = StoreOptions { path: folder.path().join("till-practice.db"), mode, now };
    let store::Opened { store, writer } = Store::open(options).await.expect("the books open");
    let (settings, clock) = (Settings::defaults(mode), Arc::new(Wrong(wall_ms)));
    let price = money::Money::new(450, settings.shop.currency);
    let engine = Engine::start(Setup {
        store,
        writer,
        settings,
        rails: Vec::new(),
        charging: Vec::new(),
        cards: Vec::new(),
        rates: Vec::new(),
        clock,
    })
    .await
    .expect("it starts");
    let line = CartLine {
        description: String::new(),
        quantity: 1,
        unit_price: price,
        tax: money::Percent::parse("20").expect("a rate"),
        note: String::new(),
    };
    let cart = Cart { lines: vec![line], tax_included: true, note: String::new() };
    let (invoice, payment) = (InvoiceId::generate(now, [7; 10]), PaymentId::generate(now, [8; 10]));
    engine.ask_sale(engine::Command::OpenSale { invoice, cart }).await.expect("it is opened");
    let take = engine::Command::TakeCash { invoice, payment, tendered: price };
    engine.ask_sale(take).await.expect("it is paid");
    engine.stop().await;
}

#[tokio::test]
async fn a_clock_behind_the_books_is_told_in_one_line_and_sells_on() {
    let folder = Folder::new();
    sell_at(&folder, YEARS_AHEAD).await;
    let said = folder.run(&["charge", "1", "--with", "cash"]);
    assert_eq!((said.code, said.out.as_str()), (Some(0), "paid: hand over yes\n"), "{said:?}");
    assert_eq!(said.err.lines().count(), 1, "{said:?}");
    assert!(said.err.contains("clock") && said.err.contains("set it"), "{said:?}");
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok: "));
    let numbers: Vec<_> = folder.sales().iter().map(|sale| sale["number"].clone()).collect();
    assert_eq!(numbers, [2, 1], "sales stay in the order they were made");
}

#[tokio::test]
async fn sales_of_a_clock_in_1970_are_kept_and_the_right_clock_is_no_news() {
    let folder = Folder::new();
    sell_at(&folder, 0).await;
    let said = folder.run(&["charge", "1", "--with", "cash"]);
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""), "{said:?}");
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok: "));
    let exported = folder.ok(&["ledger", "export", "--format", "json"]);
    assert!(exported.contains("1970-01-01T00:00:00"), "{exported}");
    assert_eq!(objects(&folder.ok(&["sales", "list", "--json"])).len(), 2);
}
