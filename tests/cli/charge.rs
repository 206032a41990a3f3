//! `tillstream charge` at a till that runs.

use serde_json::{Value, json};

use super::program::{Folder, Running, Served, objects};

/// The states of the lines until the end.
fn states(charge: Running) -> (Option<i32>, Vec<String>) {
    let said = charge.end();
    let states = objects(&said.out).iter().map(|line| text(&line["state"])).collect();
    (said.code, states)
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

/// A bitcoin charge that shows its code, and what it printed for it.
fn bitcoin(folder: &Folder, amount: &str, more: &[&str]) -> (Running, Value) {
    let mut charge = folder.start(&[&["charge", amount, "--with", "bitcoin", "--json"], more].concat());
    let waiting = charge.object();
    assert_eq!(waiting["state"], "waiting");
    (charge, waiting)
}

fn till() -> (Folder, Served) {
    let folder = Folder::new();
    let served = folder.serve(&[]);
    (folder, served)
}

#[test]
fn cash_is_paid_at_once() {
    let (folder, _till) = till();
    assert_eq!(folder.ok(&["charge", "4,50", "--with", "cash"]), "paid: hand over yes\n");
    let line = folder.ok(&["charge", "4.50", "--with", "cash", "--json", "--note", "table 7"]);
    let paid: Value = serde_json::from_str(&line).expect("one object");
    assert_eq!(
        (&paid["state"], &paid["amount"], &paid["currency"]),
        (&json!("paid"), &json!("4.50"), &json!("EUR"))
    );
    assert_eq!((&paid["safe"], &paid["final"], &paid["flags"]), (&json!(true), &json!(true), &json!([])));
    let sales = folder.sales();
    assert_eq!(sales.len(), 2);
    assert_eq!((&sales[0]["label"], &sales[0]["invoice"]), (&json!("table 7"), &paid["invoice"]));
}

#[test]
fn exact_cash_is_what_there_are_coins_for() {
    let (folder, _till) = till();
    folder.ok(&["settings", "set", "cash.smallest_coin", "0.05"]);
    for (amount, to_pay) in [("4.52", "4.50"), ("4.53", "4.55")] {
        let line = folder.ok(&["charge", amount, "--with", "cash", "--json"]);
        let paid: Value = serde_json::from_str(&line).expect("one object");
        assert_eq!((&paid["amount"], &paid["due"]), (&json!(to_pay), &json!(amount)));
    }
}

#[test]
fn the_first_object_has_the_documented_fields_in_their_order() {
    let (folder, _till) = till();
    let mut charge = folder.start(&["charge", "4.50", "--with", "bitcoin", "--json", "--wait", "60"]);
    let line = charge.line();
    let order = [
        "{\"state\":\"waiting\",\"invoice\":\"inv_",
        "\",\"payment\":\"pay_",
        "\",\"uri\":\"bitcoin:",
        "\",\"address\":\"",
        "\",\"amount\":\"0.",
        "\",\"currency\":\"BTC\",\"due\":\"4.50\",\"due_currency\":\"EUR\",\"safe\":false,\"final\":false,\"flags\":[]}",
    ];
    let mut rest = line.as_str();
    for part in order {
        rest = rest.split_once(part).unwrap_or_else(|| panic!("{part:?} is not in {rest:?} of {line}")).1;
    }
    assert_eq!(rest, "");
    let waiting: Value = serde_json::from_str(&line).expect("an object");
    let uri = format!("bitcoin:{}?amount={}", text(&waiting["address"]), text(&waiting["amount"]));
    assert_eq!(waiting["uri"], json!(uri));
    // 4.50 at 58000.00 with half a percent of spread.
    assert_eq!(waiting["amount"], "0.00007798");
}

#[test]
fn a_bitcoin_payment_is_followed_until_the_goods_may_go() {
    let (folder, till) = till();
    let (charge, waiting) = bitcoin(&folder, "4.50", &[]);
    till.door.act(&waiting, "pay_exact");
    till.door.act(&waiting, "mine_block");
    let (code, states) = states(charge);
    assert_eq!((code, states.last().map(String::as_str)), (Some(0), Some("paid")));
    assert_eq!(folder.sales()[0]["state"], "paid");
}

#[test]
fn the_rate_in_the_books_is_the_one_the_amounts_follow() {
    let (folder, till) = till();
    let (charge, waiting) = bitcoin(&folder, "60.00", &[]);
    till.door.act(&waiting, "pay_exact");
    till.door.act(&waiting, "mine_block");
    charge.end();
    let postings: Vec<Value> =
        serde_json::from_str(&folder.ok(&["ledger", "export", "--format", "json"])).expect("a list");
    let coin = postings.iter().find(|posting| posting["account"] == "bitcoin-wallet").expect("the coin");
    // 58000 less half a percent: 0.00103969 BTC of it are 60.00.
    assert_eq!((&coin["amount"], &coin["rate"]), (&json!("0.00103969"), &json!("57710.00 EUR/BTC")));
    let invoice = text(&waiting["invoice"]);
    assert!(folder.ok(&["sales", "show", &invoice]).contains("rate 57710.00 EUR/BTC"));
}

#[test]
fn too_much_is_paid_too() {
    let (folder, till) = till();
    let (charge, waiting) = bitcoin(&folder, "4.50", &[]);
    till.door.act(&waiting, "pay_over");
    till.door.act(&waiting, "mine_block");
    let said = charge.end();
    let last = objects(&said.out).pop().expect("a line");
    assert_eq!((said.code, &last["state"], &last["flags"]), (Some(0), &json!("overpaid"), &json!(["over"])));
}

#[test]
fn late_money_is_waited_for_when_somebody_says_how_long() {
    let (folder, till) = till();
    let (charge, waiting) = bitcoin(&folder, "4.50", &["--wait", "60"]);
    till.door.act(&waiting, "pay_late");
    till.door.act(&waiting, "mine_block");
    let said = charge.end();
    let last = objects(&said.out).pop().expect("a line");
    assert_eq!((said.code, &last["state"], &last["flags"]), (Some(0), &json!("late"), &json!(["late"])));
}

#[test]
fn a_cancelled_sale_is_not_paid() {
    let (folder, till) = till();
    let (charge, waiting) = bitcoin(&folder, "4.50", &[]);
    till.door.ask("sale_cancel", &json!({ "invoice": waiting["invoice"], "although_seen": false }));
    assert_eq!(states(charge), (Some(1), vec!["cancelled".to_owned()]));
}

#[test]
fn the_wait_ends_without_money() {
    let (folder, _till) = till();
    let said = folder.run(&["charge", "4.50", "--with", "bitcoin", "--json", "--wait", "1"]);
    assert_eq!(said.code, Some(1));
    assert_eq!(objects(&said.out).len(), 1, "{said:?}");
    assert!(
        said.err.contains("stays open, and what still comes is booked by the till that runs"),
        "{said:?}"
    );
    assert_eq!(folder.sales()[0]["state"], "waiting");
}

#[test]
fn people_get_the_code_in_characters_and_every_change_in_words() {
    let (folder, till) = till();
    let charge = folder.start(&["charge", "4.50", "--with", "bitcoin"]);
    super::program::wait_until("the code is shown", || {
        folder.run(&["sales", "list", "--json"]).out.contains("\"waiting\"")
    });
    let invoice = folder.sales()[0]["invoice"].clone();
    let sale = till.door.ask("sale_get", &json!({ "invoice": invoice }));
    let payment = &sale["payments"][0];
    let line = json!({ "invoice": invoice, "payment": payment["payment"] });
    till.door.act(&line, "pay_exact");
    till.door.act(&line, "mine_block");
    let said = charge.end();
    let lines: Vec<&str> = said.out.lines().collect();
    assert_eq!(lines[0], "Sale 0001: 4.50 EUR");
    let code_lines = lines.iter().filter(|line| line.contains(['█', '▀', '▄'])).count();
    let size = payment["code"]["qr"]["size"].as_u64().expect("a size");
    assert_eq!(u64::try_from(code_lines), Ok(size.div_ceil(2)), "{}", said.out);
    assert!(lines.contains(&payment["code"]["address"].as_str().expect("an address")), "{}", said.out);
    assert!(lines.contains(&"waiting: hand over not yet"), "{}", said.out);
    assert_eq!((said.code, lines.last()), (Some(0), Some(&"paid: hand over yes")));
}

#[test]
fn a_way_to_pay_that_is_off_is_refused_before_a_sale_is_opened() {
    let (folder, _till) = till();
    folder.ok(&["settings", "set", "cash.enabled", "false"]);
    folder.run(&["charge", "4.50", "--with", "cash"]).says_no_with("cash is switched off");
    folder.ok(&["settings", "set", "rail.bitcoin.enabled", "false"]);
    folder.run(&["charge", "4.50", "--with", "bitcoin"]).says_no_with("bitcoin is switched off");
    folder.ok(&["settings", "set", "rail.bitcoin.enabled", "true"]);
    folder.ok(&["settings", "set", "rates.fixed", "{}"]);
    folder.run(&["charge", "4.50", "--with", "bitcoin"]).says_no_with("bitcoin has no rate");
    assert!(folder.sales().is_empty());
}

#[test]
fn a_sale_that_the_books_refuse_is_cancelled_and_said_to_be() {
    let (folder, _till) = till();
    folder.ok(&["charge", "1", "--with", "cash"]);
    let most = "92233720368547758.07";
    folder.run(&["charge", most, "--with", "cash"]).says_no_with("Sale 0002, opened for it, is cancelled");
    assert_eq!(folder.sales()[0]["state"], "cancelled");
    assert!(folder.ok(&["ledger", "verify"]).starts_with("ok: "));
}

#[test]
fn a_charge_over_broken_books_says_that_they_are() {
    let (sold, folder) = (Folder::new(), Folder::new());
    sold.ok(&["charge", "1", "--with", "cash", "--note", "HYPERLINK"]);
    let path = folder.path().join("till-practice.db");
    sold.ok(&["backup", "create", path.to_str().expect("text")]);
    let mut bytes = std::fs::read(&path).expect("the books");
    let at = bytes.windows(9).position(|window| window == b"HYPERLINK").expect("a stored note");
    bytes[at] ^= 0x01;
    std::fs::write(&path, bytes).expect("the books are written");
    let alone = folder.run(&["charge", "1", "--with", "cash"]);
    assert!(alone.err.contains("the books are broken ("), "{alone:?}");
    let served = folder.serve(&[]);
    super::program::wait_until("the books were checked", || {
        served.door.ask("status", &json!({}))["ledger"]["ok"] == json!(false)
    });
    let said = folder.run(&["charge", "1", "--with", "cash"]);
    assert!(said.err.contains("the books are broken ("), "{said:?}");
    assert_eq!(
        (said.code, said.out.as_str()),
        (Some(0), "paid: hand over yes\n"),
        "the goods may go all the same"
    );
}

#[test]
fn live_books_sell_nothing_before_they_were_set_up() {
    let folder = Folder::new();
    let charge = ["--mode", "live", "charge", "4.50", "--with", "cash"];
    folder.run(&charge).says_no_with("was never set up");
    assert_eq!(folder.ok(&["--mode", "live", "sales", "list"]), "");
    let file = folder.file("shop.toml", "[shop]\nname = \"Bean There\"\n[tax]\nrates = [\"7\"]\n");
    folder.ok(&["--mode", "live", "settings", "import", file.to_str().expect("text")]);
    assert_eq!(folder.ok(&charge), "paid: hand over yes\n");
}
