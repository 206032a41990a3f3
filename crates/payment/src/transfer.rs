//! What a chain rail saw: levels, not edges. Each observation of a transfer carries a number; the highest wins and an
//! equal level changes nothing, so redelivery, reordering and a reorganisation there and back all converge.

use std::fmt;

use money::Money;

use crate::Timestamp;

/// A rail's name for one transfer: `txid:vout` on bitcoin, `txhash:logindex` on EVM chains.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TransferRef(String);

impl TransferRef {
    /// Wraps the rail's own reference.
    #[must_use]
    pub fn new(reference: impl Into<String>) -> Self {
        Self(reference.into())
    }

    /// The reference as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TransferRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How far along a transfer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Level {
    /// Seen, in no block.
    Unconfirmed {
        /// Independent servers that report it without a conflict.
        agreeing_servers: u8,
    },
    /// In a block of the best chain.
    Confirmed {
        /// The block it is credited against, as the chain writes it.
        block_hash: String,
        /// Its height.
        height: u32,
        /// Blocks on top, this one included; at least 1.
        confirmations: u32,
    },
    /// Gone: replaced, dropped from the pool, or reorganised away.
    Withdrawn {
        /// Why, as far as the rail can tell.
        reason: WithdrawnReason,
    },
}

/// Why a transfer is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithdrawnReason {
    /// Another transaction spends the same coins.
    Replaced,
    /// No server knows it any more.
    Dropped,
}

impl WithdrawnReason {
    /// Stable name, as stored.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::Dropped => "dropped",
        }
    }
}

impl Level {
    /// Confirmations, 0 when it is in no block.
    #[must_use]
    pub const fn confirmations(&self) -> u32 {
        match self {
            Self::Confirmed { confirmations, .. } => *confirmations,
            Self::Unconfirmed { .. } | Self::Withdrawn { .. } => 0,
        }
    }

    /// True once the transfer is gone.
    #[must_use]
    pub const fn is_withdrawn(&self) -> bool {
        matches!(self, Self::Withdrawn { .. })
    }
}

/// One reading of one transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// Which transfer.
    pub reference: TransferRef,
    /// Number of this reading; rises with every reading the rail ever made, also across restarts.
    pub number: u64,
    /// Where the money went.
    pub address: String,
    /// How much, at the ledger's scale.
    pub amount: Money,
    /// How far along it is.
    pub level: Level,
    /// When the rail first saw it (block time when that is earlier).
    pub seen_at: Timestamp,
}

/// A transfer as the sale or stray payment that owns it knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// The latest reading.
    pub latest: Observation,
    /// First seen after its quote had ended.
    pub late: bool,
    /// Ordinal of the entry that books it as pending, while that stands.
    pub pending_entry: Option<u32>,
    /// Ordinal of the entry that books it as settled, while that stands.
    pub settled_entry: Option<u32>,
    /// It was safe once.
    pub was_safe: bool,
}

impl Transfer {
    /// A transfer at its first reading, nothing posted yet.
    #[must_use]
    pub const fn first(observation: Observation, late: bool) -> Self {
        Self { latest: observation, late, pending_entry: None, settled_entry: None, was_safe: false }
    }

    /// Seen and not gone.
    #[must_use]
    pub const fn is_present(&self) -> bool {
        !self.latest.level.is_withdrawn()
    }
}
