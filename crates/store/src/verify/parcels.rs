//! The check of the stream: each parcel's rows are chained again and added up again, and what is derived from the rows
//! (known ids, dead letters that were carried out) is compared with them. Tabs have a check of their own.

use std::collections::BTreeMap;

use money::{Currency, Money, MoneyError};
use payment::RailId;
use payment::stream::{Parcel, fingerprint};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use super::cursor::{Cursor, columns, unreadable};
use super::replay::event_row;
use super::tabs::rails_with_tabs;
use super::{Fault, Problem};
use crate::chain::{Hash, Link, MICROPAYMENT_COLUMNS};
use crate::writer::{Filter, genesis};
use crate::{ReadError, column};

/// What the rows of a group add to: how many, their amounts, their fees.
type Sums = BTreeMap<(RailId, String), (u32, Money, Money)>;

/// Checks every parcel, in the order they were taken.
pub(super) fn check_parcels(connection: &Connection) -> Result<(), Fault> {
    let mut events = connection.prepare(
        "select event_id, kind, encoding, payload, recorded_at, subject_kind, hash from event \
         order by event_id",
    )?;
    let mut rows = connection.prepare(
        "select micropayment_id, event_id, instruction, digest, amount_minor, currency, scale, method, rail, route, \
         route_note, fee_minor, payer, memo, metadata, previous_on_tab, hash from micropayment \
         order by micropayment_id",
    )?;
    let mut rows = Cursor::over(&mut rows)?;
    let mut events = events.query([])?;
    let mut before: Hash = genesis(connection).map_err(|e| payload("till".to_owned(), &e))?;
    let mut last = 0;
    while let Some(row) = events.next()? {
        if row.get_ref(5)? == ValueRef::Text(b"parcel") {
            last = check_parcel(row, &mut rows, (before, last))?;
        }
        before = row.get(6)?;
    }
    match rows.next() {
        None => Ok(()),
        Some(row) => {
            let named = "a parcel that is not there".to_owned();
            let number: i64 = row.get(0)?;
            Err(Fault { row: format!("micropayment {number}"), problem: Problem::Misplaced { named } })
        }
    }
}

/// Checks one parcel after a number. Gives its last number.
fn check_parcel(row: &Row<'_>, rows: &mut Cursor<'_>, (before, last): (Hash, i64)) -> Result<i64, Fault> {
    let event = event_row(row)?;
    let fault = |problem| Fault { row: format!("event {}", event.event_id), problem };
    let parcel = event.parcel().map_err(|e| fault(Problem::Payload(e.to_string())))?;
    if parcel.first != last + 1 {
        return Err(fault(Problem::Gap { expected: last + 1 }));
    }
    let mut hash = before;
    let mut sums = Sums::new();
    for expected in parcel.first..parcel.first + i64::from(parcel.count) {
        hash = check_row(rows, (expected, event.event_id), &hash, &mut sums)?;
    }
    if hash != parcel.rows_hash {
        return Err(fault(Problem::Hash));
    }
    if !adds_up(&parcel, &sums) {
        return Err(fault(Problem::Projection { projection: "the sums of its micropayments" }));
    }
    Ok(parcel.first + i64::from(parcel.count) - 1)
}

/// Checks one micropayment and adds it to its group. Gives its hash.
fn check_row(
    rows: &mut Cursor<'_>,
    (expected, event_id): (i64, i64),
    before: &Hash,
    sums: &mut Sums,
) -> Result<Hash, Fault> {
    let name = || format!("micropayment {expected}");
    let Some(row) = rows.next() else {
        return Err(Fault { row: name(), problem: Problem::Gap { expected } });
    };
    let (number, of): (i64, i64) =
        (row.get(0).map_err(unreadable(name))?, row.get(1).map_err(unreadable(name))?);
    if number != expected {
        return Err(Fault { row: format!("micropayment {number}"), problem: Problem::Gap { expected } });
    }
    if of != event_id {
        return Err(Fault { row: name(), problem: Problem::Misplaced { named: format!("event {of}") } });
    }
    let mut link = Link::after(before);
    link.micropayment(&columns::<MICROPAYMENT_COLUMNS>(row).map_err(unreadable(name))?);
    let hash = link.close();
    if row.get_ref(MICROPAYMENT_COLUMNS).map_err(unreadable(name))? != ValueRef::Blob(&hash) {
        return Err(Fault { row: name(), problem: Problem::Hash });
    }
    add(row, sums).map_err(|e| payload(name(), &e))?;
    rows.advance().map_err(unreadable(name))?;
    Ok(hash)
}

fn add(row: &Row<'_>, sums: &mut Sums) -> Result<(), ReadError> {
    let code: String = row.get(5)?;
    let amount = column::money(row.get(4)?, &code, row.get(6)?)?;
    let fee = Money::new(row.get(11)?, amount.currency());
    let rail = column::rail(&row.get::<_, String>(8)?)?;
    let zero = Money::zero(amount.currency());
    let (count, gross, fees) = sums.entry((rail, code)).or_insert((0, zero, zero));
    let unfit = |e: MoneyError| ReadError::Value { place: "micropayment", value: e.to_string() };
    *count += 1;
    *gross = gross.checked_add(amount).map_err(unfit)?;
    *fees = fees.checked_add(fee).map_err(unfit)?;
    Ok(())
}

fn adds_up(parcel: &Parcel, sums: &Sums) -> bool {
    let key = |currency: Currency, rail| (rail, currency.code().to_owned());
    parcel.groups.len() == sums.len()
        && parcel.groups.iter().all(|group| {
            sums.get(&key(group.gross.currency(), group.rail)) == Some(&(group.count, group.gross, group.fee))
        })
}

/// What is derived from the rows is what the rows say.
pub(super) fn check_derived(connection: &Connection) -> Result<(), Fault> {
    check_none(connection, &links_without_tab(), "micropayment", "its link to the one before on its tab")?;
    check_none(connection, TWICE, "micropayment", "another micropayment of the same instruction")?;
    check_none(connection, RUNS_THAT_DIFFER, "micropayment", "the list of known ids")?;
    check_none(connection, STRANGERS_IN_RUNS, "micropayment", "the list of known ids")?;
    check_none(connection, LETTERS_THAT_DIFFER, "dead letter", "the micropayment it became")?;
    check_filters(connection)
}

const TWICE: &str =
    "select max(micropayment_id) from micropayment group by instruction having count(*) > 1 limit 1";

/// Each generation has exactly the micropayments after the generation before it.
const RUNS_THAT_DIFFER: &str = "with generation as (select generation, last_micropayment last, \
       coalesce(lag(last_micropayment) over (order by generation), 0) + 1 first from instruction_filter) \
     select m.micropayment_id from generation g cross join micropayment m \
       on m.micropayment_id between g.first and g.last \
     left join instruction_run r on r.generation = g.generation and r.instruction = m.instruction \
     where r.micropayment_id is not m.micropayment_id limit 1";

const STRANGERS_IN_RUNS: &str = "select r.micropayment_id from instruction_run r \
     left join micropayment m on m.micropayment_id = r.micropayment_id \
     where m.instruction is not r.instruction limit 1";

const LETTERS_THAT_DIFFER: &str = "select d.dead_letter_id from dead_letter d \
     left join micropayment m on m.micropayment_id = d.micropayment_id \
     where d.micropayment_id is not null and m.instruction is not d.instruction limit 1";

/// What is paid at once is on no tab.
fn links_without_tab() -> String {
    let rails = rails_with_tabs();
    format!(
        "select micropayment_id from micropayment where previous_on_tab is not null and rail not in ({rails})"
    )
}

fn check_none(
    connection: &Connection,
    sql: &str,
    row: &'static str,
    projection: &'static str,
) -> Result<(), Fault> {
    let mut statement = connection.prepare(sql)?;
    let mut found = statement.query([])?;
    match found.next()? {
        None => Ok(()),
        Some(found) => {
            let number: i64 = found.get(0)?;
            Err(Fault { row: format!("{row} {number}"), problem: Problem::Projection { projection } })
        }
    }
}

/// No filter denies an id of its generation, no id is above the highest, and no generation is without a filter. A filter
/// is read once: it is larger than a thousand of its ids.
fn check_filters(connection: &Connection) -> Result<(), Fault> {
    let mut generations = connection
        .prepare("select generation, highest, filter from instruction_filter order by generation")?;
    let mut ids = connection.prepare("select instruction from instruction_run where generation = ?")?;
    let mut rows = generations.query([])?;
    while let Some(row) = rows.next()? {
        let (generation, highest): (i64, String) = (row.get(0)?, row.get(1)?);
        let filter = Filter::from_bytes(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?);
        let filter = filter.ok_or_else(|| wrong_filter(generation))?;
        let mut ids = ids.query([generation])?;
        while let Some(id) = ids.next()? {
            let id = id.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
            if !filter.may_have(fingerprint(id)) || id > highest.as_str() {
                return Err(wrong_filter(generation));
            }
        }
    }
    let mut without = connection.prepare(
        "select generation from instruction_run where generation not in (select generation from instruction_filter) \
         limit 1",
    )?;
    match without.query([])?.next()? {
        None => Ok(()),
        Some(row) => Err(wrong_filter(row.get(0)?)),
    }
}

fn wrong_filter(generation: i64) -> Fault {
    let row = format!("known ids, generation {generation}");
    Fault { row, problem: Problem::Projection { projection: "its filter" } }
}

fn payload(row: String, error: &ReadError) -> Fault {
    Fault { row, problem: Problem::Payload(error.to_string()) }
}
