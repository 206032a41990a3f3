//! The secrets of one till, in the OS keyring.
//!
//! Invariants: an entry's name contains the mode and the database's own id, so that a sandbox key never overwrites
//! a live one. Every call returns within the deadline. An entry that is not found in a *locked* keyring counts as
//! locked, not as missing: a keyring may hide its entries while locked, and "missing" would invite an overwrite.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use keyring_core::{CredentialStore, Entry, mock};
use zeroize::Zeroizing;

use crate::courier::{Courier, NotDelivered};
use crate::os_keyring::{self, Door};
use crate::{Secret, SecretName};

/// Keeps the secrets of one till. Clones share one helper thread; opening one touches nothing yet.
#[derive(Clone)]
pub struct Vault {
    scope: VaultScope,
    shelf: Shelf,
    courier: Courier,
    deadline: Duration,
    /// Two guesses of the PIN at one time would count as one.
    pub(crate) pin_turn: Arc<Mutex<()>>,
}

/// Whose secrets: one mode of one database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultScope {
    mode: String,
    database: String,
}

/// How the keyring stands, for the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VaultStatus {
    /// Secrets can be read and kept.
    Available,
    /// Somebody has to unlock the keyring. Watch-only sales go on.
    Locked,
    /// There is no keyring, for this reason. Watch-only sales go on.
    Absent(String),
    /// The keyring is silent, perhaps behind a password prompt of its own. Watch-only sales go on.
    NoAnswer,
}

/// Why a secret could not be read, kept or forgotten. Never contains a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// No keyring service, or no keyring in it.
    #[error(
        "no keyring on this computer ({0}): install gnome-keyring, log in to the desktop again, then retry"
    )]
    Absent(String),
    /// The keyring is locked, or its password prompt was dismissed.
    #[error("the keyring is locked: unlock it with the desktop's password, then retry")]
    Locked,
    /// The keyring or the bus refused this program.
    #[error("the keyring refused access: allow Tillstream in the desktop's password settings, then retry")]
    Denied,
    /// The secret is longer than every keyring accepts.
    #[error("the secret is longer than {bytes_max} bytes: check that it is the right text")]
    TooLong {
        /// The most that is kept.
        bytes_max: usize,
    },
    /// The deadline passed. What was asked may still happen, and for a `set` only a `get` tells.
    #[error("the keyring did not answer in time: if it asks for a password answer it, then retry")]
    NoAnswer,
    /// Anything else, in the keyring's own words.
    #[error("the keyring failed ({0}): restart it or log in to the desktop again, then retry")]
    Failed(String),
}

/// A scope is a mode and the id of a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    /// The three modes of the till.
    #[error("the mode is “{0}”: it must be practice, sandbox or live")]
    Mode(String),
    /// The id is made of hexadecimal digits when a database is created.
    #[error("the database's id is “{0}”: it must be 8 to 64 hexadecimal digits")]
    Database(String),
}

/// The name all entries share, shown by the desktop's own password window.
const SERVICE: &str = "tillstream";

/// Longer than any secret here, and below the 2,560 bytes of the smallest keyring (Windows).
const SECRET_BYTES_MAX: usize = 2_048;

const DEADLINE: Duration = Duration::from_secs(3);

impl Vault {
    /// The vault in the OS keyring.
    pub fn open(scope: VaultScope) -> Self {
        Self::on(Shelf::OsKeyring, scope)
    }

    /// A vault in this process's memory, for tests and for practice mode, which must not need a keyring. It is
    /// gone with its last clone, and it is not wiped: put no real secret into it.
    pub fn in_memory(scope: VaultScope) -> Self {
        let store =
            mock::Store::new().expect("the in-memory store is built from an empty list, which cannot fail");
        Self::on(Shelf::Memory(store), scope)
    }

    fn on(shelf: Shelf, scope: VaultScope) -> Self {
        Self { scope, shelf, courier: Courier::hire(), deadline: DEADLINE, pin_turn: Arc::default() }
    }

    /// Waits this long for the keyring instead of three seconds.
    #[must_use]
    pub const fn with_deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Keeps a secret, in place of one already kept under that name.
    ///
    /// # Errors
    /// After [`VaultError::NoAnswer`] the secret may have been kept or not: `get` tells.
    pub fn set(&self, name: SecretName, secret: &Secret) -> Result<(), VaultError> {
        if secret.expose().len() > SECRET_BYTES_MAX {
            return Err(VaultError::TooLong { bytes_max: SECRET_BYTES_MAX });
        }
        let (shelf, user, secret) = (self.shelf.clone(), self.scope.user(name), secret.clone());
        self.ask(move || {
            let entry = shelf.entry(&user)?;
            entry.set_secret(secret.expose().as_bytes()).map_err(os_keyring::explain)
        })
    }

    /// The secret kept under a name, or none.
    ///
    /// # Errors
    /// [`VaultError::Locked`] also when the entry is not found while the keyring is locked.
    pub fn get(&self, name: SecretName) -> Result<Option<Secret>, VaultError> {
        let (shelf, user) = (self.shelf.clone(), self.scope.user(name));
        self.ask(move || {
            let Some(bytes) = shelf.found(shelf.entry(&user)?.get_secret())? else { return Ok(None) };
            let bytes = Zeroizing::new(bytes);
            let text =
                str::from_utf8(&bytes).map_err(|_| VaultError::Failed("the entry is not text".into()))?;
            Ok(Some(Secret::new(text)))
        })
    }

    /// Removes a secret; `false` when there was none.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn forget(&self, name: SecretName) -> Result<bool, VaultError> {
        let (shelf, user) = (self.shelf.clone(), self.scope.user(name));
        self.ask(move || Ok(shelf.found(shelf.entry(&user)?.delete_credential())?.is_some()))
    }

    /// How the keyring stands. Never opens a prompt, so the screen may ask as often as it likes.
    pub fn status(&self) -> VaultStatus {
        let shelf = self.shelf.clone();
        match self.ask(move || shelf.door()) {
            Ok(Door::Open) => VaultStatus::Available,
            Ok(Door::Locked) | Err(VaultError::Locked) => VaultStatus::Locked,
            Ok(Door::NotBuilt) => VaultStatus::Absent("no keyring has been created yet".into()),
            Err(VaultError::NoAnswer) => VaultStatus::NoAnswer,
            Err(VaultError::Absent(reason) | VaultError::Failed(reason)) => VaultStatus::Absent(reason),
            Err(error @ (VaultError::Denied | VaultError::TooLong { .. })) => {
                VaultStatus::Absent(error.to_string())
            }
        }
    }

    fn ask<T: Send + 'static>(
        &self,
        errand: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
    ) -> Result<T, VaultError> {
        self.courier.ask(self.deadline, errand).unwrap_or_else(|undelivered| {
            Err(match undelivered {
                NotDelivered::InTime => VaultError::NoAnswer,
                NotDelivered::AtAll => VaultError::Failed("the till's keyring thread ended".into()),
            })
        })
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({}/{})", self.scope.mode, self.scope.database)
    }
}

impl VaultScope {
    /// A mode of the till (`practice`, `sandbox` or `live`) and the id its database got when it was created.
    ///
    /// # Errors
    /// When either is something else: their form keeps the entries of two scopes apart.
    pub fn new(mode: &str, database: &str) -> Result<Self, ScopeError> {
        if !["practice", "sandbox", "live"].contains(&mode) {
            return Err(ScopeError::Mode(mode.into()));
        }
        if !(8..=64).contains(&database.len()) || !database.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(ScopeError::Database(database.into()));
        }
        Ok(Self { mode: mode.into(), database: database.to_ascii_lowercase() })
    }

    /// The entry's user name: `live/3f2a…/bitcoin.mnemonic`.
    fn user(&self, name: SecretName) -> String {
        format!("{}/{}/{name}", self.mode, self.database)
    }
}

/// Where the entries stand.
#[derive(Clone)]
enum Shelf {
    OsKeyring,
    Memory(Arc<CredentialStore>),
}

impl Shelf {
    fn entry(&self, user: &str) -> Result<Entry, VaultError> {
        let store = match self {
            Self::OsKeyring => os_keyring::connect()?,
            Self::Memory(store) => store.clone(),
        };
        store.build(SERVICE, user, None).map_err(os_keyring::explain)
    }

    fn door(&self) -> Result<Door, VaultError> {
        match self {
            Self::OsKeyring => os_keyring::door(),
            Self::Memory(_) => Ok(Door::Open),
        }
    }

    /// Turns "no entry" into none, unless the keyring is locked and may just be hiding it.
    fn found<T>(&self, answer: keyring_core::Result<T>) -> Result<Option<T>, VaultError> {
        match answer {
            Ok(value) => Ok(Some(value)),
            Err(keyring_core::Error::NoEntry) if self.door()? == Door::Locked => Err(VaultError::Locked),
            Err(keyring_core::Error::NoEntry) => Ok(None),
            Err(error) => Err(os_keyring::explain(error)),
        }
    }
}

#[cfg(test)]
mod tests;
