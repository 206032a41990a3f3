//! The rail on real nodes: what arrives, blocks that are replaced, providers with faults, restarts and set-up.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod books;
mod providers;
mod receiving;
mod replaced;
mod restarting;
mod set_up;
mod till;
