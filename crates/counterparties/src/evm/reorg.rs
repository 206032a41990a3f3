//! Chains that change their mind: replaced blocks, replaced transactions, a head that goes back.

use serde_json::{Value, json};

use super::EvmNode;
use super::node::quantity;
use crate::rpc::{parsed_list, unknown_form};
use crate::{CounterpartyError, Fate, U256};

impl EvmNode {
    /// Replaces the last `depth` blocks by as many others. The new chain is as long as the old one: mine one block more
    /// when it should be longer.
    ///
    /// With [`Fate::Gone`] no node knows their transactions any more; whoever has one signed can hand it in again
    /// ([`EvmNode::signed`]).
    ///
    /// # Errors
    /// When the chain is shorter, or the node throws its history away.
    pub fn reorg(&self, depth: u32, fate: Fate) -> Result<(), CounterpartyError> {
        let signed = if fate == Fate::Gone { Vec::new() } else { self.signed_in_last(depth)? };
        let mined_again: &[String] = if fate == Fate::MinedAgain { &signed } else { &[] };
        let placed: Vec<Value> = mined_again.iter().map(|signed| json!([signed, 0])).collect();
        self.raw("anvil_reorg", &json!([depth, placed]))?;
        if fate == Fate::BackInMempool {
            for signed in &signed {
                self.send_raw(signed)?;
            }
        }
        Ok(())
    }

    /// Takes the last `depth` blocks away and puts nothing in their place: the head goes back.
    ///
    /// # Errors
    /// As [`EvmNode::reorg`].
    pub fn go_back(&self, depth: u32) -> Result<(), CounterpartyError> {
        self.raw("anvil_rollback", &json!([depth])).map(|_| ())
    }

    /// The customer replaces a waiting transaction by one that pays more for its gas and does the same; gives its hash.
    ///
    /// # Errors
    /// When the node does not know it or it is in a block.
    pub fn bump_fee(&self, hash: &str) -> Result<String, CounterpartyError> {
        let waiting = self.waiting(hash)?;
        let mut dearer = dearer(&waiting)?;
        for field in ["to", "value", "input", "gas"] {
            dearer[field] = waiting[field].clone();
        }
        self.send(&dearer)
    }

    /// The customer replaces a waiting transaction by one that pays nobody; gives its hash.
    ///
    /// # Errors
    /// As [`EvmNode::bump_fee`].
    pub fn take_back(&self, hash: &str) -> Result<String, CounterpartyError> {
        let waiting = self.waiting(hash)?;
        let mut dearer = dearer(&waiting)?;
        dearer["to"] = waiting["from"].clone();
        self.send(&dearer)
    }

    fn waiting(&self, hash: &str) -> Result<Value, CounterpartyError> {
        let method = "eth_getTransactionByHash";
        let transaction = self.raw(method, &json!([hash]))?;
        if transaction["nonce"].is_string() && transaction["blockHash"].is_null() {
            return Ok(transaction);
        }
        Err(unknown_form(method, format!("{hash} does not wait for a block")))
    }

    /// What the last `depth` blocks have in them, signed, in their order.
    fn signed_in_last(&self, depth: u32) -> Result<Vec<String>, CounterpartyError> {
        let method = "eth_getBlockByNumber";
        let head = self.head()?;
        let mut signed = Vec::new();
        for number in head.saturating_sub(u64::from(depth)) + 1..=head {
            let block = self.raw(method, &json!([format!("{number:#x}"), false]))?;
            let hashes: Vec<String> = parsed_list(method, &block["transactions"])?;
            for hash in hashes {
                signed.push(self.signed(&hash)?);
            }
        }
        Ok(signed)
    }
}

/// The beginning of a transaction in another's place: the same account and number, twice the fees.
fn dearer(waiting: &Value) -> Result<Value, CounterpartyError> {
    let method = "eth_getTransactionByHash";
    let twice = |field: &str| quantity(method, &waiting[field]).map(|fee| fee * U256::from(2));
    let (fee, tip) = (twice("maxFeePerGas")?, twice("maxPriorityFeePerGas")?);
    Ok(json!({
        "from": waiting["from"], "nonce": waiting["nonce"], "maxFeePerGas": fee, "maxPriorityFeePerGas": tip,
    }))
}
