//! A provider that has not got the newest blocks yet, or not their logs.

use serde_json::{Value, json};

use super::answer::{Outcome, Upstream, block_named, height, unknown_block};

/// What a server answers that is so many blocks behind.
pub(super) async fn outcome(upstream: &Upstream, blocks: u64, method: &str, parameters: &Value) -> Outcome {
    let newest = upstream.head().await?.saturating_sub(blocks);
    if method == "eth_blockNumber" {
        return Ok(json!(format!("{newest:#x}")));
    }
    if let Some(hash) = block_named(method, parameters)
        && is_above(&upstream.block(&hash).await?["number"], newest)
    {
        return unknown_block(method);
    }
    let result = upstream.ask(method, &without_head(parameters, newest)).await?;
    Ok(hidden_above(result, newest))
}

/// What a server answers that has all blocks, and nothing that these methods tell of the last so many.
pub(super) async fn without(
    upstream: &Upstream,
    (blocks, missing): (u64, &[&str]),
    method: &str,
    parameters: &Value,
) -> Outcome {
    let result = upstream.ask(method, parameters).await?;
    if !missing.contains(&method) {
        return Ok(result);
    }
    let newest = upstream.head().await?.saturating_sub(blocks);
    let count = result.as_array().map(Vec::len);
    let rest = hidden_above(result, newest);
    let is_cut = rest.as_array().map(Vec::len) != count;
    // A block has its receipts or has not.
    Ok(if is_cut && method == "eth_getBlockReceipts" { Value::Null } else { rest })
}

/// What a server answers that searches so many blocks for logs at once and no more.
pub(super) async fn in_ranges(upstream: &Upstream, blocks: u64, method: &str, parameters: &Value) -> Outcome {
    let filter = &parameters[0];
    if method == "eth_getLogs" && !filter["blockHash"].is_string() {
        let head = upstream.head().await?;
        let [from, to] = ["fromBlock", "toBlock"].map(|end| height(&filter[end]).unwrap_or(head));
        if to.saturating_sub(from) >= blocks {
            let message = format!("block range is too large: at most {blocks} blocks");
            return Err(json!({ "code": -32602, "message": message }));
        }
    }
    upstream.ask(method, parameters).await
}

/// The tags of the head mean the newest block that the server has.
fn without_head(parameters: &Value, newest: u64) -> Value {
    match parameters {
        Value::String(tag) if tag == "latest" || tag == "pending" => json!(format!("{newest:#x}")),
        Value::Array(list) => list.iter().map(|value| without_head(value, newest)).collect(),
        Value::Object(fields) => {
            let replaced = fields.iter().map(|(name, value)| (name.clone(), without_head(value, newest)));
            Value::Object(replaced.collect())
        }
        other => other.clone(),
    }
}

fn hidden_above(result: Value, newest: u64) -> Value {
    match result {
        Value::Array(list) => {
            let seen = list.into_iter().map(|value| hidden_above(value, newest));
            seen.filter(|value| !value.is_null()).collect()
        }
        block if is_above(&block["number"], newest) => Value::Null,
        mut transaction
            if transaction["nonce"].is_string() && is_above(&transaction["blockNumber"], newest) =>
        {
            for field in ["blockHash", "blockNumber", "transactionIndex"] {
                transaction[field] = Value::Null;
            }
            transaction
        }
        of_a_block if is_above(&of_a_block["blockNumber"], newest) => Value::Null,
        other => other,
    }
}

fn is_above(number: &Value, newest: u64) -> bool {
    height(number).is_some_and(|number| number > newest)
}
