//! Cards through Stripe from the command line: a sandbox till with its key in a real keyring, and the stand-in for Stripe.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};
use stripe_simulator::{Clock, Permission, SECRET_KEY, Setup, Simulator};

use super::keyring::Keyring;
use super::program::{Folder, Running, Said, Served, objects, wait_until};

const SANDBOX: [&str; 2] = ["--mode", "sandbox"];

/// A sandbox shop and its Stripe.
pub(super) struct Shop {
    pub(super) folder: Folder,
    pub(super) keyring: Keyring,
    pub(super) stripe: Simulator,
}

impl Shop {
    /// With Stripe in its settings, and no key yet.
    pub(super) fn open() -> Self {
        let (folder, keyring) = (Folder::new(), Keyring::unlocked());
        let setup = Setup { clock: Clock::Running { ahead: 0 }, ..Setup::default() };
        let shop = Self { folder, keyring, stripe: Simulator::start(setup).expect("a stand-in for Stripe") };
        shop.set("rail.stripe.api_base", &shop.stripe.url());
        shop.set("rail.stripe.enabled", "true");
        shop
    }

    pub(super) fn set(&self, key: &str, value: &str) {
        self.folder.ok(&[&SANDBOX[..], &["settings", "set", key, value]].concat());
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Running {
        let mut command = self.folder.command(&[&SANDBOX[..], arguments].concat());
        Running::new(self.keyring.lend(&mut command).stdin(Stdio::null()).spawn().expect("it starts"))
    }

    pub(super) fn keep(&self, name: &str, secret: &str) -> Said {
        let mut command = self.folder.command(&[&SANDBOX[..], &["secret", "set", name]].concat());
        let mut child = self.keyring.lend(&mut command).stdin(Stdio::piped()).spawn().expect("it starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(secret.as_bytes()).expect("it reads");
        drop(stdin);
        Running::new(child).end()
    }

    pub(super) fn serve(&self) -> Served {
        self.folder.serve_with(&SANDBOX, |command| {
            self.keyring.lend(command);
        })
    }
}

fn cards(served: &Served) -> Value {
    served.door.ask("status", &json!({}))["cards"].clone()
}

#[test]
fn a_charge_by_card_shows_a_page_and_is_followed_until_it_is_paid() {
    let shop = Shop::open();
    assert_eq!(shop.keep("stripe.key", SECRET_KEY).code, Some(0));
    let _served = shop.serve();
    let mut charge = shop.command(&["charge", "4.50", "--with", "card", "--json", "--wait", "60"]);
    let mut line = charge.object();
    while line["uri"].is_null() {
        line = charge.object();
    }
    assert_eq!((&line["state"], &line["amount"]), (&json!("waiting"), &json!("4.50")), "{line:#}");
    let page = line["uri"].as_str().expect("an address").to_owned();
    let shown = shop.stripe.pay_on_page(&page, "pm_card_visa");
    let said = charge.end();
    let last = objects(&said.out).pop().expect("a line");
    assert_eq!((said.code, &last["state"]), (Some(0), &json!("paid")), "{said:?} {shown}");
    assert_eq!(shop.stripe.taken("eur"), 450);
}

#[test]
fn a_key_is_taken_by_the_till_that_runs_and_let_go_again() {
    let shop = Shop::open();
    let served = shop.serve();
    assert_eq!(cards(&served)["set_up"], false);
    let off = shop.command(&["charge", "4.50", "--with", "card"]).end();
    off.says_no_with("tillstream secret set stripe.key");
    assert_eq!(shop.keep("stripe.key", SECRET_KEY).code, Some(0));
    wait_until("cards can be taken", || cards(&served)["up"] == true);
    let status = served.door.ask("stripe_status", &json!({}));
    assert_eq!(status["key"], json!({ "live": false, "restricted": false, "last4": "7890" }), "{status:#}");
    assert!(!status.to_string().contains(SECRET_KEY), "the key is never read back");
    assert_eq!(shop.command(&["secret", "forget", "stripe.key"]).end().code, Some(0));
    wait_until("cards can't be taken", || cards(&served)["set_up"] == false);
}

#[test]
fn test_and_live_keys_are_let_into_their_own_books_alone() {
    let folder = Folder::new();
    for (mode, name, secret, part) in [
        ("sandbox", "stripe.key", "sk_live_canary12345", "only live mode moves real money"),
        ("sandbox", "stripe.key", "rk_live_canary12345", "only live mode moves real money"),
        ("live", "stripe.key", "rk_test_canary12345", "live mode needs a live one"),
        ("live", "stripe.key", "pk_live_canary12345", "publishable"),
        ("sandbox", "stripe.webhook", "canary", "whsec_"),
    ] {
        let said = folder.run_with_input(&["--mode", mode, "secret", "set", name], secret);
        said.refuses_with(part);
        assert!(!said.err.contains("canary"), "{said:?}");
    }
}

#[test]
fn the_test_of_the_connection_names_what_the_key_may_not_do() {
    let shop = Shop::open();
    let poor = shop.stripe.restricted_key(&[Permission::read("event")]);
    assert_eq!(shop.keep("stripe.key", &poor).code, Some(0));
    let served = shop.serve();
    let checked = served.door.ask("stripe_check", &json!({}));
    let problem = checked["check"]["problem"].as_str().expect("a text");
    assert!(problem.contains("switch on") && problem.contains("Payment Intents"), "{checked:#}");
    assert_eq!(shop.keep("stripe.key", SECRET_KEY).code, Some(0));
    let checked = served.door.ask("stripe_check", &json!({}));
    assert_eq!((&checked["check"]["problem"], &checked["up"]), (&json!(""), &json!(true)), "{checked:#}");
    let registered = served.door.ask(
        "stripe_reader_register",
        &json!({ "code": "simulated-wpe", "label": "Counter", "place": {
            "name": "Café", "country": "DE", "line": "Markt 1", "city": "Ulm", "postal_code": "89073", "state": "",
        } }),
    );
    let readers = served.door.ask("stripe_readers", &json!({}));
    assert_eq!(
        (&readers[0]["id"], &readers[0]["label"]),
        (&registered["id"], &json!("Counter")),
        "{readers:#}"
    );
}

#[test]
fn a_card_at_the_reader_is_paid_and_its_receipt_carries_what_networks_require() {
    let shop = Shop::open();
    assert_eq!(shop.keep("stripe.key", SECRET_KEY).code, Some(0));
    let served = shop.serve();
    let place = json!({
        "name": "Café", "country": "DE", "line": "Markt 1", "city": "Ulm", "postal_code": "89073", "state": "",
    });
    let pair = json!({ "code": "simulated-wpe", "label": "Counter", "place": place });
    let reader = served.door.ask("stripe_reader_register", &pair)["id"].as_str().expect("a name").to_owned();
    shop.set("rail.stripe.reader", &reader);
    let mut charge = shop.command(&["charge", "4.00", "--with", "card", "--json", "--wait", "60"]);
    let sale = json!({ "invoice": charge.object()["invoice"] });
    let card = || served.door.ask("sale_get", &sale)["payments"][0]["card"].clone();
    wait_until("the reader asks for a card", || card()["reader_step"] == "asks_for_card");
    assert!(shop.stripe.present_card(&reader, "visa"), "the reader waits for a card");
    let said = charge.end();
    assert_eq!(said.code, Some(0), "{said:?}");
    let receipt = served.door.ask("receipt", &json!({ "invoice": sale["invoice"], "print": false }));
    let text = receipt["text"].as_str().expect("a text");
    for part in ["Visa **** 4242", "AID A000000003", "TVR ", "TSI "] {
        assert!(text.contains(part), "{part:?} is missing: {text}");
    }
}
