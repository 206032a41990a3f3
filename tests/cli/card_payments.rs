//! Card payments as screens and scripts ask for them, on a running practice till.

use serde_json::{Value, json};

use super::program::{Door, Folder, objects, wait_until};

const INVOICE: &str = "inv_019a1b2c3d4e7abc8def0123456789ab";
const PAYMENT: &str = "pay_019a1b2c3d4e7abc8def0123456789ac";
const REFUND: &str = "ref_019a1b2c3d4e7abc8def0123456789ad";

/// A sale that nobody has paid yet.
fn open_sale(door: &Door, amount: &str) -> Value {
    let price = door.ask("amount_read", &json!({ "text": amount }));
    let line =
        json!({ "description": "", "quantity": 1, "unit_price": price, "tax_percent": "20", "note": "" });
    door.ask("sale_open", &json!({ "invoice": INVOICE, "lines": [line], "note": "" }))
}

fn start(door: &Door, way: &str, later: bool) {
    let request = json!({
        "invoice": INVOICE, "payment": PAYMENT, "way": way, "reader": "", "capture_later": later,
    });
    door.ask("card_start", &request);
}

fn sale(door: &Door) -> Value {
    door.ask("sale_get", &json!({ "invoice": INVOICE }))
}

/// Waits until the card payment is at a step, and gives the sale.
fn until_step(door: &Door, step: &str) -> Value {
    wait_until(step, || sale(door)["payments"][0]["card"]["step"] == step);
    sale(door)
}

fn tap(door: &Door) {
    door.ask("practice_card", &json!({ "invoice": INVOICE, "payment": PAYMENT, "act": "tap" }));
}

fn tender<'a>(tenders: &'a Value, method: &str) -> &'a Value {
    let list = tenders.as_array().expect("a list");
    list.iter().find(|tender| tender["method"] == method).expect("this way to pay")
}

#[test]
fn a_card_is_offered_at_the_reader_and_on_the_phone_and_says_why_it_is_not() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    open_sale(&served.door, "0.40");
    let tenders = || served.door.ask("tenders", &json!({ "invoice": INVOICE }));
    let small = tenders();
    assert_eq!(tender(&small, "card_reader")["reason"], "amount_out_of_range", "{small:#}");
    assert_eq!(tender(&small, "cash")["available"], true);
    served.door.ask("settings_put", &json!({ "key": "rail.stripe.enabled", "value": "false" }));
    let off = tenders();
    assert_eq!(tender(&off, "card_phone")["reason"], "switched_off", "{off:#}");
    assert_eq!(served.door.ask("status", &json!({}))["cards"]["up"], false);
}

#[test]
fn money_that_is_held_is_listed_until_it_is_taken_and_can_be_given_back_by_its_receipt() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    let door = &served.door;
    open_sale(door, "12");
    start(door, "reader", true);
    until_step(door, "customer");
    tap(door);
    let held = until_step(door, "held");
    assert_eq!(held["hand_over"], "not_yet", "money that is held is not paid");
    let list = door.ask("cards_held", &json!({}));
    assert_eq!(
        (&list[0]["payment"], &list[0]["amount"]["minor"]),
        (&json!(PAYMENT), &json!("1200")),
        "{list:#}"
    );
    let capture = json!({ "invoice": INVOICE, "payment": PAYMENT, "amount": list[0]["amount"] });
    door.ask("card_capture", &capture);
    let paid = until_step(door, "taken");
    assert_eq!((&paid["state"], door.ask("cards_held", &json!({}))), (&json!("paid"), json!([])));

    let found = door.ask("sale_by_receipt", &json!({ "receipt_number": paid["receipt_number"] }));
    let card = &found["payments"][0]["card"];
    assert_eq!((&card["refundable"]["minor"], &card["last4"]), (&json!("1200"), &json!("4242")));
    door.refuses("sale_by_receipt", &json!({ "receipt_number": 999 }), "not_found");
    let refund = json!({
        "invoice": INVOICE, "payment": PAYMENT, "refund": REFUND, "amount": card["refundable"], "reason": "too cold",
    });
    door.ask("card_refund", &refund);
    wait_until("it is given back", || {
        sale(door)["payments"][0]["card"]["refunds"][0]["state"] == "succeeded"
    });
    assert_eq!(sale(door)["payments"][0]["card"]["refundable"]["minor"], "0");
    assert_eq!(door.ask("disputes", &json!({})), json!([]));
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok"));
}

#[test]
fn a_lost_answer_is_shown_as_unknown_until_it_is_known() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    let door = &served.door;
    open_sale(door, "5");
    start(door, "phone", false);
    let waiting = until_step(door, "customer");
    assert!(waiting["payments"][0]["card"]["page"]["qr"]["size"].is_u64(), "{waiting:#}");
    let act = |act: &str| json!({ "invoice": INVOICE, "payment": PAYMENT, "act": act });
    door.ask("practice_card", &act("tap_unheard"));
    until_step(door, "unknown");
    assert_eq!(sale(door)["may"]["pay"], false, "nothing is charged again");
    door.ask("practice_card", &act("line_is_back"));
    assert_eq!(until_step(door, "taken")["state"], "paid");
}

#[test]
fn an_objection_of_the_simulated_bank_takes_the_sale_back_and_is_listed_with_its_deadline() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    let door = &served.door;
    open_sale(door, "12");
    start(door, "reader", false);
    until_step(door, "customer");
    let object = json!({ "invoice": INVOICE, "payment": PAYMENT, "act": "object" });
    door.ask("practice_card", &object);
    assert_eq!(door.ask("disputes", &json!({})), json!([]), "nothing was taken yet");
    tap(door);
    until_step(door, "taken");
    for _ in 0..2 {
        door.ask("practice_card", &object);
        wait_until("it is told", || sale(door)["hand_over"] == "no");
    }
    let list = door.ask("disputes", &json!({}));
    assert_eq!(list.as_array().map(Vec::len), Some(1), "{list:#}");
    assert_eq!(
        (&list[0]["waits_for_answer"], &list[0]["dispute"]["amount"]["minor"]),
        (&json!(true), &json!("1200"))
    );
    assert!(
        list[0]["dispute"]["due_by"].as_str() > door.ask("status", &json!({}))["now"].as_str(),
        "{list:#}"
    );
    assert_eq!(door.ask("status", &json!({}))["alerts"][0]["kind"], "disputed");
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok"));
}

#[test]
fn practice_needs_no_key_and_takes_none() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    let status = served.door.ask("stripe_status", &json!({}));
    assert_eq!(
        (&status["simulated"], &status["key"], &status["up"]),
        (&json!(true), &Value::Null, &json!(true))
    );
    let set = json!({ "name": "key", "secret": "sk_test_canary12345" });
    let refused = served.door.refuses("stripe_secret_set", &set, "forbidden");
    assert!(!refused.to_string().contains("canary"), "{refused}");
    let checked = served.door.ask("stripe_check", &json!({}));
    assert_eq!(checked["check"]["problem"], "", "{checked:#}");
}

#[test]
fn a_charge_by_card_from_a_terminal_waits_for_the_customer_at_the_reader() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    let charge = |amount: &str, act: &str| {
        let mut charge = folder.start(&["charge", amount, "--with", "card", "--json"]);
        let mut line = charge.object();
        while line["state"] != "waiting" {
            line = charge.object();
        }
        let request = json!({ "invoice": line["invoice"], "payment": line["payment"], "act": act });
        served.door.ask("practice_card", &request);
        let said = charge.end();
        (said.code, objects(&said.out).pop().expect("a line")["state"].clone())
    };
    assert_eq!(charge("4.50", "tap"), (Some(0), json!("paid")));
    assert_eq!(charge("4.50", "decline"), (Some(1), json!("declined")));
    folder.run(&["charge", "0.10", "--with", "card"]).says_no_with("can't be paid by card");
    let over = folder.run(&["charge", "4.50", "--with", "card", "--wait", "0"]);
    assert_eq!(over.code, Some(1), "{over:?}");
}
