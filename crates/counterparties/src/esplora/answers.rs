//! From a path to its answer.

use bitcoin::consensus::encode::serialize;
use bitcoin::{Block, BlockHash, OutPoint, TxIn, TxOut, Txid};
use serde_json::{Value, json};

use super::view::{Seen, View};
use crate::CounterpartyError;

const BLOCKS_PER_PAGE: usize = 10;
const MEMPOOL_PER_PAGE: usize = 50;
const CONFIRMED_PER_PAGE: usize = 25;
const MEDIAN_TIME_BLOCKS: usize = 11;

/// What goes back to the asker.
pub(super) enum Answer {
    Json(Value),
    Text(String),
    Bytes(Vec<u8>),
    NotFound,
}

impl From<Option<Self>> for Answer {
    fn from(answer: Option<Self>) -> Self {
        answer.unwrap_or(Self::NotFound)
    }
}

/// The answer to `GET /{path}`.
pub(super) fn read(view: &View, path: &[&str]) -> Result<Answer, CounterpartyError> {
    let answer = match path {
        ["blocks"] => Some(blocks(view, view.height())),
        ["blocks", "tip", "height"] => Some(Answer::Text(view.height().to_string())),
        ["blocks", "tip", "hash"] => view.blocks.last().map(|(hash, _)| Answer::Text(hash.to_string())),
        ["blocks", from] => from.parse().ok().map(|from: usize| blocks(view, from.min(view.height()))),
        ["block-height", height] => block_hash(view, height),
        ["block", hash, question @ ..] => block(view, hash, question),
        ["tx", txid, "merkleblock-proof"] => return proof(view, txid),
        ["tx", txid, question @ ..] => txid.parse().ok().and_then(|txid| transaction(view, txid, question)),
        ["scripthash", hash, "txs"] => Some(history(view, hash, None)),
        ["scripthash", hash, "txs", "chain", last] => {
            last.parse().ok().map(|last| history(view, hash, Some(last)))
        }
        // A quiet chain: a block takes one sat per virtual byte, whatever the hurry.
        ["fee-estimates"] => Some(Answer::Json(json!({ "1": 1, "6": 1, "144": 1 }))),
        _ => None,
    };
    Ok(answer.into())
}

fn blocks(view: &View, from: usize) -> Answer {
    let heights = (0..=from).rev().take(BLOCKS_PER_PAGE);
    Answer::Json(heights.map(|height| block_summary(view, height)).collect())
}

fn block_hash(view: &View, height: &str) -> Option<Answer> {
    let (hash, _) = view.blocks.get(height.parse::<usize>().ok()?)?;
    Some(Answer::Text(hash.to_string()))
}

fn block(view: &View, hash: &str, question: &[&str]) -> Option<Answer> {
    let height = view.height_of(hash);
    if question == ["status"] {
        let next = height.and_then(|height| view.blocks.get(height + 1));
        let next = next.map(|(hash, _)| hash.to_string());
        let best = height.is_some();
        return Some(Answer::Json(json!({ "in_best_chain": best, "height": height, "next_best": next })));
    }
    let (_, block) = &view.blocks[height?];
    match question {
        [] => Some(Answer::Json(block_summary(view, height?))),
        ["header"] => Some(Answer::Text(bitcoin::consensus::encode::serialize_hex(&block.header))),
        ["raw"] => Some(Answer::Bytes(serialize(block.as_ref()))),
        ["txids"] => Some(Answer::Json(txids(block))),
        _ => None,
    }
}

fn txids(block: &Block) -> Value {
    block.txdata.iter().map(|transaction| transaction.compute_txid().to_string()).collect()
}

fn block_summary(view: &View, height: usize) -> Value {
    let (hash, block) = &view.blocks[height];
    let header = &block.header;
    json!({
        "id": hash.to_string(),
        "height": height,
        "version": header.version.to_consensus(),
        "timestamp": header.time,
        "tx_count": block.txdata.len(),
        "size": block.total_size(),
        "weight": block.weight().to_wu(),
        "merkle_root": header.merkle_root.to_string(),
        "previousblockhash": (height > 0).then(|| header.prev_blockhash.to_string()),
        "mediantime": median_time(view, height),
        "nonce": header.nonce,
        "bits": header.bits.to_consensus(),
        "difficulty": 0,
    })
}

fn median_time(view: &View, height: usize) -> u32 {
    let first = (height + 1).saturating_sub(MEDIAN_TIME_BLOCKS);
    let mut times: Vec<u32> =
        view.blocks[first..=height].iter().map(|(_, block)| block.header.time).collect();
    times.sort_unstable();
    times[times.len() / 2]
}

fn transaction(view: &View, txid: Txid, question: &[&str]) -> Option<Answer> {
    let seen = view.transaction(&txid)?;
    match question {
        [] => Some(Answer::Json(transaction_json(view, &txid, seen))),
        ["status"] => Some(Answer::Json(status(view, seen))),
        ["raw"] => Some(Answer::Bytes(serialize(&seen.transaction))),
        ["outspend", vout] => Some(Answer::Json(outspend(view, OutPoint::new(txid, vout.parse().ok()?)))),
        ["outspends"] => {
            let coins = (0..).zip(&seen.transaction.output).map(|(vout, _)| OutPoint::new(txid, vout));
            Some(Answer::Json(coins.map(|coin| outspend(view, coin)).collect()))
        }
        _ => None,
    }
}

fn outspend(view: &View, coin: OutPoint) -> Value {
    let spender = view.spender(&coin).and_then(|(txid, vin)| Some((txid, vin, view.transaction(&txid)?)));
    match spender {
        None => json!({ "spent": false }),
        Some((txid, vin, seen)) => {
            json!({ "spent": true, "txid": txid.to_string(), "vin": vin, "status": status(view, seen) })
        }
    }
}

/// The node makes the proof itself; it refuses for what is not in a block.
fn proof(view: &View, txid: &str) -> Result<Answer, CounterpartyError> {
    let confirmed = txid.parse().ok().and_then(|txid| view.transaction(&txid)?.height);
    if confirmed.is_none() {
        return Ok(Answer::NotFound);
    }
    view.rpc.text("gettxoutproof", &json!([[txid]])).map(Answer::Text)
}

/// The first page holds the mempool and the newest confirmed ones, a further page the confirmed ones below `last`.
fn history(view: &View, script_hash: &str, last: Option<Txid>) -> Answer {
    let all = view.history(script_hash);
    let (confirmed, unconfirmed): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(_, seen)| seen.height.is_some());
    let (unconfirmed, skipped) = match last {
        None => (unconfirmed, 0),
        Some(last) => {
            let below = confirmed.iter().position(|(txid, _)| **txid == last);
            (Vec::new(), below.map_or(confirmed.len(), |position| position + 1))
        }
    };
    let page = unconfirmed.into_iter().take(MEMPOOL_PER_PAGE);
    let page = page.chain(confirmed.into_iter().skip(skipped).take(CONFIRMED_PER_PAGE));
    Answer::Json(page.map(|(txid, seen)| transaction_json(view, txid, seen)).collect())
}

fn transaction_json(view: &View, txid: &Txid, seen: &Seen) -> Value {
    let transaction = &seen.transaction;
    let out: u64 = transaction.output.iter().map(|output| output.value.to_sat()).sum();
    let spent = transaction.input.iter().filter_map(|input| view.output(&input.previous_output));
    let inward: u64 = spent.map(|output| output.value.to_sat()).sum();
    json!({
        "txid": txid.to_string(),
        "version": transaction.version.0,
        "locktime": transaction.lock_time.to_consensus_u32(),
        "vin": transaction.input.iter().map(|input| input_json(view, input)).collect::<Value>(),
        "vout": transaction.output.iter().map(output_json).collect::<Value>(),
        "size": transaction.total_size(),
        "weight": transaction.weight().to_wu(),
        // A block reward takes nothing in and pays no fee.
        "fee": inward.saturating_sub(out),
        "status": status(view, seen),
    })
}

fn input_json(view: &View, input: &TxIn) -> Value {
    let witness: Vec<String> = input.witness.iter().map(hex_of).collect();
    json!({
        "txid": input.previous_output.txid.to_string(),
        "vout": input.previous_output.vout,
        "prevout": view.output(&input.previous_output).map(output_json),
        "scriptsig": input.script_sig.to_hex_string(),
        "witness": witness,
        "is_coinbase": input.previous_output.is_null(),
        "sequence": input.sequence.to_consensus_u32(),
    })
}

fn output_json(output: &TxOut) -> Value {
    json!({ "scriptpubkey": output.script_pubkey.to_hex_string(), "value": output.value.to_sat() })
}

fn hex_of(bytes: &[u8]) -> String {
    use bitcoin::hex::DisplayHex;
    bytes.to_lower_hex_string()
}

fn status(view: &View, seen: &Seen) -> Value {
    match seen.height.map(|height| (height, &view.blocks[height])) {
        None => json!({ "confirmed": false }),
        Some((height, (hash, block))) => confirmed(height, hash, block.header.time),
    }
}

fn confirmed(height: usize, hash: &BlockHash, time: u32) -> Value {
    json!({ "confirmed": true, "block_height": height, "block_hash": hash.to_string(), "block_time": time })
}
