//! Terminal, driven by the server: readers at the counter and what they are told to do.
//!
//! - [`location`]: where readers stand, and connection tokens.
//! - [`reader`]: readers themselves.
//! - [`action`]: what a reader does, step by step.
//! - [`hand`]: the customer's hand with a card, which only tests have.

mod action;
mod hand;
mod location;
mod reader;

pub(crate) use action::ROUTES as ACTIONS;
pub use hand::ReaderTrouble;
pub(crate) use hand::{ROUTES as HAND, present, show, time_out, trouble};
pub(crate) use location::{Location, ROUTES as LOCATIONS};
pub(crate) use reader::{ROUTES as READERS, Reader, goes_offline, register};
