//! `[[route]]`: method, currency and size → rail. Without rows, cash is taken and nothing else.

use money::{Currency, Money};
use payment::RailId;
use payment::stream::RouteRow;

use super::{CARD, CASH, check_method, check_rail, currency, method, rail, shown_currency};
use crate::field::Field;
use crate::key::{Form, Key};
use crate::row::{self, Row, RowName, check_amount, shown_amount, shown_text};
use crate::{Mode, Problem};

const NAMES: &[&str] = &["method", "currency", "up_to", "rail", "fallback"];

/// Practice also takes cards, which nobody is charged for.
pub(crate) fn defaults(mode: Mode) -> Vec<RouteRow> {
    let to = |method: &str, rail| RouteRow {
        method: method.to_owned(),
        currency: None,
        up_to: None,
        rail,
        fallback: None,
    };
    match mode {
        Mode::Practice => vec![to(CARD, RailId::STRIPE), to(CASH, RailId::CASH)],
        Mode::Sandbox | Mode::Live => Vec::new(),
    }
}

pub(crate) fn check(rows: &[RouteRow], shop: Currency) -> Result<(), Problem> {
    row::check("route", rows, RouteRow::hides, |row, name| check_row(row, name, shop))
}

fn check_row(row: &RouteRow, name: &RowName, shop: Currency) -> Result<(), Problem> {
    check_method(&row.method, name)?;
    check_amount(row.up_to, "up_to", row.currency, shop, name)?;
    check_rail(row.rail, "rail", name)?;
    let Some(fallback) = row.fallback else { return Ok(()) };
    check_rail(fallback, "fallback", name)?;
    if fallback == row.rail {
        return Err(name.problem("fallback", "this is the rail itself: write another, or leave it out"));
    }
    Ok(())
}

fn read_row(row: &Field<'_>, shop: Currency) -> Result<RouteRow, Problem> {
    let row = Row::read(row, NAMES)?;
    let currency = row.optional("currency", currency)?;
    let amount = |field: &Field<'_>| field.parsed(|text| Money::parse_exact(text, currency.unwrap_or(shop)));
    Ok(RouteRow {
        method: row.required("method", method)?,
        currency,
        up_to: row.optional("up_to", amount)?,
        rail: row.required("rail", rail)?,
        fallback: row.optional("fallback", rail)?,
    })
}

pub(crate) const KEYS: &[Key] = &[Key {
    path: "route",
    form: Form::Rows,
    show: |s| {
        row::shown(&s.routes, |row| {
            [
                ("method", shown_text(&row.method)),
                ("currency", shown_currency(row.currency)),
                ("up_to", shown_amount(row.up_to)),
                ("rail", shown_text(row.rail.name())),
                ("fallback", row.fallback.and_then(|rail| shown_text(rail.name()))),
            ]
        })
    },
    read: |s, field| {
        let shop = s.shop.currency;
        s.routes = field.items()?.iter().map(|row| read_row(row, shop)).collect::<Result<_, _>>()?;
        Ok(())
    },
}];
