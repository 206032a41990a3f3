//! A customer and chains (bitcoin, and those of EVM coins) that exist only in this program, behind the same port as the real ones.
//!
//! Practice mode, demonstrations and simulation tests run on it: [`PracticeRail`] is the rail, [`Act`] is what its
//! customer and miners can be made to do, [`PracticeScript`] makes them do it by themselves from a seed, and
//! [`unreliable`] delivers what was seen as a bad network would. A simulation whose chain goes on while the till is dead
//! keeps a [`Chain`] of its own and draws its lots from [`Draws`].
//!
//! Invariants:
//! - Everything that happens is an event, stored in the rail's change sets; a rail opened from them goes on exactly
//!   where the stored one stopped. What was never committed never happened.
//! - The same events give the same addresses, transactions, blocks and readings: there is no randomness but the seed's.
//! - Addresses are of regtest, or spelled so that no wallet takes them: nobody can pay one by accident.

mod act;
mod address;
mod cards;
mod chain;
mod change_set;
mod draws;
mod faults;
mod nature;
mod office;
mod payouts;
mod rail;
mod refunds;
mod saved;
mod script;
mod terminal;
mod world;

pub use act::{Act, ActRefused, Portion};
pub use cards::PracticeCards;
pub use chain::Chain;
pub use change_set::OpenError;
pub use draws::Draws;
pub use faults::unreliable;
pub use nature::{Nature, PracticeCoin};
pub use rail::{Clock, Mining, PracticeRail};
pub use script::{Customer, PracticeScript, Step};
pub use terminal::{CardAct, PracticeTerminal};
