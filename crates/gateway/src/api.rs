//! `POST /api/NAME`: one command, JSON in, JSON out.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use crate::door::bearer;
use crate::gateway::House;
use crate::refusal::Refusal;

/// The largest request body.
pub(crate) const BODY_BYTES_MAX: usize = 64 * 1024;
const BODY_WAIT_MAX: Duration = Duration::from_secs(10);

/// Runs a command for whoever has the token.
pub(crate) async fn call(
    State(house): State<Arc<House>>,
    name: Result<Path<String>, PathRejection>,
    request: Request,
) -> Result<Response, Refusal> {
    house.door.admit(bearer(request.headers()))?;
    let Path(name) = name.map_err(|_| Refusal::NOT_FOUND)?;
    if !is_json(request.headers()) {
        return Err(Refusal::NOT_JSON);
    }
    let body = body(request).await?;
    let request: Value = serde_json::from_slice(&body).map_err(|_| Refusal::MALFORMED_JSON)?;
    let answer = house.commands.call(&name, request).await;
    Ok(match answer {
        Ok(reply) => Json(reply).into_response(),
        Err(refused) => (refused.status(), Json(refused.body)).into_response(),
    })
}

/// Answers any other method on a command's path.
pub(crate) async fn wrong_method() -> Refusal {
    Refusal::WRONG_METHOD
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

/// The whole body, within its bounds.
pub(crate) async fn body(request: Request) -> Result<Bytes, Refusal> {
    let whole = tokio::time::timeout(BODY_WAIT_MAX, Bytes::from_request(request, &()));
    let whole = whole.await.map_err(|_| Refusal::TOO_SLOW)?;
    whole.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Refusal::TOO_LARGE,
        _ => Refusal::BROKEN_BODY,
    })
}
