//! Payouts against their list.

use payment::Payout;
use rusqlite::{Connection, params};

use super::projected::check_row;
use super::replay::Expected;
use super::{Fault, Problem};
use crate::projection::PayoutRow;

/// A payout is listed as its events make it.
pub(super) fn check_payout(
    connection: &Connection,
    payout: &Payout,
    expected: &mut Expected,
) -> Result<(), Fault> {
    let name = payout.id.to_string();
    let row = PayoutRow::of(payout)
        .map_err(|e| Fault { row: name.clone(), problem: Problem::Payload(e.to_string()) })?;
    let sql = "select count(*) from payout where payout_id = ? and rail = ? and reference = ? and status = ? \
               and amount_minor = ? and currency = ? and scale = ? and arrives_at = ? and parts is ? \
               and difference_minor = ?";
    check_row(
        connection,
        sql,
        params![
            row.payout_id,
            row.rail,
            row.reference,
            row.status,
            row.amount.minor(),
            row.amount.currency().code(),
            row.amount.currency().scale(),
            row.arrives_at,
            row.parts,
            row.difference_minor,
        ],
        &name,
        "the list of payouts",
    )?;
    expected.payouts += 1;
    Ok(())
}
