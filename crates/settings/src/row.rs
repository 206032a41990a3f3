//! A table of rules: rows of which the first that matches wins. How their members are read, what is wrong with them as a
//! table, and how they are shown.

use money::{Currency, Money};
use toml::{Table, Value};

use crate::field::Field;
use crate::{Hint, Problem};

const ROWS_MAX: usize = 50;

/// The members of one row as the form writes them, each taken by its name.
pub(crate) struct Row<'f, 'a> {
    row: &'f Field<'a>,
    members: Vec<(&'a str, Field<'a>)>,
}

impl<'f, 'a> Row<'f, 'a> {
    /// Refuses members beside the known ones.
    pub(crate) fn read(row: &'f Field<'a>, known: &[&'static str]) -> Result<Self, Problem> {
        let members = row.members()?;
        match members.iter().find(|(name, _)| !known.contains(name)) {
            Some((name, field)) => Err(field.problem(format!("unknown key{}", Hint::about(name, known)))),
            None => Ok(Self { row, members }),
        }
    }

    /// A member that may be left out.
    pub(crate) fn optional<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Field<'a>) -> Result<T, Problem>,
    ) -> Result<Option<T>, Problem> {
        self.members.iter().find(|(member, _)| *member == name).map(|(_, field)| read(field)).transpose()
    }

    /// A member that has to be there.
    pub(crate) fn required<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Field<'a>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.optional(name, read)?.ok_or_else(|| self.row.problem(format!("write {name} too")))
    }
}

/// Which row of which table, from 1.
pub(crate) struct RowName {
    table: &'static str,
    number: usize,
}

impl RowName {
    pub(crate) const fn new(table: &'static str, number: usize) -> Self {
        Self { table, number }
    }

    /// The key of one member.
    pub(crate) fn key(&self, member: &str) -> String {
        format!("{}.{}.{member}", self.table, self.number)
    }

    /// A problem with one member.
    pub(crate) fn problem(&self, member: &str, message: impl Into<String>) -> Problem {
        Problem::new(self.key(member), message)
    }
}

/// Checks each row by itself and refuses rows that never apply because an earlier one `hides` them.
pub(crate) fn check<T>(
    table: &'static str,
    rows: &[T],
    hides: impl Fn(&T, &T) -> bool,
    check_row: impl Fn(&T, &RowName) -> Result<(), Problem>,
) -> Result<(), Problem> {
    if rows.len() > ROWS_MAX {
        return Err(Problem::new(table, format!("write at most {ROWS_MAX} rows")));
    }
    for (index, row) in rows.iter().enumerate() {
        let name = RowName::new(table, index + 1);
        check_row(row, &name)?;
        if let Some(earlier) = rows[..index].iter().position(|earlier| hides(earlier, row)) {
            let message =
                format!("never applies, because row {} matches first: remove it or move it up", earlier + 1);
            return Err(Problem::new(format!("{table}.{}", name.number), message));
        }
    }
    Ok(())
}

/// Refuses amounts of nothing, and amounts in another currency than the row's (`own`) or else the shop's.
pub(crate) fn check_amount(
    amount: Option<Money>,
    member: &str,
    own: Option<Currency>,
    shop: Currency,
    row: &RowName,
) -> Result<(), Problem> {
    let Some(amount) = amount else { return Ok(()) };
    let currency = own.unwrap_or(shop);
    if amount.currency() != currency {
        let whose = if own.is_some() { "row's" } else { "shop's" };
        let message = format!("{amount} is not in the {whose} currency: write it in {currency}");
        return Err(row.problem(member, message));
    }
    if !amount.is_positive() {
        return Err(row.problem(member, "write an amount above zero, or leave it out"));
    }
    Ok(())
}

/// The rows as the form writes them: members without a value are left out.
pub(crate) fn shown<T, const MEMBERS: usize>(
    rows: &[T],
    members: impl Fn(&T) -> [(&'static str, Option<Value>); MEMBERS],
) -> Value {
    let table = |row| -> Table {
        let members = members(row).into_iter();
        members.filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    };
    Value::Array(rows.iter().map(table).map(Value::Table).collect())
}

/// A text as a member.
pub(crate) fn shown_text(text: impl Into<String>) -> Option<Value> {
    Some(Value::String(text.into()))
}

/// An amount as a member, if there is one.
pub(crate) fn shown_amount(amount: Option<Money>) -> Option<Value> {
    shown_text(amount?.to_decimal_string())
}
