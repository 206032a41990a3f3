//! Projections against states: each row that the events make must be there as they make it, and no other.

use std::collections::BTreeMap;

use payment::sale::Payment;
use payment::stray::Decision;
use payment::stream::Settlement;
use payment::{PaymentId, Sale, Stray};
use rusqlite::{Connection, Params, params};

use super::replay::Expected;
use super::walk::Sum;
use super::{Fault, Problem};
use crate::TransferOwner;
use crate::projection::{SaleRow, SettlementRow, StrayRow, TransferRow, transfers_of};

/// What a rail was asked for, by which event, and which one answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) asked_by: i64,
    pub(super) answered_by: Option<i64>,
}

pub(super) fn check_sale(connection: &Connection, sale: &Sale, expected: &mut Expected) -> Result<(), Fault> {
    let name = format!("sale {}", sale.number);
    let row = SaleRow::of(sale)
        .map_err(|e| Fault { row: name.clone(), problem: Problem::Payload(e.to_string()) })?;
    let sql = "select count(*) from sale where number = ? and invoice_id = ? and version = ? and opened_at = ? \
               and state = ? and late = ? and over = ? and due_minor = ? and currency = ? and scale = ? \
               and label = ? and methods = ? and receipt_number is ? and live = ? and search = ?";
    check_row(
        connection,
        sql,
        params![
            row.number,
            row.invoice_id,
            row.version,
            row.opened_at,
            row.state,
            row.late,
            row.over,
            row.due.minor(),
            row.due.currency().code(),
            row.due.currency().scale(),
            row.label,
            row.methods,
            row.receipt_number,
            row.live,
            row.search,
        ],
        &name,
        "the list of sales",
    )?;
    for transfer in transfers_of(sale) {
        check_transfer(connection, &transfer, &name, expected)?;
    }
    expected.sales += 1;
    Ok(())
}

pub(super) fn check_stray(
    connection: &Connection,
    stray: &Stray,
    expected: &mut Expected,
) -> Result<(), Fault> {
    let name = stray.id.to_string();
    let row = StrayRow::of(stray);
    let sql = "select count(*) from stray where stray_id = ? and version = ? and found_at = ? and rail = ? \
               and address = ? and reason = ? and state = ? and amount_minor = ? and currency = ? and scale = ?";
    check_row(
        connection,
        sql,
        params![
            row.stray_id,
            row.version,
            row.found_at,
            row.rail,
            row.address,
            row.reason,
            row.state,
            row.amount.minor(),
            row.amount.currency().code(),
            row.amount.currency().scale(),
        ],
        &name,
        "the list of stray payments",
    )?;
    if !matches!(stray.decision, Decision::Assigned { .. }) {
        check_transfer(connection, &TransferRow::of_stray(stray), &name, expected)?;
    }
    expected.strays += 1;
    Ok(())
}

pub(super) fn check_settlement(
    connection: &Connection,
    settlement: &Settlement,
    last_event: i64,
    expected: &mut Expected,
) -> Result<(), Fault> {
    let row = SettlementRow::of(settlement);
    let (tab, amount) = (&row.bill.tab, row.bill.amount);
    let sql = "select count(*) from settlement where settlement_id = ? and last_event = ? and payer = ? \
               and rail = ? and method = ? and currency = ? and scale = ? and amount_minor = ? and parts = ? \
               and last_micropayment = ? and attempt = ? and state = ? and trouble is ? and reason is ? \
               and reference is ? and fee_minor is ? and opened_at = ?";
    check_row(
        connection,
        sql,
        params![
            row.settlement_id,
            last_event,
            tab.payer,
            tab.rail.name(),
            tab.method,
            tab.currency.code(),
            tab.currency.scale(),
            amount.minor(),
            row.bill.parts,
            row.bill.last_micropayment,
            row.attempt,
            row.state,
            row.trouble,
            row.reason,
            row.reference,
            row.fee_minor,
            row.opened_at,
        ],
        &settlement.id.to_string(),
        "the list of settlements",
    )?;
    expected.settlements += 1;
    Ok(())
}

/// Offers asked for and addresses handed out.
pub(super) fn check_offers(
    connection: &Connection,
    sale: &Sale,
    offers: &BTreeMap<PaymentId, Offer>,
    expected: &mut Expected,
) -> Result<(), Fault> {
    let name = format!("sale {}", sale.number);
    for (payment, offer) in offers {
        let Some(chain) = sale.payment(*payment).and_then(Payment::chain) else { continue };
        let rail = chain.terms.rail.name();
        let sql = "select count(*) from outbox where event_id = ? and kind = 'request_offer' and rail = ? \
                   and invoice_id = ? and payment_id = ? and amount_minor = ? and currency = ? and scale = ? \
                   and answered_by is ?";
        let coin = chain.terms.quote.coin;
        check_row(
            connection,
            sql,
            params![
                offer.asked_by,
                rail,
                sale.id.as_bytes(),
                payment.as_bytes(),
                coin.minor(),
                coin.currency().code(),
                coin.currency().scale(),
                offer.answered_by,
            ],
            &name,
            "the outbox",
        )?;
        expected.offers += 1;
        if let Some(address) = &chain.address {
            let sql = "select count(*) from payment_address where rail = ? and address = ? and invoice_id = ? \
                       and payment_id = ?";
            check_row(
                connection,
                sql,
                params![rail, address, sale.id.as_bytes(), payment.as_bytes()],
                &name,
                "the list of addresses",
            )?;
        }
    }
    Ok(())
}

/// No projection may have rows that no event made.
pub(super) fn check_counts(connection: &Connection, expected: &Expected) -> Result<(), Fault> {
    let tables = [
        ("the list of sales", "select count(*) from sale", expected.sales),
        ("the list of stray payments", "select count(*) from stray", expected.strays),
        ("the list of addresses", "select count(*) from payment_address", expected.addresses),
        ("the list of transfers", "select count(*) from transfer", expected.transfers),
        ("the outbox", "select count(*) from outbox", expected.offers),
        ("the list of settlements", "select count(*) from settlement", expected.settlements),
        ("the list of card payments", "select count(*) from card_payment", expected.cards),
        ("the list of payouts", "select count(*) from payout", expected.payouts),
        ("the list of sweeps", "select count(*) from sweep", expected.sweeps),
        ("the list of disputes", "select count(*) from dispute", expected.disputes),
        ("the list of card movements", "select count(*) from card_movement", expected.movements),
        ("the list of alerts", "select count(*) from alert where event_id is not null", expected.alerts),
    ];
    for (table, sql, expected) in tables {
        let stored = count(connection, sql)?;
        if stored != expected {
            return Err(Fault { row: table.to_owned(), problem: Problem::Rows { stored, expected } });
        }
    }
    Ok(())
}

/// Sales, receipts and settlements are numbered without gaps, settlements in the order in which they were opened.
pub(super) fn check_numbers(connection: &Connection) -> Result<(), Fault> {
    let numbers = [
        ("sale", "select count(*) from sale", "select coalesce(max(number), 0) from sale"),
        (
            "receipt",
            "select count(receipt_number) from sale",
            "select coalesce(max(receipt_number), 0) from sale",
        ),
    ];
    for (what, many, highest) in numbers {
        let (expected, found) = (count(connection, many)?, count(connection, highest)?);
        if found != expected {
            return Err(Fault { row: format!("{what} {found}"), problem: Problem::Gap { expected } });
        }
    }
    let mut settlements = connection.prepare(
        "select s.number from settlement s join event e on e.subject_id = s.settlement_id and e.subject_version = 1 \
         order by e.event_id",
    )?;
    let mut found = settlements.query([])?;
    let mut expected = 1;
    while let Some(row) = found.next()? {
        let number: i64 = row.get(0)?;
        if number != expected {
            return Err(Fault { row: format!("settlement {number}"), problem: Problem::Gap { expected } });
        }
        expected += 1;
    }
    Ok(())
}

/// Each balance is the sum of its postings.
pub(super) fn check_balances(
    connection: &Connection,
    sums: &BTreeMap<(String, String), Sum>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare("select account, currency, minor, last_entry from balance")?;
    let rows = statement.query_map([], |row| {
        let key: (String, String) = (row.get(0)?, row.get(1)?);
        Ok((key, (row.get::<_, i64>(2)?, row.get::<_, i64>(3)?)))
    })?;
    let stored: BTreeMap<(String, String), (i64, i64)> = rows.collect::<Result<_, _>>()?;
    for (key, sum) in sums {
        let found = stored.get(key);
        if found.map(|(minor, last)| (i128::from(*minor), Some(*last))) != Some((sum.minor, sum.last_entry)) {
            let shown = found.map_or_else(|| "nothing".to_owned(), |(minor, _)| minor.to_string());
            return Err(balance_fault(key, Problem::Balance { stored: shown, sum: sum.minor }));
        }
    }
    match stored.iter().find(|(key, _)| !sums.contains_key(*key)) {
        Some((key, (minor, _))) => {
            Err(balance_fault(key, Problem::Balance { stored: minor.to_string(), sum: 0 }))
        }
        None => Ok(()),
    }
}

fn balance_fault((account, currency): &(String, String), problem: Problem) -> Fault {
    Fault { row: format!("balance of {account} in {currency}"), problem }
}

fn check_transfer(
    connection: &Connection,
    row: &TransferRow,
    name: &str,
    expected: &mut Expected,
) -> Result<(), Fault> {
    let (invoice, payment, stray) = match &row.owner {
        TransferOwner::Sale(invoice, payment) => (Some(invoice.as_bytes()), Some(payment.as_bytes()), None),
        TransferOwner::Stray(stray) => (None, None, Some(stray.as_bytes())),
    };
    let sql = "select count(*) from transfer where rail = ? and reference = ? and invoice_id is ? \
               and payment_id is ? and stray_id is ? and level = ? and open = ? and amount_minor = ? \
               and currency = ? and scale = ?";
    check_row(
        connection,
        sql,
        params![
            row.rail.name(),
            row.reference,
            invoice,
            payment,
            stray,
            row.level,
            row.open,
            row.amount.minor(),
            row.amount.currency().code(),
            row.amount.currency().scale(),
        ],
        name,
        "the list of transfers",
    )?;
    expected.transfers += 1;
    Ok(())
}

pub(super) fn check_row(
    connection: &Connection,
    sql: &'static str,
    values: impl Params,
    row: &str,
    projection: &'static str,
) -> Result<(), Fault> {
    let found: i64 = connection.prepare_cached(sql)?.query_row(values, |row| row.get(0))?;
    if found == 1 {
        Ok(())
    } else {
        Err(Fault { row: row.to_owned(), problem: Problem::Projection { projection } })
    }
}

fn count(connection: &Connection, sql: &'static str) -> Result<i64, Fault> {
    Ok(connection.query_row(sql, [], |row| row.get(0))?)
}
