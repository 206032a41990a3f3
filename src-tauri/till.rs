//! One opened till: a mode's data file with its engine, its rails and its vault.

pub(crate) mod evm;
mod rails;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use engine::{Clock, Engine, Now, Setup, SystemClock};
use keys::{Moment, Vault, VaultScope};
use payment::card::ConnectionCheck;
use payment::{Rail, RailId, Timestamp};
use rail_practice::{PracticeCards, PracticeRail, PracticeTerminal};
use settings::{Mode, Settings};
use store::{Store, StoreOptions};
use thiserror::Error;
use tokio::sync::watch;

pub(crate) use self::rails::{rail_network, wall_clock};

/// Why a till does not open. Each is one line that says what to do.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The data file.
    #[error(transparent)]
    Store(#[from] store::OpenError),
    /// The stored settings.
    #[error("the stored settings can't be read: {0}")]
    Settings(#[from] settings::SettingsError),
    /// The engine.
    #[error(transparent)]
    Engine(#[from] engine::StartError),
    /// The vault's name.
    #[error("the data file's id can't name secrets: {0}")]
    Vault(#[from] keys::ScopeError),
    /// The data folder.
    #[error("the data folder {folder} can't be made: {reason}")]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        reason: String,
    },
}

/// The simulated rails of practice mode, once the engine has opened them; the engine may open the chain anew.
#[derive(Clone, Default)]
pub struct PracticeSlot {
    bitcoin: Arc<Mutex<Option<Arc<PracticeRail>>>>,
    evm: Arc<Mutex<Option<Arc<PracticeRail>>>>,
    terminal: Arc<Mutex<Option<Arc<PracticeTerminal>>>>,
    cards: Arc<Mutex<Option<Arc<PracticeCards>>>>,
}

impl PracticeSlot {
    /// The chain of a rail, whose customer can be told what to do.
    #[must_use]
    pub fn chain(&self, rail: RailId) -> Option<Arc<PracticeRail>> {
        self.chain_slot(rail).lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The card reader whose customer can be told what to do.
    #[must_use]
    pub fn terminal(&self) -> Option<Arc<PracticeTerminal>> {
        self.terminal.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The cards whose payers can be told to save one more.
    #[must_use]
    pub fn cards(&self) -> Option<Arc<PracticeCards>> {
        self.cards.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_cards(&self, cards: Arc<PracticeCards>) {
        *self.cards.lock().unwrap_or_else(PoisonError::into_inner) = Some(cards);
    }

    fn set_chain(&self, rail: Arc<PracticeRail>) {
        let slot = self.chain_slot(rail.id());
        *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(rail);
    }

    fn chain_slot(&self, rail: RailId) -> &Mutex<Option<Arc<PracticeRail>>> {
        if rail == RailId::EVM { &self.evm } else { &self.bitcoin }
    }

    fn set_terminal(&self, terminal: Arc<PracticeTerminal>) {
        *self.terminal.lock().unwrap_or_else(PoisonError::into_inner) = Some(terminal);
    }
}

/// What the last check of the books found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerHealth {
    /// They were checked at least once.
    pub checked: bool,
    /// One line, empty when nothing is wrong.
    pub problem: String,
}

/// What the last test of the line to the card processor found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardsCheck {
    /// When.
    pub at: Timestamp,
    /// One line, empty when nothing is wrong.
    pub problem: String,
    /// What the processor said; `None` when nobody was reached, or none is needed.
    pub connection: Option<ConnectionCheck>,
}

/// One opened till.
pub struct Till {
    /// Which books these are.
    pub mode: Mode,
    /// The engine.
    pub engine: Engine,
    /// Its secrets.
    pub vault: Vault,
    /// Practice mode's rails.
    pub practice: PracticeSlot,
    /// What the last check found.
    pub ledger: watch::Sender<LedgerHealth>,
    /// What the last test of cards found; `None` before the first.
    pub cards_check: watch::Sender<Option<CardsCheck>>,
}

/// What the vault counts guesses of the owner's PIN by.
pub(crate) fn moment(now: Now) -> Moment {
    Moment { wall_ms: u64::try_from(now.wall.millis()).unwrap_or(0), uptime_ms: now.monotonic_ms }
}

/// The data file of a mode.
#[must_use]
pub fn data_file(data_dir: &Path, mode: Mode) -> PathBuf {
    data_dir.join(format!("till-{mode}.db"))
}

impl Till {
    /// Opens a mode's data file, making it when there is none, and starts its engine.
    ///
    /// # Errors
    /// Says what stands in the way, and who has the file when somebody else does.
    pub async fn open(data_dir: &Path, mode: Mode) -> Result<Arc<Self>, OpenError> {
        make_private_folder(data_dir)?;
        let options = StoreOptions { path: data_file(data_dir, mode), mode, now: SystemClock.now().wall };
        let store::Opened { store, writer } = Store::open(options).await?;
        let mut settings = Settings::from_rows(&writer_settings(&writer)?, &Settings::defaults(mode))?;
        // Prices that nobody changed stand since the till began.
        let born = store.reader().till().await.map_err(engine::StartError::from)?.created_at;
        settings.rates.fixed_since.get_or_insert(born);
        let scope = VaultScope::new(mode.name(), store.database_id())?;
        let vault = if mode == Mode::Practice { Vault::in_memory(scope) } else { Vault::open(scope) };
        let practice = PracticeSlot::default();
        let rails = rails::chains(mode, &settings, &vault, &practice);
        let (charging, clock) = (rails::charging(mode, &settings, &vault, &practice), Arc::new(SystemClock));
        let cards = rails::cards(mode, &settings, &vault, &practice);
        let rates = rails::sources();
        let setup = Setup { store, writer, settings, rails, charging, cards, rates, clock };
        let engine = Engine::start(setup).await?;
        let ledger = watch::Sender::default();
        let cards_check = watch::Sender::default();
        Ok(Arc::new(Self { mode, engine, vault, practice, ledger, cards_check }))
    }

    /// What the last check of the books found.
    #[must_use]
    pub fn ledger_health(&self) -> LedgerHealth {
        self.ledger.borrow().clone()
    }

    /// Waits until the books were checked once.
    pub async fn books_checked(&self) {
        let mut found = self.ledger.subscribe();
        let _health = found.wait_for(|health| health.checked).await;
    }

    /// Notes what a check found.
    pub fn note_ledger(&self, problem: String) {
        self.ledger.send_replace(LedgerHealth { checked: true, problem });
    }
}

fn writer_settings(
    writer: &store::Writer,
) -> Result<std::collections::BTreeMap<String, String>, engine::StartError> {
    writer.settings().map_err(engine::StartError::from)
}

/// 0700: what a shop sells is nobody else's business on a shared machine.
pub(crate) fn make_private_folder(folder: &Path) -> Result<(), OpenError> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|e| OpenError::Folder { folder: folder.display().to_string(), reason: e.to_string() })
}
