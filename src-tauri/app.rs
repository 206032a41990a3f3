//! The running program: the till that is open now, and the door through which screens and scripts ask it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use engine::{Change, Ending};
use serde_json::Value;
use settings::Mode;
use thiserror::Error;
use tokio::sync::{RwLock, broadcast, watch};

use crate::commands::{self, Asker, wallet::PendingWallet};
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::feed::{ChangeDto, TopicDto};
use crate::metrics;
use crate::till::{OpenError, Till};

/// Changes a slow screen may fall behind by.
const CHANGES_MAX: usize = 1_024;

/// How to open the program.
#[derive(Clone, Debug)]
pub struct OpenOptions {
    /// Where the data files are.
    pub data_dir: PathBuf,
    /// Which books to open.
    pub mode: Mode,
}

/// Why nothing can be sold any more until the program is started again. One line that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Broken {
    /// A defect ended the thread that keeps the books.
    #[error(
        "the bookkeeper failed and nothing more can be recorded: start the till again, \
         then run `tillstream ledger verify`. What was confirmed is in the books"
    )]
    Bookkeeper,
    /// The books were closed to open them anew, and could not be opened again.
    #[error("the books were closed and can't be opened again: {0}. Then start the till again")]
    NotReopened(String),
}

/// The running program.
pub struct App {
    /// Where the data files are.
    pub data_dir: PathBuf,
    till: RwLock<Option<Arc<Till>>>,
    changes: broadcast::Sender<ChangeDto>,
    mode: watch::Sender<Mode>,
    broken: watch::Sender<Option<Broken>>,
    pub(crate) pending_wallet: Mutex<Option<PendingWallet>>,
    pub(crate) focus: tokio::sync::Notify,
}

impl App {
    /// Opens the till of a mode.
    ///
    /// # Errors
    /// When the data file can't be opened, with what to do.
    pub async fn open(options: OpenOptions) -> Result<Arc<Self>, OpenError> {
        let till = Till::open(&options.data_dir, options.mode).await?;
        Ok(Self::of(options.data_dir, till))
    }

    fn of(data_dir: PathBuf, till: Arc<Till>) -> Arc<Self> {
        let app = Arc::new(Self {
            data_dir,
            till: RwLock::new(Some(till.clone())),
            changes: broadcast::channel(CHANGES_MAX).0,
            mode: watch::Sender::new(till.mode),
            broken: watch::Sender::new(None),
            pending_wallet: Mutex::new(None),
            focus: tokio::sync::Notify::new(),
        });
        app.follow(&till);
        app
    }

    /// Runs a command by its name for a script on this machine; `Asker` says what may be asked from where.
    ///
    /// # Errors
    /// As the command refuses.
    pub async fn call(self: &Arc<Self>, name: &str, request: Value) -> Result<Value, AppError> {
        self.call_as(Asker::Browser, name, request).await
    }

    /// Runs a command by its name.
    ///
    /// # Errors
    /// As the command refuses.
    pub async fn call_as(
        self: &Arc<Self>,
        asker: Asker,
        name: &str,
        request: Value,
    ) -> Result<Value, AppError> {
        commands::call(self.clone(), asker, name, request).await
    }

    /// The till that is open now.
    ///
    /// # Errors
    /// When it is being closed or switched, or broken.
    pub async fn till(&self) -> Result<Arc<Till>, AppError> {
        if let Some(broken) = self.is_broken() {
            return Err(AppError { code: ErrorCode::Broken, detail: broken.to_string() });
        }
        let closing = || AppError { code: ErrorCode::Closing, detail: "the till is closing".to_owned() };
        self.till.read().await.clone().ok_or_else(closing)
    }

    /// Changes of whatever till is open.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<ChangeDto> {
        self.changes.subscribe()
    }

    /// The mode that is open, and when it changes.
    #[must_use]
    pub fn mode(&self) -> watch::Receiver<Mode> {
        self.mode.subscribe()
    }

    /// Waits until another start of the program asks this one to come to the front.
    pub async fn asked_to_front(&self) {
        self.focus.notified().await;
    }

    /// Waits until nothing can be sold any more, and tells why.
    pub async fn broken(&self) -> Broken {
        let mut broken = self.broken.subscribe();
        let found = broken.wait_for(Option::is_some).await.ok().and_then(|broken| broken.clone());
        match found {
            Some(broken) => broken,
            None => std::future::pending().await,
        }
    }

    /// Why nothing can be sold any more, when it is so.
    #[must_use]
    pub fn is_broken(&self) -> Option<Broken> {
        self.broken.borrow().clone()
    }

    /// Closes the till and opens it again, in the same mode or another: after settings that rails are built from.
    ///
    /// # Errors
    /// When the other can't be opened; then the one before is opened again. When not even that works, nothing can be
    /// sold any more and [`App::broken`] tells.
    pub async fn reopen(self: &Arc<Self>, mode: Mode) -> Result<Arc<Till>, AppError> {
        let mut slot = self.till.write().await;
        let before = slot.take();
        self.forget_pending_wallet();
        if let Some(till) = &before {
            till.engine.stop().await;
        }
        let opened = match Till::open(&self.data_dir, mode).await {
            Ok(till) => till,
            Err(error) => {
                let back = before.map_or(mode, |till| till.mode);
                *slot = self.open_again(back).await;
                return Err(AppError { code: ErrorCode::Storage, detail: error.to_string() });
            }
        };
        self.follow(&opened);
        *slot = Some(opened.clone());
        drop(slot);
        self.mode.send_replace(mode);
        self.publish(TopicDto::Everything, String::new(), 0);
        Ok(opened)
    }

    async fn open_again(self: &Arc<Self>, mode: Mode) -> Option<Arc<Till>> {
        match Till::open(&self.data_dir, mode).await {
            Ok(till) => {
                self.follow(&till);
                Some(till)
            }
            Err(error) => {
                self.note_broken(Broken::NotReopened(error.to_string()));
                None
            }
        }
    }

    /// From here on every command is refused with this line.
    fn note_broken(&self, broken: Broken) {
        tracing::error!(%broken, "the till is broken");
        self.broken.send_replace(Some(broken));
        self.publish(TopicDto::Everything, String::new(), 0);
    }

    /// Closes the till in order.
    pub async fn stop(&self) {
        // Whoever else closes it waits here until it is closed.
        let mut slot = self.till.write().await;
        if let Some(till) = slot.take() {
            till.engine.stop().await;
        }
        self.forget_pending_wallet();
    }

    /// Words that were shown and never proven end with the till they were shown for.
    fn forget_pending_wallet(&self) {
        *self.pending_wallet.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Passes the engine's changes on, checks the books once in the background, and hears when the engine breaks.
    fn follow(self: &Arc<Self>, till: &Arc<Till>) {
        let changes = till.engine.feed().subscribe();
        till.engine.run(pass_on(changes, self.changes.clone()));
        till.engine.run(metrics::follow(Arc::downgrade(till), till.engine.feed().subscribe()));
        till.engine.run(check_books(Arc::downgrade(till), self.changes.clone()));
        let (ended, app) = (till.engine.ended(), Arc::downgrade(self));
        tokio::runtime::Handle::current().spawn(async move {
            let (Ending::Broken, Some(app)) = (ended.await, app.upgrade()) else { return };
            app.note_broken(Broken::Bookkeeper);
            app.stop().await;
        });
    }

    fn publish(&self, topic: TopicDto, id: String, version: u32) {
        let _nobody_listens = self.changes.send(ChangeDto { topic, id, version });
    }
}

async fn pass_on(mut changes: broadcast::Receiver<Change>, out: broadcast::Sender<ChangeDto>) {
    loop {
        let change = match changes.recv().await {
            Ok(change) => change_dto(change),
            Err(broadcast::error::RecvError::Lagged(_)) => everything(),
            Err(broadcast::error::RecvError::Closed) => return,
        };
        let _nobody_listens = out.send(change);
    }
}

async fn check_books(till: Weak<Till>, out: broadcast::Sender<ChangeDto>) {
    let Some(till) = till.upgrade() else { return };
    let checked = till.engine.reader().verify().await;
    till.note_ledger(commands::ledger::problem_of(&checked));
    let _nobody_listens = out.send(ChangeDto { topic: TopicDto::Status, id: String::new(), version: 0 });
}

fn change_dto(change: Change) -> ChangeDto {
    match change {
        Change::Sale(id, version) => ChangeDto { topic: TopicDto::Sale, id: id.to_string(), version },
        Change::Stray(id, version) => ChangeDto { topic: TopicDto::Stray, id: id.to_string(), version },
        Change::Settings => ChangeDto { topic: TopicDto::Settings, id: String::new(), version: 0 },
        Change::Status => ChangeDto { topic: TopicDto::Status, id: String::new(), version: 0 },
    }
}

/// Tells a screen that fell behind to read everything again.
pub(crate) const fn everything() -> ChangeDto {
    ChangeDto { topic: TopicDto::Everything, id: String::new(), version: 0 }
}

#[cfg(test)]
pub(crate) mod tests;
