//! Tests of the whole program, in one binary because each one links the world.
#![expect(clippy::unwrap_used, reason = "what fails in a test's own helper fails the test, as it should")]
#![expect(unreachable_pub, reason = "the modules of this binary are public to each other and to nobody else")]

mod benchmark;
mod bindings;
mod cli;
mod contract;
mod kill;
#[path = "../benches/stream/mod.rs"]
mod stream;
mod tidy;
