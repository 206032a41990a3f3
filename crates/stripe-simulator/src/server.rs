//! The simulator on a port of its own: a thread with a runtime, stopped when its handle is dropped.
//!
//! Connections are served by hyper itself, because a line that breaks before an answer is a fault to be had, and a router
//! alone always answers.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr, TcpListener as StdListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::any;
use axum::{Router, serve::Listener};
use futures_util::stream;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Builder;
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinSet;

use crate::account::Account;
use crate::desk::{Admission, Answer, Arrival, Desk, Ticket};
use crate::fault::Fault;
use crate::payer_page::{self, Deed, Page};
use crate::webhooks;

/// Why the simulator can't start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The port is taken, or there is none.
    #[error("can't listen on port {port} of this machine: {reason}; choose another port")]
    Port {
        /// The port that was asked for; 0 is any.
        port: u16,
        /// What the operating system said.
        reason: std::io::Error,
    },
    /// There is no runtime.
    #[error("can't start the simulator's thread: {0}")]
    Thread(std::io::Error),
}

/// What the server and its handle hold together.
#[derive(Debug)]
pub(crate) struct Shared {
    desk: Mutex<Desk>,
    /// Something may be to be sent.
    pub(crate) wake: Notify,
    /// Requests that wait for their time.
    waiting: Mutex<JoinSet<()>>,
    /// How often held requests were released.
    pub(crate) released: watch::Sender<u64>,
}

impl Shared {
    /// The desk. A test that panicked while it looked leaves nothing half done, because a look changes nothing.
    pub(crate) fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets something happen in the world, at the clock's time.
    pub(crate) fn world<T>(&self, happen: impl FnOnce(&mut Desk) -> T) -> T {
        let mut desk = self.desk();
        desk.catch_up();
        let result = happen(&mut desk);
        desk.catch_up();
        drop(desk);
        self.wake.notify_one();
        result
    }
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Listens on the loopback port, 0 for any. `desk` is told the address.
    pub(crate) fn start(port: u16, desk: impl FnOnce(SocketAddr) -> Desk) -> Result<Self, StartError> {
        let busy = |reason| StartError::Port { port, reason };
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(busy)?;
        listener.set_nonblocking(true).map_err(busy)?;
        let address = listener.local_addr().map_err(busy)?;
        let shared = Arc::new(Shared {
            desk: Mutex::new(desk(address)),
            waiting: Mutex::new(JoinSet::new()),
            wake: Notify::new(),
            released: watch::Sender::new(0),
        });
        let runtime = Builder::new_current_thread().enable_all().build().map_err(StartError::Thread)?;
        let (stop, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        let run = move || {
            runtime.block_on(async move {
                match TcpListener::from_std(listener) {
                    Ok(listener) => tokio::select! {
                        () = accept(listener, Arc::clone(&serving)) => (),
                        () = webhooks::send(serving) => (),
                        _ = stopped => (),
                    },
                    Err(error) => eprintln!("stripe-simulator: can't serve {address}: {error}"),
                }
            });
        };
        let thread = thread::Builder::new().name("stripe-simulator".to_owned()).spawn(run);
        Ok(Self { address, shared, stop: Some(stop), thread: Some(thread.map_err(StartError::Thread)?) })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The receiver wakes when its sender is gone.
        drop(self.stop.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            eprintln!("stripe-simulator: the server on {} panicked", self.address);
        }
    }
}

/// Marks an answer that is never sent: the line breaks instead.
#[derive(Clone, Copy, Debug)]
struct LineBreaks;

/// The line breaks without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the line breaks, as a fault wants it")]
struct Dropped;

async fn accept(mut listener: TcpListener, shared: Arc<Shared>) {
    let router = Router::new()
        .route("/pay/{session}", any(pay))
        .route("/authenticate/{intent}", any(authenticate))
        .route("/l/{code}", any(open_link))
        .fallback(any(answer))
        .with_state(shared);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            (stream, _) = Listener::accept(&mut listener) => {
                connections.spawn(converse(stream, router.clone()));
            }
            Some(_) = connections.join_next() => (),
        }
    }
}

async fn converse(stream: TcpStream, router: Router) {
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let router = TowerToHyperService::new(router.clone());
        async move {
            let answered: Result<Response, Infallible> =
                hyper::service::Service::call(&router, request).await;
            let Ok(response) = answered;
            if response.extensions().get::<LineBreaks>().is_some() { Err(Dropped) } else { Ok(response) }
        }
    });
    // A connection that ends in an error was broken by its other end, or by a fault.
    let _ended =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn pay(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Response {
    shown(&shared, |account| payer_page::pay(account, &id, &Deed::read(&body)))
}

async fn authenticate(State(shared): State<Arc<Shared>>, Path(id): Path<String>, body: Bytes) -> Response {
    shown(&shared, |account| payer_page::authenticate(account, &id, &Deed::read(&body)))
}

async fn open_link(State(shared): State<Arc<Shared>>, Path(code): Path<String>) -> Response {
    shown(&shared, |account| payer_page::open_link(account, &code))
}

/// A page for the payer's browser. After a form it is fetched anew, so that a reload sends nothing twice.
fn shown(shared: &Shared, look: impl FnOnce(&mut Account) -> Page) -> Response {
    let page = shared.world(|desk| look(&mut desk.account));
    match page {
        Page::Shown { status, html } => {
            let mut response = Html(html).into_response();
            *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            response
        }
        Page::Elsewhere(url) => Redirect::to(&url).into_response(),
    }
}

async fn answer(
    State(shared): State<Arc<Shared>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    // Taken before anything is looked at, so that no release is missed.
    let released = shared.released.subscribe();
    let arrival = arrival(&method, &uri, &headers, &body);
    let admission = shared.desk().admit(&arrival);
    let (answer, fault) = match admission {
        Admission::Answered(answer) => (answer, None),
        Admission::Dropped => return dropped(),
        Admission::Admitted(ticket) => {
            let fault = ticket.fault;
            let answer = match fault {
                Some(Fault::Delay(_) | Fault::Hold) => carry_out_later(&shared, ticket, released).await,
                _ => Some(shared.desk().carry_out(*ticket)),
            };
            let Some(answer) = answer else { return dropped() };
            (answer, fault)
        }
    };
    shared.wake.notify_one();
    match fault {
        Some(Fault::DropAfter) => dropped(),
        Some(Fault::BreakWithin) => broken_off(answer),
        _ => response(answer.status, &answer.headers, Body::from(answer.body)),
    }
}

/// Carries out a request that waits, also when its client has gone away meanwhile, as Stripe would.
async fn carry_out_later(
    shared: &Arc<Shared>,
    ticket: Box<Ticket>,
    mut released: watch::Receiver<u64>,
) -> Option<Answer> {
    let (answered, answer) = oneshot::channel();
    let own = Arc::clone(shared);
    let carrying_out = async move {
        match ticket.fault {
            Some(Fault::Delay(milliseconds)) => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
            // An error would mean that the sender is gone, and it lives as long as the server.
            _ => drop(released.changed().await),
        }
        let answer = own.desk().carry_out(*ticket);
        own.wake.notify_one();
        // Whoever asked may have gone away.
        drop(answered.send(answer));
    };
    {
        let mut waiting = shared.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while waiting.try_join_next().is_some() {}
        waiting.spawn(carrying_out);
    }
    answer.await.ok()
}

fn arrival(method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Arrival {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let has_query = method == Method::GET || method == Method::DELETE;
    let form = if has_query { uri.query().unwrap_or_default().as_bytes().to_vec() } else { body.to_vec() };
    let authorization = header(header::AUTHORIZATION.as_str());
    Arrival {
        method: method.to_string(),
        path: uri.path().trim_end_matches('/').to_owned(),
        form,
        key: authorization.and_then(|value| value.strip_prefix("Bearer ").map(|key| key.trim().to_owned())),
        version: header("stripe-version"),
        idempotency_key: header("idempotency-key"),
        agent: header(header::USER_AGENT.as_str()),
    }
}

fn response(status: u16, headers: &[(&'static str, String)], body: Body) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(*name, value);
        }
    }
    response
}

fn dropped() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(LineBreaks);
    response
}

/// Half of the answer, and then the line breaks.
fn broken_off(answer: Answer) -> Response {
    let whole = Bytes::from(answer.body);
    let length = whole.len();
    let half = whole.slice(..length / 2);
    let body = Body::from_stream(stream::iter([Ok(half), Err(Dropped)]));
    let mut response = response(answer.status, &answer.headers, body);
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    response
}
