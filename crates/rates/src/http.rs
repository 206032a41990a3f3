//! Asks a source over HTTP: a few short requests, each with an end. Redirects are not followed, nothing is sent but the
//! question, and an answer that is larger than any honest one is not read on.

use std::sync::Arc;
use std::time::Duration;

use payment::Timestamp;
use payment::rail::RailFuture;
use payment::rates::{AskError, Pair, RateSource, Told, Trade};
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use thiserror::Error;

use crate::sources::{Request, Source};

/// How long one request may take as a whole.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest honest answer is Coinbase's list of currencies, about twenty kilobytes.
const BODY_BYTES_MAX: usize = 512 * 1024;
/// What Binance answers to who goes on asking after 429.
const BANNED: u16 = 418;

/// No client can be made for asking sources.
#[derive(Debug, Error)]
#[error("sources of rates can't be asked: {0}")]
pub enum ReachError {
    /// The HTTP client could not be made.
    Http(#[from] reqwest::Error),
    /// The TLS library refused its own settings.
    Tls(#[from] rustls::Error),
}

/// A source that is asked over HTTP.
#[derive(Clone, Debug)]
pub struct HttpSource {
    source: &'static Source,
    home: String,
    http: Client,
}

impl HttpSource {
    /// Every source at its own place, sharing one client.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn all() -> Result<Vec<Self>, ReachError> {
        let http = client()?;
        let at_home =
            |source: &&'static Source| Self { source, home: source.home.to_owned(), http: http.clone() };
        Ok(crate::SOURCES.iter().map(at_home).collect())
    }

    /// A source at another place than its own: a stand-in of the tests.
    ///
    /// # Errors
    /// When no client can be made.
    pub fn at(source: &'static Source, home: &str) -> Result<Self, ReachError> {
        Ok(Self { source, home: home.to_owned(), http: client()? })
    }

    async fn ask_all(&self, pairs: &[Pair], now: Timestamp) -> Result<Vec<Told>, AskError> {
        let mut told = Vec::new();
        let mut refused: Option<AskError> = None;
        let mut answered = false;
        for request in (self.source.requests)(pairs) {
            match self.ask_one(&request, now).await {
                Ok(more) => {
                    answered = true;
                    told.extend(more);
                }
                Err(busy @ AskError::Busy { .. }) => return Err(busy),
                Err(error) => {
                    let problem = error.to_string();
                    told.extend(
                        request.pairs.iter().map(|pair| Told { pair: *pair, answer: Err(problem.clone()) }),
                    );
                    refused.get_or_insert(error);
                }
            }
        }
        match refused {
            Some(error) if !answered => Err(error),
            _ => Ok(told),
        }
    }

    /// An exchange refuses a whole list for one market that it has closed: then each pair is asked about by itself.
    async fn ask_one(&self, request: &Request, now: Timestamp) -> Result<Vec<Told>, AskError> {
        match self.answer(request, now).await {
            Err(AskError::Nonsense(reason))
                if request.pairs.len() > 1 && self.source.trade == Trade::Coins =>
            {
                let mut told = Vec::new();
                for pair in &request.pairs {
                    for single in (self.source.requests)(&[*pair]) {
                        match self.answer(&single, now).await {
                            Ok(more) => told.extend(more),
                            Err(AskError::Nonsense(problem)) => {
                                told.push(Told { pair: *pair, answer: Err(problem) });
                            }
                            Err(error) => return Err(error),
                        }
                    }
                }
                let is_any = told.iter().any(|told| told.answer.is_ok());
                if is_any { Ok(told) } else { Err(AskError::Nonsense(reason)) }
            }
            answer => answer,
        }
    }

    async fn answer(&self, request: &Request, now: Timestamp) -> Result<Vec<Told>, AskError> {
        let response = self.http.get(format!("{}{}", self.home, request.path)).send().await.map_err(down)?;
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS || status.as_u16() == BANNED {
            return Err(AskError::Busy { again_in: retry_after(&response) });
        }
        let body = text(response).await?;
        if status.is_server_error() || status.is_redirection() {
            return Err(AskError::Down(format!("HTTP status {}", status.as_u16())));
        }
        if !status.is_success() {
            return Err(AskError::Nonsense(format!("HTTP status {}", status.as_u16())));
        }
        (self.source.read)(&body, &request.pairs, now).map_err(AskError::Nonsense)
    }
}

impl RateSource for HttpSource {
    fn name(&self) -> &'static str {
        self.source.name
    }

    fn trade(&self) -> Trade {
        self.source.trade
    }

    fn fresh_for(&self) -> Duration {
        self.source.fresh_for
    }

    fn pause(&self) -> Duration {
        self.source.pause
    }

    fn offers(&self, pair: Pair) -> bool {
        (self.source.offers)(pair)
    }

    fn ask<'a>(&'a self, pairs: &'a [Pair], now: Timestamp) -> RailFuture<'a, Result<Vec<Told>, AskError>> {
        Box::pin(self.ask_all(pairs, now))
    }
}

fn client() -> Result<Client, ReachError> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let named = concat!("tillstream/", env!("CARGO_PKG_VERSION"));
    let client = Client::builder()
        .use_preconfigured_tls(tls)
        .no_proxy()
        .redirect(Policy::none())
        .timeout(PATIENCE)
        .user_agent(named)
        .build()?;
    Ok(client)
}

/// The address is left out: it would be most of the line.
fn down(error: reqwest::Error) -> AskError {
    let reason =
        if error.is_timeout() { "it took too long".to_owned() } else { error.without_url().to_string() };
    AskError::Down(reason)
}

fn retry_after(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

async fn text(mut response: Response) -> Result<String, AskError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(down)? {
        body.extend_from_slice(&chunk);
        if body.len() > BODY_BYTES_MAX {
            return Err(AskError::Nonsense("it is larger than any honest one".to_owned()));
        }
    }
    String::from_utf8(body).map_err(|_| AskError::Nonsense("it is no text".to_owned()))
}
