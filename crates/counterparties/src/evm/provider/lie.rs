//! A provider that tells of a chain of its own: from one block on other hashes, and a transfer in that block that never
//! happened. Blocks, transactions, receipts and logs fit together; balances are the node's. For a lie that fits in
//! everything there is [`crate::Anvil::twin`].

use serde_json::{Value, json};

use super::answer::{Outcome, Upstream, block_named, height, unknown_block};
use crate::U256;

/// keccak256 of `Transfer(address,address,uint256)`.
const TRANSFER: &str = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
const NOBODY: &str = "0x000000000000000000000000000000000000dead";
const NO_BLOOM_BYTES: usize = 256;

/// A transfer that never happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lie {
    /// The block it is said to be in. From there on no hash is the node's.
    pub block: u64,
    /// The token's contract; nothing for the native coin.
    pub token: Option<String>,
    /// Who is said to have been paid.
    pub to: String,
    /// Base units or wei.
    pub amount: U256,
}

impl Lie {
    pub(super) async fn outcome(&self, upstream: &Upstream, method: &str, parameters: &Value) -> Outcome {
        let truth =
            upstream.ask("eth_getBlockByNumber", &json!([format!("{:#x}", self.block), false])).await?;
        if truth.is_null() {
            return upstream.ask(method, parameters).await;
        }
        let told = Told { lie: self, truth };
        let is_invented = parameters[0] == told.transaction_hash();
        match method {
            "eth_getTransactionByHash" if is_invented => return Ok(told.transaction()),
            "eth_getTransactionReceipt" if is_invented => return Ok(told.receipt()),
            _ => (),
        }
        let Some(parameters) = self.in_truth(upstream, method, parameters).await? else {
            return unknown_block(method);
        };
        let mut result = upstream.ask(method, &parameters).await?;
        told.bend(&mut result, parameters[1] == true);
        told.add(method, &parameters, &mut result);
        Ok(result)
    }

    /// The request as the node understands it; nothing when it names a block that the liar does not own.
    async fn in_truth(
        &self,
        upstream: &Upstream,
        method: &str,
        asked: &Value,
    ) -> Result<Option<Value>, Value> {
        let Some(hash) = block_named(method, asked) else {
            return Ok(Some(asked.clone()));
        };
        let is_later = |block: &Value| height(&block["number"]).is_some_and(|number| number >= self.block);
        if is_later(&upstream.block(&hash).await?) {
            return Ok(None);
        }
        let other = bent(&hash);
        let is_ours = is_later(&upstream.block(&other).await?);
        let true_name = if is_ours { &other } else { &hash };
        Ok(serde_json::from_str(&asked.to_string().replace(&hash, true_name)).ok())
    }
}

/// A lie, and the block that it bends.
struct Told<'lie> {
    lie: &'lie Lie,
    truth: Value,
}

impl Told<'_> {
    /// Gives blocks from the lie on, and whatever is in one, the liar's hashes.
    fn bend(&self, value: &mut Value, is_full: bool) {
        if let Some(list) = value.as_array_mut() {
            list.iter_mut().for_each(|value| self.bend(value, is_full));
            return;
        }
        let is_bent = |number: &Value| height(number).is_some_and(|number| number >= self.lie.block);
        if is_bent(&value["blockNumber"]) {
            bend_field(value, "blockHash");
        }
        if value["parentHash"].is_string() && is_bent(&value["number"]) {
            self.bend_block(value, is_full);
        }
    }

    fn bend_block(&self, block: &mut Value, is_full: bool) {
        bend_field(block, "hash");
        let is_the_first = block["number"] == self.truth["number"];
        if !is_the_first {
            bend_field(block, "parentHash");
        }
        if let Some(list) = block["transactions"].as_array_mut() {
            list.iter_mut().filter(|one| one.is_object()).for_each(|one| bend_field(one, "blockHash"));
            if is_the_first {
                list.push(if is_full { self.transaction() } else { json!(self.transaction_hash()) });
            }
        }
    }

    /// Adds the invented log or receipt to the answer that must have it.
    fn add(&self, method: &str, asked: &Value, result: &mut Value) {
        let Some(list) = result.as_array_mut() else { return };
        match method {
            "eth_getBlockReceipts" if self.is_meant(&asked[0]) => list.push(self.receipt()),
            "eth_getLogs" if self.is_in_range(&asked[0]) => {
                list.extend(self.log().into_iter().filter(|log| is_wanted(log, &asked[0])));
            }
            _ => (),
        }
    }

    fn is_meant(&self, block: &Value) -> bool {
        *block == self.truth["hash"] || *block == self.truth["number"]
    }

    fn is_in_range(&self, filter: &Value) -> bool {
        if filter["blockHash"].is_string() {
            return self.is_meant(&filter["blockHash"]);
        }
        let from = height(&filter["fromBlock"]).unwrap_or_default();
        let to = height(&filter["toBlock"]).unwrap_or(u64::MAX);
        (from..=to).contains(&self.lie.block)
    }

    /// The hash of the true block, read backwards.
    fn transaction_hash(&self) -> String {
        let digits = self.truth["hash"].as_str().unwrap_or_default().trim_start_matches("0x");
        format!("0x{}", digits.chars().rev().collect::<String>())
    }

    fn block_hash(&self) -> String {
        bent(self.truth["hash"].as_str().unwrap_or_default())
    }

    fn transaction_index(&self) -> String {
        format!("{:#x}", self.truth["transactions"].as_array().map_or(0, Vec::len))
    }

    fn transaction(&self) -> Value {
        let (to, value, input) = match &self.lie.token {
            Some(token) => {
                (token, U256::ZERO, format!("0xa9059cbb{}{:064x}", word(&self.lie.to), self.lie.amount))
            }
            None => (&self.lie.to, self.lie.amount, "0x".to_owned()),
        };
        json!({
            "type": "0x0", "hash": self.transaction_hash(), "nonce": "0x0", "from": NOBODY, "to": to,
            "value": value, "input": input, "gas": "0x186a0", "gasPrice": "0x3b9aca00", "v": "0x1b",
            "r": "0x1", "s": "0x1", "blockHash": self.block_hash(), "blockNumber": self.truth["number"],
            "transactionIndex": self.transaction_index(),
        })
    }

    fn receipt(&self) -> Value {
        let to = self.lie.token.as_ref().unwrap_or(&self.lie.to);
        json!({
            "type": "0x0", "status": "0x1", "transactionHash": self.transaction_hash(), "from": NOBODY, "to": to,
            "transactionIndex": self.transaction_index(), "blockHash": self.block_hash(),
            "blockNumber": self.truth["number"], "gasUsed": "0x5208", "cumulativeGasUsed": "0x5208",
            "effectiveGasPrice": "0x3b9aca00", "contractAddress": null,
            "logsBloom": format!("0x{}", "00".repeat(NO_BLOOM_BYTES)), "logs": Vec::from_iter(self.log()),
        })
    }

    fn log(&self) -> Option<Value> {
        let token = self.lie.token.as_ref()?;
        let topics = [TRANSFER.to_owned(), topic(NOBODY), topic(&self.lie.to)];
        Some(json!({
            "address": token, "topics": topics, "data": format!("0x{:064x}", self.lie.amount),
            "blockHash": self.block_hash(), "blockNumber": self.truth["number"],
            "transactionHash": self.transaction_hash(), "transactionIndex": self.transaction_index(),
            "logIndex": "0x3e7", "removed": false,
        }))
    }
}

fn bend_field(value: &mut Value, field: &str) {
    if let Some(hash) = value[field].as_str() {
        value[field] = json!(bent(hash));
    }
}

/// Another hash, from which the first comes back.
fn bent(hash: &str) -> String {
    let digits = hash.trim_start_matches("0x");
    let turned = digits.chars().take(8).map(|digit| {
        let value = digit.to_digit(16).unwrap_or_default() ^ 0xf;
        char::from_digit(value, 16).unwrap_or('0')
    });
    format!("0x{}{}", turned.collect::<String>(), digits.get(8..).unwrap_or_default())
}

/// Does a filter of `eth_getLogs` ask for this log?
fn is_wanted(log: &Value, filter: &Value) -> bool {
    let topics = filter["topics"].as_array().into_iter().flatten();
    is_among(&log["address"], &filter["address"])
        && topics.enumerate().all(|(place, wanted)| is_among(&log["topics"][place], wanted))
}

/// One value, any of a list, or whatever there is.
fn is_among(value: &Value, wanted: &Value) -> bool {
    let is_same = |one: &Value| match (one.as_str(), value.as_str()) {
        (Some(one), Some(value)) => one.eq_ignore_ascii_case(value),
        _ => false,
    };
    match wanted {
        Value::Null => true,
        Value::Array(list) => list.is_empty() || list.iter().any(is_same),
        one => is_same(one),
    }
}

fn topic(address: &str) -> String {
    format!("0x{}", word(address))
}

fn word(address: &str) -> String {
    format!("{:0>64}", address.trim_start_matches("0x").to_lowercase())
}
