//! The rail against real counterparties on this machine: a Bitcoin node on regtest, electrs, a TLS front and an
//! Esplora-shaped front. Nothing sleeps for synchronisation: everything waits for a condition with a deadline.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod agreement;
mod books;
mod failover;
mod offers;
mod persister;
mod restore;
mod sources;
mod stream;
mod till;
mod town;
