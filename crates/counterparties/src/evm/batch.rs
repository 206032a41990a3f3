//! A contract that pays: several at once, and with transfers of the native coin that are no transactions of their own.

use super::abi::Argument;
use super::contract::Contract;
use super::{EvmNode, Token, U256};
use crate::CounterpartyError;

/// The contract of an exchange or of a contract wallet. Whom it pays is told it as address and amount.
pub struct Batch {
    contract: Contract,
}

impl Batch {
    /// Puts one on the node's chain; a block is mined for it.
    ///
    /// # Errors
    /// When it can't be compiled or the node refuses.
    pub fn deploy(node: &EvmNode) -> Result<Self, CounterpartyError> {
        Ok(Self { contract: Contract::deploy(node, "Batch")? })
    }

    /// Its address, from which it pays.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.contract.address
    }

    /// A customer has it send wei to several addresses in one transaction, whose hash it gives. No transaction goes to
    /// any of them: these are internal transfers.
    ///
    /// # Errors
    /// When the node refuses.
    pub fn send_coins(&self, payments: &[(String, U256)]) -> Result<String, CounterpartyError> {
        let (to, values) = columns(payments);
        let node = &self.contract.node;
        let total = values.iter().fold(U256::ZERO, |total, value| total.wrapping_add(*value));
        let arguments = [Argument::Addresses(&to), Argument::Numbers(values)];
        let mut call =
            self.contract.call_of(&node.customer()?, "sendCoins(address[],uint256[])", &arguments)?;
        call["value"] = serde_json::json!(total);
        node.send(&call)
    }

    /// A customer gives it tokens and has it send them to several addresses in one transaction, whose hash it gives. Both
    /// transactions wait for a block.
    ///
    /// # Errors
    /// When the node refuses.
    pub fn send_tokens(
        &self,
        token: &Token,
        payments: &[(String, U256)],
    ) -> Result<String, CounterpartyError> {
        let (to, values) = columns(payments);
        let node = &self.contract.node;
        let customer = node.customer()?;
        let total = values.iter().fold(U256::ZERO, |total, value| total.wrapping_add(*value));
        token.pay_from(&customer, self.address(), total)?;
        let arguments =
            [Argument::Address(token.address()), Argument::Addresses(&to), Argument::Numbers(values)];
        node.send(&self.contract.call_of(&customer, "sendTokens(address,address[],uint256[])", &arguments)?)
    }
}

fn columns(payments: &[(String, U256)]) -> (Vec<String>, Vec<U256>) {
    payments.iter().cloned().unzip()
}
