//! `[[policy]]`: amount × rail → what is safe and what is final. The first row that matches wins.

use money::{Currency, Money};
use payment::{Policy, RailId};
use toml::{Table, Value};

use crate::field::Field;
use crate::key::{Form, Key};
use crate::{Hint, Problem, Settings};

const ROWS_MAX: usize = 50;
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

    fn check(&self, row: usize, currency: Currency) -> Result<(), Problem> {
        let problem = |name, message| Err(Problem::new(format!("policy.{row}.{name}"), message));
        if let Some(up_to) = self.up_to.filter(|up_to| up_to.currency() != currency) {
            let message = format!("{up_to} is not in the shop's currency: write it in {currency}");
            return problem("up_to", message);
        }
        if self.up_to.is_some_and(|up_to| !up_to.is_positive()) {
            return problem("up_to", "write an amount above zero, or leave it out".to_owned());
        }
        if self.safe == 0 && self.up_to.is_none() {
            let message = "0 confirmations need a limit: add up_to, small enough to lose".to_owned();
            return problem("safe", message);
        }
        if self.safe > SAFE_MAX {
            return problem("safe", format!("write 0 to {SAFE_MAX} confirmations"));
        }
        if !(1..=FINAL_MAX).contains(&self.r#final) {
            return problem("final", format!("write 1 to {FINAL_MAX} confirmations"));
        }
        if self.r#final < self.safe {
            let safe = self.safe;
            return problem(
                "final",
                format!("a payment can't be final before it is safe: write {safe} or more"),
            );
        }
        Ok(())
    }
}

pub(crate) fn check(rows: &[PolicyRow], currency: Currency) -> Result<(), Problem> {
    if rows.len() > ROWS_MAX {
        return Err(Problem::new("policy", format!("write at most {ROWS_MAX} rows")));
    }
    for (index, row) in rows.iter().enumerate() {
        row.check(index + 1, currency)?;
        if let Some(earlier) = rows[..index].iter().position(|earlier| earlier.hides(row)) {
            let message =
                format!("never applies, because row {} matches first: remove it or move it up", earlier + 1);
            return Err(Problem::new(format!("policy.{}", index + 1), message));
        }
    }
    Ok(())
}

fn read_row(row: &Field<'_>, currency: Currency) -> Result<PolicyRow, Problem> {
    let (mut rail, mut up_to, mut safe, mut r#final) = (None, None, None, None);
    for (name, field) in row.members()? {
        match name {
            "rail" => {
                let unknown = || field.problem("unknown rail: write \"bitcoin\"");
                rail = Some(RailId::chain_named(field.text()?).ok_or_else(unknown)?);
            }
            "up_to" => up_to = Some(field.parsed(|text| Money::parse_exact(text, currency))?),
            "safe" => safe = Some(field.count()?),
            "final" => r#final = Some(field.count()?),
            _ => return Err(field.problem(format!("unknown key{}", Hint::about(name, NAMES)))),
        }
    }
    let missing = |name| row.problem(format!("write {name} too"));
    Ok(PolicyRow {
        rail: rail.ok_or_else(|| missing("rail"))?,
        up_to,
        safe: safe.ok_or_else(|| missing("safe"))?,
        r#final: r#final.ok_or_else(|| missing("final"))?,
    })
}

/// The rows as the form writes them.
pub(crate) fn shown(rows: &[PolicyRow]) -> Vec<Table> {
    let shown = |row: &PolicyRow| {
        let mut table = Table::new();
        table.insert("rail".to_owned(), row.rail.name().into());
        if let Some(up_to) = row.up_to {
            table.insert("up_to".to_owned(), up_to.to_decimal_string().into());
        }
        table.insert("safe".to_owned(), i64::from(row.safe).into());
        table.insert("final".to_owned(), i64::from(row.r#final).into());
        table
    };
    rows.iter().map(shown).collect()
}

pub(crate) const KEYS: &[Key] = &[Key {
    path: "policy",
    form: Form::Toml,
    show: |s: &Settings| Value::Array(shown(&s.policy).into_iter().map(Value::Table).collect()),
    read: |s, field| {
        let currency = s.shop.currency;
        s.policy = field.items()?.iter().map(|row| read_row(row, currency)).collect::<Result<_, _>>()?;
        Ok(())
    },
}];
