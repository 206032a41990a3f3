//! The screens and commands for a browser on this machine, and the door through which `tillstream`'s own commands
//! reach the process that owns the data file. The window opens it too, on a port of its own.

use std::borrow::Cow;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use gateway::{
    Asset, BindError, Bound, CommandRefused, Commands, Gateway, Letter, LetterRefused, Letters, NoRandomness,
    Surface, Token,
};
use payment::RailId;
use payment::card::{CardNotice, NoticeRefused};
use serde_json::{Value, json};
use thiserror::Error;
use tokio::sync::broadcast;

use crate::app::App;
use crate::commands::Asker;
use crate::control::{ControlError, ControlFile};
use crate::dto::error::{AppError, ErrorCode};

/// The built screens, inside the program.
#[derive(rust_embed::RustEmbed)]
#[folder = "ui/dist"]
struct Screens;

/// Encoded changes that a slow browser may fall behind by.
const CHANGES_MAX: usize = 1_024;

/// Why the screens can't be served.
#[derive(Debug, Error)]
pub enum ServeError {
    /// The address.
    #[error(transparent)]
    Bind(#[from] BindError),
    /// The token.
    #[error(transparent)]
    Token(#[from] NoRandomness),
    /// The note that tells other commands where the owner is.
    #[error(transparent)]
    Control(#[from] ControlError),
}

/// A server that listens; its address and token are in the control file.
pub struct Server {
    app: Arc<App>,
    bound: Bound,
    token: String,
    control: ControlFile,
}

impl Server {
    /// Listens on a loopback address (port 0: any free one) and writes the control file.
    ///
    /// # Errors
    /// When the address can't be had.
    pub async fn listen(app: Arc<App>, listen: SocketAddr) -> Result<Self, ServeError> {
        let token = Token::generate()?;
        let secret = token.expose().to_owned();
        let gateway = Gateway {
            token,
            commands: Arc::new(Door { app: app.clone() }),
            feed: feed(&app),
            assets: Arc::new(screen),
            letters: Arc::new(Door { app: app.clone() }),
        };
        let bound = gateway.bind(listen, Surface::Loopback).await?;
        let mode = *app.mode().borrow();
        let control = ControlFile::write(&app.data_dir, mode, &base_url(bound.address()), &secret)?;
        Ok(Self { app, bound, token: secret, control })
    }

    /// `http://127.0.0.1:8480`
    #[must_use]
    pub fn address(&self) -> String {
        base_url(self.bound.address())
    }

    /// The address with the token, to open in a browser.
    #[must_use]
    pub fn open_url(&self) -> String {
        format!("{}/#token={}", self.address(), self.token)
    }

    /// Serves until told otherwise; the control file follows the mode and goes at the end.
    ///
    /// # Errors
    /// When the control file can't be written after a change of mode.
    pub async fn serve(self, until: impl Future<Output = ()>) -> Result<(), ServeError> {
        let Self { app, bound, token, mut control } = self;
        let address = base_url(bound.address());
        let data_dir: PathBuf = app.data_dir.clone();
        let mut mode = app.mode();
        let follow_mode = async {
            let mut told = *mode.borrow_and_update();
            while mode.changed().await.is_ok() {
                let now = *mode.borrow_and_update();
                if std::mem::replace(&mut told, now) == now {
                    continue;
                }
                let told_now = ControlFile::write(&data_dir, now, &address, &token)?;
                std::mem::replace(&mut control, told_now).remove();
            }
            Ok::<(), ServeError>(())
        };
        tokio::select! {
            () = bound.serve(until) => {}
            followed = follow_mode => followed?,
        }
        control.remove();
        Ok(())
    }
}

fn base_url(address: SocketAddr) -> String {
    format!("http://{address}")
}

struct Door {
    app: Arc<App>,
}

impl Commands for Door {
    fn call<'a>(&'a self, name: &'a str, request: Value) -> BoxFuture<'a, Result<Value, CommandRefused>> {
        Box::pin(
            async move { self.app.call_as(Asker::Browser, name, request).await.map_err(|e| refused(&e)) },
        )
    }
}

/// Stripe's letters go through the door that its events take.
impl Letters for Door {
    fn take<'a>(&'a self, from: &'a str, letter: &'a Letter) -> BoxFuture<'a, Result<(), LetterRefused>> {
        Box::pin(async move {
            if from != RailId::STRIPE.name() {
                return Err(LetterRefused::NobodyTakesIt(format!("nobody here takes letters of {from:?}")));
            }
            let till = self.app.till().await.map_err(|error| LetterRefused::NotNow(error.detail))?;
            let received = till.engine.clock().now().wall;
            let signature = letter.header("stripe-signature");
            let notice = CardNotice { body: letter.body(), signature, received };
            till.engine.take_card_notice(RailId::STRIPE, notice).await.or_else(answered)
        })
    }
}

/// What a sender is told. What changes no payment has arrived well, and need not be sent again.
fn answered(refused: NoticeRefused) -> Result<(), LetterRefused> {
    let detail = refused.to_string();
    tracing::debug!(%detail, "a letter was not acted on");
    match refused {
        NoticeRefused::NotNeeded(_) => Ok(()),
        NoticeRefused::NotSetUp => Err(LetterRefused::NobodyTakesIt(detail)),
        NoticeRefused::NotRead(_) => Err(LetterRefused::NotNow(detail)),
        NoticeRefused::Unsigned
        | NoticeRefused::Forged
        | NoticeRefused::TooOld(_)
        | NoticeRefused::Unreadable
        | NoticeRefused::OtherMode => Err(LetterRefused::NotGenuine(detail)),
    }
}

fn refused(error: &AppError) -> CommandRefused {
    let status_hint = match error.code {
        ErrorCode::BadRequest | ErrorCode::BadAmount | ErrorCode::CardNumber => 400,
        ErrorCode::Forbidden | ErrorCode::WrongPin => 403,
        ErrorCode::NotFound => 404,
        ErrorCode::NotNow | ErrorCode::NoRate | ErrorCode::RailUnavailable | ErrorCode::SettingsChanged => {
            409
        }
        ErrorCode::Keyring | ErrorCode::Closing | ErrorCode::Broken => 503,
        ErrorCode::Storage => 507,
        ErrorCode::Unknown | ErrorCode::Internal => 500,
    };
    CommandRefused { status_hint, body: json!({ "code": error.code, "detail": error.detail }) }
}

fn screen(path: &str) -> Option<Asset> {
    let file = Screens::get(path)?;
    Some(Asset { bytes: file.data, mime: Cow::Borrowed(media_type(path)) })
}

/// The kinds of file that the screens are built of.
fn media_type(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" => "application/json",
        _ => "application/octet-stream",
    }
}

/// Encodes each change once, for all browsers.
fn feed(app: &Arc<App>) -> gateway::Feed {
    let encoded = broadcast::channel::<String>(CHANGES_MAX).0;
    let (out, mut changes) = (encoded.clone(), app.changes());
    tokio::runtime::Handle::current().spawn(async move {
        loop {
            let text = match changes.recv().await {
                Ok(change) => serde_json::to_string(&change).unwrap_or_default(),
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    json!({ "topic": "everything", "id": "", "version": 0 }).to_string()
                }
                Err(broadcast::error::RecvError::Closed) => return,
            };
            let _nobody_listens = out.send(text);
        }
    });
    Arc::new(move || encoded.subscribe())
}
