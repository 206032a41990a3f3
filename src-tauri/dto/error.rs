//! What a screen learns of a refusal: a code it can act on, and one plain line for whoever reads logs.

use serde::Serialize;
use specta::Type;

/// Why a command did not do what was asked. A code exists only where the screens treat it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The request was malformed or a field is out of range; nothing was changed.
    BadRequest,
    /// The amount typed can't be read; `detail` says what is wrong with it.
    BadAmount,
    /// What was sent holds a card number, which this program never takes; it was not kept.
    CardNumber,
    /// No such sale, payment, entry or stray payment.
    NotFound,
    /// The state of the sale does not allow this (already paid, cancelled, money on its way).
    NotNow,
    /// This way to pay is not available; `detail` says why.
    RailUnavailable,
    /// No rate for the pair: the owner must set one.
    NoRate,
    /// The commit's outcome is not known: look the id up before doing it again.
    Unknown,
    /// The disk is full or failing; nothing was recorded.
    Storage,
    /// The OS keyring is absent or locked. Selling goes on.
    Keyring,
    /// This is not the owner's PIN, or it was guessed wrong too often and nobody may try now.
    WrongPin,
    /// The command is not offered to this window or over this transport.
    Forbidden,
    /// Somebody else changed the settings first: read them again.
    SettingsChanged,
    /// The till is shutting down or switching mode.
    Closing,
    /// The till can record nothing any more: it must be closed and started again.
    Broken,
    /// A defect of ours; the log has it.
    Internal,
}

/// A refused command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct AppError {
    /// What the screen should do.
    pub code: ErrorCode,
    /// One line in English that says what to do next. Never holds a secret.
    pub detail: String,
}
