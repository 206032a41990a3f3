//! The journal on real SQLite: what is promised of it, and what happens to those who break it.
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by panicking, its helpers too")]

#[cfg(unix)]
mod faults;
mod journal;
