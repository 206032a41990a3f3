//! The bitcoin rail: a watch-only wallet, the servers it reads the chain from, and what it reports to the books.
//!
//! Start at [`BitcoinRail`]. It offers addresses from an account of public keys, watches them for ever, and reports what
//! is paid to them as levels: unconfirmed (and how many servers agree), confirmed in a block, or withdrawn.
//!
//! Invariants:
//! - No private key comes near this crate.
//! - The wallet's changes are stored together with the observations made from them, by somebody else: a [`ChangeLog`]
//!   keeps them until then. Observations are computed from the full list of transactions, never from differences.
//! - An address is offered once. After a restore the account is scanned and [`RESTORE_SKIP`] addresses are left out.
//! - Whatever a server sends, nothing here panics: it becomes that server's problem, and the next one is asked.
//! - Blocking clients run on threads of their own, one step at a time, so watching ends promptly.

mod account;
mod board;
mod change_log;
mod clock;
mod link;
mod lookout;
mod network;
mod password;
mod rail;
mod server;
mod source;
mod stored;
mod wallet;

pub use account::{Account, AccountError, check_account};
pub use change_log::ChangeLog;
pub use clock::Clock;
pub use network::{Network, UnknownNetwork};
pub use password::RpcPassword;
pub use rail::{BitcoinConfig, BitcoinRail, OpenError};
pub use server::{Server, ServerError, check_server};
pub use stored::StoredError;
pub use wallet::{GAP_LIMIT, GAP_WARNING, RESTORE_SKIP};
