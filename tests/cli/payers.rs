//! A payer saves a card from a running sandbox till, on the stand-in's page, and is charged while away.

use engine::{Clock, SystemClock};
use payment::PageId;
use serde_json::{Value, json};
use stripe_simulator::SECRET_KEY;

use super::program::{Served, wait_until};
use super::stripe::Shop;

/// What is streamed by card goes on the payer's tab, which is charged soon.
const RULES: &str =
    "[[route]]\nmethod = \"card\"\nrail = \"stripe\"\n\n[[settlement]]\nrail = \"stripe\"\nat = \"5.00\"\n";

fn ask(served: &Served, command: &str, page: PageId) -> Value {
    served.door.ask(command, &json!({ "payer": "mira", "page": page.to_string() }))
}

fn page(random: u8) -> PageId {
    PageId::generate(SystemClock.now().wall, [random; 10])
}

#[test]
fn a_tab_without_a_card_is_charged_once_one_is_saved_and_a_forgotten_one_is_charged_no_more() {
    let shop = Shop::open();
    assert_eq!(shop.keep("stripe.key", SECRET_KEY).code, Some(0));
    let served = shop.serve();
    served.door.ask("settings_import", &json!({ "text": RULES }));
    let set_aside =
        || served.door.ask("settlements_set_aside", &json!({ "after": 0, "limit": 1 }))["rows"][0].clone();
    let streamed = |id: &str| {
        let line = json!({ "id": id, "amount": "6", "currency": "EUR", "method": "card", "payer": "mira" });
        let said = shop.folder.run_with_input(&["--mode", "sandbox", "stream"], &format!("{line}\n"));
        assert_eq!(said.code, Some(0), "{said:?}");
    };
    streamed("a");
    wait_until("the charge is set aside", || set_aside()["trouble"] == "declined");
    let waiting = set_aside();
    assert!(waiting["reason"].as_str().is_some_and(|why| why.contains("saved no card")), "{waiting:#}");

    let (called_off, saving) = (page(1), page(2));
    assert_eq!(ask(&served, "payer_page", called_off)["state"], "open");
    assert_eq!(ask(&served, "payer_page_close", called_off)["state"], "closed");
    let open = ask(&served, "payer_page", saving);
    let url = open["page"]["url"].as_str().expect("an address");
    let shown = shop.stripe.pay_on_page(url, "pm_card_visa");
    assert_eq!(ask(&served, "payer_page", saving)["state"], "saved", "{shown}");
    let cards = served.door.ask("payer_cards", &json!({ "payer": "mira" }));
    assert_eq!((&cards[0]["brand"], &cards[0]["last4"]), (&json!("visa"), &json!("4242")), "{cards:#}");

    served.door.ask("settlement_retry", &json!({ "settlement": waiting["settlement"] }));
    wait_until("the tab is charged", || shop.stripe.taken("eur") == 600);
    let left = served.door.ask("payer_card_forget", &json!({ "payer": "mira", "card": cards[0]["card"] }));
    assert_eq!(left, json!([]));
    wait_until("it is in the books", || set_aside() == Value::Null);
    streamed("b");
    wait_until("the next charge is set aside", || set_aside()["trouble"] == "declined");
    assert_eq!(shop.stripe.taken("eur"), 600);
    served.door.refuses(
        "practice_payer_saves",
        &json!({ "payer": "mira", "page": page(3).to_string() }),
        "forbidden",
    );
    served.door.refuses("payer_cards", &json!({ "payer": "" }), "bad_request");
}
