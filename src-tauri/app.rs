//! The running program: the till that is open now, and the door through which screens and scripts ask it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use engine::Change;
use serde_json::Value;
use settings::Mode;
use tokio::sync::{RwLock, broadcast, watch};

use crate::commands::{self, Asker, wallet::PendingWallet};
use crate::dto::error::{AppError, ErrorCode};
use crate::dto::feed::{ChangeDto, TopicDto};
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

/// The running program.
pub struct App {
    /// Where the data files are.
    pub data_dir: PathBuf,
    till: RwLock<Option<Arc<Till>>>,
    changes: broadcast::Sender<ChangeDto>,
    mode: watch::Sender<Mode>,
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
        let app = Arc::new(Self {
            data_dir: options.data_dir,
            till: RwLock::new(None),
            changes: broadcast::channel(CHANGES_MAX).0,
            mode: watch::Sender::new(options.mode),
            pending_wallet: Mutex::new(None),
            focus: tokio::sync::Notify::new(),
        });
        app.install(till).await;
        Ok(app)
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
    /// When it is being closed or switched.
    pub async fn till(&self) -> Result<Arc<Till>, AppError> {
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

    /// Closes the till and opens it again, in the same mode or another: after settings that rails are built from.
    ///
    /// # Errors
    /// When the other can't be opened; then the one before is opened again.
    pub async fn reopen(&self, mode: Mode) -> Result<Arc<Till>, AppError> {
        let mut slot = self.till.write().await;
        let before = slot.take();
        self.forget_pending_wallet();
        if let Some(till) = &before {
            till.engine.stop().await;
        }
        let opened = match Till::open(&self.data_dir, mode).await {
            Ok(till) => Ok(till),
            Err(error) => {
                let back = before.map_or(mode, |till| till.mode);
                *slot = Till::open(&self.data_dir, back).await.ok().inspect(|till| self.follow(till));
                Err(AppError { code: ErrorCode::Storage, detail: error.to_string() })
            }
        }?;
        self.follow(&opened);
        *slot = Some(opened.clone());
        drop(slot);
        self.mode.send_replace(mode);
        self.publish(TopicDto::Everything, String::new(), 0);
        Ok(opened)
    }

    /// Closes the till in order.
    pub async fn stop(&self) {
        let till = self.till.write().await.take();
        if let Some(till) = till {
            till.engine.stop().await;
        }
        self.forget_pending_wallet();
    }

    /// Words that were shown and never proven end with the till they were shown for.
    fn forget_pending_wallet(&self) {
        *self.pending_wallet.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn install(&self, till: Arc<Till>) {
        self.follow(&till);
        *self.till.write().await = Some(till);
    }

    /// Passes the engine's changes on and checks the books once in the background.
    fn follow(&self, till: &Arc<Till>) {
        let mut changes = till.engine.feed().subscribe();
        let out = self.changes.clone();
        till.engine.run(async move {
            loop {
                let change = match changes.recv().await {
                    Ok(change) => change_dto(change),
                    Err(broadcast::error::RecvError::Lagged(_)) => everything(),
                    Err(broadcast::error::RecvError::Closed) => return,
                };
                let _nobody_listens = out.send(change);
            }
        });
        let (till, out) = (Arc::downgrade(till), self.changes.clone());
        if let Some(strong) = till.upgrade() {
            strong.engine.run(async move {
                let Some(till) = till.upgrade() else { return };
                let checked = till.engine.reader().verify().await;
                till.note_ledger(commands::ledger::problem_of(&checked));
                let _nobody_listens =
                    out.send(ChangeDto { topic: TopicDto::Status, id: String::new(), version: 0 });
            });
        }
    }

    fn publish(&self, topic: TopicDto, id: String, version: u32) {
        let _nobody_listens = self.changes.send(ChangeDto { topic, id, version });
    }
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
