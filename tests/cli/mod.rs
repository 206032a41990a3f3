//! The command line as shops and scripts use it: the real program, a data folder of its own for each test.

mod backup;
mod canary;
mod card_payments;
mod cards;
mod charge;
mod charge_alone;
mod evidence;
mod evm;
mod faults;
mod keyring;
mod ledger;
#[cfg(unix)]
mod logs;
mod metrics;
mod payers;
mod payouts;
mod program;
pub mod real_node;
mod sales;
mod secret;
mod serve;
mod settings;
mod stream;
mod stripe;
mod tabs;
mod usage;
mod webhooks;
