//! The feed over a real WebSocket.

use std::time::Duration;

use crate::till::Till;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

const DEADLINE: Duration = Duration::from_secs(10);

/// Opens the feed with these headers; the status when it is refused.
async fn open(till: &Till, headers: &[(&'static str, &str)]) -> Result<Socket, u16> {
    let mut request = format!("ws://{}/feed", till.address).into_client_request().expect("it is an address");
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value).expect("it is a header"));
    }
    match connect_async(request).await {
        Ok((socket, response)) => {
            assert_eq!(response.headers()["sec-websocket-protocol"], "tillstream", "the token is not echoed");
            Ok(socket)
        }
        Err(Error::Http(response)) => Err(response.status().as_u16()),
        Err(other) => panic!("{other}"),
    }
}

fn protocols(till: &Till) -> String {
    format!("tillstream, token.{}", till.token)
}

async fn heard(socket: &mut Socket) -> Message {
    tokio::time::timeout(DEADLINE, socket.next())
        .await
        .expect("it comes in time")
        .expect("it is open")
        .expect("it is whole")
}

#[tokio::test]
async fn a_change_is_delivered_to_every_browser_as_it_was_encoded() {
    let till = Till::open().await;
    let mut one = open(&till, &[("sec-websocket-protocol", &protocols(&till))]).await.unwrap();
    let own_page = format!("http://{}", till.address);
    let with_origin = [("sec-websocket-protocol", protocols(&till)), ("origin", own_page)];
    let with_origin = with_origin.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut other = open(&till, &with_origin).await.unwrap();
    let change = r#"{"topic":"sale","id":"inv_1","version":3}"#;
    till.changes.send(change.to_owned()).unwrap();
    assert_eq!(heard(&mut one).await, Message::text(change));
    assert_eq!(heard(&mut other).await, Message::text(change));
}

#[tokio::test]
async fn the_feed_needs_the_token() {
    let till = Till::open().await;
    let wrong = format!("tillstream, token.{}", "0".repeat(64));
    assert_eq!(open(&till, &[]).await.err(), Some(401));
    assert_eq!(open(&till, &[("sec-websocket-protocol", "tillstream")]).await.err(), Some(401));
    assert_eq!(open(&till, &[("sec-websocket-protocol", &wrong)]).await.err(), Some(401));
}

#[tokio::test]
async fn the_token_alone_is_not_the_protocol() {
    let till = Till::open().await;
    let token_only = format!("token.{}", till.token);
    assert_eq!(open(&till, &[("sec-websocket-protocol", &token_only)]).await.err(), Some(400));
}

#[tokio::test]
async fn a_page_of_another_site_cannot_open_the_feed() {
    let till = Till::open().await;
    let protocols = protocols(&till);
    let foreign = [("sec-websocket-protocol", protocols.as_str()), ("origin", "http://evil.example")];
    assert_eq!(open(&till, &foreign).await.err(), Some(403));
    let rebound = [("sec-websocket-protocol", protocols.as_str()), ("host", "evil.example")];
    assert_eq!(open(&till, &rebound).await.err(), Some(421));
}

#[tokio::test]
async fn a_browser_that_fell_behind_is_told_to_read_everything() {
    let till = Till::open().await;
    let mut socket = open(&till, &[("sec-websocket-protocol", &protocols(&till))]).await.unwrap();
    // The test's runtime has one thread, so the relay can't hear any of these before the last is sent.
    for number in 0..100 {
        till.changes.send(number.to_string()).unwrap();
    }
    let everything = r#"{"topic":"everything","id":"","version":0}"#;
    assert_eq!(heard(&mut socket).await, Message::text(everything));
    assert_eq!(heard(&mut socket).await, Message::text("92"));
}

#[tokio::test]
async fn a_browser_that_sends_a_large_message_is_dropped() {
    let till = Till::open().await;
    let mut socket = open(&till, &[("sec-websocket-protocol", &protocols(&till))]).await.unwrap();
    socket.send(Message::text("a".repeat(4096))).await.unwrap();
    let end = tokio::time::timeout(DEADLINE, socket.next()).await.expect("it ends in time");
    assert!(!matches!(end, Some(Ok(Message::Text(_)))));
}

#[tokio::test]
async fn closing_says_goodbye_to_the_feed() {
    let till = Till::open().await;
    let mut socket = open(&till, &[("sec-websocket-protocol", &protocols(&till))]).await.unwrap();
    till.close().await;
    assert!(matches!(heard(&mut socket).await, Message::Close(Some(frame)) if frame.code == CloseCode::Away));
}
