//! Stripe's letters to a till that is served: what is forged, old, cut off, repeated or out of order changes nothing that the
//! truth does not.

use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use stripe_simulator::{EventFault, Objection, Often, SECRET_KEY};

use super::program::{Served, objects};
use super::stripe::Shop;

const SECRET: &str = "whsec_of_the_test";

/// Sends a letter and gives the answer's status.
fn send(served: &Served, body: &str, header: &str) -> u16 {
    post(&format!("{}/webhooks/stripe", served.door.address), body, "stripe-signature", header).0
}

fn post(url: &str, body: &str, header: &str, value: &str) -> (u16, Value) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let sent = client.post(url).header(header, value).body(body.to_owned()).send().await;
        let sent = sent.expect("it answers");
        (sent.status().as_u16(), sent.json().await.unwrap_or_default())
    })
}

/// `t=…,v1=…` as Stripe signs (<https://docs.stripe.com/webhooks#verify-manually>).
fn signed(secret: &str, time: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(format!("{time}.{body}").as_bytes());
    format!("t={time},v1={}", hex::encode(mac.finalize().into_bytes()))
}

fn letter(kind: &str, intent: &str) -> String {
    let object = json!({ "object": "charge", "id": "ch_1", "payment_intent": intent });
    json!({ "id": "evt_1", "type": kind, "livemode": false, "data": { "object": object } }).to_string()
}

/// Everything of a sale that a letter could change.
fn state(served: &Served, invoice: &Value) -> Value {
    let sale = served.door.ask("sale_get", &json!({ "invoice": invoice }));
    json!({ "version": sale["version"], "state": sale["state"], "card": sale["payments"][0]["card"] })
}

/// A sale that was paid by card, and its payment intent.
fn paid(shop: &Shop) -> (Value, String) {
    let mut charge = shop.command(&["charge", "4.50", "--with", "card", "--json", "--wait", "60"]);
    let mut line = charge.object();
    while line["uri"].is_null() {
        line = charge.object();
    }
    let _shown = shop.stripe.pay_on_page(line["uri"].as_str().expect("an address"), "pm_card_visa");
    let said = charge.end();
    assert_eq!(objects(&said.out).pop().expect("a line")["state"], "paid", "{said:?}");
    let intent = shop.stripe.charges()[0].payment_intent.clone().expect("a charge of an intent");
    (line["invoice"].clone(), intent)
}

#[test]
fn letters_that_are_forged_old_cut_off_repeated_or_out_of_order_end_in_the_truth() {
    let shop = Shop::open();
    assert_eq!(shop.keep("stripe.key", SECRET_KEY).code, Some(0));
    assert_eq!(shop.keep("stripe.webhook", SECRET).code, Some(0));
    let served = shop.serve();
    let (invoice, intent) = paid(&shop);
    // From here on only a letter can tell of it.
    shop.stripe.plan_events(Often::Next(1_000), EventFault::HoldBack);
    let form = format!("payment_intent={intent}&amount=200");
    let refunds = format!("{}/v1/refunds", shop.stripe.url());
    let (status, refund) = post(&refunds, &form, "authorization", &format!("Bearer {SECRET_KEY}"));
    assert_eq!(status, 200, "{refund}");

    let (before, now) = (state(&served, &invoice), shop.stripe.now());
    let body = letter("charge.refunded", &intent);
    let cut_off = &body[..body.len() / 2];
    let right = signed(SECRET, now, &body);
    for (what, body, header) in [
        ("forged", body.as_str(), signed("whsec_other", now, &body)),
        ("changed", body.replace("ch_1", "ch_2").as_str(), right.clone()),
        ("old", body.as_str(), signed(SECRET, now - 301, &body)),
        ("cut off", cut_off, right.clone()),
        ("cut off and signed", cut_off, signed(SECRET, now, cut_off)),
        ("unsigned", body.as_str(), String::new()),
    ] {
        assert_eq!(send(&served, body, &header), 400, "{what}");
        assert_eq!(state(&served, &invoice), before, "{what} changed something");
    }

    assert_eq!(send(&served, &body, &right), 200);
    let after = state(&served, &invoice);
    assert_eq!(after["card"]["refunds"][0]["amount"]["minor"], "200", "{after:#}");
    let earlier = letter("payment_intent.succeeded", &intent);
    for (what, body) in
        [("repeated", &body), ("out of order", &earlier), ("of no use", &letter("customer.created", ""))]
    {
        assert_eq!(send(&served, body, &signed(SECRET, now, body)), 200, "{what}");
        assert_eq!(state(&served, &invoice), after, "{what} changed something");
    }
    assert!(shop.folder.ok(&["--mode", "sandbox", "ledger", "verify"]).starts_with("ok"));
}

#[test]
fn a_dispute_is_listed_with_its_deadline_and_answered_from_the_books_once() {
    let shop = Shop::open();
    assert_eq!(shop.keep("stripe.key", SECRET_KEY).code, Some(0));
    assert_eq!(shop.keep("stripe.webhook", SECRET).code, Some(0));
    let served = shop.serve();
    let (invoice, intent) = paid(&shop);
    shop.stripe.object(&shop.stripe.charges()[0].id, Objection::Dispute);
    let body = letter("charge.dispute.created", &intent);
    assert_eq!(send(&served, &body, &signed(SECRET, shop.stripe.now(), &body)), 200);
    let listed = served.door.ask("disputes", &json!({}))[0].clone();
    assert_eq!((&listed["waits_for_answer"], &listed["invoice"]), (&json!(true), &invoice), "{listed:#}");
    assert_ne!(listed["dispute"]["due_by"], "");

    let answer = json!({
        "invoice": invoice, "payment": listed["payment"], "dispute": listed["dispute"]["reference"],
        "served_on": "2026-11-21", "customer_name": "", "customer_email": "", "communication": "They drank it.",
        "refund_policy": "", "refund_refusal": "",
    });
    let shown = served.door.ask("dispute_evidence", &answer).to_string();
    assert!(shown.contains("They drank it.") && shown.contains("ending in 4242"), "{shown}");
    served.door.ask("dispute_answer", &answer);
    let body = letter("charge.dispute.updated", &intent);
    assert_eq!(send(&served, &body, &signed(SECRET, shop.stripe.now(), &body)), 200);
    let listed = served.door.ask("disputes", &json!({}))[0].clone();
    assert_eq!(listed["dispute"]["status"], "under_review", "{listed:#}");
    served.door.refuses("dispute_answer", &answer, "not_now");
}

#[test]
fn without_a_signing_secret_nobody_takes_letters() {
    let shop = Shop::open();
    assert_eq!(shop.keep("stripe.key", SECRET_KEY).code, Some(0));
    let served = shop.serve();
    let body = letter("charge.refunded", "pi_1");
    assert_eq!(send(&served, &body, &signed(SECRET, shop.stripe.now(), &body)), 404);
}
