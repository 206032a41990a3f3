//! Secrets stay where they belong. A shop with words in a real keyring and the password of a real node sells with its
//! log wide open; then everything it wrote or said is searched for them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use counterparties::Bitcoind;
use serde_json::json;
use stripe_simulator::{SECRET_KEY, Setup, Simulator};

use super::evidence::Evidence;
use super::keyring::Keyring;
use super::program::{Door, Folder, Running, free_address, get, wait_until};
use super::secret::Terminal;

const SANDBOX: [&str; 2] = ["--mode", "sandbox"];
const WEBHOOK_SECRET: &str = "whsec_canary7f3a2b";
const INVOICE: &str = "inv_019a1b2c3d4e7abc8def0123456789ab";
const PAYMENT: &str = "pay_019a1b2c3d4e7abc8def0123456789ac";

/// What must not be found anywhere.
struct Secrets {
    /// Every three words that follow each other: two may stand in any English text.
    sequences: Vec<String>,
    password: String,
    /// Of Stripe: the key, and what webhooks are signed with.
    stripe: [String; 2],
    token: String,
}

impl Secrets {
    fn new(words: &[String], password: &str, token: &str) -> Self {
        let sequences = words.windows(3).map(|three| format!(" {} ", three.join(" "))).collect();
        let stripe = [SECRET_KEY, WEBHOOK_SECRET].map(str::to_owned);
        Self { sequences, password: password.to_owned(), stripe, token: token.to_owned() }
    }

    /// What is found in it, however words are kept apart. The token has a place of its own.
    fn found_in(&self, bytes: &[u8], may_hold_token: bool) -> Vec<&'static str> {
        let text = String::from_utf8_lossy(bytes);
        let letters = text.to_lowercase().replace(|letter: char| !letter.is_ascii_lowercase(), " ");
        let spaced = format!(" {} ", letters.split_whitespace().collect::<Vec<_>>().join(" "));
        let mut found = Vec::new();
        if self.sequences.iter().any(|three| spaced.contains(three)) {
            found.push("words");
        }
        // Private keys of accounts begin like this on every network (BIP-32).
        if text.contains("tprv8") || text.contains("xprv9") {
            found.push("a private key");
        }
        if text.contains(&self.password) {
            found.push("the password");
        }
        if self.stripe.iter().any(|secret| text.contains(secret)) {
            found.push("a secret of Stripe");
        }
        if !may_hold_token && text.contains(&self.token) {
            found.push("the token");
        }
        found
    }
}

impl Evidence {
    fn is_clean_of(&self, secrets: &Secrets) {
        for (name, bytes) in self.pieces() {
            let found = secrets.found_in(bytes, name.ends_with("control.json"));
            assert!(found.is_empty(), "{found:?} in {name}");
        }
    }
}

fn keep(folder: &Folder, keyring: &Keyring, name: &str, secret: &str) {
    let mut command = folder.command(&[&SANDBOX[..], &["secret", "set", name]].concat());
    let mut child =
        keyring.lend(&mut command).stdin(std::process::Stdio::piped()).spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(secret.as_bytes()).expect("it reads");
    drop(stdin);
    assert_eq!(Running::new(child).end().code, Some(0));
}

/// A shop whose wallet is in the keyring, whose node wants a password, and which takes cards.
fn set_up(folder: &Folder, keyring: &Keyring, node: &Bitcoind, stripe: &Simulator) -> Vec<String> {
    let words = Terminal::start(folder, keyring).words_written_down();
    keep(folder, keyring, "bitcoind.password", node.rpc_password());
    keep(folder, keyring, "stripe.key", SECRET_KEY);
    keep(folder, keyring, "stripe.webhook", WEBHOOK_SECRET);
    folder.ok(&[&SANDBOX[..], &["settings", "set", "rail.stripe.api_base", &stripe.url()]].concat());
    folder.ok(&[&SANDBOX[..], &["settings", "set", "rail.stripe.enabled", "true"]].concat());
    let server = format!("[\"bitcoind+http://{}@{}\"]", node.rpc_user(), node.rpc_address());
    folder.ok(&[&SANDBOX[..], &["settings", "set", "rail.bitcoin.servers", &server]].concat());
    folder.ok(&[&SANDBOX[..], &["settings", "set", "rail.bitcoin.enabled", "true"]].concat());
    words
}

/// A browser that listens to the feed.
fn listen(door: &Door) -> TcpStream {
    let host = door.address.strip_prefix("http://").expect("http");
    let mut socket = TcpStream::connect(host).expect("it listens");
    socket.set_read_timeout(Some(Duration::from_secs(2))).expect("a time limit");
    let request = format!(
        "GET /feed HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
         Sec-WebSocket-Protocol: tillstream, token.{}\r\n\r\n",
        door.token
    );
    socket.write_all(request.as_bytes()).expect("it is asked");
    socket
}

/// A sale in bitcoin that is paid and confirmed, and everything a screen reads of it.
fn sell(evidence: &mut Evidence, door: &Door, node: &Bitcoind) {
    let price = evidence.ask(door, "amount_read", &json!({ "text": "4.50" }));
    let line =
        json!({ "description": "", "quantity": 1, "unit_price": price, "tax_percent": "20", "note": "" });
    evidence.ask(door, "sale_open", &json!({ "invoice": INVOICE, "lines": [line], "note": "" }));
    let start = json!({ "invoice": INVOICE, "payment": PAYMENT, "method": "bitcoin" });
    let sale = evidence.ask(door, "payment_start", &start);
    let address = sale["payments"][0]["code"]["address"].as_str().expect("an address").to_owned();
    node.pay(&address, 1_000_000).expect("the customer pays");
    node.mine(1).expect("a block");
    let sale = json!({ "invoice": INVOICE });
    wait_until("the money is seen", || door.ask("sale_get", &sale)["state"] == "overpaid");
    for (name, request) in [
        ("stripe_status", json!({})),
        ("stripe_check", json!({})),
        ("sale_get", sale.clone()),
        ("sale_timeline", sale),
        ("receipt", json!({ "invoice": INVOICE, "print": true })),
        ("status", json!({})),
        ("settings_get", json!({})),
        ("sales_list", json!({ "search": "", "states": [], "after": "", "limit": 50 })),
        ("ledger_accounts", json!({})),
        ("ledger_verify", json!({})),
        ("strays", json!({})),
    ] {
        evidence.ask(door, name, &request);
    }
}

#[test]
fn secrets_are_found_nowhere_but_in_the_keyring() {
    let (folder, keyring) = (Folder::new(), Keyring::unlocked());
    let node = Bitcoind::start().expect("a node");
    let stripe = Simulator::start(Setup::default()).expect("a stand-in for Stripe");
    let (words, figures) = (set_up(&folder, &keyring, &node, &stripe), free_address());
    folder.ok(&[&SANDBOX[..], &["settings", "set", "metrics.listen", &figures]].concat());
    let served = folder.serve_with(&SANDBOX, |command| {
        keyring.lend(command).env("TILLSTREAM_LOG", "trace");
    });
    let secrets = Secrets::new(&words, node.rpc_password(), &served.door.token);
    let mut evidence = Evidence::default();
    let mut feed = listen(&served.door);

    sell(&mut evidence, &served.door, &node);
    evidence.run(&folder, &[&SANDBOX[..], &["charge", "1", "--with", "cash", "--json"]].concat());
    evidence.run(&folder, &[&SANDBOX[..], &["settings", "show", "--toml"]].concat());
    wait_until("Stripe is asked with the key", || !stripe.requests().is_empty());
    evidence.run(&folder, &[&SANDBOX[..], &["sales", "show", INVOICE]].concat());
    evidence.run(&folder, &[&SANDBOX[..], &["ledger", "export", "--format", "json"]].concat());
    let backup: PathBuf = folder.path().join("backup.db");
    evidence.run(&folder, &[&SANDBOX[..], &["backup", "create", backup.to_str().expect("text")]].concat());
    evidence.add_files(folder.path());
    let (_, page) = get(&format!("http://{figures}/metrics")).expect("the figures are served");
    assert!(page.contains("tillstream_rail_up{rail=\"bitcoin\"} 1"), "{page}");
    evidence.add("the figures for a monitoring program", page);
    served.door.refuses("wallet_create", &json!({ "words": 12 }), "forbidden");
    served.running.signal("-TERM");
    let said = served.running.end();
    assert_eq!(said.code, Some(0), "{said:?}");
    evidence.add("what serve said at its end", said.out + &said.err);
    let mut told = Vec::new();
    feed.read_to_end(&mut told).expect("the feed ends with the till");
    assert!(String::from_utf8_lossy(&told).contains(INVOICE), "the feed told of the sale");
    evidence.add("the feed", told);
    evidence.add_files(folder.path());

    evidence.reaches(&[
        "till-sandbox.db",
        "till-sandbox.db-wal",
        "backup.db",
        ".log",
        "control.json",
        "receipt",
    ]);
    assert!(evidence.says(".log", "following a bitcoin server"), "the log is where it is searched for");
    evidence.is_clean_of(&secrets);
}

#[test]
fn what_is_searched_for_would_be_found() {
    let words: Vec<String> = ["legal", "winner", "thank", "year"].map(str::to_owned).to_vec();
    let secrets = Secrets::new(&words, "hunter2", "c0ffee");
    for text in ["legal winner thank", r#"["WINNER","thank","year"]"#, "1. legal\n2. winner\n3. thank\n"] {
        assert_eq!(secrets.found_in(text.as_bytes(), false), ["words"], "{text}");
    }
    assert_eq!(
        secrets.found_in(b"\xff\0tprv8ZgxMBicQKsPd \0 hunter2", false),
        ["a private key", "the password"]
    );
    assert_eq!(secrets.found_in(b"Bearer c0ffee", false), ["the token"]);
    assert_eq!(secrets.found_in(SECRET_KEY.as_bytes(), false), ["a secret of Stripe"]);
    assert!(secrets.found_in(b"a legal winner: thanks, year c0ffee", true).is_empty());
}
