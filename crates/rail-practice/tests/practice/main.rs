//! The simulated customer and chain, seen through the port as the till sees them.

mod act;
mod books;
mod cards;
mod delivery;
mod mining;
mod port;
mod restart;
mod script;
