//! What the gateway itself refuses, in the same form as the till's own errors: `{"code": …, "detail": …}`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A refused request: its status, the code the screens act on, and one line that says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    code: &'static str,
    detail: &'static str,
}

impl Refusal {
    pub(crate) const WRONG_TOKEN: Self = Self::forbidden(
        StatusCode::UNAUTHORIZED,
        "the token is missing or wrong: open the address that `tillstream serve` printed at its last start",
    );
    pub(crate) const TOO_MANY_GUESSES: Self =
        Self::forbidden(StatusCode::TOO_MANY_REQUESTS, "too many wrong tokens: wait a second");
    pub(crate) const WRONG_HOST: Self = Self::forbidden(
        StatusCode::MISDIRECTED_REQUEST,
        "this is not the address the till serves: open the one that `tillstream serve` printed",
    );
    pub(crate) const FOREIGN_ORIGIN: Self =
        Self::forbidden(StatusCode::FORBIDDEN, "another site may not use this till");
    pub(crate) const NOT_FOUND: Self =
        Self { status: StatusCode::NOT_FOUND, code: "not_found", detail: "nothing is served here" };
    pub(crate) const WRONG_METHOD: Self = Self::bad_request(
        StatusCode::METHOD_NOT_ALLOWED,
        "commands are sent with POST, everything else is read with GET",
    );
    pub(crate) const NOT_JSON: Self = Self::bad_request(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "send the request as JSON, with content-type application/json",
    );
    pub(crate) const MALFORMED_JSON: Self =
        Self::bad_request(StatusCode::BAD_REQUEST, "the body is not well-formed JSON");
    pub(crate) const TOO_LARGE: Self =
        Self::bad_request(StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 64 KiB");
    pub(crate) const TOO_SLOW: Self =
        Self::bad_request(StatusCode::REQUEST_TIMEOUT, "the body did not arrive in time: send it again");
    pub(crate) const BROKEN_BODY: Self =
        Self::bad_request(StatusCode::BAD_REQUEST, "the body did not arrive whole: send it again");
    pub(crate) const NOT_A_FEED_CLIENT: Self = Self::bad_request(
        StatusCode::BAD_REQUEST,
        "open the feed as a WebSocket with the subprotocols tillstream and token.TOKEN",
    );

    const fn forbidden(status: StatusCode, detail: &'static str) -> Self {
        Self { status, code: "forbidden", detail }
    }

    const fn bad_request(status: StatusCode, detail: &'static str) -> Self {
        Self { status, code: "bad_request", detail }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = Json(json!({ "code": self.code, "detail": self.detail }));
        let mut response = (self.status, body).into_response();
        // RFC 9110 asks for the first with 401; RFC 6585 suggests the second with 429.
        if self.status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if self.status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}
