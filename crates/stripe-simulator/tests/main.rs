//! The simulator, judged from outside: every typed answer here is read by `async-stripe`, which takes nothing it does not
//! know.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by panicking, its helpers too")]

mod books;
mod command_line;
mod connection;
mod events;
mod faults;
mod idempotency;
mod objections;
mod pages;
mod payments;
mod planted;
mod reader;
mod refusals;
mod seeds;
mod shop;
