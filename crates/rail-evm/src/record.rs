//! What is known of one chain: our own chain of blocks, the money that came, and what the balances add to it.
//!
//! Pure: whoever follows the chain brings blocks, transactions and balances here, and reads from here how every transfer
//! stands now. Invariants:
//! - A transfer is in a block only while that block is on our own chain or was looked up and found; when its block goes,
//!   it is gone, until it is seen in another block.
//! - At every comparison, what came and did not go away again equals the balance: what a balance has more is booked as
//!   money that no transaction of ours shows, and what it has less went away.
//! - What is final stays.

mod balance;
mod level;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use alloy::primitives::{Address, B256};

use crate::arrival::Arrival;
use crate::block::{BlockId, Header};
use crate::chain::Chain;
use crate::coin::Coin;
use crate::own_chain::{OwnChain, Taken};
use crate::provider::Marks;
use crate::stored::{Claim, Known, Outflow, Standing, StoredChain};

pub(crate) use level::{Sighting, Stands};

/// Kinds of tokens the shop does not list that are noted for one address; more is spam, and left out.
pub(crate) const UNLISTED_MAX: usize = 20;
/// For how long a transaction whose block was replaced is looked for.
const LOST_FOR_MILLIS: i64 = 24 * 60 * 60 * 1_000;

/// Where money lies: an address, and `None` for the native coin.
type Place = (Address, Option<Address>);

/// What is known of one chain.
pub(crate) struct Record {
    pub(crate) chain: &'static Chain,
    pub(crate) coins: Vec<Coin>,
    own: OwnChain,
    known: BTreeMap<String, Known>,
    by_place: HashMap<Place, BTreeSet<String>>,
    outflows: BTreeMap<String, Outflow>,
    head: u64,
    marks: Marks,
    /// Transfers of tokens that no balance was compared with yet.
    unchecked: HashSet<String>,
    /// Transfers that are contradicted, and how many providers stand by them.
    doubted: HashMap<String, u8>,
    /// Transactions that are in no block any more, and wait for one.
    waiting: HashSet<B256>,
    compared: bool,
    staged: StoredChain,
}

impl Record {
    /// Begins with what is stored of a chain.
    pub(crate) fn open(chain: &'static Chain, coins: Vec<Coin>, stored: StoredChain) -> Self {
        let StoredChain { scanned, compared, known, outflows } = stored;
        let mut own = OwnChain::default();
        if let Some(scanned) = scanned {
            own.begin_at(scanned);
        }
        let last = known.values().map(|known| known.block.number).max().unwrap_or(0);
        let mut by_place: HashMap<Place, BTreeSet<String>> = HashMap::new();
        for (reference, known) in &known {
            by_place.entry((known.to, known.contract)).or_default().insert(reference.clone());
        }
        Self {
            chain,
            coins,
            own,
            known,
            by_place,
            outflows,
            head: scanned.map_or(last, |scanned| scanned.number.max(last)),
            marks: Marks::default(),
            unchecked: HashSet::new(),
            doubted: HashMap::new(),
            waiting: HashSet::new(),
            compared,
            staged: StoredChain::default(),
        }
    }

    /// The highest block of our own chain.
    pub(crate) fn tip(&self) -> Option<BlockId> {
        self.own.tip()
    }

    /// Which block to ask for next on the way to this head.
    pub(crate) fn wanted(&self, head: BlockId) -> Option<u64> {
        self.own.wanted(head)
    }

    /// The provider's newest block.
    pub(crate) fn heard_of(&mut self, head: BlockId) {
        self.head = head.number;
    }

    /// Follows from this block on, without those between.
    pub(crate) fn begin_at(&mut self, block: BlockId) {
        self.own.begin_at(block);
        self.staged.scanned = Some(block);
    }

    /// Takes the next block; what stood in blocks that go is gone.
    pub(crate) fn take(&mut self, header: &Header) -> Taken {
        let taken = self.own.take(header);
        if let Taken::Extended(gone) | Taken::Unwound(gone) = &taken {
            self.unwind(gone);
        }
        taken
    }

    /// Every block up to this one was searched.
    pub(crate) fn scanned(&mut self, block: BlockId) {
        self.staged.scanned = Some(block);
    }

    /// A block could not be searched to its end: it is taken again.
    pub(crate) fn take_again(&mut self, from: u64) {
        self.own.cut(from);
    }

    /// Money came, or is in another block now.
    pub(crate) fn arrive(&mut self, arrival: Arrival, claim: Option<Claim>, seen_at: i64) {
        let Arrival { reference, transaction, block, to, contract, base_units } = arrival;
        let before = self.known.get(&reference);
        if before.is_some_and(|known| known.standing == Standing::Final) {
            return;
        }
        let known = Known {
            to,
            contract,
            base_units,
            said: base_units,
            transaction: Some(transaction),
            block,
            standing: Standing::InBlock,
            seen_at: before.map_or(seen_at, |known| known.seen_at),
            claim,
        };
        // Seen again in the same block: a toll that was found out stays found out.
        let is_same =
            before.is_some_and(|before| before.block == block && before.standing == Standing::InBlock);
        if is_same {
            return;
        }
        self.waiting.remove(&transaction);
        if contract.is_some() {
            self.unchecked.insert(reference.clone());
        }
        self.put(reference, known);
    }

    /// Would another kind of unlisted token at this address be noted?
    pub(crate) fn notes_unlisted(&self, to: Address, contract: Address) -> bool {
        let kinds: BTreeSet<Address> =
            self.unlisted().filter(|known| known.to == to).filter_map(|known| known.contract).collect();
        kinds.contains(&contract) || kinds.len() < UNLISTED_MAX
    }

    /// Is this contract's token one the shop takes?
    pub(crate) fn lists(&self, contract: Address) -> bool {
        self.coins.iter().any(|coin| coin.contract == Some(contract))
    }

    /// What an unlisted token said of itself when it was asked.
    pub(crate) fn claim(&self, contract: Address) -> Option<Claim> {
        self.unlisted().find(|known| known.contract == Some(contract)).and_then(|known| known.claim.clone())
    }

    /// Blocks below our own chain in which something stands that is not final: to be looked up, the oldest first.
    pub(crate) fn to_look_up(&self) -> Vec<BlockId> {
        let known = self.known.values().map(|known| (known.block, known.standing));
        let outflows = self.outflows.values().map(|outflow| (outflow.block, outflow.standing));
        let open = known.chain(outflows).filter(|(_, standing)| *standing == Standing::InBlock);
        let blocks: BTreeSet<BlockId> = open.map(|(block, _)| block).collect();
        blocks.into_iter().filter(|block| self.own.hash_at(block.number) != Some(block.hash)).collect()
    }

    /// The block that stands at the height of this one was looked up.
    pub(crate) fn looked_up(&mut self, block: BlockId, found: B256) {
        if found != block.hash {
            self.unwind(&[block]);
        } else if self.is_final(block) {
            self.settle(|other| other == block);
        }
    }

    /// Transactions that were in a block that is gone: to be looked for.
    pub(crate) fn lost(&self, now: i64) -> Vec<B256> {
        let is_recent = |known: &Known| now.saturating_sub(known.seen_at) < LOST_FOR_MILLIS;
        let gone = self.known.values().filter(|known| known.standing == Standing::Gone && is_recent(known));
        let lost: BTreeSet<B256> = gone.filter_map(|known| known.transaction).collect();
        lost.into_iter().collect()
    }

    /// Does a transaction that was lost wait for a block?
    pub(crate) fn waits(&mut self, transaction: B256, does: bool) {
        if does {
            self.waiting.insert(transaction);
        } else {
            self.waiting.remove(&transaction);
        }
    }

    /// What the chain promises of its blocks.
    pub(crate) fn mark(&mut self, marks: Marks) {
        self.marks.safe = marks.safe.max(self.marks.safe);
        self.marks.finalized = marks.finalized.max(self.marks.finalized);
        let Some(finalized) = self.marks.finalized else { return };
        let open =
            self.known.values().map(|known| known.block).chain(self.outflows.values().map(|flow| flow.block));
        let stands =
            |block: &BlockId| block.number <= finalized && self.own.hash_at(block.number) == Some(block.hash);
        let settled: HashSet<BlockId> = open.filter(stands).collect();
        self.settle(|block| settled.contains(&block));
        self.own.finalize(finalized);
    }

    /// What is in a block that may still be replaced, with its reference: other providers are asked whether they see it.
    pub(crate) fn unsettled(&self) -> Vec<(String, Known)> {
        let open = self.known.iter().filter(|(_, known)| known.standing == Standing::InBlock);
        open.map(|(reference, known)| (reference.clone(), known.clone())).collect()
    }

    /// These transfers are contradicted, and so many providers stand by each.
    pub(crate) fn doubt(&mut self, doubted: HashMap<String, u8>) {
        self.doubted = doubted;
    }

    /// Were the first addresses looked at for money from before the till?
    pub(crate) const fn is_compared(&self) -> bool {
        self.compared
    }

    /// They were now.
    pub(crate) const fn compared(&mut self) {
        self.compared = true;
        self.staged.compared = true;
    }

    /// What changed since this was asked last.
    pub(crate) fn staged(&mut self) -> StoredChain {
        std::mem::take(&mut self.staged)
    }

    fn unlisted(&self) -> impl Iterator<Item = &Known> {
        self.known.values().filter(|known| known.claim.is_some())
    }

    fn is_final(&self, block: BlockId) -> bool {
        self.marks.finalized >= Some(block.number)
    }

    /// Takes what stood in these blocks as gone.
    fn unwind(&mut self, gone: &[BlockId]) {
        let is_gone = |block: BlockId, standing| standing == Standing::InBlock && gone.contains(&block);
        self.change_standing(is_gone, Standing::Gone);
        let tip = self.own.tip();
        if self.staged.scanned.is_some_and(|scanned| gone.contains(&scanned)) {
            self.staged.scanned = tip;
        }
    }

    fn settle(&mut self, is_final: impl Fn(BlockId) -> bool) {
        self.change_standing(
            |block, standing| standing == Standing::InBlock && is_final(block),
            Standing::Final,
        );
    }

    fn change_standing(&mut self, which: impl Fn(BlockId, Standing) -> bool, to: Standing) {
        for (reference, known) in
            self.known.iter_mut().filter(|(_, known)| which(known.block, known.standing))
        {
            known.standing = to;
            self.staged.known.insert(reference.clone(), known.clone());
        }
        for (name, outflow) in self.outflows.iter_mut().filter(|(_, flow)| which(flow.block, flow.standing)) {
            outflow.standing = to;
            self.staged.outflows.insert(name.clone(), outflow.clone());
        }
    }

    fn put(&mut self, reference: String, known: Known) {
        self.by_place.entry((known.to, known.contract)).or_default().insert(reference.clone());
        self.staged.known.insert(reference.clone(), known.clone());
        self.known.insert(reference, known);
    }
}

#[cfg(test)]
mod tests;
