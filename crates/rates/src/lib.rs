//! Rates: what public sources say that a coin or a currency is worth, each read in its documented shape.
//!
//! Nothing here decides: [`payment::rates`] finds the middle of what the sources say and refuses what is far from it. A
//! source is an entry of [`sources::SOURCES`]: where it is, which pairs it has, what to ask it and how to read its answer.
//! [`HttpSource`] asks it. A price is a plain decimal number or it is refused; no float is made of it on the way.

mod http;
mod price;
mod sources;

pub use http::{HttpSource, ReachError};
pub use sources::{SOURCES, Source, named};
