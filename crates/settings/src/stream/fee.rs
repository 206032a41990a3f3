//! `[[fee]]`: rail, method, currency and size → what the rail costs. Without a row that matches, nothing.

use money::{Currency, Money, Percent};
use payment::RailId;
use payment::stream::FeeRow;

use super::{CARD, check_method, check_rail, currency, method, practice_amount, rail, shown_currency};
use crate::field::Field;
use crate::key::{Form, Key};
use crate::row::{self, Row, RowName, check_amount, shown_amount, shown_text};
use crate::shop::at_most;
use crate::{Mode, Problem};

const NAMES: &[&str] = &["rail", "method", "currency", "up_to", "percent", "fixed", "cap"];
const PERCENT_MAX: &str = "100";
const PRACTICE_PERCENT: &str = "1.5";
const PRACTICE_FIXED: i64 = 5;
const PRACTICE_CAP: i64 = 200;

/// Practice learns what a card costs: 1.5 % and 0.05, at most 2.00.
pub(crate) fn defaults(mode: Mode, shop: Currency) -> Vec<FeeRow> {
    match mode {
        Mode::Practice => vec![FeeRow {
            rail: RailId::STRIPE,
            method: Some(CARD.to_owned()),
            currency: None,
            up_to: None,
            percent: Percent::parse(PRACTICE_PERCENT).expect("the constant is digits with a point"),
            fixed: Some(practice_amount(PRACTICE_FIXED, shop)),
            cap: Some(practice_amount(PRACTICE_CAP, shop)),
        }],
        Mode::Sandbox | Mode::Live => Vec::new(),
    }
}

pub(crate) fn check(rows: &[FeeRow], shop: Currency) -> Result<(), Problem> {
    row::check("fee", rows, FeeRow::hides, |row, name| check_row(row, name, shop))
}

fn check_row(row: &FeeRow, name: &RowName, shop: Currency) -> Result<(), Problem> {
    check_rail(row.rail, "rail", name)?;
    if let Some(method) = &row.method {
        check_method(method, name)?;
    }
    for (member, amount) in [("up_to", row.up_to), ("fixed", row.fixed), ("cap", row.cap)] {
        check_amount(amount, member, row.currency, shop, name)?;
    }
    at_most(&name.key("percent"), row.percent, PERCENT_MAX)?;
    if let (Some(fixed), Some(cap)) = (row.fixed, row.cap)
        && cap < fixed
    {
        return Err(name.problem("cap", format!("the fixed sum alone is more: write at least {fixed}")));
    }
    Ok(())
}

fn read_row(row: &Field<'_>, shop: Currency) -> Result<FeeRow, Problem> {
    let row = Row::read(row, NAMES)?;
    let currency = row.optional("currency", currency)?;
    let amount = |field: &Field<'_>| field.parsed(|text| Money::parse_exact(text, currency.unwrap_or(shop)));
    Ok(FeeRow {
        rail: row.required("rail", rail)?,
        method: row.optional("method", method)?,
        currency,
        up_to: row.optional("up_to", amount)?,
        percent: row.optional("percent", |field| field.parsed(Percent::parse))?.unwrap_or(Percent::ZERO),
        fixed: row.optional("fixed", amount)?,
        cap: row.optional("cap", amount)?,
    })
}

pub(crate) const KEYS: &[Key] = &[Key {
    path: "fee",
    form: Form::Rows,
    show: |s| {
        row::shown(&s.fees, |row| {
            [
                ("rail", shown_text(row.rail.name())),
                ("method", row.method.as_deref().and_then(shown_text)),
                ("currency", shown_currency(row.currency)),
                ("up_to", shown_amount(row.up_to)),
                ("percent", shown_text(row.percent.to_string())),
                ("fixed", shown_amount(row.fixed)),
                ("cap", shown_amount(row.cap)),
            ]
        })
    },
    read: |s, field| {
        let shop = s.shop.currency;
        s.fees = field.items()?.iter().map(|row| read_row(row, shop)).collect::<Result<_, _>>()?;
        Ok(())
    },
}];
