//! The server: bound first, so that its address can be printed, then served until the till closes.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::HeaderMap;
use axum::middleware::{from_fn_with_state, map_response_with_state};
use axum::routing::{any, post};
use axum::serve::ListenerExt;
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::door::Door;
use crate::{Assets, Commands, Feed, Letters, Surface, Token, api, asset, feed, headers, host, letters};

/// How long open requests and feeds may take to end once the till closes.
const FAREWELL_MAX: Duration = Duration::from_secs(5);

/// What a server is made of.
pub struct Gateway {
    /// Who may call commands and hear the feed.
    pub token: Token,
    /// The table of commands.
    pub commands: Arc<dyn Commands>,
    /// The changes to pass on.
    pub feed: Feed,
    /// The screens.
    pub assets: Assets,
    /// Who takes letters of other servers.
    pub letters: Arc<dyn Letters>,
}

/// A server that listens and is not served yet.
pub struct Bound {
    address: SocketAddr,
    listener: TcpListener,
    house: Arc<House>,
}

/// Why a server can't listen.
#[derive(Debug, Error)]
pub enum BindError {
    /// Other machines could reach the address, and nobody allowed that.
    #[error("{0} can be reached from other machines: listen on 127.0.0.1")]
    NotLoopback(SocketAddr),
    /// The operating system refuses the address.
    #[error("cannot listen on {address} ({source}): choose another port, or 0 for any free one")]
    Refused {
        /// The address wanted.
        address: SocketAddr,
        /// The operating system's reason.
        source: io::Error,
    },
}

/// What every request can reach.
pub(crate) struct House {
    pub(crate) door: Door,
    pub(crate) commands: Arc<dyn Commands>,
    pub(crate) feed: Feed,
    pub(crate) assets: Assets,
    pub(crate) letters: Arc<dyn Letters>,
    pub(crate) surface: Surface,
    pub(crate) port: u16,
    pub(crate) headers: HeaderMap,
    /// Turns true when the till closes; every open feed holds a receiver.
    pub(crate) closing: watch::Sender<bool>,
}

impl Gateway {
    /// Listens on an address; port 0 takes any free one.
    ///
    /// # Errors
    /// When others could reach the address although `surface` is [`Surface::Loopback`], or it can't be had.
    pub async fn bind(self, listen: SocketAddr, surface: Surface) -> Result<Bound, BindError> {
        if !surface.may_listen_on(listen) {
            return Err(BindError::NotLoopback(listen));
        }
        let refused = |source| BindError::Refused { address: listen, source };
        let listener = TcpListener::bind(listen).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let house = House {
            door: Door::new(self.token),
            commands: self.commands,
            feed: self.feed,
            assets: self.assets,
            letters: self.letters,
            surface,
            port: address.port(),
            headers: headers::security(address.port()),
            closing: watch::Sender::new(false),
        };
        Ok(Bound { address, listener, house: Arc::new(house) })
    }
}

impl Bound {
    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `until` is done, then lets open requests end and says goodbye to the feeds, for 5 s at most.
    pub async fn serve(self, until: impl Future<Output = ()>) {
        let house = self.house;
        let mut closing = house.closing.subscribe();
        let listener = self.listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "small answers may be delayed");
            }
        });
        let server = axum::serve(listener, routes(&house))
            .with_graceful_shutdown(async move { drop(closing.wait_for(|is_closing| *is_closing).await) });
        let mut server = pin!(server.into_future());
        tokio::select! {
            _ = &mut server => return,
            () = until => {}
        }
        house.closing.send_replace(true);
        let farewell = async {
            let _ends_without_error = server.await;
            house.closing.closed().await;
        };
        if timeout(FAREWELL_MAX, farewell).await.is_err() {
            tracing::warn!("some browsers were still connected when the till closed");
        }
    }
}

impl fmt::Debug for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bound").field("address", &self.address).finish_non_exhaustive()
    }
}

fn routes(house: &Arc<House>) -> Router {
    Router::new()
        .route("/api/{name}", post(api::call).fallback(api::wrong_method))
        .route("/webhooks/{from}", post(letters::take).fallback(api::wrong_method))
        .route("/feed", any(feed::open))
        .fallback(asset::serve)
        .layer(DefaultBodyLimit::max(api::BODY_BYTES_MAX))
        .layer(from_fn_with_state(Arc::clone(house), host::admit))
        .layer(map_response_with_state(Arc::clone(house), headers::add))
        .with_state(Arc::clone(house))
}
