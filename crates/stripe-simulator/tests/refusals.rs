//! Requests that make no sense, keys that may not, versions that changed.

use stripe_simulator::{Defect, Permission};

use crate::shop::{ENDIVE, Shop};

const ENDIVE_HEADER: &[(&str, &str)] = &[("stripe-version", ENDIVE)];

#[tokio::test]
async fn parameters_that_are_misspelt_missing_empty_or_no_number_are_refused_by_name() {
    let shop = Shop::open();
    for (form, code, param) in [
        ("amount=500&currency=eur&capture_methd=manual", "parameter_unknown", "capture_methd"),
        (
            "amount=500&currency=eur&payment_method_data[type]=card&payment_method_data[crad][token]=x",
            "parameter_missing",
            "payment_method_data[card]",
        ),
        ("currency=eur", "parameter_missing", "amount"),
        ("amount=500", "parameter_missing", "currency"),
        ("amount=&currency=eur", "parameter_invalid_empty", "amount"),
        ("amount=5.5&currency=eur", "parameter_invalid_integer", "amount"),
        ("amount=49&currency=eur", "amount_too_small", "amount"),
        ("amount=100000000&currency=eur", "amount_too_large", "amount"),
        ("amount=500&currency=xyz", "invalid_request_error", "currency"),
        ("amount=500&currency=eur&capture_method=later", "invalid_request_error", "capture_method"),
        ("amount=500&currency=eur&payment_method=pm_none", "resource_missing", "payment_method"),
        ("amount=500&currency=eur&customer=cus_none", "resource_missing", "customer"),
    ] {
        let refused = shop.post("/v1/payment_intents", form).await;
        assert_eq!((refused.status, refused.error()), (400, code), "{form}");
        assert_eq!(refused.body["error"]["param"], param, "{form}");
    }
    assert!(shop.simulator.charges().is_empty());
}

#[tokio::test]
async fn an_object_or_an_address_that_is_not_there_is_404() {
    let shop = Shop::open();
    for path in ["/v1/payment_intents/pi_none", "/v1/charges/ch_none", "/v1/events/evt_none", "/v1/nothing"] {
        assert_eq!(shop.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_misspelt_parameter_passes_only_where_that_defect_is_planted() {
    let shop = Shop::open();
    shop.simulator.plant(Defect::IgnoresUnknownParameters);
    assert_eq!(
        shop.post("/v1/payment_intents", "amount=500&currency=eur&capture_methd=manual").await.status,
        200
    );
}

#[tokio::test]
async fn payment_method_types_went_with_endive() {
    let shop = Shop::open();
    let old = "amount=500&currency=eur&payment_method_types[]=card";
    assert_eq!(shop.post("/v1/payment_intents", old).await.status, 200);
    let new = shop.post_with("/v1/payment_intents", old, ENDIVE_HEADER).await;
    assert_eq!((new.status, new.error()), (400, "parameter_unknown"));
    let allowed = "amount=500&currency=eur&allowed_payment_method_types[]=card_present";
    let made = shop.post_with("/v1/payment_intents", allowed, ENDIVE_HEADER).await;
    assert_eq!(made.body["payment_method_types"], serde_json::json!(["card_present"]));
    assert_eq!(shop.post("/v1/payment_intents", allowed).await.error(), "parameter_unknown");
}

#[tokio::test]
async fn a_page_to_come_back_to_is_wanted_where_methods_may_redirect() {
    let shop = Shop::open();
    let confirm = "amount=500&currency=eur&payment_method=pm_card_visa&confirm=true";
    assert_eq!(shop.post("/v1/payment_intents", confirm).await.status, 200);
    assert_eq!(shop.post_with("/v1/payment_intents", confirm, ENDIVE_HEADER).await.status, 400);
    let never = format!(
        "{confirm}&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never"
    );
    assert_eq!(shop.post_with("/v1/payment_intents", &never, ENDIVE_HEADER).await.status, 200);
}

#[tokio::test]
async fn a_key_that_is_unknown_missing_or_rolled_is_401_and_never_shown() {
    let shop = Shop::open();
    let restricted = shop.simulator.restricted_key(&[Permission::read("balance")]);
    shop.simulator.revoke(&restricted);
    for key in ["sk_test_notthisonenotthisone", "sk_live_notthisonenotthisone", restricted.as_str(), ""] {
        let bearer = format!("Bearer {key}");
        let refused = shop.get_with("/v1/balance", &[("authorization", &bearer)]).await;
        assert_eq!(refused.status, 401, "{key}");
        assert!(key.is_empty() || !refused.body.to_string().contains(key));
    }
}

#[tokio::test]
async fn a_restricted_key_learns_which_permission_it_lacks() {
    let shop = Shop::open();
    let key =
        shop.simulator.restricted_key(&[Permission::write("payment_intent"), Permission::read("event")]);
    let bearer = format!("Bearer {key}");
    let headers = [("authorization", bearer.as_str())];
    assert_eq!(shop.get_with("/v1/payment_intents", &headers).await.status, 200);
    assert_eq!(shop.get_with("/v1/events", &headers).await.status, 200);
    let refused = shop.post_with("/v1/refunds", "charge=ch_1", &headers).await;
    let message = refused.body["error"]["message"].as_str().unwrap();
    assert_eq!(refused.status, 403);
    assert!(message.contains("Having the 'rak_charge_write' permission"), "{message}");
}

#[tokio::test]
async fn a_list_takes_a_limit_of_a_hundred_and_twenty_types_at_most() {
    let shop = Shop::open();
    assert_eq!(shop.get("/v1/charges?limit=100").await.status, 200);
    assert_eq!(shop.get("/v1/charges?limit=101").await.status, 400);
    let types = |count| (0..count).map(|n| format!("types[]=a.{n}")).collect::<Vec<_>>().join("&");
    assert_eq!(shop.get(&format!("/v1/events?{}", types(20))).await.status, 200);
    assert_eq!(shop.get(&format!("/v1/events?{}", types(21))).await.status, 400);
}
