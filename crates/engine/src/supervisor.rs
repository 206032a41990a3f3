//! Every task belongs to the supervisor, so that closing the till can ask all of them and wait.
//!
//! | task | asked to stop | on error |
//! |---|---|---|
//! | watch of a rail | dropped at its next await | opened anew from what is stored, with a growing pause |
//! | offer of an address | dropped while the rail thinks, committed once it has answered | recorded as failed |
//! | collector of a charging rail | dropped; the next start asks about charges on their way | tried again, or set aside in the books |
//! | follower of a source of prices | dropped | what it said before counts until it is too old |
//! | timekeeper | dropped | what could not be recorded is tried again |
//! | bookkeeper (a thread) | finishes what is in its queue | stops the till: see `Engine::ended` |

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use tokio::task::JoinSet;

/// Owns the tasks of one engine.
#[derive(Clone, Debug)]
pub(crate) struct Supervisor {
    tasks: Arc<Mutex<JoinSet<()>>>,
    stop: Arc<Stop>,
    runtime: tokio::runtime::Handle,
}

/// Asked once, heard by everybody in the order in which they began to listen: a watch channel would wake them in any
/// order, and what a closing till still records would depend on it.
#[derive(Debug, Default)]
struct Stop {
    is_asked: AtomicBool,
    listeners: Notify,
}

impl Stop {
    fn ask(&self) {
        self.is_asked.store(true, Ordering::SeqCst);
        self.listeners.notify_waiters();
    }

    async fn heard(&self) {
        let listening = self.listeners.notified();
        tokio::pin!(listening);
        // Listens before it looks, so that no asking falls in between.
        listening.as_mut().enable();
        if !self.is_asked.load(Ordering::SeqCst) {
            listening.await;
        }
    }
}

impl Supervisor {
    /// Must be called on a runtime.
    pub(crate) fn new() -> Self {
        Self {
            tasks: Arc::new(Mutex::new(JoinSet::new())),
            stop: Arc::default(),
            runtime: tokio::runtime::Handle::current(),
        }
    }

    /// Runs a task that is dropped when the till closes.
    pub(crate) fn run_until_stop(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stopping = self.stopping();
        self.run_to_end(async move {
            tokio::select! {
                biased;
                () = stopping => {}
                () = task => {}
            }
        });
    }

    /// Waits until the till closes.
    pub(crate) fn stopping(&self) -> impl Future<Output = ()> + Send + use<> {
        let stop = self.stop.clone();
        async move { stop.heard().await }
    }

    /// Asks every task to stop, and waits for none.
    pub(crate) fn ask_to_stop(&self) {
        self.stop.ask();
    }

    /// Runs a task that finishes even while the till closes.
    pub(crate) fn run_to_end(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn_on(task, &self.runtime);
    }

    /// Asks every task to stop and waits for them.
    pub(crate) async fn stop(&self) {
        self.ask_to_stop();
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        while tasks.join_next().await.is_some() {}
    }
}
