//! Card payments, their disputes and what moves their money against their lists.

use payment::{PaymentId, Sale};
use rusqlite::{Connection, params};

use super::Fault;
use super::projected::check_row;
use super::replay::Expected;
use crate::projection::{CardRow, DisputeRow, cards_of, disputes_of, movements_of};

/// Every card payment of a sale, every dispute of it and every movement of its money is listed as the events make it.
pub(super) fn check_cards(
    connection: &Connection,
    sale: &Sale,
    expected: &mut Expected,
) -> Result<(), Fault> {
    let name = format!("sale {}", sale.number);
    for (payment, card) in cards_of(sale) {
        check_card(connection, &CardRow::of(sale, payment, card), &name)?;
        expected.cards += 1;
        for dispute in disputes_of(sale, payment, card) {
            check_dispute(connection, &dispute, &name)?;
            expected.disputes += 1;
        }
        for reference in movements_of(card) {
            check_movement(connection, payment, reference, &name)?;
            expected.movements += 1;
        }
    }
    Ok(())
}

fn check_card(connection: &Connection, row: &CardRow, name: &str) -> Result<(), Fault> {
    let sql = "select count(*) from card_payment where payment_id = ? and invoice_id = ? and rail = ? and state = ? \
               and reference is ? and amount_minor = ? and currency = ? and scale = ? and held_until is ? \
               and has_errand = ?";
    check_row(
        connection,
        sql,
        params![
            row.payment_id,
            row.invoice_id,
            row.rail,
            row.state,
            row.reference,
            row.amount.minor(),
            row.amount.currency().code(),
            row.amount.currency().scale(),
            row.held_until,
            row.has_errand,
        ],
        name,
        "the list of card payments",
    )
}

fn check_movement(
    connection: &Connection,
    payment: PaymentId,
    reference: &str,
    name: &str,
) -> Result<(), Fault> {
    let sql = "select count(*) from card_movement where payment_id = ? and reference = ?";
    check_row(connection, sql, params![payment.as_bytes(), reference], name, "the list of card movements")
}

fn check_dispute(connection: &Connection, row: &DisputeRow, name: &str) -> Result<(), Fault> {
    let sql = "select count(*) from dispute where rail = ? and reference = ? and invoice_id = ? and payment_id = ? \
               and status = ? and reason = ? and amount_minor = ? and currency = ? and scale = ? \
               and withdrawn_minor = ? and due_by is ?";
    check_row(
        connection,
        sql,
        params![
            row.rail,
            row.reference,
            row.invoice_id,
            row.payment_id,
            row.status,
            row.reason,
            row.amount.minor(),
            row.amount.currency().code(),
            row.amount.currency().scale(),
            row.withdrawn_minor,
            row.due_by,
        ],
        name,
        "the list of disputes",
    )
}
