//! What the payment stream costs, end to end, beside what the machine itself can do.
//!
//! These runs take seconds to minutes and write files of hundreds of megabytes, and what counts is their ratio, so they
//! are not sampled as criterion samples: every term is measured once per round, round after round, so that a machine
//! that is slower for a minute is slower for all of them; of each the median of the rounds and the spread are told.
//!
//! Start at [`Plan`]; a [`Task`] is one measurement, done in a process of its own where memory is looked at; `report`
//! writes `docs/performance.md`.

mod error;
mod figures;
mod instructions;
mod lone;
mod machine;
mod memory;
mod plan;
pub mod profile;
mod report;
mod task;
mod till;

use std::path::Path;

pub use error::BenchError;
pub use figures::Findings;
pub use plan::Plan;
pub use report::ratio_table;
pub use task::{Measured, Task};

/// How a task is measured: here, or in a process of its own.
pub type Measure<'a> = &'a dyn Fn(&Task) -> Result<Measured, BenchError>;

/// Writes the report of what was found.
pub fn write_report(findings: &Findings, folder: &Path, to: &Path) -> Result<(), BenchError> {
    Ok(std::fs::write(to, report::report(findings, &machine::Machine::of(folder)?)?)?)
}
