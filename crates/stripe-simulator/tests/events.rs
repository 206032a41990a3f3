//! Events by polling and by webhook.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use stripe_core::event::{ListEvent, RetrieveEvent};
use stripe_simulator::{Defect, EventFault, Often, Setup};
use tokio::net::TcpListener;

use crate::shop::Shop;

const DAY: i64 = 86_400;

async fn ids(shop: &Shop, query: &str) -> Vec<String> {
    let list = shop.get(&format!("/v1/events?limit=100{query}")).await;
    list.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn events_are_listed_newest_first_and_walked_forward_by_ending_before() {
    let shop = Shop::open();
    shop.pay(500, "pm_card_visa").await;
    let first = ListEvent::new().limit(1).send(&shop.client).await.unwrap();
    let cursor = first.data[0].id.as_str().to_owned();
    shop.simulator.advance(10);
    shop.pay(600, "pm_card_visa").await;
    let newer = ListEvent::new().ending_before(cursor.clone()).limit(100).send(&shop.client).await.unwrap();
    assert_eq!(newer.data.len(), 4);
    assert!(newer.data.iter().all(|event| event.created > first.data[0].created));
    let paid =
        ListEvent::new().types(vec!["payment_intent.succeeded".to_owned()]).send(&shop.client).await.unwrap();
    assert_eq!(paid.data.len(), 2);
    RetrieveEvent::new(cursor.as_str()).send(&shop.client).await.unwrap();
}

#[tokio::test]
async fn an_event_shows_its_object_as_it_was() {
    for thaws in [false, true] {
        let shop = Shop::open();
        let made =
            shop.post("/v1/payment_intents", "amount=500&currency=eur&payment_method=pm_card_visa").await;
        shop.post(&format!("/v1/payment_intents/{}/confirm", made.text("id")), "").await;
        if thaws {
            shop.simulator.plant(Defect::ThawsEvents);
        }
        let created = shop.get("/v1/events?type=payment_intent.created").await;
        let status = &created.body["data"][0]["data"]["object"]["status"];
        assert_eq!(status, if thaws { "succeeded" } else { "requires_payment_method" });
    }
}

#[tokio::test]
async fn events_are_gone_after_thirty_days() {
    let shop = Shop::open();
    shop.pay(500, "pm_card_visa").await;
    let all = ids(&shop, "").await;
    shop.simulator.advance(30 * DAY);
    let kept = ids(&shop, "").await;
    assert!(all.iter().all(|id| kept.contains(id)));
    shop.simulator.advance(1);
    let left = ids(&shop, "").await;
    assert!(all.iter().all(|id| !left.contains(id)));
    assert_eq!(shop.get(&format!("/v1/events/{}", all[0])).await.status, 404);
}

#[tokio::test]
async fn an_event_that_was_held_back_appears_behind_the_cursor() {
    let shop = Shop::open();
    shop.simulator.plan_events(Often::Next(1), EventFault::HoldBack);
    shop.pay(500, "pm_card_visa").await;
    let seen = ids(&shop, "").await;
    shop.simulator.release_events();
    assert!(ids(&shop, &format!("&ending_before={}", seen[0])).await.is_empty());
    assert_eq!(ids(&shop, "").await.len(), seen.len() + 1);
}

#[tokio::test]
async fn events_come_doubled_out_of_order_or_are_lost_when_they_should() {
    let shop = Shop::open();
    shop.simulator.plan_events(Often::Next(1), EventFault::Duplicate);
    shop.pay(500, "pm_card_visa").await;
    assert_eq!(ids(&shop, "&type=payment_intent.created").await.len(), 2);
    let shop = Shop::open();
    shop.simulator.plan_events(Often::Next(4), EventFault::Reorder);
    shop.pay(500, "pm_card_visa").await;
    let newest = shop.get("/v1/events?limit=1").await;
    assert_eq!(newest.body["data"][0]["type"], "payment_intent.created");
    let shop = Shop::open();
    shop.simulator.plant(Defect::LosesEvents);
    shop.pay(500, "pm_card_visa").await;
    assert_eq!(ids(&shop, "").await.len(), 2);
    let shop = Shop::open();
    shop.simulator.plant(Defect::ListsEventsOldestFirst);
    shop.pay(500, "pm_card_visa").await;
    assert_eq!(shop.get("/v1/events").await.body["data"][0]["type"], "payment_intent.created");
}

#[tokio::test]
async fn a_share_of_events_comes_late_as_the_seed_draws_it() {
    let late = async |seed| {
        let shop = Shop::with(Setup { seed, ..Setup::default() });
        shop.simulator.plan_events(Often::PerMille(500), EventFault::HoldBack);
        for _ in 0..10 {
            shop.pay(500, "pm_card_visa").await;
        }
        let early = ids(&shop, "").await;
        shop.simulator.release_events();
        let mut all = ids(&shop, "").await;
        assert_eq!(all.len(), 40);
        all.retain(|id| !early.contains(id));
        all
    };
    let drawn = late(3).await;
    assert!((10..30).contains(&drawn.len()), "{}", drawn.len());
    assert_eq!(drawn, late(3).await);
}

/// An endpoint that takes letters, or refuses the first so many.
struct Endpoint {
    url: String,
    letters: Arc<Mutex<Vec<(String, String)>>>,
    _serving: tokio::task::JoinSet<()>,
}

#[derive(Clone)]
struct Doorkeeper {
    letters: Arc<Mutex<Vec<(String, String)>>>,
    refusals: Arc<Mutex<u32>>,
}

async fn take(State(keeper): State<Doorkeeper>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let mut refusals = keeper.refusals.lock().unwrap();
    if *refusals > 0 {
        *refusals -= 1;
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
    keeper.letters.lock().unwrap().push((signature, String::from_utf8(body.to_vec()).unwrap()));
    StatusCode::OK
}

impl Endpoint {
    async fn open(refusals: u32) -> Self {
        let letters = Arc::new(Mutex::new(Vec::new()));
        let keeper = Doorkeeper { letters: Arc::clone(&letters), refusals: Arc::new(Mutex::new(refusals)) };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(take)).with_state(keeper);
        let mut serving = tokio::task::JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, letters, _serving: serving }
    }

    /// Waits until so many letters came.
    async fn letters(&self, count: usize) -> Vec<(String, String)> {
        within_ten_seconds(async || {
            let letters = self.letters.lock().unwrap().clone();
            (letters.len() >= count).then_some(letters)
        })
        .await
    }
}

/// Asks again and again until there is something.
async fn within_ten_seconds<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let looking = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), looking).await.expect("it comes within ten seconds")
}

/// Is the header right by the secret?
fn is_signed(secret: &str, signature: &str, body: &str) -> bool {
    let (time, hash) = signature.strip_prefix("t=").unwrap().split_once(",v1=").unwrap();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time}.{body}").as_bytes());
    mac.verify_slice(&hex::decode(hash).unwrap()).is_ok()
}

#[tokio::test]
async fn webhooks_are_signed_with_the_secret_of_their_endpoint() {
    for signs_wrongly in [false, true] {
        let (shop, endpoint) = (Shop::open(), Endpoint::open(0).await);
        if signs_wrongly {
            shop.simulator.plant(Defect::SignsWithAnotherSecret);
        }
        let form = format!("url={}&enabled_events[]=payment_intent.*", endpoint.url);
        let hook = shop.post("/v1/webhook_endpoints", &form).await;
        shop.pay(500, "pm_card_visa").await;
        for (signature, body) in endpoint.letters(2).await {
            assert_eq!(is_signed(hook.text("secret"), &signature, &body), !signs_wrongly);
        }
        let shown = shop.get(&format!("/v1/webhook_endpoints/{}", hook.text("id"))).await;
        assert!(shown.body.get("secret").is_none());
    }
}

#[tokio::test]
async fn a_webhook_that_is_not_taken_is_sent_again_later() {
    let (shop, endpoint) = (Shop::open(), Endpoint::open(1).await);
    let form = format!("url={}&enabled_events[]=customer.created", endpoint.url);
    shop.post("/v1/webhook_endpoints", &form).await;
    shop.post("/v1/customers", "name=Mira").await;
    let letters = within_ten_seconds(async || {
        shop.simulator.advance(60);
        let letters = endpoint.letters.lock().unwrap().clone();
        (!letters.is_empty()).then_some(letters)
    });
    let (_, body) = letters.await.remove(0);
    assert!(body.contains("\"type\": \"customer.created\""), "{body}");
}
