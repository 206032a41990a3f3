//! A till made of a few canned answers, served for real on loopback.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use gateway::{Asset, CommandRefused, Commands, Gateway, Letter, LetterRefused, Letters, Surface, Token};
use reqwest::{Client, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::sync::{broadcast, oneshot};
use tokio::task::JoinHandle;

pub(crate) const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Changes a slow browser may fall behind before it is told to read everything.
const CHANGES_MAX: usize = 8;

/// A served gateway with what a test needs to talk to it.
pub(crate) struct Till {
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
    pub(crate) changes: broadcast::Sender<String>,
    pub(crate) client: Client,
    close: oneshot::Sender<()>,
    served: JoinHandle<()>,
}

impl Till {
    pub(crate) async fn open() -> Self {
        let token = Token::generate().expect("there is randomness");
        let text = token.expose().to_owned();
        let (changes, _) = broadcast::channel(CHANGES_MAX);
        let gateway = of(token, changes.clone());
        let bound = gateway.bind(ANY_PORT, Surface::Loopback).await.expect("there is a free port");
        let address = bound.address();
        let (close, closing) = oneshot::channel();
        let served = spawn(bound.serve(async { drop(closing.await) }));
        Self { address, token: text, changes, client: Client::new(), close, served }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// A command sent as the screens send it.
    pub(crate) fn command(&self, name: &str, request: &Value) -> RequestBuilder {
        self.client.post(self.url(&format!("/api/{name}"))).bearer_auth(&self.token).json(request)
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.expect("it answers")
    }

    /// Asks the gateway to end and waits until it has.
    pub(crate) async fn close(self) {
        self.close.send(()).expect("it is served");
        tokio::time::timeout(Duration::from_secs(10), self.served)
            .await
            .expect("it ends in time")
            .expect("it does not panic");
    }
}

/// A gateway over the canned till.
pub(crate) fn of(token: Token, changes: broadcast::Sender<String>) -> Gateway {
    Gateway {
        token,
        commands: Arc::new(CannedCommands),
        feed: Arc::new(move || changes.subscribe()),
        assets: Arc::new(asset),
        letters: Arc::new(CannedLetters),
    }
}

#[expect(clippy::disallowed_methods, reason = "a test has no supervisor: it waits for the task itself")]
pub(crate) fn spawn(task: impl Future<Output = ()> + Send + 'static) -> JoinHandle<()> {
    tokio::spawn(task)
}

struct CannedCommands;

impl Commands for CannedCommands {
    fn call<'a>(&'a self, name: &'a str, request: Value) -> BoxFuture<'a, Result<Value, CommandRefused>> {
        Box::pin(async move {
            match name {
                "echo" => Ok(request),
                "sale_cancel" => Err(refused(409, "not_now")),
                _ => Err(refused(404, "not_found")),
            }
        })
    }
}

struct CannedLetters;

impl Letters for CannedLetters {
    fn take<'a>(&'a self, from: &'a str, letter: &'a Letter) -> BoxFuture<'a, Result<(), LetterRefused>> {
        Box::pin(async move {
            match (from, letter.header("stripe-signature")) {
                ("post", "right") if letter.body() == b" {\"a\" : 1}\r\n\xff" => Ok(()),
                ("post", "later") => Err(LetterRefused::NotNow("canned".to_owned())),
                ("post", _) => Err(LetterRefused::NotGenuine("canned".to_owned())),
                _ => Err(LetterRefused::NobodyTakesIt("canned".to_owned())),
            }
        })
    }
}

fn refused(status_hint: u16, code: &str) -> CommandRefused {
    CommandRefused { status_hint, body: json!({ "code": code, "detail": "canned" }) }
}

fn asset(path: &str) -> Option<Asset> {
    let (content, mime) = match path {
        "index.html" => ("<!doctype html><title>Tillstream</title>", "text/html; charset=utf-8"),
        "assets/app-1a2b3c4d.js" => ("export {}", "text/javascript"),
        _ => return None,
    };
    Some(Asset { bytes: Cow::Borrowed(content.as_bytes()), mime: Cow::Borrowed(mime) })
}
