//! Who carries a command out: the process that owns the data file when there is one, else this one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use engine::Engine;
use reqwest::{Client, redirect};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::failure::Failure;
use super::note;
use super::place::Place;
use super::start::note_wrong_clock;
use crate::app::{App, Broken, OpenOptions};
use crate::control::Control;
use crate::serve::{ServeError, Server};
use crate::till::OpenError;

/// How long an owner may take to say that it is there.
const PROBE_WAIT: Duration = Duration::from_secs(2);
/// How long an owner may take for a command: a rail's servers may be slow.
const ANSWER_WAIT: Duration = Duration::from_secs(60);
/// How long another process may be starting, ending or doing a short command of its own.
const OWNER_WAIT: Duration = Duration::from_secs(3);
const OWNER_POLL: Duration = Duration::from_millis(100);
/// How long the check of the books is waited for after a charge.
const CHECK_WAIT: Duration = Duration::from_secs(1);

/// Carries commands out.
pub(super) enum Caller {
    /// This process: it owns the data file now.
    Local(Local),
    /// The process that owns it.
    Remote(Remote),
}

impl Caller {
    /// Finds the owner of a data file, or becomes it.
    pub(super) async fn find(place: &Place) -> Result<Self, Failure> {
        let give_up = Instant::now() + OWNER_WAIT;
        loop {
            if let Some(owner) = Remote::of(place).await {
                return Ok(Self::Remote(owner));
            }
            match Local::open(place).await {
                Ok(local) => return Ok(Self::Local(local)),
                Err(error) if is_owned(&error) && Instant::now() < give_up => {
                    tokio::time::sleep(OWNER_POLL).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Runs a command of the till by its name, as the screens do.
    pub(super) async fn call<T: DeserializeOwned>(&self, name: &str, request: Value) -> Result<T, Failure> {
        let reply = match self {
            Self::Local(local) => local.app.call(name, request).await?,
            Self::Remote(owner) => owner.ask(name, request, ANSWER_WAIT).await?,
        };
        Ok(serde_json::from_value(reply)?)
    }

    /// Waits until this process can record nothing any more. Another process tells by not answering.
    pub(super) async fn broken(&self) -> Broken {
        match self {
            Self::Local(local) => local.app.broken().await,
            Self::Remote(_) => std::future::pending().await,
        }
    }

    /// Says that the clock is wrong, when this process is the till.
    pub(super) async fn note_wrong_clock(&self) {
        if let Self::Local(local) = self {
            note_wrong_clock(&local.app).await;
        }
    }

    /// Says that the books are broken, when the till has found it out. A till opened for one command gets a moment to
    /// look at them; books too large for that are looked at by `tillstream ledger verify`.
    pub(super) async fn note_broken_books(&self) {
        if let Self::Local(local) = self
            && let Ok(till) = local.app.till().await
        {
            let _too_large = tokio::time::timeout(CHECK_WAIT, till.books_checked()).await;
        }
        let Ok(status) = self.call::<Value>("status", json!({})).await else { return };
        if let Some(problem) = status["ledger"]["problem"].as_str().filter(|problem| !problem.is_empty()) {
            note(format_args!(
                "the books are broken ({problem}): stop selling, keep a copy of the data folder and run \
                 `tillstream ledger verify`"
            ));
        }
    }

    /// Ends in order what was begun for the call.
    pub(super) async fn close(self) {
        if let Self::Local(local) = self {
            local.close().await;
        }
    }
}

/// Somebody else has the data file.
pub(super) fn is_owned(error: &OpenError) -> bool {
    matches!(error, OpenError::Store(store::OpenError::Owned { .. }))
}

/// A till opened for one command.
pub(super) struct Local {
    app: Arc<App>,
    door: Option<oneshot::Sender<()>>,
    serving: JoinSet<Result<(), ServeError>>,
}

impl Local {
    async fn open(place: &Place) -> Result<Self, OpenError> {
        let options = OpenOptions { data_dir: place.data_dir.clone(), mode: place.mode };
        Ok(Self { app: App::open(options).await?, door: None, serving: JoinSet::new() })
    }

    /// Its engine, for what is too much for one command.
    pub(super) async fn engine(&self) -> Result<Engine, Failure> {
        Ok(self.app.till().await?.engine.clone())
    }

    /// Lets other commands and browsers in while this one runs. Returns the address to open, with its token.
    pub(super) async fn open_door(&mut self) -> Result<String, ServeError> {
        let server = Server::listen(self.app.clone(), SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let address = server.open_url();
        let (door, closed) = oneshot::channel::<()>();
        self.door = Some(door);
        self.serving.spawn(server.serve(async { drop(closed.await) }));
        Ok(address)
    }

    async fn close(mut self) {
        drop(self.door.take());
        while self.serving.join_next().await.is_some() {}
        self.app.stop().await;
    }
}

/// Another process, asked over loopback.
pub(super) struct Remote {
    client: Client,
    control: Control,
}

impl Remote {
    /// The owner that the control file names, if it lives and has the books of this mode open.
    pub(super) async fn of(place: &Place) -> Option<Self> {
        let control =
            Control::read(&place.data_dir, place.mode).filter(|control| is_loopback(&control.address))?;
        // A proxy must never see the token, and this machine sends nobody elsewhere.
        let client = Client::builder().no_proxy().redirect(redirect::Policy::none()).build().ok()?;
        let owner = Self { client, control };
        let status = owner.ask("status", json!({}), PROBE_WAIT).await.ok()?;
        (status["mode"] == place.mode.name()).then_some(owner)
    }

    /// Who it is and where, for people. Without the token.
    pub(super) fn introduction(&self) -> String {
        format!("process {} runs the till already, at {}", self.control.pid, self.control.address)
    }

    /// Asks it to show its window.
    #[cfg(feature = "desktop")]
    pub(super) async fn bring_to_front(&self) -> Result<(), Failure> {
        self.ask("window_focus", json!({}), PROBE_WAIT).await.map(|_| ())
    }

    pub(super) async fn ask(&self, name: &str, request: Value, wait: Duration) -> Result<Value, Failure> {
        let no_answer = |error: reqwest::Error| Failure::NoAnswer(reason(&error));
        let post = self.client.post(format!("{}/api/{name}", self.control.address));
        let post = post.bearer_auth(&self.control.token).timeout(wait).json(&request);
        let answer = post.send().await.map_err(no_answer)?;
        let is_done = answer.status().is_success();
        let reply: Value = answer.json().await.map_err(no_answer)?;
        if is_done {
            return Ok(reply);
        }
        let detail = reply["detail"].as_str().unwrap_or("refused without a reason");
        let asked_wrongly =
            ["bad_request", "bad_amount", "card_number"].iter().any(|code| reply["code"] == *code);
        Err(Failure::told(asked_wrongly, detail.to_owned()))
    }
}

/// In few words, without the address.
fn reason(error: &reqwest::Error) -> String {
    let kind = if error.is_timeout() { "it hangs" } else { "the connection broke" };
    kind.to_owned()
}

/// A control file that was tampered with must not send the token elsewhere.
fn is_loopback(address: &str) -> bool {
    let socket = address.strip_prefix("http://").and_then(|rest| rest.parse::<SocketAddr>().ok());
    socket.is_some_and(|socket| socket.ip().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_goes_to_this_machine_only() {
        for good in ["http://127.0.0.1:8480", "http://127.8.8.8:1", "http://[::1]:8480"] {
            assert!(is_loopback(good), "{good}");
        }
        for bad in [
            "http://192.0.2.1:8480",
            "https://127.0.0.1:8480",
            "http://127.0.0.1:8480@evil.example",
            "http://127.0.0.1.evil.example:8480",
            "http://localhost:8480",
            "127.0.0.1:8480",
            "",
        ] {
            assert!(!is_loopback(bad), "{bad}");
        }
    }
}
