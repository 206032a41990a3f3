//! An Esplora-shaped front over the node's RPC: the answers `bdk_esplora` and `ldk-node` ask for, computed by reading
//! the whole chain and mempool, which on regtest is a moment's work.
//!
//! Routes and shapes: <https://github.com/Blockstream/esplora/blob/master/API.md>.

mod answers;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use serde_json::json;
use tokio::task::spawn_blocking;

use crate::background::Background;
use crate::rpc::Rpc;
use crate::{CounterpartyError, Node};
use answers::Answer;
use view::Chain;

/// An Esplora-shaped server. Dropping it stops it; it answers 503 while its node is down.
pub struct EsploraShim {
    server: Background,
}

impl EsploraShim {
    /// Starts a server over `node`.
    ///
    /// # Errors
    /// When no port can be bound.
    pub fn start(node: &Node) -> Result<Self, CounterpartyError> {
        let router = router(node.rpc.clone());
        let server = Background::serve(|listener| async {
            if let Err(error) = axum::serve(listener, router).await {
                eprintln!("counterparties: the Esplora server ended: {error}");
            }
        })?;
        Ok(Self { server })
    }

    /// `esplora+http://127.0.0.1:PORT`, as the settings file writes it.
    #[must_use]
    pub fn esplora_url(&self) -> String {
        format!("esplora+{}", self.http_url())
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn http_url(&self) -> String {
        format!("http://{}", self.server.address())
    }
}

fn router(rpc: Rpc) -> Router {
    let chain = Arc::new(Chain::new(rpc));
    Router::new().route("/tx", post(broadcast)).fallback(read).with_state(chain)
}

async fn read(State(chain): State<Arc<Chain>>, uri: Uri) -> Response {
    let answering = spawn_blocking(move || {
        let segments: Vec<&str> = uri.path().trim_start_matches('/').split('/').collect();
        answers::read(&chain.view()?, &segments)
    });
    match answering.await {
        Ok(Ok(answer)) => answer.into_response(),
        Ok(Err(error)) => unavailable(&error),
        Err(panic) => unavailable(&panic),
    }
}

async fn broadcast(State(chain): State<Arc<Chain>>, body: Bytes) -> Response {
    let sending = spawn_blocking(move || {
        let hex = String::from_utf8_lossy(&body);
        chain.rpc.text("sendrawtransaction", &json!([hex.trim()]))
    });
    match sending.await {
        Ok(Ok(txid)) => txid.into_response(),
        Ok(Err(error @ CounterpartyError::Rpc { source: jsonrpc::Error::Rpc(_), .. })) => {
            (StatusCode::BAD_REQUEST, error.to_string()).into_response()
        }
        Ok(Err(error)) => unavailable(&error),
        Err(panic) => unavailable(&panic),
    }
}

fn unavailable(reason: &impl ToString) -> Response {
    (StatusCode::SERVICE_UNAVAILABLE, reason.to_string()).into_response()
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Self::Json(value) => axum::Json(value).into_response(),
            Self::Text(text) => text.into_response(),
            Self::Bytes(bytes) => bytes.into_response(),
            Self::NotFound => (StatusCode::NOT_FOUND, "Not found").into_response(),
        }
    }
}
