//! Payouts as screens and scripts ask for them, on a running practice till.

use serde_json::{Value, json};

use super::program::{Door, Folder, wait_until};

/// Ids of the sale, payment or refund with this number.
fn id(kind: &str, number: u8) -> String {
    format!("{kind}_019a1b2c3d4e7abc8def0123456789{number:02x}")
}

fn sale(door: &Door, number: u8) -> Value {
    door.ask("sale_get", &json!({ "invoice": id("inv", number) }))
}

fn act(door: &Door, number: u8, act: &str) {
    let request = json!({ "invoice": id("inv", number), "payment": id("pay", number), "act": act });
    door.ask("practice_card", &request);
}

/// A sale that is paid at the reader.
fn paid_by_card(door: &Door, number: u8, amount: &str) {
    let price = door.ask("amount_read", &json!({ "text": amount }));
    let line =
        json!({ "description": "", "quantity": 1, "unit_price": price, "tax_percent": "20", "note": "" });
    door.ask("sale_open", &json!({ "invoice": id("inv", number), "lines": [line], "note": "" }));
    let start = json!({
        "invoice": id("inv", number), "payment": id("pay", number), "way": "reader", "reader": "",
        "capture_later": false,
    });
    door.ask("card_start", &start);
    let is_at = |step: &str| sale(door, number)["payments"][0]["card"]["step"] == step;
    wait_until("it is the customer's turn", || is_at("customer"));
    act(door, number, "tap");
    wait_until("it is paid", || is_at("taken"));
}

fn given_back(door: &Door, number: u8, minor: &str) {
    let refund = json!({
        "invoice": id("inv", number), "payment": id("pay", number), "refund": id("ref", number),
        "amount": { "minor": minor, "currency": "EUR", "scale": 2 }, "reason": "too cold",
    });
    door.ask("card_refund", &refund);
    let state = || sale(door, number)["payments"][0]["card"]["refunds"][0]["state"].clone();
    wait_until("it is given back", || state() == "succeeded");
}

fn listed(door: &Door) -> Vec<Value> {
    let page = door.ask("payouts", &json!({ "after": "", "limit": 50 }));
    page["rows"].as_array().expect("rows").clone()
}

/// Pays out and gives the payout, whole.
fn paid_out(door: &Door, short: bool) -> Value {
    let before = listed(door).len();
    door.ask("practice_payout", &json!({ "short": short }));
    wait_until("the payout is told", || listed(door).len() > before);
    door.ask("payout_get", &json!({ "payout": listed(door)[0]["payout"] }))
}

/// Each line of a payout: what it adds up, and to how much.
fn sums(payout: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let lines = payout["lines"].as_array().expect("lines");
    lines.iter().map(|line| (text(&line["kind"]), text(&line["sum"]["minor"]))).collect()
}

fn expected(sums: [i64; 5]) -> Vec<(String, String)> {
    let kinds = ["payment", "refund", "dispute", "fee", "other"];
    kinds.into_iter().zip(sums).map(|(kind, sum)| (kind.to_owned(), sum.to_string())).collect()
}

#[test]
fn a_payout_is_a_sum_of_what_was_sold_less_what_went_back_and_what_it_cost() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    let door = &served.door;
    door.refuses("practice_payout", &json!({ "short": false }), "not_now");
    paid_by_card(door, 1, "12");
    paid_by_card(door, 2, "20");
    paid_by_card(door, 3, "8");
    given_back(door, 2, "500");
    act(door, 3, "object");
    wait_until("the bank objects", || sale(door, 3)["hand_over"] == "no");
    let payout = paid_out(door, false);
    // 1.5 % and 25 cents of each payment.
    assert_eq!(sums(&payout), expected([4_000, -500, -800, -135, 0]), "{payout:#}");
    let facts = &payout["facts"];
    assert_eq!(
        (&facts["amount"]["minor"], &facts["state"], &facts["difference"]["minor"]),
        (&json!("2565"), &json!("paid"), &json!("0"))
    );
    let numbers = |line: usize| -> Vec<u64> {
        let shares = payout["lines"][line]["shares"].as_array().expect("shares");
        shares.iter().filter_map(|share| share["sale_number"].as_u64()).collect()
    };
    assert_eq!(
        (numbers(0), numbers(1), numbers(2), numbers(3)),
        (vec![1, 2, 3], vec![2], vec![3], vec![1, 2, 3])
    );
    assert_eq!(payout["lines"][1]["shares"][0]["invoice"], id("inv", 2));
    assert_eq!(payout["history"][0]["kind"], "payout_read");
    assert_eq!(payout["entries"][0]["kind"], "paid_out");
    door.refuses("practice_payout", &json!({ "short": false }), "not_now");
    assert!(folder.ok(&["ledger", "balances"]).contains("bank"));
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok"));
}

#[test]
fn a_payout_that_is_a_cent_short_shows_the_cent_and_counts_until_somebody_knows() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    let door = &served.door;
    paid_by_card(door, 1, "12");
    let payout = paid_out(door, true);
    assert_eq!(payout["facts"]["difference"]["minor"], "-1", "{payout:#}");
    assert_eq!(payout["facts"]["amount"]["minor"], "1156");
    let status = door.ask("status", &json!({}));
    assert_eq!(
        (&status["cards_waiting"]["payouts"], &status["alerts"][0]["kind"]),
        (&json!(1), &json!("payout_difference"))
    );
    let known = door.ask("alert_acknowledge", &json!({ "alert": status["alerts"][0]["alert"] }));
    assert_eq!(known["cards_waiting"], json!({ "held": 0, "disputes": 0, "payouts": 0 }));
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok"));
}

#[test]
fn payouts_are_listed_page_by_page_and_one_that_is_not_there_is_refused() {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    let door = &served.door;
    for number in 1..=3 {
        paid_by_card(door, number, "12");
        paid_out(door, false);
    }
    let first = door.ask("payouts", &json!({ "after": "", "limit": 2 }));
    assert_eq!((first["rows"].as_array().map(Vec::len), &first["more"]), (Some(2), &json!(true)));
    let rest = door.ask("payouts", &json!({ "after": first["rows"][1]["payout"], "limit": 2 }));
    assert_eq!((rest["rows"].as_array().map(Vec::len), &rest["more"]), (Some(1), &json!(false)));
    door.refuses("payout_get", &json!({ "payout": id("pyo", 9) }), "not_found");
    door.refuses("payout_get", &json!({ "payout": "po_1" }), "bad_request");
}
