//! One file per promise.

mod backups;
mod cards;
mod disk;
mod inbox;
mod lists;
mod memory;
mod opening;
pub(crate) mod parcels;
mod payouts;
mod schema;
pub(crate) mod settlements;
mod settling;
pub(crate) mod shop;
mod statements;
mod sweeps;
mod tampering;
mod triggers;
mod watching;
mod writing;
