//! What is published after each commit; screens re-read what they show.

use serde::Serialize;
use specta::Type;

/// Something changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Type)]
pub struct ChangeDto {
    /// What kind of thing.
    pub topic: TopicDto,
    /// Its id: an invoice or stray id; empty for the others.
    pub id: String,
    /// Its version after the change; 0 where there is none.
    pub version: u32,
}

/// Kinds of things that change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum TopicDto {
    /// A sale.
    Sale,
    /// A stray payment.
    Stray,
    /// Settings or mode.
    Settings,
    /// Health: servers, tip, ledger, keyring, alerts.
    Status,
    /// Screens fell behind: re-read everything.
    Everything,
}
