//! The stream: one bounded intake, one writer with group commit, an outbox of effects, recovery at start, a
//! supervisor, and the feed of changes.
//!
//! The path of one payment: [`Engine::ask`] puts a [`Command`] into the intake; the bookkeeper's thread drains what
//! is there, the desk turns commands into events against the working set, one transaction commits events, entries
//! and rail memory of the whole batch, and only then is anybody answered. Effects run after the commit; their results
//! come back as commands through the same door. Rails report what they see the same way and wait for the commit. What a rail is
//! to charge, and what is to be asked about a card payment, waits in the books, and a collector works it off.
//!
//! Start at [`Engine::start`], then `bookkeeper`, then `desk`. No rail is known here by more than its port.

mod bookkeeper;
mod cards;
mod charging;
mod clock;
mod command;
mod desk;
mod ending;
mod engine;
mod feed;
mod intake;
mod meters;
mod offers;
mod rails;
mod rates;
mod recovery;
mod spans;
mod staged;
mod supervisor;
mod threads;
mod timekeeper;
mod working_set;

pub use cards::{CardCommand, CardOpened, CardSetup, OpenCardRail};
pub use charging::{ChargingOpened, ChargingSetup};
pub use clock::{Clock, Now, SystemClock};
pub use command::{Command, EngineError, Outcome, Reply, Tended};
pub use ending::Ending;
pub use engine::{Engine, PendingParcel, Setup, StartError};
pub use feed::{Change, Feed};
pub use meters::{Distribution, Latency, Meters, Outcomes, SECONDS_KEPT, Second, Totals};
pub use rails::{OpenRail, RailSetup};
