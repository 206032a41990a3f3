//! Card by code at the counter: Checkout Sessions, Payment Links, and the payer's page as a phone's browser uses it.

use reqwest::redirect::Policy;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAllowedPaymentMethodTypes, CreateCheckoutSessionLineItems,
    ExpireCheckoutSession, ListCheckoutSession, ListLineItemsCheckoutSession, RetrieveCheckoutSession,
};
use stripe_core::payment_intent::RetrievePaymentIntent;
use stripe_payment::payment_link::{
    CreatePaymentLink, CreatePaymentLinkLineItems, ListLineItemsPaymentLink, RetrievePaymentLink,
    UpdatePaymentLink,
};
use stripe_product::price::CreatePrice;
use stripe_product::product::CreateProduct;
use stripe_shared::{
    CheckoutSession, CheckoutSessionMode, CheckoutSessionPaymentStatus as Paid,
    CheckoutSessionStatus as Status, PaymentIntentStatus, PaymentLink,
};
use stripe_types::Currency;

use crate::shop::Shop;

const DAY: i64 = 86_400;

/// The payer's browser.
struct Phone(reqwest::Client);

/// A page, or where it goes on.
#[derive(Debug)]
struct Seen {
    status: u16,
    text: String,
    elsewhere: Option<String>,
}

impl Phone {
    fn new() -> Self {
        Self(reqwest::Client::builder().redirect(Policy::none()).build().unwrap())
    }

    async fn open(&self, url: &str) -> Seen {
        Self::see(self.0.get(url)).await
    }

    async fn press(&self, url: &str, form: &str) -> Seen {
        let form = form.to_owned();
        Self::see(self.0.post(url).header("content-type", "application/x-www-form-urlencoded").body(form))
            .await
    }

    async fn see(request: reqwest::RequestBuilder) -> Seen {
        let answer = request.send().await.unwrap();
        let elsewhere = answer.headers().get("location").map(|url| url.to_str().unwrap().to_owned());
        Seen { status: answer.status().as_u16(), elsewhere, text: answer.text().await.unwrap() }
    }
}

async fn price(shop: &Shop) -> String {
    let product = CreateProduct::new("Coffee").send(&shop.client).await.unwrap();
    let price = CreatePrice::new(Currency::EUR).product(product.id.as_str()).unit_amount(350);
    price.send(&shop.client).await.unwrap().id.as_str().to_owned()
}

async fn session(shop: &Shop) -> CheckoutSession {
    let line = CreateCheckoutSessionLineItems {
        price: Some(price(shop).await),
        quantity: Some(2),
        ..CreateCheckoutSessionLineItems::new()
    };
    let session = CreateCheckoutSession::new().mode(CheckoutSessionMode::Payment).line_items(vec![line]);
    session.success_url("https://shop.example/thanks").send(&shop.client).await.unwrap()
}

async fn look(shop: &Shop, session: &CheckoutSession) -> CheckoutSession {
    RetrieveCheckoutSession::new(session.id.clone()).send(&shop.client).await.unwrap()
}

async fn single_use_link(shop: &Shop) -> PaymentLink {
    let form = format!(
        "line_items[0][price]={}&line_items[0][quantity]=1&restrictions[completed_sessions][limit]=1\
         &after_completion[type]=hosted_confirmation&after_completion[hosted_confirmation][custom_message]=Merci",
        price(shop).await
    );
    let made = shop.post("/v1/payment_links", &form).await;
    RetrievePaymentLink::new(made.text("id")).send(&shop.client).await.unwrap()
}

#[tokio::test]
async fn the_payer_sees_the_amount_pays_by_name_and_the_session_is_paid() {
    let (shop, phone) = (Shop::open(), Phone::new());
    let session = session(&shop).await;
    assert_eq!(
        (session.amount_total, session.status.clone(), session.payment_status.clone()),
        (Some(700), Some(Status::Open), Paid::Unpaid)
    );
    let url = session.url.clone().unwrap();
    let page = phone.open(&url).await;
    assert!(page.text.contains("Pay 7.00 EUR") && page.text.contains("2 × Coffee"), "{}", page.text);
    let left = phone.press(&url, "deed=pay&method=pm_card_visa").await;
    assert_eq!(left.elsewhere.as_deref(), Some("https://shop.example/thanks"));
    let paid = look(&shop, &session).await;
    assert_eq!((paid.status, paid.payment_status, paid.url), (Some(Status::Complete), Paid::Paid, None));
    let intent = RetrievePaymentIntent::new(paid.payment_intent.unwrap().id().as_str());
    assert_eq!(intent.send(&shop.client).await.unwrap().status, PaymentIntentStatus::Succeeded);
    // A second press, or a reload, pays nothing more.
    assert_eq!(phone.press(&url, "deed=pay&method=pm_card_visa").await.status, 200);
    assert_eq!(shop.simulator.taken("eur"), 700);
}

#[tokio::test]
async fn a_decline_is_told_on_the_page_and_the_payer_may_try_again() {
    let (shop, phone) = (Shop::open(), Phone::new());
    let session = session(&shop).await;
    let url = session.url.clone().unwrap();
    let declined = phone.press(&url, "deed=decline&method=pm_card_visa").await;
    assert!(declined.status == 402 && declined.text.contains("Your card was declined."), "{declined:?}");
    assert_eq!(look(&shop, &session).await.status, Some(Status::Open));
    phone.press(&url, "deed=pay&method=pm_card_visa").await;
    assert_eq!(look(&shop, &session).await.payment_status, Paid::Paid);
}

#[tokio::test]
async fn a_bank_that_asks_is_answered_on_a_page_of_its_own() {
    let (shop, phone) = (Shop::open(), Phone::new());
    let session = session(&shop).await;
    let url = session.url.clone().unwrap();
    let question =
        phone.press(&url, "deed=pay&method=pm_card_threeDSecure2Required").await.elsewhere.unwrap();
    assert!(phone.open(&question).await.text.contains("is it you?"));
    let failed = phone.press(&question, "deed=fail").await;
    assert!(failed.status == 402 && failed.text.contains("unable to authenticate"), "{failed:?}");
    assert!(failed.text.contains(&format!("action=\"{url}\"")), "{failed:?}");
    let question =
        phone.press(&url, "deed=pay&method=pm_card_threeDSecure2Required").await.elsewhere.unwrap();
    let left = phone.press(&question, "deed=confirm").await;
    assert_eq!(left.elsewhere.as_deref(), Some("https://shop.example/thanks"));
    assert_eq!(look(&shop, &session).await.payment_status, Paid::Paid);
}

#[tokio::test]
async fn a_bank_debit_completes_the_session_and_pays_it_later() {
    let (shop, phone) = (Shop::open(), Phone::new());
    for (method, paid, kind) in [
        ("pm_sepaDebit", Paid::Paid, "checkout.session.async_payment_succeeded"),
        ("pm_sepaDebitFailed", Paid::Unpaid, "checkout.session.async_payment_failed"),
    ] {
        let session = session(&shop).await;
        phone.press(session.url.as_ref().unwrap(), &format!("deed=pay&method={method}")).await;
        let begun = look(&shop, &session).await;
        assert_eq!((begun.status, begun.payment_status), (Some(Status::Complete), Paid::Unpaid));
        shop.simulator.advance(5);
        assert_eq!(look(&shop, &session).await.payment_status, paid);
        assert_eq!(
            shop.get(&format!("/v1/events?type={kind}")).await.body["data"].as_array().unwrap().len(),
            1
        );
    }
}

#[tokio::test]
async fn a_session_that_is_cancelled_or_a_day_old_can_not_be_paid() {
    let (shop, phone) = (Shop::open(), Phone::new());
    let (cancelled, old) = (session(&shop).await, session(&shop).await);
    phone.press(cancelled.url.as_ref().unwrap(), "deed=decline").await;
    let expired = ExpireCheckoutSession::new(cancelled.id.clone()).send(&shop.client).await.unwrap();
    assert_eq!(expired.status, Some(Status::Expired));
    assert!(ExpireCheckoutSession::new(cancelled.id.clone()).send(&shop.client).await.is_err());
    shop.simulator.advance(DAY);
    for session in [&cancelled, &old] {
        let page = phone.press(session.url.as_ref().unwrap(), "deed=pay&method=pm_card_visa").await;
        assert_eq!((page.status, look(&shop, session).await.status), (410, Some(Status::Expired)));
    }
    assert_eq!(shop.simulator.taken("eur"), 0);
    let listed = ListCheckoutSession::new().status(Status::Expired).send(&shop.client).await.unwrap();
    assert_eq!(listed.data.len(), 2);
}

#[tokio::test]
async fn a_session_is_open_between_half_an_hour_and_a_day() {
    let shop = Shop::open();
    let make = async |seconds: i64| {
        let expires_at = shop.simulator.now() + seconds;
        let line = "line_items[0][price_data][currency]=eur&line_items[0][price_data][unit_amount]=500\
                    &line_items[0][price_data][product_data][name]=Tea&line_items[0][quantity]=1";
        shop.post(
            "/v1/checkout/sessions",
            &format!("{line}&mode=payment&success_url=https://shop.example&expires_at={expires_at}"),
        )
        .await
        .status
    };
    assert_eq!((make(1_799).await, make(1_800).await), (400, 200));
    assert_eq!((make(86_400).await, make(86_401).await), (200, 400));
}

#[tokio::test]
async fn a_link_for_one_payment_is_closed_by_it_and_so_are_its_other_pages() {
    let (shop, phone) = (Shop::open(), Phone::new());
    let link = single_use_link(&shop).await;
    let first = phone.open(&link.url).await.elsewhere.unwrap();
    let second = phone.open(&link.url).await.elsewhere.unwrap();
    assert_ne!(first, second);
    let thanks = phone.press(&first, "deed=pay&method=pm_card_visa").await;
    assert!(thanks.text.contains("Merci"), "{}", thanks.text);
    assert_eq!(phone.press(&second, "deed=pay&method=pm_card_visa").await.status, 410);
    assert_eq!(phone.open(&link.url).await.status, 410);
    let used = RetrievePaymentLink::new(link.id.clone()).send(&shop.client).await.unwrap();
    assert_eq!((used.active, used.restrictions.unwrap().completed_sessions.count), (false, 1));
    let sessions =
        ListCheckoutSession::new().payment_link(link.id.as_str()).send(&shop.client).await.unwrap();
    assert_eq!(sessions.data.len(), 2);
    assert_eq!(shop.simulator.taken("eur"), 350);
}

#[tokio::test]
async fn a_link_that_is_switched_off_opens_no_page() {
    let (shop, phone) = (Shop::open(), Phone::new());
    let line = CreatePaymentLinkLineItems {
        price: Some(price(&shop).await),
        ..CreatePaymentLinkLineItems::new(1u64)
    };
    let link = CreatePaymentLink::new(vec![line]).send(&shop.client).await.unwrap();
    assert_eq!(phone.open(&link.url).await.status, 303);
    UpdatePaymentLink::new(link.id.clone()).active(false).send(&shop.client).await.unwrap();
    assert_eq!(phone.open(&link.url).await.status, 410);
    let lines = ListLineItemsPaymentLink::new(link.id).send(&shop.client).await.unwrap();
    assert_eq!(lines.data[0].amount_total, 350);
}

#[tokio::test]
async fn the_lines_of_a_session_are_listed_and_the_page_takes_no_number() {
    let (shop, phone) = (Shop::open(), Phone::new());
    let session = session(&shop).await;
    let lines = ListLineItemsCheckoutSession::new(session.id.clone()).send(&shop.client).await.unwrap();
    assert_eq!((lines.data[0].quantity, lines.data[0].amount_total), (Some(2), 700));
    assert!(!phone.open(session.url.as_ref().unwrap()).await.text.contains("<input"));
}

#[tokio::test]
async fn a_payer_without_a_browser_pays_at_the_address_of_the_code() {
    let shop = Shop::open();
    let (session, link) = (session(&shop).await, single_use_link(&shop).await);
    assert_eq!(
        shop.simulator.pay_on_page(session.url.as_ref().unwrap(), "pm_card_visa"),
        "https://shop.example/thanks"
    );
    assert!(shop.simulator.pay_on_page(&link.url, "pm_card_visa").contains("Merci"));
    assert!(shop.simulator.pay_on_page(&link.url, "pm_card_visa").contains("no longer active"));
    assert_eq!(shop.simulator.taken("eur"), 1_050);
}

async fn saving_page(shop: &Shop) -> (String, CheckoutSession) {
    let customer = shop.post("/v1/customers", "name=Mira").await.text("id").to_owned();
    let page = CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Setup)
        .customer(customer.as_str())
        .allowed_payment_method_types(vec![CreateCheckoutSessionAllowedPaymentMethodTypes::Card])
        .success_url("https://shop.example/saved");
    (customer, page.send(&shop.client).await.unwrap())
}

#[tokio::test]
async fn a_card_is_saved_on_its_page_after_the_bank_was_asked_and_nothing_is_charged() {
    let (shop, phone) = (Shop::open(), Phone::new());
    let (customer, session) = saving_page(&shop).await;
    let intent = session.setup_intent.as_ref().unwrap().id().as_str().to_owned();
    assert_eq!(
        (session.mode.clone(), session.payment_status.clone(), session.amount_total),
        (CheckoutSessionMode::Setup, Paid::NoPaymentRequired, None)
    );
    let url = session.url.clone().unwrap();
    let page = phone.open(&url).await.text;
    assert!(page.contains("Save card") && page.contains("you allow the shop to charge it"), "{page}");
    assert_eq!(phone.press(&url, "deed=decline").await.status, 402);
    let asks = "deed=pay&method=pm_card_threeDSecure2Required";
    let question = phone.press(&url, asks).await.elsewhere.unwrap();
    assert_eq!(phone.press(&question, "deed=fail").await.status, 402);
    assert_eq!(look(&shop, &session).await.status, Some(Status::Open));
    let question = phone.press(&url, asks).await.elsewhere.unwrap();
    let left = phone.press(&question, "deed=confirm").await;
    assert_eq!(left.elsewhere.as_deref(), Some("https://shop.example/saved"));
    assert_eq!(look(&shop, &session).await.status, Some(Status::Complete));
    assert_eq!(shop.get(&format!("/v1/setup_intents/{intent}")).await.text("status"), "succeeded");
    let saved = shop.get(&format!("/v1/customers/{customer}/payment_methods")).await;
    assert_eq!(saved.body["data"].as_array().unwrap().len(), 1);
    assert!(phone.open(&url).await.text.contains("Your card is saved"));
    assert_eq!(shop.simulator.charges(), []);
}

#[tokio::test]
async fn a_page_for_saving_that_is_called_off_saves_nothing() {
    let (shop, phone) = (Shop::open(), Phone::new());
    let (customer, session) = saving_page(&shop).await;
    ExpireCheckoutSession::new(session.id.clone()).send(&shop.client).await.unwrap();
    assert_eq!(phone.press(session.url.as_ref().unwrap(), "deed=pay&method=pm_card_visa").await.status, 410);
    let intent = session.setup_intent.as_ref().unwrap().id().as_str();
    assert_eq!(shop.get(&format!("/v1/setup_intents/{intent}")).await.text("status"), "canceled");
    let saved = shop.get(&format!("/v1/customers/{customer}/payment_methods")).await;
    assert_eq!(saved.body["data"].as_array().unwrap().len(), 0);
}
