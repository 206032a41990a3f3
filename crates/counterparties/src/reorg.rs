//! Reorganisations: the last blocks are replaced by one block more, at once.

use std::collections::HashSet;

use bitcoin::{Block, BlockHash, OutPoint, Transaction, Txid};
use serde_json::json;

use crate::rpc::parsed;
use crate::{CounterpartyError, Node};

/// Plenty for one small transaction at any fee rate seen in tests.
const CONFLICT_FEE_SAT: u64 = 20_000;

/// What becomes of the transactions in the replaced blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// They are mined again, in the first block of the new chain.
    MinedAgain,
    /// They are unconfirmed again and wait in the mempool; the new blocks are empty.
    BackInMempool,
    /// They can never come back: the last block of the new chain spends the same coins back to the customer.
    Gone,
}

impl Node {
    /// Replaces the last `depth` blocks by `depth + 1` new ones and returns the new blocks' hashes.
    ///
    /// The competing blocks are mined at once: an indexer may hang when a chain only gets shorter.
    ///
    /// # Errors
    /// When the chain is shorter than `depth`, or, for [`Fate::Gone`], when a transaction was not paid from the node's
    /// own wallet.
    pub fn reorg(&self, depth: u32, fate: Fate) -> Result<Vec<BlockHash>, CounterpartyError> {
        let replaced = self.last_blocks(depth)?;
        let conflicts = if fate == Fate::Gone { self.conflicts(&replaced)? } else { Vec::new() };
        let reward = self.new_address()?;
        if let Some(first) = replaced.last() {
            self.raw("invalidateblock", &json!([first.block_hash().to_string()]))?;
        }
        match fate {
            Fate::MinedAgain => self.mine_to(&reward, depth + 1),
            Fate::BackInMempool => (0..=depth).map(|_| self.mine_exactly(&reward, &[])).collect(),
            // The conflicts come last, because a coin that is a block reward may not be spendable any earlier.
            Fate::Gone => (0..=depth)
                .map(|index| self.mine_exactly(&reward, if index == depth { &conflicts } else { &[] }))
                .collect(),
        }
    }

    /// Mines one block with exactly these transactions (hex), whatever waits in the mempool.
    fn mine_exactly(&self, reward: &str, transactions: &[String]) -> Result<BlockHash, CounterpartyError> {
        let answer = self.raw("generateblock", &json!([reward, transactions]))?;
        parsed("generateblock", &answer["hash"])
    }

    /// The last `depth` blocks, newest first.
    fn last_blocks(&self, depth: u32) -> Result<Vec<Block>, CounterpartyError> {
        let mut hash = self.tip()?;
        let mut blocks = Vec::new();
        for _ in 0..depth {
            let block = self.rpc.block(hash)?;
            hash = block.header.prev_blockhash;
            blocks.push(block);
        }
        Ok(blocks)
    }

    /// One conflicting transaction for each that spends coins from before the replaced blocks; the others lose their
    /// coins with those.
    fn conflicts(&self, replaced: &[Block]) -> Result<Vec<String>, CounterpartyError> {
        let transactions: Vec<&Transaction> = replaced.iter().flat_map(|block| &block.txdata).collect();
        let born: HashSet<Txid> = transactions.iter().map(|transaction| transaction.compute_txid()).collect();
        let older = |transaction: &Transaction| -> Vec<OutPoint> {
            let coins = transaction.input.iter().map(|input| input.previous_output);
            coins.filter(|coin| !born.contains(&coin.txid)).collect()
        };
        transactions
            .into_iter()
            .filter(|transaction| !transaction.is_coinbase())
            .map(|transaction| (transaction.compute_txid(), older(transaction)))
            .filter(|(_, coins)| !coins.is_empty())
            .map(|(txid, coins)| self.conflict(txid, coins, CONFLICT_FEE_SAT))
            .collect()
    }
}
