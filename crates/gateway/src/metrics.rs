//! A page of figures for a monitoring program on this machine, at `/metrics` of an address of its own.
//!
//! It asks for no token: a monitoring program is set up once with an address, and what stands here is no secret and can't
//! be changed through it. It does tell how much is sold, so like everything else it is served on loopback only, to
//! whoever names this server in `Host`; a page of another site can't read it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::future::BoxFuture;
use tokio::net::TcpListener;

use crate::refusal::Refusal;
use crate::{BindError, Surface, host};

/// What the text is written in: OpenMetrics, which Prometheus and its relatives read.
const MEDIA_TYPE: HeaderValue =
    HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");

/// Writes the page anew each time it is asked for; `None` when there is nothing to tell now.
pub type Figures = Arc<dyn Fn() -> BoxFuture<'static, Option<String>> + Send + Sync>;

/// A page of figures that listens and is not served yet.
pub struct MetricsPage {
    address: SocketAddr,
    listener: TcpListener,
    figures: Figures,
}

impl MetricsPage {
    /// Listens on a loopback address; port 0 takes any free one.
    ///
    /// # Errors
    /// When others could reach the address, or it can't be had.
    pub async fn bind(listen: SocketAddr, figures: Figures) -> Result<Self, BindError> {
        if !Surface::Loopback.may_listen_on(listen) {
            return Err(BindError::NotLoopback(listen));
        }
        let refused = |source| BindError::Refused { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self { address, listener, figures })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until it is dropped.
    pub async fn serve(self) {
        let routes = Router::new()
            .route("/metrics", get(page).fallback(async || Refusal::WRONG_METHOD))
            .fallback(async || Refusal::NOT_FOUND)
            .layer(from_fn_with_state(self.address.port(), admit))
            .with_state(self.figures);
        let _never_ends = axum::serve(self.listener, routes).await;
    }
}

async fn admit(State(port): State<u16>, request: Request, next: Next) -> Response {
    match host::check(Surface::Loopback, port, request.headers()) {
        Ok(()) => next.run(request).await,
        Err(refusal) => refusal.into_response(),
    }
}

async fn page(State(figures): State<Figures>) -> Response {
    let Some(text) = figures().await else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let headers = [
        (header::CONTENT_TYPE, MEDIA_TYPE),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ];
    (headers, text).into_response()
}
