//! Letters of Stripe's (webhooks) to a shop with a relay: they tell what events tell, or are refused with a reason.

use payment::Timestamp;
use payment::card::{CaptureMode, CardMemory, CardNotice, CardOffice, CardReading, CardWay, NoticeRefused};
use payment::card::{CardLevel, CardRail};
use rail_stripe::{StripeConfig, StripeRail};
use stripe_client_core::{RequestBuilder, StripeMethod};
use stripe_simulator::SECRET_KEY;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::shop::{Shop, captured, config, open};

/// A letter as the relay hands it on.
struct Letter {
    signature: String,
    body: Vec<u8>,
}

/// A shop with a relay, and a rail that knows its endpoint's secret.
struct Relayed {
    shop: Shop,
    rail: StripeRail,
    relay: TcpListener,
}

impl Relayed {
    async fn open(events: &str) -> Self {
        let (shop, relay) = (Shop::open().await, TcpListener::bind("127.0.0.1:0").await.unwrap());
        let url = format!("http://{}/", relay.local_addr().unwrap());
        let client = shop.client();
        let mut make = RequestBuilder::new(StripeMethod::Post, "/webhook_endpoints");
        make.body = Some(format!("url={url}&enabled_events[]={events}"));
        let endpoint: miniserde::json::Object = make.customize().send(&client).await.unwrap();
        let Some(miniserde::json::Value::String(secret)) = endpoint.get("secret") else {
            panic!("{endpoint:?}")
        };
        let config =
            StripeConfig { webhook_secret: Some(secret.clone()), ..config(&shop.simulator, SECRET_KEY) };
        let rail = open(&config, &CardMemory::default(), &shop.simulator);
        Self { shop, rail, relay }
    }

    /// A customer pays on the page; the letter about it comes to the relay.
    async fn letter_of_a_payment(&self) -> Letter {
        let attempt = self.shop.attempt(450, CardWay::Phone, CaptureMode::AtOnce);
        let opened = self.rail.open(&attempt).await.unwrap();
        let CardLevel::Waiting { link: Some(url) } = &opened.level else { panic!("{opened:?}") };
        let _page = self.shop.simulator.pay_on_page(url, "pm_card_visa");
        self.letter().await
    }

    async fn letter(&self) -> Letter {
        let (mut stream, _) = self.relay.accept().await.unwrap();
        let mut bytes = Vec::new();
        loop {
            stream.read_buf(&mut bytes).await.unwrap();
            let text = String::from_utf8_lossy(&bytes);
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let field = |name: &str| {
                let found = head.lines().filter_map(|line| line.split_once(": "));
                found
                    .filter(|(key, _)| key.eq_ignore_ascii_case(name))
                    .map(|(_, value)| value.to_owned())
                    .next()
            };
            let length: usize = field("content-length").unwrap().parse().unwrap();
            if body.len() >= length {
                let letter =
                    Letter { signature: field("stripe-signature").unwrap(), body: body.as_bytes().to_vec() };
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap();
                return letter;
            }
        }
    }

    async fn take(&self, letter: &Letter, after: i64) -> Result<Vec<CardReading>, NoticeRefused> {
        let received = Timestamp::from_millis((self.shop.simulator.now() + after) * 1_000);
        let notice = CardNotice { body: &letter.body, signature: &letter.signature, received };
        let report = self.rail.receive(notice).await?;
        assert_eq!(report.cursor, None, "letters come in any order, and move no place");
        Ok(report.readings.into_iter().map(|(_, reading)| reading).collect())
    }
}

#[tokio::test]
async fn a_letter_tells_what_became_of_a_payment_as_often_as_it_comes() {
    let relayed = Relayed::open("payment_intent.succeeded").await;
    let letter = relayed.letter_of_a_payment().await;
    for _ in 0..2 {
        let readings = relayed.take(&letter, 0).await.unwrap();
        let [reading] = readings.as_slice() else { panic!("{readings:?}") };
        assert_eq!(reading.level, captured(450));
    }
}

#[tokio::test]
async fn a_letter_that_is_forged_cut_off_or_old_is_refused() {
    let relayed = Relayed::open("payment_intent.succeeded").await;
    let letter = relayed.letter_of_a_payment().await;
    let half = letter.body[..letter.body.len() / 2].to_vec();
    let cut_off = Letter { body: half, signature: letter.signature.clone() };
    assert_eq!(relayed.take(&cut_off, 0).await, Err(NoticeRefused::Forged));
    let time = letter.signature.split(',').next().unwrap();
    let forged = Letter { signature: format!("{time},v1={}", "ab".repeat(32)), body: letter.body.clone() };
    assert_eq!(relayed.take(&forged, 0).await, Err(NoticeRefused::Forged));
    let unsigned = Letter { signature: String::new(), body: letter.body.clone() };
    assert_eq!(relayed.take(&unsigned, 0).await, Err(NoticeRefused::Unsigned));
    assert_eq!(relayed.take(&letter, 301).await, Err(NoticeRefused::TooOld(301)));
}

#[tokio::test]
async fn a_letter_about_something_else_is_refused_and_one_that_can_not_be_followed_up_is_not_taken() {
    let relayed = Relayed::open("payment_intent.created").await;
    let letter = relayed.letter_of_a_payment().await;
    let refused = relayed.take(&letter, 0).await;
    assert_eq!(refused, Err(NoticeRefused::NotNeeded("payment_intent.created".to_owned())));
    let relayed = Relayed::open("payment_intent.succeeded").await;
    let letter = relayed.letter_of_a_payment().await;
    relayed.shop.simulator.revoke(SECRET_KEY);
    assert!(matches!(relayed.take(&letter, 0).await, Err(NoticeRefused::NotRead(_))));
}

#[tokio::test]
async fn without_a_secret_no_letter_is_believed() {
    let relayed = Relayed::open("payment_intent.succeeded").await;
    let letter = relayed.letter_of_a_payment().await;
    let received = relayed.shop.now();
    let notice = CardNotice { body: &letter.body, signature: &letter.signature, received };
    assert_eq!(relayed.shop.rail.receive(notice).await, Err(NoticeRefused::NotSetUp));
}
