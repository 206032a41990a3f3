//! Real counterparties for tests and the sandbox: a Bitcoin node on regtest, an Electrum indexer, a TLS front and an
//! Esplora-shaped front over the node; EVM nodes with tokens of our own; and Stripe's own client and command line, which judge what stands in for Stripe.
//!
//! Each one listens on free loopback ports and lives in a private folder and home; several run side by side. Dropping a
//! handle stops exactly the process it started, and a process also dies with the program that started it, however that
//! ends. Nothing here is ever linked into the till (the tidy test holds that), and nothing here talks to a network
//! outside this machine.
//!
//! Everything blocks: from an async test call it through `spawn_blocking`. Amounts are whole sats in a `u64`, or whole
//! wei and base units in a [`U256`].
//!
//! Start with [`Bitcoind::start`] or [`Anvil::start`]: a funded node, one call later a customer who pays.

mod background;
mod bitcoind;
mod careless_line;
mod conflict;
mod deadline;
mod electrs;
mod error;
mod esplora;
mod evm;
mod node;
mod port;
mod process;
mod program;
mod reorg;
mod rpc;
mod stripe;
mod tls_front;

pub use bitcoin::{BlockHash, Txid};
pub use bitcoind::Bitcoind;
pub use careless_line::{CarelessLine, Slip};
pub use deadline::wait_until;
pub use electrs::Electrs;
pub use error::CounterpartyError;
pub use esplora::EsploraShim;
pub use evm::{
    Anvil, AnvilSetup, Batch, EvmMining, EvmNode, Fault, FaultyProvider, Lie, Token, TokenKind, U256,
};
pub use node::Node;
pub use reorg::Fate;
pub use stripe::{StripeCli, StripeClient, Verdict};
pub use tls_front::TlsFront;
