//! The EVM rail: native coins and tokens on six chains, watch-only.
//!
//! Start at [`EvmRail`]. It offers addresses from an account of public keys, one for each payment and the same on every
//! chain, watches all of them on all chains of the shop, and reports what comes as levels: open, in a block (so deep, and
//! what the chain itself promises of it), or gone.
//!
//! Invariants:
//! - No private key comes near this crate.
//! - Amounts are 256-bit integers of base units. The ledger's amount is rounded down, and nothing where it can't be said.
//! - A token is what its contract is, never what it calls itself.
//! - What is stored is stored together with the observations made from it, by somebody else. Observations are made from
//!   all that is known, never from differences.
//! - Whatever a provider sends, nothing here panics: it becomes that provider's problem, and the next one is asked.

mod account;
mod arrival;
mod block;
mod board;
mod chain;
mod change_log;
mod clock;
mod coin;
mod endpoint;
mod follower;
mod link;
mod memory;
mod meter;
mod own_chain;
mod provider;
mod rail;
mod record;
mod set_up;
mod stored;
mod wallet;

pub use account::{Account, AccountError, check_account};
pub use chain::{BuiltInToken, Chain, UnknownChain};
pub use clock::Clock;
pub use coin::{CoinError, TokenConfig};
pub use endpoint::{Endpoint, EndpointError, check_endpoint};
pub use rail::{ChainConfig, EvmConfig, EvmRail, OpenError};
pub use set_up::{SetUpError, TokenFacts, check_chain, check_token};
pub use stored::StoredError;
pub use wallet::RESTORE_SKIP;
