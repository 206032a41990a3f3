//! A shop's stream of micropayments from newline-delimited JSON to durable answers: lines are read and checked on a
//! thread of their own, handed in as parcels, and answered in their order.
//!
//! Memory is bounded: a few parcels are read ahead, a few are under way, and whoever writes faster than the disk takes
//! waits. An interrupted stream is streamed again: what was taken before is answered `duplicate`.

mod here;
mod lines;
mod run;
mod totals;

pub use lines::{Handful, Lines};
pub use run::{Ended, NotTaken, StreamError, Take, Taking, run};
pub use totals::Totals;
