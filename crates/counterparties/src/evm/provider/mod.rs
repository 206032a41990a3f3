//! Providers in front of a node that do what providers do on a bad day: real HTTP and WebSocket on loopback.
//!
//! Each request is answered as the node would answer it, less the fault. What a [`Fault`] changes it changes on both lines
//! alike; heads are pushed to `eth_subscribe` as the fault lets them be seen.

mod answer;
mod doors;
mod lag;
mod lie;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use answer::Behind;
pub use lie::Lie;

use super::EvmNode;
use crate::CounterpartyError;
use crate::background::Background;

/// What is wrong with a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// It is so many blocks behind.
    Lags(u64),
    /// Every other answer comes from a server that is so many blocks behind: the head goes back and forth.
    Wavers(u64),
    /// It knows the newest blocks, and has no logs of the last so many yet: the list is empty, and no error.
    LogsLag(u64),
    /// It knows the newest blocks, and has no receipts of the last so many yet.
    ReceiptsLag(u64),
    /// It searches for logs in so many blocks at once, and refuses more.
    RangeLimit(u64),
    /// It tells of a chain of its own, with a transfer that never happened.
    Lies(Lie),
    /// Each answer takes so long.
    Slow(Duration),
    /// It serves another chain, with this id.
    OtherChain(u64),
    /// It answers with this status of HTTP (429, 500); on a WebSocket it hangs up.
    Status(u16),
    /// It answers with a page for people.
    Garbage,
    /// It answers each call with the error for too many of them (-32005).
    Refuses,
}

/// A provider in front of a node. Dropping it closes all its lines.
pub struct FaultyProvider {
    port: u16,
    behind: Arc<Behind>,
    server: Mutex<Option<Background>>,
}

impl FaultyProvider {
    /// Starts one without a fault before a node.
    ///
    /// # Errors
    /// When no port can be bound.
    pub fn start(node: &EvmNode) -> Result<Self, CounterpartyError> {
        let behind = Arc::new(Behind::new(node.url())?);
        let server = serve(&behind, 0)?;
        let port = server.address().port();
        Ok(Self { port, behind, server: Mutex::new(Some(server)) })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// `ws://127.0.0.1:PORT`.
    #[must_use]
    pub fn ws_url(&self) -> String {
        format!("ws://127.0.0.1:{}", self.port)
    }

    /// From now on this is wrong with it.
    pub fn now(&self, fault: Fault) {
        self.behind.set(fault);
    }

    /// Every open WebSocket is cut, without a word; new ones are taken.
    pub fn cut_lines(&self) {
        self.behind.cut_lines();
    }

    /// Nobody listens any more: connections are refused.
    pub fn go_down(&self) {
        drop(self.server.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// It listens again, on the same port.
    ///
    /// # Errors
    /// When somebody took the port meanwhile.
    pub fn come_back(&self) -> Result<(), CounterpartyError> {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        if server.is_none() {
            *server = Some(serve(&self.behind, self.port)?);
        }
        Ok(())
    }

    /// How often a method was called, each call of a batch counted.
    #[must_use]
    pub fn asked(&self, method: &str) -> usize {
        self.behind.asked(method)
    }

    /// How many requests came: posts of HTTP and messages on WebSockets, a batch being one.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.behind.requests()
    }
}

fn serve(behind: &Arc<Behind>, port: u16) -> Result<Background, CounterpartyError> {
    let behind = behind.clone();
    Background::serve_on(port, move |listener| doors::serve(listener, behind))
}
