//! From the client's types to the few fields this rail reads, each checked against what was asked.

use alloy::consensus::Transaction as _;
use alloy::network::{AnyRpcBlock, AnyRpcTransaction, AnyTransactionReceipt, TransactionResponse};
use alloy::primitives::B256;
use alloy::rpc::types::Log;

use super::ProviderError;
use crate::block::{Block, BlockId, Event, Header, Payment, Transaction};

pub(super) fn header(block: &AnyRpcBlock) -> Header {
    let header = &block.header;
    Header {
        id: BlockId { number: header.number, hash: header.hash },
        parent: header.parent_hash,
        seconds: header.timestamp,
    }
}

pub(super) fn block(block: AnyRpcBlock) -> Block {
    let header = header(&block);
    let payments = block.into_transactions_iter().filter(|transaction| !transaction.value().is_zero());
    let payments = payments.filter_map(|transaction| {
        Some(Payment { transaction: transaction.tx_hash(), to: transaction.to()? })
    });
    Block { header, payments: payments.collect() }
}

/// The transactions of a block that wrote these events, each once.
pub(super) fn transactions_of(logs: &[Log], block: B256) -> Result<Vec<B256>, ProviderError> {
    let strays = logs.iter().filter(|log| !log.removed && log.block_hash != Some(block));
    if strays.count() > 0 {
        return Err(ProviderError::Nonsense("an event of another block than asked for"));
    }
    Ok(distinct_transactions(logs))
}

/// The transactions that wrote these events, each once. A removed event is of a block that is gone.
pub(super) fn distinct_transactions(logs: &[Log]) -> Vec<B256> {
    let mut transactions = Vec::new();
    for log in logs.iter().filter(|log| !log.removed) {
        transactions.extend(log.transaction_hash.filter(|transaction| !transactions.contains(transaction)));
    }
    transactions
}

/// A mined transaction with its receipt. `None` when the two are not of one block: then it is being mined right now.
pub(super) fn transaction(
    asked: B256,
    transaction: &AnyRpcTransaction,
    receipt: &AnyTransactionReceipt,
) -> Result<Option<Transaction>, ProviderError> {
    if transaction.tx_hash() != asked || receipt.transaction_hash() != asked {
        return Err(ProviderError::Nonsense("another transaction than asked for"));
    }
    let (Some(number), Some(hash)) = (receipt.block_number(), receipt.block_hash()) else { return Ok(None) };
    if TransactionResponse::block_hash(transaction) != Some(hash) {
        return Ok(None);
    }
    let events = receipt.logs().iter().filter(|log| !log.removed).map(|log| Event {
        contract: log.inner.address,
        topics: log.inner.data.topics().to_vec(),
        data: log.inner.data.data.clone(),
    });
    Ok(Some(Transaction {
        hash: asked,
        block: BlockId { number, hash },
        succeeded: receipt.is_success(),
        to: transaction.to(),
        value: transaction.value(),
        events: events.collect(),
    }))
}
