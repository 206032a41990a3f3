//! Letters of other servers: handed on as they came, and answered so that they are sent again or not.

use reqwest::Response;

use crate::till::Till;

async fn send(till: &Till, from: &str, signature: &str, body: &'static [u8]) -> Response {
    let post = till.client.post(till.url(&format!("/webhooks/{from}"))).header("stripe-signature", signature);
    post.body(body).send().await.expect("it answers")
}

#[tokio::test]
async fn a_letter_needs_no_token_and_is_handed_on_byte_for_byte() {
    let till = Till::open().await;
    let taken = send(&till, "post", "right", b" {\"a\" : 1}\r\n\xff").await;
    assert_eq!((taken.status().as_u16(), taken.bytes().await.unwrap().len()), (200, 0));
    till.close().await;
}

#[tokio::test]
async fn a_letter_is_answered_so_that_its_sender_knows_whether_to_send_it_again() {
    let till = Till::open().await;
    for (from, signature, status) in
        [("post", "wrong", 400), ("nobody", "right", 404), ("post", "later", 503)]
    {
        let refused = send(&till, from, signature, b" {\"a\" : 1}\r\n\xff").await;
        assert_eq!(refused.status().as_u16(), status, "{from} {signature}");
    }
    assert_eq!(till.get("/webhooks/post").await.status().as_u16(), 405);
    till.close().await;
}

#[tokio::test]
async fn a_letter_that_is_too_long_or_meant_for_another_host_is_not_handed_on() {
    let till = Till::open().await;
    let long: &'static [u8] = &[b' '; 64 * 1024 + 1];
    assert_eq!(send(&till, "post", "right", long).await.status().as_u16(), 413);
    let elsewhere = till.client.post(till.url("/webhooks/post")).header("host", "shop.example");
    assert_eq!(elsewhere.send().await.expect("it answers").status().as_u16(), 421);
    till.close().await;
}
