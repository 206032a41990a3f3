//! A stateful stand-in for Stripe's API, for tests and the sandbox. Never part of the till.
//!
//! It listens on a loopback port and keeps one account: customers and what they pay with, intents, charges, refunds,
//! disputes, the balance with its fees, payouts, events and webhooks. Its time is a test clock, its ids come from a seed,
//! and faults and defects are there only when a test asks for them.
//!
//! What it holds to:
//! - A parameter that it does not simulate is refused as unknown, so nothing passes a test by being ignored.
//! - Money is whole minor units, and a charge, its refunds, its fees and its payout add up.
//! - Judges of Stripe's own making hold it to Stripe's behaviour: this crate's tests read every answer with
//!   `async-stripe`.
//!
//! Start with [`Simulator::start`]; [`SECRET_KEY`] opens it.

mod account;
mod agenda;
mod charge_seen;
mod clock;
mod currency;
mod defect;
mod desk;
mod expand;
mod fault;
mod idempotency;
mod ids;
mod keys;
mod payer_page;
mod resources;
mod route;
mod server;
mod simulator;
mod table;
mod webhooks;
mod wire;

pub use charge_seen::ChargeSeen;
pub use clock::Clock;
pub use defect::Defect;
pub use desk::RequestSeen;
pub use fault::{EventFault, Fault, Often, Target};
pub use keys::{Permission, SECRET_KEY};
pub use resources::terminal::ReaderTrouble;
pub use server::StartError;
pub use simulator::{Objection, Setup, Simulator};
