//! Our own chain: which block stands at which height, as far as the followed provider told and nothing contradicts.
//!
//! It grows block by block, each one the child of the one before. A block that does not fit unwinds what stands in its
//! way, by parent hash and however deep, down to the last finalized block: below that a contradiction is refused, because
//! the chain itself promised that it would not happen.

use std::collections::BTreeMap;

use alloy::primitives::B256;

use crate::block::{BlockId, Header};

/// The blocks since the last finalized one, or since following began.
#[derive(Clone, Debug, Default)]
pub(crate) struct OwnChain {
    blocks: BTreeMap<u64, B256>,
    finalized: u64,
}

/// What a block did to the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// It stands on top now; these stood in its way, the lowest first.
    Extended(Vec<BlockId>),
    /// It has another parent, so these are gone, the lowest first: ask for the block below.
    Unwound(Vec<BlockId>),
    /// It is on the chain already.
    Known,
    /// It leaves a gap: ask for the blocks between.
    Gap,
    /// It contradicts a finalized block.
    AgainstFinalized,
}

impl OwnChain {
    /// The highest block.
    pub(crate) fn tip(&self) -> Option<BlockId> {
        self.blocks.last_key_value().map(|(number, hash)| BlockId { number: *number, hash: *hash })
    }

    /// The hash at a height, where it is known.
    pub(crate) fn hash_at(&self, number: u64) -> Option<B256> {
        self.blocks.get(&number).copied()
    }

    /// Which block to ask for next, when the provider's head is this one. `None` when the chain is level with it, or the
    /// provider is merely behind.
    pub(crate) fn wanted(&self, head: BlockId) -> Option<u64> {
        let tip = self.tip()?;
        if head.number > tip.number {
            return Some(tip.number + 1);
        }
        let differs = self.hash_at(head.number).is_some_and(|hash| hash != head.hash);
        differs.then_some(head.number)
    }

    /// Begins anew at this block: the blocks between are not followed. Whoever knows something of older ones asks for
    /// them one by one.
    pub(crate) fn begin_at(&mut self, head: BlockId) {
        self.blocks.clear();
        self.blocks.insert(head.number, head.hash);
    }

    /// Takes a block as the provider tells it.
    pub(crate) fn take(&mut self, header: &Header) -> Taken {
        let number = header.id.number;
        if self.hash_at(number) == Some(header.id.hash) {
            return Taken::Known;
        }
        let Some(tip) = self.tip() else {
            self.begin_at(header.id);
            return Taken::Extended(Vec::new());
        };
        if number > tip.number + 1 {
            return Taken::Gap;
        }
        if number <= self.finalized {
            return Taken::AgainstFinalized;
        }
        let mut gone = self.cut(number);
        match number.checked_sub(1).and_then(|below| self.hash_at(below)) {
            Some(parent) if parent == header.parent => {
                self.blocks.insert(number, header.id.hash);
                Taken::Extended(gone)
            }
            Some(_) if number - 1 <= self.finalized => {
                self.restore(gone);
                Taken::AgainstFinalized
            }
            Some(_) => {
                gone.splice(0..0, self.cut(number - 1));
                self.or_begin(header, gone)
            }
            None => self.or_begin(header, gone),
        }
    }

    /// Blocks up to this height are final: they can't be unwound, and those below need not be remembered.
    pub(crate) fn finalize(&mut self, number: u64) {
        self.finalized = self.finalized.max(number);
        let last = self.tip().map_or(0, |tip| tip.number);
        self.blocks = self.blocks.split_off(&self.finalized.min(last));
    }

    /// When everything is unwound, the chain goes on from the block that did it.
    fn or_begin(&mut self, header: &Header, gone: Vec<BlockId>) -> Taken {
        if self.blocks.is_empty() {
            self.begin_at(header.id);
            return Taken::Extended(gone);
        }
        Taken::Unwound(gone)
    }

    /// Takes away all blocks from this height upwards.
    pub(crate) fn cut(&mut self, from: u64) -> Vec<BlockId> {
        let gone = self.blocks.split_off(&from);
        gone.into_iter().map(|(number, hash)| BlockId { number, hash }).collect()
    }

    fn restore(&mut self, blocks: Vec<BlockId>) {
        self.blocks.extend(blocks.into_iter().map(|block| (block.number, block.hash)));
    }
}

#[cfg(test)]
mod tests;
