//! The engine on a real store in a folder of its own, with simulated rails and a clock that the test turns.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by panicking, its helpers too")]

mod acquirer;
mod answers;
mod cards;
mod charging;
mod clock;
mod clocks;
mod disk;
mod doubt;
#[cfg(unix)]
mod faults;
mod meters;
mod offers;
mod office;
mod parcels;
mod puppet;
mod rates;
mod reports;
mod restarts;
mod settings;
mod shop;
mod simulation;
mod stopping;
mod strays;
mod terminal;
