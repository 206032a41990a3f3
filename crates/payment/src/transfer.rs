//! What a chain rail saw: levels, not edges. Each observation of a transfer carries a number; the highest wins and an
//! equal level changes nothing, so redelivery, reordering and a reorganisation there and back all converge.

use std::fmt;

use money::{Currency, CurrencyError, Money};

use crate::Timestamp;

/// A rail's name for one transfer: `txid:vout` on bitcoin, `chain:txhash:logindex` on EVM chains.
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
        /// What the network itself says of that block.
        mark: Mark,
    },
    /// Gone: replaced, dropped from the pool, or reorganised away.
    Withdrawn {
        /// Why, as far as the rail can tell.
        reason: WithdrawnReason,
    },
}

/// What a network says of its blocks beside their depth: the tags of an EVM node. Bitcoin says nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Part of the best chain.
    #[default]
    Head,
    /// `safe`: not reorganised under an honest majority.
    Safe,
    /// `finalized`: not reorganised without destroying a third of the stake.
    Finalized,
}

impl Mark {
    /// Every mark with its stable name.
    pub const ALL: &'static [(Self, &'static str)] =
        &[(Self::Head, "head"), (Self::Safe, "safe"), (Self::Finalized, "finalized")];

    /// The stable name, which is the node's own tag.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Safe => "safe",
            Self::Finalized => "finalized",
        }
    }

    /// Nothing was said of the block beside its depth.
    #[must_use]
    pub fn is_head(&self) -> bool {
        *self == Self::Head
    }
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

/// What a chain says of a transfer where the amount in the books can't say all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExactAmount {
    /// Base units (wei, or a token's own) as a decimal number of any length.
    pub base_units: String,
    /// How many of its digits stand after the point; `None` when the token does not say.
    pub decimals: Option<u8>,
    /// What the coin calls itself, made safe to show. A token may claim any name.
    pub symbol: String,
    /// The token's contract; `None` for the chain's own coin.
    pub contract: Option<String>,
    /// The chain's number (EIP-155).
    pub chain_id: u64,
}

impl ExactAmount {
    /// The amount with its point, without trailing zeros: `12.5`; base units when the token names no decimals.
    #[must_use]
    pub fn decimal_text(&self) -> String {
        let places = usize::from(self.decimals.unwrap_or(0));
        let digits = format!("{:0>width$}", self.base_units, width = places + 1);
        let (whole, part) = digits.split_at(digits.len() - places);
        match part.trim_end_matches('0') {
            "" => whole.to_owned(),
            part => format!("{whole}.{part}"),
        }
    }
}

/// The symbol of what stands for every token that a shop does not take.
const UNLISTED: &str = "UNLISTED";

/// What a transfer of a token that the shop does not take on a chain is reported in, always as nothing: only its
/// [`ExactAmount`] says what came.
///
/// # Errors
/// For a chain whose number has more than eleven digits.
pub fn unlisted(chain_id: u64) -> Result<Currency, CurrencyError> {
    Currency::on_chain(UNLISTED, chain_id, 0)
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
    /// How much, at the ledger's scale: rounded down when the chain counts finer.
    pub amount: Money,
    /// How much exactly, and of what, on chains where that is more than the amount.
    pub exact: Option<ExactAmount>,
    /// How far along it is.
    pub level: Level,
    /// When the rail first saw it (block time when that is earlier).
    pub seen_at: Timestamp,
}

impl Observation {
    /// A token that the shop does not take.
    #[must_use]
    pub fn is_unlisted(&self) -> bool {
        self.amount.currency().symbol() == UNLISTED
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn text(base_units: &str, decimals: Option<u8>) -> String {
        let (base_units, symbol) = (base_units.to_owned(), "X".to_owned());
        ExactAmount { base_units, decimals, symbol, contract: None, chain_id: 1 }.decimal_text()
    }

    #[test]
    fn base_units_are_written_with_the_point_that_the_token_claims() {
        assert_eq!(text("12500000", Some(6)), "12.5");
        assert_eq!(text("1", Some(18)), "0.000000000000000001");
        assert_eq!(text("7", Some(0)), "7");
        assert_eq!(text("1000000", Some(6)), "1");
        assert_eq!(text("12500000", None), "12500000");
        assert_eq!(text("1", Some(77)), format!("0.{}1", "0".repeat(76)));
        assert_eq!(text("0", Some(6)), "0");
    }

    #[test]
    fn every_token_that_the_shop_does_not_take_is_nothing_in_the_books() {
        let unlisted = unlisted(42_161).unwrap();
        assert_eq!((unlisted.code(), unlisted.scale()), ("UNLISTED.42161", 0));
    }
}
