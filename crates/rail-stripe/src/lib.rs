//! Cards and wallets through Stripe: at a reader on the counter, driven by Stripe's servers, and on the customer's own
//! phone, on a page of Stripe's that a code leads to. No card number ever comes near this program.
//!
//! Whatever is asked, the rail reads the payment intent, its charge, its refunds and its disputes anew and answers with
//! that ([`payment::card::CardReading`]). Calls that do something carry a key made from the till's own ids, so that what
//! is repeated is done once; before a key could be forgotten (24 hours, <https://docs.stripe.com/api/idempotent_requests>)
//! the payment is found by the till's id in its metadata.
//!
//! Start at [`StripeRail`]; `account` has every call, `reading` turns Stripe's objects into a reading, `failure` says what
//! a failed call allows, `amounts` counts as Stripe does, `events` reads what happened without a public address (after a long absence `reconcile` does) and `webhook` with one, `office`
//! is what is not a payment, [`StripeCharging`] charges what payers of the stream saved, and `saving` has them save it.

mod account;
pub mod amounts;
mod charging;
mod events;
mod failure;
pub mod key;
mod office;
mod payers;
mod payouts;
mod permissions;
mod phone;
mod rail;
mod reader;
mod readers;
mod reading;
mod reconcile;
mod refunds;
mod saving;
mod webhook;

pub use charging::StripeCharging;
pub use rail::{Clock, StripeConfig, StripeRail};
