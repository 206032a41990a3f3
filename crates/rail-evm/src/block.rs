//! Blocks, transactions and events as this rail needs them: the few fields it reads, whatever a provider sent.

use alloy::primitives::{Address, B256, Bytes, U256};
use serde::{Deserialize, Serialize};

/// Which block: its height, and the hash that tells it from others of the same height.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct BlockId {
    pub(crate) number: u64,
    pub(crate) hash: B256,
}

/// A block without its transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) id: BlockId,
    pub(crate) parent: B256,
    /// Seconds since the Unix epoch, as the block claims.
    pub(crate) seconds: u64,
}

/// A block with the transactions that carry native coin to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) header: Header,
    pub(crate) payments: Vec<Payment>,
}

/// A transaction that carries native coin. Whether it succeeded stands in its receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Payment {
    pub(crate) transaction: B256,
    pub(crate) to: Address,
}

/// A mined transaction with its receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Transaction {
    pub(crate) hash: B256,
    pub(crate) block: BlockId,
    pub(crate) succeeded: bool,
    pub(crate) to: Option<Address>,
    pub(crate) value: U256,
    /// Its events in their order.
    pub(crate) events: Vec<Event>,
}

/// What a contract wrote into a receipt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) contract: Address,
    pub(crate) topics: Vec<B256>,
    pub(crate) data: Bytes,
}
