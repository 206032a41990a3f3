//! A disk for tests, under SQLite: it loses power, fills up and fails when it is told to.
//!
//! It is a VFS (<https://www.sqlite.org/vfs.html>) around the system's own, and it is SQLite's default in a process that
//! makes a [`Disk`]: whatever opens a data file in that disk's folder, through rusqlite or sqlx, is on it, and the code
//! under test knows nothing of it. Files elsewhere are left to the system.
//!
//! Three things can be done with a disk:
//! - It writes down every write, change of length, sync and change of names ([`Trace`]). A [`Platter`] replays them up to
//!   any moment and leaves what a machine would find after the power was cut then: what was synced, and of the rest all,
//!   nothing, or some of its 512-byte sectors. The shared memory beside a log is never among it.
//! - The k-th operation can fail, once or from then on ([`Fault`]): no room, or an input/output error. A write that fails
//!   may have got half-way. What a failed sync was to save is lost, although it can still be read: a later sync that
//!   succeeds does not bring it back.
//! - A till that was killed can go on on the same platter, with what its predecessor never synced ([`Disk::taking_over`]).
//!
//! Invariants: nothing is really synced, so tests are quick; locks never fail, because no disk is asked for them; names
//! that were changed past SQLite (a rename by the standard library) count as durable when the disk next looks, because
//! whoever does that syncs the folder at once.
#![cfg(unix)]
#![deny(clippy::undocumented_unsafe_blocks)]

mod disk;
mod fault;
mod file;
mod platter;
mod random;
mod trace;
mod vfs;

pub use disk::Disk;
pub use fault::{Fault, FaultKind};
pub use platter::{Loss, Platter, Syncs};
pub use random::Random;
pub use trace::Trace;
