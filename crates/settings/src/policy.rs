//! `[[policy]]`: amount × rail → what is safe and what is final. The first row that matches wins.

use money::{Currency, Money};
use payment::{Policy, RailId};

use crate::Problem;
use crate::field::Field;
use crate::key::{Form, Key};
use crate::row::{self, Row, RowName, check_amount, shown_amount, shown_text};

const SAFE_MAX: u16 = 100;
const FINAL_MAX: u16 = 1000;
const NAMES: &[&str] = &["rail", "up_to", "safe", "final"];

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRow {
    /// The rail it is about.
    pub rail: RailId,
    /// The largest amount it applies to, in the shop's currency; `None` for every amount.
    pub up_to: Option<Money>,
    /// Confirmations before the goods go, 0 to 100.
    pub safe: u16,
    /// Confirmations after which it is final: at least 1 and at least `safe`, at most 1000.
    pub r#final: u16,
}

impl PolicyRow {
    pub(crate) fn matches(&self, rail: RailId, amount: Money) -> bool {
        self.rail == rail && self.up_to.is_none_or(|up_to| amount <= up_to)
    }

    pub(crate) const fn policy(&self) -> Policy {
        Policy { up_to: self.up_to, safe: self.safe, r#final: self.r#final }
    }

    /// Whatever `other` matches, this row matches too.
    fn hides(&self, other: &Self) -> bool {
        self.rail == other.rail
            && match (self.up_to, other.up_to) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(limit), Some(other)) => other <= limit,
            }
    }

    fn check(&self, name: &RowName, currency: Currency) -> Result<(), Problem> {
        check_amount(self.up_to, "up_to", None, currency, name)?;
        if self.safe == 0 && self.up_to.is_none() {
            let message = "0 confirmations need a limit: add up_to, small enough to lose";
            return Err(name.problem("safe", message));
        }
        if self.safe > SAFE_MAX {
            return Err(name.problem("safe", format!("write 0 to {SAFE_MAX} confirmations")));
        }
        if !(1..=FINAL_MAX).contains(&self.r#final) {
            return Err(name.problem("final", format!("write 1 to {FINAL_MAX} confirmations")));
        }
        if self.r#final < self.safe {
            let message = format!("a payment can't be final before it is safe: write {} or more", self.safe);
            return Err(name.problem("final", message));
        }
        Ok(())
    }
}

pub(crate) fn check(rows: &[PolicyRow], currency: Currency) -> Result<(), Problem> {
    row::check("policy", rows, PolicyRow::hides, |row, name| row.check(name, currency))
}

fn read_row(row: &Field<'_>, currency: Currency) -> Result<PolicyRow, Problem> {
    let row = Row::read(row, NAMES)?;
    Ok(PolicyRow {
        rail: row.required("rail", |field| {
            let unknown = || field.problem("unknown rail: write \"bitcoin\"");
            RailId::chain_named(field.text()?).ok_or_else(unknown)
        })?,
        up_to: row.optional("up_to", |field| field.parsed(|text| Money::parse_exact(text, currency)))?,
        safe: row.required("safe", Field::count)?,
        r#final: row.required("final", Field::count)?,
    })
}

pub(crate) const KEYS: &[Key] = &[Key {
    path: "policy",
    form: Form::Toml,
    show: |s| {
        row::shown(&s.policy, |row| {
            [
                ("rail", shown_text(row.rail.name())),
                ("up_to", shown_amount(row.up_to)),
                ("safe", Some(i64::from(row.safe).into())),
                ("final", Some(i64::from(row.r#final).into())),
            ]
        })
    },
    read: |s, field| {
        let currency = s.shop.currency;
        s.policy = field.items()?.iter().map(|row| read_row(row, currency)).collect::<Result<_, _>>()?;
        Ok(())
    },
}];
