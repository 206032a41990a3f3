//! One consistent look at the node: the whole best chain and the mempool at the same tip.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bitcoin::hashes::{Hash, sha256};
use bitcoin::{Block, BlockHash, OutPoint, Script, Transaction, TxOut, Txid};
use serde_json::json;

use crate::CounterpartyError;
use crate::rpc::{Rpc, parsed_list, unknown_form};

const LOOKS_MAX: usize = 10;

/// The node, with the blocks seen so far remembered.
pub(super) struct Chain {
    pub(super) rpc: Rpc,
    blocks: Mutex<HashMap<BlockHash, Arc<Block>>>,
}

/// A transaction and, when it is confirmed, the height of its block.
pub(super) struct Seen {
    pub(super) transaction: Transaction,
    pub(super) height: Option<usize>,
}

/// Everything there is at one tip.
pub(super) struct View {
    pub(super) rpc: Rpc,
    /// By height.
    pub(super) blocks: Vec<(BlockHash, Arc<Block>)>,
    /// Newest first: the mempool, then the chain from its tip.
    pub(super) transactions: Vec<(Txid, Seen)>,
    positions: HashMap<Txid, usize>,
    spenders: HashMap<OutPoint, (Txid, usize)>,
}

impl Chain {
    pub(super) fn new(rpc: Rpc) -> Self {
        Self { rpc, blocks: Mutex::new(HashMap::new()) }
    }

    /// Looks until the tip stayed the same during the look: a transaction on its way between mempool and block would
    /// otherwise seem gone.
    pub(super) fn view(&self) -> Result<View, CounterpartyError> {
        for _ in 0..LOOKS_MAX {
            let tip = self.rpc.tip()?;
            let mempool = self.mempool()?;
            let blocks = self.blocks_up_to(tip)?;
            if self.rpc.tip()? == tip {
                return Ok(View::new(self.rpc.clone(), blocks, mempool));
            }
        }
        Err(unknown_form("getbestblockhash", "the tip never stays the same"))
    }

    fn mempool(&self) -> Result<Vec<Transaction>, CounterpartyError> {
        let txids: Vec<Txid> = parsed_list("getrawmempool", &self.rpc.call("getrawmempool", &json!([]))?)?;
        // What left the mempool since it was listed is no longer there to be shown.
        Ok(txids.into_iter().filter_map(|txid| self.rpc.transaction(txid).ok()).collect())
    }

    fn blocks_up_to(&self, tip: BlockHash) -> Result<Vec<(BlockHash, Arc<Block>)>, CounterpartyError> {
        let mut known = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let mut blocks = Vec::new();
        let mut hash = tip;
        while hash != BlockHash::all_zeros() {
            let block = match known.get(&hash) {
                Some(block) => Arc::clone(block),
                None => Arc::new(self.rpc.block(hash)?),
            };
            known.insert(hash, Arc::clone(&block));
            let previous = block.header.prev_blockhash;
            blocks.push((hash, block));
            hash = previous;
        }
        blocks.reverse();
        Ok(blocks)
    }
}

impl View {
    fn new(rpc: Rpc, blocks: Vec<(BlockHash, Arc<Block>)>, mempool: Vec<Transaction>) -> Self {
        let confirmed = blocks.iter().enumerate().rev().flat_map(|(height, (_, block))| {
            block.txdata.iter().map(move |transaction| (transaction.clone(), Some(height)))
        });
        let mut transactions: Vec<(Txid, Seen)> = Vec::new();
        let mut positions = HashMap::new();
        let mut spenders = HashMap::new();
        let unconfirmed = mempool.into_iter().map(|transaction| (transaction, None));
        for (transaction, height) in unconfirmed.chain(confirmed) {
            let txid = transaction.compute_txid();
            for (index, input) in transaction.input.iter().enumerate() {
                spenders.insert(input.previous_output, (txid, index));
            }
            positions.insert(txid, transactions.len());
            transactions.push((txid, Seen { transaction, height }));
        }
        Self { rpc, blocks, transactions, positions, spenders }
    }

    /// The height of the tip.
    pub(super) fn height(&self) -> usize {
        self.blocks.len() - 1
    }

    /// The height of a block of the best chain.
    pub(super) fn height_of(&self, hash: &str) -> Option<usize> {
        let hash: BlockHash = hash.parse().ok()?;
        self.blocks.iter().position(|(candidate, _)| *candidate == hash)
    }

    /// A transaction of the chain or the mempool.
    pub(super) fn transaction(&self, txid: &Txid) -> Option<&Seen> {
        self.positions.get(txid).map(|position| &self.transactions[*position].1)
    }

    /// The output a coin is.
    pub(super) fn output(&self, coin: &OutPoint) -> Option<&TxOut> {
        let funding = self.transaction(&coin.txid)?;
        funding.transaction.output.get(usize::try_from(coin.vout).ok()?)
    }

    /// The transaction that spends a coin, and the index of the input that does.
    pub(super) fn spender(&self, coin: &OutPoint) -> Option<(Txid, usize)> {
        self.spenders.get(coin).copied()
    }

    /// The transactions that pay to a script or spend from it, newest first.
    pub(super) fn history(&self, script_hash: &str) -> Vec<(&Txid, &Seen)> {
        let ours = |script: &Script| sha256::Hash::hash(script.as_bytes()).to_string() == script_hash;
        let concerns = |transaction: &Transaction| {
            let pays = transaction.output.iter().any(|output| ours(&output.script_pubkey));
            let spent = |coin| self.output(coin).is_some_and(|output| ours(&output.script_pubkey));
            pays || transaction.input.iter().any(|input| spent(&input.previous_output))
        };
        let concerned = self.transactions.iter().filter(|(_, seen)| concerns(&seen.transaction));
        concerned.map(|(txid, seen)| (txid, seen)).collect()
    }
}
