//! Watching: one server is followed, the others are asked for their opinion, and whatever is seen is reported.
//!
//! Following goes through the servers in their configured order. Whichever answers is followed until it fails or one
//! before it answers again. Each time a server is newly followed the report is complete, because something may have been
//! missed in between, and it waits a moment for what the other servers say; later ones say only what changed.

mod reports;
mod turns;
mod witness;

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join_all, pending};
use payment::RailError;
use payment::rail::{NotCommitted, ReportSink};
use tokio::sync::{Mutex, Notify, watch};
use tokio::time::{interval, sleep};

use crate::board::Board;
use crate::source::{Access, SharedWallet, Source, SourceError, Stop, connect, off_the_runtime};
use turns::Turns;

/// How often a few addresses are looked at that are not listened to.
const LOOK_BACK_EVERY: Duration = Duration::from_secs(10);
/// How often a server before the followed one in the configured order is considered.
const RECONSIDER_EVERY: Duration = Duration::from_secs(60);

/// Everything watching needs; it outlives one watch.
pub(crate) struct Lookout {
    accesses: Vec<Access>,
    pub(crate) wallet: SharedWallet,
    pub(crate) board: Arc<Board>,
    /// An address was offered: listen to it now.
    pub(crate) offered: Notify,
    /// Becomes true when addresses may be offered.
    pub(crate) may_offer: watch::Sender<bool>,
    one_at_a_time: Mutex<()>,
}

/// Why a server is followed no longer.
enum End {
    Failed { error: SourceError, served: bool },
    Worn,
    Better(usize),
    NotCommitted,
}

/// Raises the flag for running steps and clears the board, however watching ends.
struct Watch {
    stop: Stop,
    board: Arc<Board>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.raise();
        self.board.forget();
    }
}

impl Lookout {
    /// Ready to watch over these servers, of which there is at least one.
    pub(crate) fn new(accesses: Vec<Access>, wallet: SharedWallet) -> Self {
        let servers: Vec<_> = accesses.iter().map(|access| access.server.clone()).collect();
        let may_offer = watch::Sender::new(wallet.lock().may_offer());
        let board = Arc::new(Board::of(&servers));
        Self { accesses, wallet, board, offered: Notify::new(), may_offer, one_at_a_time: Mutex::new(()) }
    }

    /// Watches until a report is not committed.
    pub(crate) async fn watch(&self, sink: Arc<dyn ReportSink>) -> Result<(), RailError> {
        let _only = self.one_at_a_time.lock().await;
        let watch = Watch { stop: Stop::default(), board: Arc::clone(&self.board) };
        let witnesses = join_all((0..self.accesses.len()).map(|server| self.witness(server)));
        let NotCommitted = tokio::select! {
            not_committed = self.follow(sink.as_ref(), &watch.stop) => not_committed,
            not_committed = async { witnesses.await; pending().await } => not_committed,
        };
        Err(RailError::NotSent(NotCommitted.to_string()))
    }

    /// Follows one server after the other.
    async fn follow(&self, sink: &dyn ReportSink, stop: &Stop) -> NotCommitted {
        let mut turns = Turns::of(self.accesses.len());
        loop {
            let server = turns.server();
            let pause = match self.follow_one(server, sink, stop).await {
                End::NotCommitted => return NotCommitted,
                End::Worn => turns.worn(),
                End::Better(other) => {
                    turns.better(other);
                    Duration::ZERO
                }
                End::Failed { error, served } => {
                    self.board.fails(server, &error.to_string());
                    turns.failed(served)
                }
            };
            sleep(pause).await;
        }
    }

    /// Follows a server as long as it serves.
    async fn follow_one(&self, server: usize, sink: &dyn ReportSink, stop: &Stop) -> End {
        let failed = |error| End::Failed { error, served: false };
        let access = self.accesses[server].clone();
        let source = match off_the_runtime(move || connect(&access)).await {
            Ok(source) => source,
            Err(error) => return failed(error),
        };
        let (source, tip) =
            match self.run(source, stop, |source, wallet, stop| source.catch_up(wallet, stop)).await {
                Ok(caught_up) => caught_up,
                Err(error) => return failed(error),
            };
        self.board.follows(server, tip);
        self.hear_the_others(server).await;
        match self.report(server, sink, true).await {
            Ok(()) => self.step_by_step(server, source, sink, stop).await,
            Err(NotCommitted) => End::NotCommitted,
        }
    }

    async fn step_by_step(
        &self,
        server: usize,
        mut source: Box<dyn Source>,
        sink: &dyn ReportSink,
        stop: &Stop,
    ) -> End {
        let mut look_back = interval(LOOK_BACK_EVERY);
        look_back.reset();
        let mut reconsider = interval(RECONSIDER_EVERY);
        reconsider.reset();
        loop {
            if source.is_worn() {
                return End::Worn;
            }
            let is_hot = !self.wallet.lock().hot().is_empty();
            let stepped = tokio::select! {
                () = sleep(source.pace(is_hot)) => self.step(server, source, stop).await,
                () = self.offered.notified() => self.step(server, source, stop).await,
                () = self.board.opinions.notified() => Ok(source),
                _ = look_back.tick() => self.look_back(source, stop).await,
                _ = reconsider.tick() => match self.board.better_than(server) {
                    Some(better) => return End::Better(better),
                    None => Ok(source),
                },
            };
            source = match stepped {
                Ok(source) => source,
                Err(error) => return End::Failed { error, served: true },
            };
            if self.report(server, sink, false).await.is_err() {
                return End::NotCommitted;
            }
        }
    }

    async fn step(
        &self,
        server: usize,
        source: Box<dyn Source>,
        stop: &Stop,
    ) -> Result<Box<dyn Source>, SourceError> {
        let (source, tip) = self.run(source, stop, |source, wallet, stop| source.step(wallet, stop)).await?;
        self.board.follows(server, tip);
        Ok(source)
    }

    async fn look_back(&self, source: Box<dyn Source>, stop: &Stop) -> Result<Box<dyn Source>, SourceError> {
        let (source, ()) =
            self.run(source, stop, |source, wallet, stop| source.look_back(wallet, stop)).await?;
        Ok(source)
    }

    /// Lets a source work on the wallet; gives it back unless it failed.
    async fn run<T: Send + 'static>(
        &self,
        mut source: Box<dyn Source>,
        stop: &Stop,
        work: impl FnOnce(&mut dyn Source, &SharedWallet, &Stop) -> Result<T, SourceError> + Send + 'static,
    ) -> Result<(Box<dyn Source>, T), SourceError> {
        let (wallet, stop): (SharedWallet, Stop) = (self.wallet.clone(), stop.clone());
        off_the_runtime(move || {
            let done = work(source.as_mut(), &wallet, &stop)?;
            Ok((source, done))
        })
        .await
    }
}
