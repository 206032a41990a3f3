//! A contract of ours on a node.

use serde_json::{Value, json};

use super::abi::{Argument, written};
use super::solidity::Compiled;
use super::{EvmNode, U256};
use crate::CounterpartyError;
use crate::deadline::wait_until;
use crate::rpc::unknown_form;

const MINED_LIMIT: std::time::Duration = std::time::Duration::from_secs(60);
/// Given with each call: a node estimates on the newest block, and what the call builds on may still wait for one.
const CALL_GAS: u64 = 1_000_000;
const DEPLOY_GAS: u64 = 6_000_000;

/// Where it is, and how its functions are called.
pub(super) struct Contract {
    pub(super) node: EvmNode,
    pub(super) address: String,
    compiled: Compiled,
}

impl Contract {
    /// Puts a contract on a node's chain; mines a block for it.
    pub(super) fn deploy(node: &EvmNode, name: &str) -> Result<Self, CounterpartyError> {
        let compiled = Compiled::named(name)?;
        let order =
            json!({ "from": node.customer()?, "input": compiled.creation, "gas": U256::from(DEPLOY_GAS) });
        let receipt = mined(node, &node.send(&order)?)?;
        let address = receipt["contractAddress"].as_str().filter(|_| receipt["status"] == "0x1");
        let address = address
            .ok_or_else(|| unknown_form("eth_getTransactionReceipt", format!("{name} was not created")))?;
        Ok(Self { node: node.clone(), address: address.to_owned(), compiled })
    }

    /// Lays a contract at an address, as nothing on a real chain does; the next block has it.
    pub(super) fn lay(node: &EvmNode, name: &str, address: &str) -> Result<Self, CounterpartyError> {
        let contract = Self::at(node, name, address)?;
        node.raw("anvil_setCode", &json!([address, contract.compiled.code]))?;
        Ok(contract)
    }

    /// An account calls a function; mines a block for it.
    pub(super) fn call_now(
        &self,
        from: &str,
        function: &str,
        arguments: &[Argument<'_>],
    ) -> Result<(), CounterpartyError> {
        let mut call = self.call_of(from, function, arguments)?;
        call["gas"] = json!(U256::from(DEPLOY_GAS));
        let receipt = mined(&self.node, &self.node.send(&call)?)?;
        let has_failed = || unknown_form("eth_getTransactionReceipt", format!("{function} has failed"));
        if receipt["status"] == "0x1" { Ok(()) } else { Err(has_failed()) }
    }

    /// One that was put there before.
    pub(super) fn at(node: &EvmNode, name: &str, address: &str) -> Result<Self, CounterpartyError> {
        Ok(Self { node: node.clone(), address: address.to_owned(), compiled: Compiled::named(name)? })
    }

    /// The transaction by which an account calls a function.
    pub(super) fn call_of(
        &self,
        from: &str,
        function: &str,
        arguments: &[Argument<'_>],
    ) -> Result<Value, CounterpartyError> {
        let input = self.input(function, arguments)?;
        Ok(json!({ "from": from, "to": self.address, "input": input, "gas": U256::from(CALL_GAS) }))
    }

    /// What a function answers in the newest block, `0x` hex.
    pub(super) fn ask(
        &self,
        function: &str,
        arguments: &[Argument<'_>],
    ) -> Result<String, CounterpartyError> {
        self.node.call(&self.address, &self.input(function, arguments)?)
    }

    fn input(&self, function: &str, arguments: &[Argument<'_>]) -> Result<String, CounterpartyError> {
        Ok(format!("0x{}{}", self.compiled.selector(function)?, written(arguments)))
    }
}

fn mined(node: &EvmNode, transaction: &str) -> Result<Value, CounterpartyError> {
    node.mine(1)?;
    wait_until("the transaction is in a block", MINED_LIMIT, || node.receipt(transaction))
}
