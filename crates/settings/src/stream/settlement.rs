//! `[[settlement]]`: rail and currency → when a payer's tab is charged.

use money::{Currency, Money};
use payment::stream::SettlementRow;
use payment::{RailId, RailKind};

use super::{currency, practice_amount, rail, shown_currency};
use crate::field::Field;
use crate::key::{Form, Key};
use crate::row::{self, Row, RowName, shown_amount, shown_text};
use crate::{Mode, Problem};

const NAMES: &[&str] = &["rail", "currency", "at", "after_hours"];
const PRACTICE_AT: i64 = 500;
const PRACTICE_AFTER_HOURS: u16 = 24;
/// A year: a tab that waits longer was forgotten.
const AFTER_HOURS_MAX: u16 = 8_760;

/// Practice settles soon, so that somebody who tries it sees it happen.
pub(crate) fn defaults(mode: Mode, shop: Currency) -> Vec<SettlementRow> {
    match mode {
        Mode::Practice => {
            vec![SettlementRow {
                rail: RailId::STRIPE,
                at: practice_amount(PRACTICE_AT, shop),
                after_hours: Some(PRACTICE_AFTER_HOURS),
            }]
        }
        Mode::Sandbox | Mode::Live => Vec::new(),
    }
}

pub(crate) fn check(rows: &[SettlementRow]) -> Result<(), Problem> {
    let hides = |row: &SettlementRow, later: &SettlementRow| {
        row.rail == later.rail && row.at.currency() == later.at.currency()
    };
    row::check("settlement", rows, hides, check_row)
}

fn check_row(row: &SettlementRow, name: &RowName) -> Result<(), Problem> {
    if row.rail.kind() != RailKind::Charging {
        return Err(name.problem("rail", format!("{} never charges a tab: write \"stripe\"", row.rail)));
    }
    if !row.at.is_positive() {
        return Err(name.problem("at", "write an amount above zero"));
    }
    if row.after_hours.is_some_and(|hours| !(1..=AFTER_HOURS_MAX).contains(&hours)) {
        let message = format!("write 1 to {AFTER_HOURS_MAX} hours, or leave it out");
        return Err(name.problem("after_hours", message));
    }
    Ok(())
}

fn read_row(row: &Field<'_>, shop: Currency) -> Result<SettlementRow, Problem> {
    let row = Row::read(row, NAMES)?;
    let currency = row.optional("currency", currency)?.unwrap_or(shop);
    Ok(SettlementRow {
        rail: row.required("rail", rail)?,
        at: row.required("at", |field| field.parsed(|text| Money::parse_exact(text, currency)))?,
        after_hours: row.optional("after_hours", Field::count)?,
    })
}

pub(crate) const KEYS: &[Key] = &[Key {
    path: "settlement",
    form: Form::Rows,
    show: |s| {
        row::shown(&s.settlements, |row| {
            [
                ("rail", shown_text(row.rail.name())),
                ("currency", shown_currency(Some(row.at.currency()))),
                ("at", shown_amount(Some(row.at))),
                ("after_hours", row.after_hours.map(|hours| toml::Value::Integer(hours.into()))),
            ]
        })
    },
    read: |s, field| {
        let shop = s.shop.currency;
        s.settlements = field.items()?.iter().map(|row| read_row(row, shop)).collect::<Result<_, _>>()?;
        Ok(())
    },
}];
