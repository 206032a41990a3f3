//! One value of the form, read as what its key takes. Refusals say what to write instead.

use std::fmt::Display;

use toml::Spanned;
use toml::de::{DeString, DeValue};

use crate::Problem;

/// A value and where it stands.
pub(crate) struct Field<'a> {
    path: String,
    value: &'a Spanned<DeValue<'a>>,
    /// The whole text that the value stands in.
    source: &'a str,
}

impl<'a> Field<'a> {
    pub(crate) const fn new(path: String, value: &'a Spanned<DeValue<'a>>, source: &'a str) -> Self {
        Self { path, value, source }
    }

    /// A problem with this value.
    pub(crate) fn problem(&self, message: impl Display) -> Problem {
        Problem::new(&self.path, message.to_string())
    }

    /// A text.
    pub(crate) fn text(&self) -> Result<&'a str, Problem> {
        match self.value.get_ref() {
            DeValue::String(text) => Ok(text),
            // Numbers are written as text, so that no digit of money passes through binary fractions.
            DeValue::Integer(_) | DeValue::Float(_) => {
                Err(self.problem(format!("write it in quotes: \"{}\"", &self.source[self.value.span()])))
            }
            _ => Err(self.expected("a text in quotes")),
        }
    }

    /// Is it a text at all?
    pub(crate) fn is_text(&self) -> bool {
        matches!(self.value.get_ref(), DeValue::String(_))
    }

    /// A text that means something.
    pub(crate) fn parsed<T, E: Display>(
        &self,
        parse: impl FnOnce(&'a str) -> Result<T, E>,
    ) -> Result<T, Problem> {
        parse(self.text()?).map_err(|reason| self.problem(reason))
    }

    /// `true` or `false`.
    pub(crate) fn flag(&self) -> Result<bool, Problem> {
        self.value.get_ref().as_bool().ok_or_else(|| self.expected("true or false, without quotes"))
    }

    /// A small whole number.
    pub(crate) fn count(&self) -> Result<u16, Problem> {
        let number = self.value.get_ref().as_integer();
        let number = number.ok_or_else(|| self.expected("a whole number, without quotes"))?;
        u16::from_str_radix(number.as_str(), number.radix())
            .map_err(|_| self.problem(format!("write a whole number from 0 to {}", u16::MAX)))
    }

    /// A whole number of any size that is not below zero.
    pub(crate) fn number(&self) -> Result<u64, Problem> {
        let number = self.value.get_ref().as_integer();
        let number = number.ok_or_else(|| self.expected("a whole number, without quotes"))?;
        u64::from_str_radix(number.as_str(), number.radix())
            .ok()
            .filter(|number| i64::try_from(*number).is_ok())
            .ok_or_else(|| self.problem(format!("write a whole number from 0 to {}", i64::MAX)))
    }

    /// The items of a list.
    pub(crate) fn items(&self) -> Result<Vec<Self>, Problem> {
        let items = self.value.get_ref().as_array().ok_or_else(|| self.expected("a list in brackets"))?;
        let item = |(index, value)| Self::new(format!("{}.{}", self.path, index + 1), value, self.source);
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// The texts of a list, each of which means something.
    pub(crate) fn parsed_items<T, E: Display>(
        &self,
        parse: impl Fn(&'a str) -> Result<T, E>,
    ) -> Result<Vec<T>, Problem> {
        self.items()?.iter().map(|item| item.parsed(&parse)).collect()
    }

    /// The keys and values of a table.
    pub(crate) fn members(&self) -> Result<Vec<(&'a str, Self)>, Problem> {
        let table = self.value.get_ref().as_table().ok_or_else(|| self.expected("a table in braces"))?;
        let member = |(key, value): (&'a Spanned<DeString<'a>>, &'a Spanned<DeValue<'a>>)| {
            let name: &str = key.get_ref();
            (name, Self::new(format!("{}.{name}", self.path), value, self.source))
        };
        Ok(table.iter().map(member).collect())
    }

    fn expected(&self, wanted: &str) -> Problem {
        self.problem(format!("write {wanted}, not {}", kind(self.value.get_ref())))
    }
}

const fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
