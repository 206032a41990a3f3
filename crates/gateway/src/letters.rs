//! `POST /webhooks/NAME`: letters of other servers, handed on byte for byte, because it is the bytes that are signed. No
//! token opens this door: a letter is proved by its signature, which whoever takes it looks at before anything else.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use serde_json::json;

use crate::api;
use crate::gateway::House;
use crate::refusal::Refusal;

/// Takes letters.
pub trait Letters: Send + Sync {
    /// Takes a letter of the sender that the path names, and answers when what it tells is recorded.
    ///
    /// # Errors
    /// [`LetterRefused`], which tells the sender whether to send it again.
    fn take<'a>(&'a self, from: &'a str, letter: &'a Letter) -> BoxFuture<'a, Result<(), LetterRefused>>;
}

/// A letter as it came.
#[derive(Clone, Debug)]
pub struct Letter {
    headers: HeaderMap,
    body: Vec<u8>,
}

/// Why a letter was not taken. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LetterRefused {
    /// Nobody here takes letters of this sender: 404.
    NobodyTakesIt(String),
    /// It is not genuine, or can't be read: 400.
    NotGenuine(String),
    /// It may be sent again later: 503.
    NotNow(String),
}

impl Letter {
    /// The body, byte for byte.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// A header's text; empty when it is not there, or no text.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// Hands a letter on.
pub(crate) async fn take(
    State(house): State<Arc<House>>,
    from: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Refusal> {
    let Path(from) = from.map_err(|_| Refusal::NOT_FOUND)?;
    let headers = request.headers().clone();
    let letter = Letter { headers, body: api::body(request).await?.to_vec() };
    Ok(match house.letters.take(&from, &letter).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(refused) => refused.into_response(),
    })
}

impl IntoResponse for LetterRefused {
    fn into_response(self) -> Response {
        let (status, code, detail) = match self {
            Self::NobodyTakesIt(detail) => (StatusCode::NOT_FOUND, "not_found", detail),
            Self::NotGenuine(detail) => (StatusCode::BAD_REQUEST, "bad_request", detail),
            Self::NotNow(detail) => (StatusCode::SERVICE_UNAVAILABLE, "not_now", detail),
        };
        (status, Json(json!({ "code": code, "detail": detail }))).into_response()
    }
}
