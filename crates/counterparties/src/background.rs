//! A small server of our own on a thread of its own, stopped when its handle is dropped.

use std::future::Future;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread::{self, JoinHandle};

use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::error::{CounterpartyError, while_doing};

/// A server that listens on a free loopback port until it is dropped.
pub(crate) struct Background {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Background {
    /// Binds a free port and runs `serve` with it. The runtime is the thread's own, so that the handle may be made and
    /// dropped inside another runtime.
    pub(crate) fn serve<Serving: Future<Output = ()>>(
        serve: impl FnOnce(TcpListener) -> Serving + Send + 'static,
    ) -> Result<Self, CounterpartyError> {
        Self::serve_on(0, serve)
    }

    /// As [`Background::serve`], on a port that it had before; 0 is any free one.
    pub(crate) fn serve_on<Serving: Future<Output = ()>>(
        port: u16,
        serve: impl FnOnce(TcpListener) -> Serving + Send + 'static,
    ) -> Result<Self, CounterpartyError> {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        let listener = listener.map_err(while_doing("listen on a loopback port"))?;
        listener.set_nonblocking(true).map_err(while_doing("make a listener non-blocking"))?;
        let address = listener.local_addr().map_err(while_doing("read a listener's address"))?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(while_doing("start a runtime"))?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            runtime.block_on(async move {
                match TcpListener::from_std(listener) {
                    Ok(listener) => tokio::select! {
                        () = serve(listener) => (),
                        _ = stopped => (),
                    },
                    Err(error) => eprintln!("counterparties: cannot serve {address}: {error}"),
                }
            });
        });
        Ok(Self { address, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        // The receiver wakes when its sender is gone.
        drop(self.stop.take());
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            eprintln!("counterparties: the server on {} panicked", self.address);
        }
    }
}
