//! The two ways in: HTTP and WebSocket, on one port.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::Fault;
use super::answer::{Behind, height};

const PAGE: &str = "<html><body>The origin is being looked after by our engineers.</body></html>";
/// How often the node is asked for its head while somebody has subscribed to heads.
const LOOK_EVERY: Duration = Duration::from_millis(30);
/// The name of the one subscription a line can have.
const SUBSCRIPTION: &str = "0x1";

pub(super) async fn serve(listener: TcpListener, behind: Arc<Behind>) {
    let routes = Router::new().route("/", post(posted).merge(any(upgraded))).with_state(behind);
    if let Err(error) = axum::serve(listener, routes).await {
        eprintln!("counterparties: a provider ended: {error}");
    }
}

async fn posted(State(behind): State<Arc<Behind>>, body: Bytes) -> Response {
    match behind.fault() {
        Fault::Slow(delay) => sleep(delay).await,
        Fault::Status(code) => return refused(code),
        Fault::Garbage => return page(),
        _ => (),
    }
    let Ok(request) = serde_json::from_slice::<Value>(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let json = [(header::CONTENT_TYPE, "application/json")];
    (json, behind.answer(&request).await.to_string()).into_response()
}

fn refused(code: u16) -> Response {
    let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let retry_after: [(HeaderName, &str); 1] = [(header::RETRY_AFTER, "1")];
    (status, retry_after, "no").into_response()
}

fn page() -> Response {
    ([(header::CONTENT_TYPE, "text/html")], PAGE).into_response()
}

async fn upgraded(State(behind): State<Arc<Behind>>, upgrade: WebSocketUpgrade) -> Response {
    match behind.fault() {
        Fault::Status(code) => refused(code),
        _ => upgrade.on_upgrade(move |socket| Line { behind, socket, heads: None }.hold()),
    }
}

/// One WebSocket.
struct Line {
    behind: Arc<Behind>,
    socket: WebSocket,
    /// Number and hash of the last head told, once somebody has subscribed to heads.
    heads: Option<(u64, Value)>,
}

impl Line {
    async fn hold(mut self) {
        let mut cut = self.behind.lines();
        let mut looks = interval(LOOK_EVERY);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let goes_on = tokio::select! {
                _ = cut.changed() => false,
                said = self.socket.recv() => match said {
                    Some(Ok(Message::Text(text))) => self.hear(&text).await,
                    Some(Ok(Message::Close(_)) | Err(_)) | None => false,
                    Some(Ok(_)) => true,
                },
                _ = looks.tick(), if self.heads.is_some() => self.tell_heads().await,
            };
            if !goes_on {
                return;
            }
        }
    }

    async fn hear(&mut self, text: &str) -> bool {
        match self.behind.fault() {
            Fault::Slow(delay) => sleep(delay).await,
            Fault::Status(_) => return false,
            Fault::Garbage => return self.say(PAGE.to_owned()).await,
            _ => (),
        }
        let Ok(request) = serde_json::from_str::<Value>(text) else { return false };
        let id = &request["id"];
        let answer = match request["method"].as_str() {
            Some("eth_subscribe") if request["params"][0] == "newHeads" => {
                self.heads = Some(newest(&self.behind).await);
                json!({ "jsonrpc": "2.0", "id": id, "result": SUBSCRIPTION })
            }
            Some("eth_unsubscribe") => {
                self.heads = None;
                json!({ "jsonrpc": "2.0", "id": id, "result": true })
            }
            _ => self.behind.answer(&request).await,
        };
        self.say(answer.to_string()).await
    }

    /// Tells the head if it is another one than before. Heads in between are passed over, as by a busy provider.
    async fn tell_heads(&mut self) -> bool {
        let Ok(mut head) = self.behind.head().await else { return true };
        let Some(newest) = name_of(&head) else { return true };
        if self.heads.as_ref() == Some(&newest) {
            return true;
        }
        self.heads = Some(newest);
        if let Some(fields) = head.as_object_mut() {
            fields.retain(|name, _| !matches!(name.as_str(), "transactions" | "uncles" | "withdrawals"));
        }
        let told = json!({ "subscription": SUBSCRIPTION, "result": head });
        let told = json!({ "jsonrpc": "2.0", "method": "eth_subscription", "params": told });
        self.say(told.to_string()).await
    }

    async fn say(&mut self, text: String) -> bool {
        self.socket.send(Message::Text(text.into())).await.is_ok()
    }
}

/// Without a head to compare with, the next one is told whatever it is.
async fn newest(behind: &Behind) -> (u64, Value) {
    behind.head().await.ok().as_ref().and_then(name_of).unwrap_or_default()
}

fn name_of(block: &Value) -> Option<(u64, Value)> {
    Some((height(&block["number"])?, block["hash"].clone()))
}
