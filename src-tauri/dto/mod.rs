//! Wire shapes between the core and its screens. The same shapes cross Tauri's IPC and `tillstream serve`.
//!
//! Rules: amounts are strings of minor units beside their currency and scale, never numbers; instants are RFC 3339
//! strings; ids are their prefixed text form; every request refuses fields it does not know; no reply can carry a
//! secret but [`setup::NewWalletWords`], and no request but those that only the window may send.

pub mod card;
pub mod dispute;
pub mod error;
pub mod feed;
pub mod ledger;
pub mod money;
pub mod payer;
pub mod payout;
pub mod pin;
pub mod practice;
pub mod rates;
pub mod receipt;
pub mod sale;
pub mod sales_list;
pub mod settings;
pub mod settlement;
pub mod setup;
pub mod status;
pub mod stray;
pub mod stream;
pub mod stripe;
pub mod timeline;
