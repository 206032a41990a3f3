//! Sweeps against their list.

use payment::Sweep;
use rusqlite::{Connection, params};

use super::Fault;
use super::projected::check_row;
use super::replay::Expected;
use crate::projection::SweepRow;

/// A sweep is listed as its events make it.
pub(super) fn check_sweep(
    connection: &Connection,
    sweep: &Sweep,
    expected: &mut Expected,
) -> Result<(), Fault> {
    let row = SweepRow::of(sweep);
    let sql = "select count(*) from sweep where sweep_id = ? and chain_id = ? and state = ? and steps = ?";
    let values = params![row.sweep_id, row.chain_id, row.state, row.steps];
    check_row(connection, sql, values, &sweep.id.to_string(), "the list of sweeps")?;
    expected.sweeps += 1;
    Ok(())
}
