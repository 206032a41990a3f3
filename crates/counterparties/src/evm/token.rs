//! Tokens of our own, each with the habits of a kind that is about.

use super::abi::{Argument, number};
use super::contract::Contract;
use super::{EvmNode, U256};
use crate::CounterpartyError;
use crate::rpc::unknown_form;

const BEGIN: &str = "begin(string,uint8,address[],uint256)";
const TRANSFER: &str = "transfer(address,uint256)";

/// What a token does with a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// ERC-20 to the letter.
    Plain,
    /// It returns nothing, as USDT on Ethereum.
    Silent,
    /// One part in a hundred never arrives.
    Toll,
    /// Anybody may hand in a transfer that its owner has signed (EIP-3009), as with USDC.
    Authorized,
    /// It announces transfers that never happened.
    Hollow,
}

impl TokenKind {
    const fn contract(self) -> &'static str {
        match self {
            Self::Plain => "PlainToken",
            Self::Silent => "SilentToken",
            Self::Toll => "TollToken",
            Self::Authorized => "AuthorizedToken",
            Self::Hollow => "HollowToken",
        }
    }
}

/// A token on a node's chain. Each of the node's rich accounts holds 2^248 base units.
pub struct Token {
    pub(super) contract: Contract,
    decimals: u8,
}

impl Token {
    /// Puts a token on the node's chain; a block is mined for it.
    ///
    /// # Errors
    /// When it can't be compiled or the node refuses.
    pub fn deploy(
        node: &EvmNode,
        kind: TokenKind,
        symbol: &str,
        decimals: u8,
    ) -> Result<Self, CounterpartyError> {
        Self::begun(Contract::deploy(node, kind.contract())?, symbol, decimals)
    }

    /// As [`Token::deploy`], at an address of one's choice: of the real token, say.
    ///
    /// # Errors
    /// As [`Token::deploy`], and when there is one already.
    pub fn deploy_at(
        node: &EvmNode,
        kind: TokenKind,
        symbol: &str,
        decimals: u8,
        address: &str,
    ) -> Result<Self, CounterpartyError> {
        Self::begun(Contract::lay(node, kind.contract(), address)?, symbol, decimals)
    }

    fn begun(contract: Contract, symbol: &str, decimals: u8) -> Result<Self, CounterpartyError> {
        let holders = contract.node.accounts()?;
        let arguments = [
            Argument::Text(symbol),
            Argument::Number(U256::from(decimals)),
            Argument::Addresses(&holders),
            Argument::Number(U256::from(1) << 248),
        ];
        contract.call_now(&contract.node.customer()?, BEGIN, &arguments)?;
        Ok(Self { contract, decimals })
    }

    /// One that was put on the chain before.
    ///
    /// # Errors
    /// When there is none.
    pub fn at(node: &EvmNode, kind: TokenKind, address: &str) -> Result<Self, CounterpartyError> {
        let contract = Contract::at(node, kind.contract(), address)?;
        let decimals =
            number(&contract.ask("decimals()", &[])?).and_then(|decimals| u8::try_from(decimals).ok());
        let decimals = decimals.ok_or_else(|| unknown_form("eth_call", format!("no token at {address}")))?;
        Ok(Self { contract, decimals })
    }

    /// Its contract's address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.contract.address
    }

    /// So many base units are `whole` tokens.
    ///
    /// # Panics
    /// When that is more than 256 bits hold: 77 decimals leave room for one token.
    #[must_use]
    pub fn units(&self, whole: u64) -> U256 {
        let one = U256::from(10).pow(U256::from(self.decimals));
        one.checked_mul(U256::from(whole)).expect("a test asks for amounts that there can be")
    }

    /// A customer sends base units to an address; gives the hash of the transaction, which waits for a block.
    ///
    /// # Errors
    /// When the node refuses.
    pub fn pay(&self, address: &str, units: U256) -> Result<String, CounterpartyError> {
        self.pay_from(&self.contract.node.customer()?, address, units)
    }

    /// As [`Token::pay`], by one of the node's rich accounts.
    ///
    /// # Errors
    /// As [`Token::pay`].
    pub fn pay_from(&self, account: &str, address: &str, units: U256) -> Result<String, CounterpartyError> {
        let arguments = [Argument::Address(address), Argument::Number(units)];
        self.contract.node.send(&self.contract.call_of(account, TRANSFER, &arguments)?)
    }

    /// A customer moves nothing at all from `victim` to `address`, which every token lets everybody do: the event looks
    /// like a transfer of the victim's, and puts a foreign address among those he knows.
    ///
    /// # Errors
    /// When the node refuses.
    pub fn poison(&self, victim: &str, address: &str) -> Result<String, CounterpartyError> {
        let arguments = [Argument::Address(victim), Argument::Address(address), Argument::Number(U256::ZERO)];
        let function = "transferFrom(address,address,uint256)";
        let node = &self.contract.node;
        node.send(&self.contract.call_of(&node.customer()?, function, &arguments)?)
    }

    /// The base units an address holds in the newest block.
    ///
    /// # Errors
    /// When the node can't be reached.
    pub fn balance(&self, address: &str) -> Result<U256, CounterpartyError> {
        let answer = self.contract.ask("balanceOf(address)", &[Argument::Address(address)])?;
        number(&answer).ok_or_else(|| unknown_form("eth_call", format!("{answer} is no balance")))
    }
}
