//! One contract for every rail: the whole way from the counter to the books, on a real store, played out by the
//! simulated town of practice mode, by a real Bitcoin node with a real indexer, and by real EVM nodes.

pub mod bitcoin;
mod cards;
mod cases;
mod evm;
mod outages;
mod practice;
pub mod shop;
pub mod town;
