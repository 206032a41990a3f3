//! What the official command line's fixtures ask for and no till does: direct charges, invoices, the page by its address.

use crate::shop::Shop;

/// The kinds of all events, newest first.
async fn kinds(shop: &Shop) -> Vec<String> {
    let events = shop.get("/v1/events?limit=100").await;
    events.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

/// A customer who pays by a token, with an invoice over 20.00.
async fn invoice(shop: &Shop, token: &str) -> String {
    let customer = shop.post("/v1/customers", &format!("source={token}")).await;
    let item = format!("amount=2000&currency=usd&customer={}", customer.text("id"));
    shop.post("/v1/invoiceitems", &item).await;
    let invoice = shop.post("/v1/invoices", &format!("customer={}", customer.text("id"))).await;
    assert_eq!(invoice.body["total"], 2_000);
    format!("/v1/invoices/{}", invoice.text("id"))
}

#[tokio::test]
async fn an_invoice_is_paid_or_its_payment_fails() {
    let shop = Shop::open();
    let paid = invoice(&shop, "tok_visa").await;
    assert_eq!(shop.post(&format!("{paid}/pay"), "").await.text("status"), "paid");
    assert!(shop.post(&format!("{paid}/pay"), "").await.status == 400);
    let failing = invoice(&shop, "tok_chargeCustomerFail").await;
    assert_eq!(shop.post(&format!("{failing}/pay"), "").await.status, 402);
    let asked = invoice(&shop, "tok_authenticationRequired").await;
    assert_eq!(shop.post(&format!("{asked}/pay"), "").await.status, 402);
    let kinds = kinds(&shop).await;
    for kind in [
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice.payment_failed",
        "invoice.payment_action_required",
    ] {
        assert!(kinds.iter().any(|other| other == kind), "{kind} of {kinds:?}");
    }
}

#[tokio::test]
async fn an_invoice_goes_through_its_states_and_not_backwards() {
    let shop = Shop::open();
    let voided = invoice(&shop, "tok_visa").await;
    for (deed, status) in [("finalize", 200), ("finalize", 400), ("void", 200), ("void", 400), ("pay", 400)] {
        assert_eq!(shop.post(&format!("{voided}/{deed}"), "").await.status, status, "{deed}");
    }
    let given_up = invoice(&shop, "tok_visa").await;
    for (deed, status) in [("send", "open"), ("mark_uncollectible", "uncollectible")] {
        assert_eq!(shop.post(&format!("{given_up}/{deed}"), "").await.text("status"), status);
    }
}

#[tokio::test]
async fn a_direct_charge_is_captured_later_and_refunded_like_any_other() {
    let shop = Shop::open();
    let charge = shop.post("/v1/charges", "source=tok_visa&amount=1000&currency=usd&capture=false").await;
    assert_eq!(
        (charge.body["captured"].as_bool(), charge.body["payment_intent"].is_null()),
        (Some(false), true)
    );
    let capture = format!("/v1/charges/{}/capture", charge.text("id"));
    assert_eq!(shop.post(&capture, "amount=900").await.body["amount_captured"], 900);
    assert_eq!(shop.post(&capture, "").await.status, 400);
    shop.post("/v1/refunds", &format!("charge={}&amount=100", charge.text("id"))).await;
    assert_eq!(shop.simulator.taken("usd"), 800);
    let declined = shop.post("/v1/charges", "source=tok_chargeDeclined&amount=1000&currency=usd").await;
    assert_eq!((declined.status, declined.error()), (402, "card_declined"));
}

#[tokio::test]
async fn a_page_is_confirmed_by_its_address_with_the_amount_it_shows() {
    let shop = Shop::open();
    let line = "line_items[][name]=t-shirt&line_items[][amount]=1500&line_items[][currency]=usd&line_items[][quantity]=2";
    let session = shop
        .post(
            "/v1/checkout/sessions",
            &format!("{line}&payment_method_types[]=card&success_url=https://shop.example"),
        )
        .await;
    let confirm = format!("/v1/payment_pages/{}/confirm", session.text("id"));
    let method = "payment_method=pm_card_visa&expected_amount";
    assert_eq!(shop.post(&confirm, &format!("{method}=1500")).await.error(), "checkout_amount_mismatch");
    assert_eq!(shop.post(&confirm, &format!("{method}=3000")).await.text("status"), "complete");
    assert_eq!(shop.simulator.taken("usd"), 3_000);
}

#[tokio::test]
async fn a_british_debit_fails_after_its_page_was_completed() {
    let shop = Shop::open();
    let line = "line_items[][name]=t-shirt&line_items[][amount]=1500&line_items[][currency]=gbp&line_items[][quantity]=2";
    let session = format!("{line}&payment_method_types[]=bacs_debit&success_url=https://shop.example");
    let session = shop.post("/v1/checkout/sessions", &session).await;
    let debit = "type=bacs_debit&bacs_debit[account_number]=33333335&bacs_debit[sort_code]=108800";
    let method = shop.post("/v1/payment_methods", debit).await;
    let confirm = format!("/v1/payment_pages/{}/confirm", session.text("id"));
    shop.post(&confirm, &format!("payment_method={}", method.text("id"))).await;
    shop.simulator.advance(5);
    assert!(kinds(&shop).await.contains(&"checkout.session.async_payment_failed".to_owned()));
}
