//! Headers that every answer carries, refusals included.

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use std::sync::Arc;

use crate::gateway::House;

const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The headers of a server on `port`. The page may load and connect to nothing but this server.
pub(crate) fn security(port: u16) -> HeaderMap {
    // Not every browser takes a WebSocket for 'self', so it is named; an IPv6 literal can't be.
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
         connect-src 'self' ws://127.0.0.1:{port} ws://localhost:{port}; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    let policy = HeaderValue::try_from(policy).expect("the policy is ASCII text and a number");
    let same_origin = HeaderValue::from_static("same-origin");
    HeaderMap::from_iter([
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (HeaderName::from_static("cross-origin-opener-policy"), same_origin.clone()),
        (HeaderName::from_static("cross-origin-resource-policy"), same_origin),
    ])
}

/// Adds them, and forbids storing whatever did not ask to be stored.
pub(crate) async fn add(State(house): State<Arc<House>>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in &house.headers {
        headers.insert(name, value.clone());
    }
    headers.entry(header::CACHE_CONTROL).or_insert(NO_STORE);
    response
}
