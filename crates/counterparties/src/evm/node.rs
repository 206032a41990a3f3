//! Asking an EVM node: blocks, and payments by the customers whose keys it holds.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::U256;
use crate::CounterpartyError;
use crate::rpc::{Rpc, parsed_list, unknown_form};

/// A running node, reached by JSON-RPC. Cloning is cheap. [`crate::Anvil`] is one that also owns the process.
#[derive(Clone)]
pub struct EvmNode {
    url: String,
    rpc: Rpc,
    turns: Arc<AtomicUsize>,
}

impl EvmNode {
    /// The node at `url` (`http://127.0.0.1:PORT`); nothing is sent yet.
    ///
    /// # Errors
    /// When `url` is not one.
    pub fn at(url: &str) -> Result<Self, CounterpartyError> {
        Ok(Self { url: url.to_owned(), rpc: Rpc::open(url)?, turns: Arc::default() })
    }

    /// `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `ws://127.0.0.1:PORT`.
    #[must_use]
    pub fn ws_url(&self) -> String {
        self.url.replacen("http", "ws", 1)
    }

    /// Any call of the node, with positional parameters. An answer that is an error is an error here.
    ///
    /// # Errors
    /// The node's own refusal, or that it can't be reached.
    pub fn raw(&self, method: &str, parameters: &Value) -> Result<Value, CounterpartyError> {
        self.rpc.call(method, parameters)
    }

    /// Finds `count` blocks; what waits goes into the first.
    ///
    /// # Errors
    /// When the node can't be reached.
    pub fn mine(&self, count: u32) -> Result<(), CounterpartyError> {
        self.raw("anvil_mine", &json!([format!("{count:#x}")])).map(|_| ())
    }

    /// The number of the newest block.
    ///
    /// # Errors
    /// When the node can't be reached.
    pub fn head(&self) -> Result<u64, CounterpartyError> {
        self.quantity("eth_blockNumber", &json!([]))
    }

    /// The hash of the block with a number.
    ///
    /// # Errors
    /// When there is no such block.
    pub fn block_hash(&self, number: u64) -> Result<String, CounterpartyError> {
        self.text_of("eth_getBlockByNumber", &json!([format!("{number:#x}"), false]), "hash")
    }

    /// The number of the block with a tag: `latest`, `safe`, `finalized`.
    ///
    /// # Errors
    /// When the node has no such block.
    pub fn tagged(&self, tag: &str) -> Result<u64, CounterpartyError> {
        let method = "eth_getBlockByNumber";
        let block = self.raw(method, &json!([tag, false]))?;
        narrow(method, quantity(method, &block["number"])?)
    }

    /// EIP-155.
    ///
    /// # Errors
    /// When the node can't be reached.
    pub fn chain_id(&self) -> Result<u64, CounterpartyError> {
        self.quantity("eth_chainId", &json!([]))
    }

    /// The rich accounts whose keys the node holds.
    ///
    /// # Errors
    /// When the node can't be reached.
    pub fn accounts(&self) -> Result<Vec<String>, CounterpartyError> {
        parsed_list("eth_accounts", &self.raw("eth_accounts", &json!([]))?)
    }

    /// The next of the rich accounts: payments take turns, so that one that is lost holds up no other.
    ///
    /// # Errors
    /// When the node can't be reached.
    pub fn customer(&self) -> Result<String, CounterpartyError> {
        let mut accounts = self.accounts()?;
        let turn = self.turns.fetch_add(1, Ordering::Relaxed).checked_rem(accounts.len());
        turn.map(|turn| accounts.swap_remove(turn)).ok_or_else(|| unknown_form("eth_accounts", "no account"))
    }

    /// A customer sends `wei` of the native coin to an address; gives the hash of the transaction, which waits for a block.
    ///
    /// # Errors
    /// When the node refuses.
    pub fn pay(&self, address: &str, wei: U256) -> Result<String, CounterpartyError> {
        self.send(&json!({ "from": self.customer()?, "to": address, "value": wei }))
    }

    /// Sends a transaction of one of the rich accounts and gives its hash. Gas, fees and nonce are the node's choice
    /// unless they are given.
    ///
    /// # Errors
    /// When the node refuses, for example a transaction that would revert.
    pub fn send(&self, transaction: &Value) -> Result<String, CounterpartyError> {
        self.rpc.text("eth_sendTransaction", &json!([transaction]))
    }

    /// Hands in a signed transaction (`0x` hex) and gives its hash.
    ///
    /// # Errors
    /// When the node refuses.
    pub fn send_raw(&self, signed: &str) -> Result<String, CounterpartyError> {
        self.rpc.text("eth_sendRawTransaction", &json!([signed]))
    }

    /// Signs a transaction of one of the rich accounts without sending it. Give it `gas` when it calls a contract.
    ///
    /// # Errors
    /// When the node refuses.
    pub fn sign(&self, transaction: &Value) -> Result<String, CounterpartyError> {
        self.rpc.text("eth_signTransaction", &json!([transaction]))
    }

    /// A transaction as it was signed (`0x` hex), waiting or in a block.
    ///
    /// # Errors
    /// When the node does not know it.
    pub fn signed(&self, hash: &str) -> Result<String, CounterpartyError> {
        self.rpc.text("eth_getRawTransactionByHash", &json!([hash]))
    }

    /// The receipt of a transaction; nothing while it is in no block.
    ///
    /// # Errors
    /// When the node can't be reached.
    pub fn receipt(&self, hash: &str) -> Result<Option<Value>, CounterpartyError> {
        let receipt = self.raw("eth_getTransactionReceipt", &json!([hash]))?;
        Ok(Some(receipt).filter(|receipt| !receipt.is_null()))
    }

    /// What an address holds in the newest block, in wei.
    ///
    /// # Errors
    /// When the node can't be reached.
    pub fn balance(&self, address: &str) -> Result<U256, CounterpartyError> {
        let method = "eth_getBalance";
        quantity(method, &self.raw(method, &json!([address, "latest"]))?)
    }

    /// Gives an address `wei` out of nothing, without a transaction: as nothing on a real chain does.
    ///
    /// # Errors
    /// When the node can't be reached.
    pub fn set_balance(&self, address: &str, wei: U256) -> Result<(), CounterpartyError> {
        self.raw("anvil_setBalance", &json!([address, wei])).map(|_| ())
    }

    /// What a call of a contract answers in the newest block (`0x` hex).
    ///
    /// # Errors
    /// When it reverts.
    pub fn call(&self, contract: &str, input: &str) -> Result<String, CounterpartyError> {
        self.rpc.text("eth_call", &json!([{ "to": contract, "input": input }, "latest"]))
    }

    /// The next block is found at this time, in seconds since 1970, and those after it from there on.
    ///
    /// # Errors
    /// When the node can't be reached or the time is before the newest block's.
    pub fn set_time(&self, seconds: u64) -> Result<(), CounterpartyError> {
        self.raw("evm_setNextBlockTimestamp", &json!([seconds])).map(|_| ())
    }

    fn quantity(&self, method: &str, parameters: &Value) -> Result<u64, CounterpartyError> {
        narrow(method, quantity(method, &self.raw(method, parameters)?)?)
    }

    pub(super) fn text_of(
        &self,
        method: &str,
        parameters: &Value,
        field: &str,
    ) -> Result<String, CounterpartyError> {
        let answer = self.raw(method, parameters)?;
        let text =
            answer[field].as_str().ok_or_else(|| unknown_form(method, format!("{answer} has no {field}")))?;
        Ok(text.to_owned())
    }
}

/// Reads a quantity, which the node writes as hex digits.
pub(super) fn quantity(method: &str, value: &Value) -> Result<U256, CounterpartyError> {
    let digits = value.as_str().and_then(|text| text.strip_prefix("0x"));
    let number = digits.and_then(|digits| U256::from_str_radix(digits, 16).ok());
    number.ok_or_else(|| unknown_form(method, format!("{value} is no quantity")))
}

fn narrow(method: &str, number: U256) -> Result<u64, CounterpartyError> {
    u64::try_from(number).map_err(|_| unknown_form(method, format!("{number} is out of range")))
}
