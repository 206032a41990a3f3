//! EVM chains on this machine: nodes ([`Anvil`]), tokens of our own ([`Token`]), and providers with faults.
//!
//! Addresses and hashes are `0x` texts as the node writes them; amounts are whole wei or base units in a [`U256`].

mod abi;
mod anvil;
mod batch;
mod contract;
mod node;
mod provider;
mod reorg;
mod solidity;
mod token;

pub use anvil::{Anvil, AnvilSetup, EvmMining};
pub use batch::Batch;
pub use node::EvmNode;
pub use provider::{Fault, FaultyProvider, Lie};
pub use ruint::aliases::U256;
pub use token::{Token, TokenKind};
