//! One file per promise.

mod backups;
mod disk;
mod inbox;
mod lists;
mod memory;
mod opening;
mod parcels;
mod schema;
mod shop;
mod statements;
mod tampering;
mod triggers;
mod watching;
mod writing;
