//! Reads the settings file. The keys that are there replace the current settings, the others stay; a list or a table
//! of prices is replaced as a whole.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::{Hint, Place};
use crate::field::Field;
use crate::{Problem, Settings, SettingsError, key};

impl Settings {
    /// The current settings with what a file changes.
    ///
    /// # Errors
    /// One line with the line number of the first problem; see [`SettingsError`].
    pub fn parse(text: &str, current: &Self) -> Result<Self, SettingsError> {
        Self::parse_with(text, current, &|_| Ok(()))
    }

    /// As [`Settings::parse`], and also passes `checks`, which know what a rail knows. A problem they find is
    /// reported on the line of its key, or of the nearest section around it.
    ///
    /// # Errors
    /// As [`Settings::parse`].
    pub fn parse_with(
        text: &str,
        current: &Self,
        checks: &dyn Fn(&Self) -> Result<(), Problem>,
    ) -> Result<Self, SettingsError> {
        let document = Document::read(text)?;
        let mut settings = current.clone();
        // Amounts are in the shop's currency, wherever it stands in the file.
        if let Some(currency) = document.at("shop.currency") {
            document.take(&mut settings, "shop.currency", currency)?;
        }
        document.take_table(&mut settings, "", document.table.get_ref())?;
        settings.check().and_then(|()| checks(&settings)).map_err(|problem| document.refusal(problem))?;
        Ok(settings)
    }
}

/// A parsed file that still knows its lines.
struct Document<'a> {
    text: &'a str,
    table: Spanned<DeTable<'a>>,
}

impl<'a> Document<'a> {
    fn read(text: &'a str) -> Result<Self, SettingsError> {
        let table = DeTable::parse(text).map_err(|error| {
            let line = error.span().map(|span| line_at(text, span.start));
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            SettingsError::Syntax { place: Place { line }, message }
        })?;
        Ok(Self { text, table })
    }

    fn take_table(
        &self,
        settings: &mut Settings,
        prefix: &str,
        table: &DeTable<'_>,
    ) -> Result<(), SettingsError> {
        for (name, value) in table {
            let path = joined(prefix, name.get_ref());
            let place = Place { line: Some(line_at(self.text, name.span().start)) };
            if key::at(&path).is_some() {
                self.take(settings, &path, value)?;
            } else if names_in(&path).is_empty() {
                return Err(unknown(place, name.get_ref(), prefix));
            } else {
                match value.get_ref() {
                    DeValue::Table(section) => self.take_table(settings, &path, section)?,
                    _ => {
                        return Err(
                            self.refusal(Problem::new(&path, format!("write it as a section: [{path}]")))
                        );
                    }
                }
            }
        }
        Ok(())
    }

    fn take(
        &self,
        settings: &mut Settings,
        path: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Result<(), SettingsError> {
        let Some(key) = key::at(path) else { return Ok(()) };
        let field = Field::new(path.to_owned(), value, self.text);
        (key.read)(settings, &field).map_err(|problem| self.refusal(problem))
    }

    fn at(&self, path: &str) -> Option<&Spanned<DeValue<'a>>> {
        let (section, name) = path.split_once('.')?;
        self.table.get_ref().get(section)?.get_ref().as_table()?.get(name)
    }

    fn refusal(&self, problem: Problem) -> SettingsError {
        let place = Place { line: self.line_of(&problem.key) };
        SettingsError::Value { place, problem }
    }

    /// The line of a key, or of the nearest thing around it that is in the file.
    fn line_of(&self, path: &str) -> Option<usize> {
        let mut names = path.split('.');
        let first = names.next()?;
        let (key, mut value) = self.table.get_ref().get_key_value(first)?;
        let mut start = key.span().start;
        for name in names {
            let Some((inner_start, inner)) = member(value.get_ref(), name) else { break };
            (start, value) = (inner_start, inner);
        }
        Some(line_at(self.text, start))
    }
}

/// A member of a table by its name or of a list by its number from 1, and where it begins.
fn member<'v, 'a>(value: &'v DeValue<'a>, name: &str) -> Option<(usize, &'v Spanned<DeValue<'a>>)> {
    match value {
        DeValue::Table(table) => table.get_key_value(name).map(|(key, value)| (key.span().start, value)),
        DeValue::Array(items) => {
            let item = items.get(name.parse::<usize>().ok()?.checked_sub(1)?)?;
            Some((item.span().start, item))
        }
        _ => None,
    }
}

fn unknown(place: Place, name: &str, prefix: &str) -> SettingsError {
    let section = if prefix.is_empty() { "the file".to_owned() } else { format!("[{prefix}]") };
    let hint = Hint::about(name, &names_in(prefix));
    SettingsError::UnknownKey { place, key: name.to_owned(), section, hint }
}

/// The names that may stand in a section, in the order of the form.
fn names_in(prefix: &str) -> Vec<&'static str> {
    let mut names = Vec::new();
    for key in key::all() {
        let rest = if prefix.is_empty() {
            Some(key.path)
        } else {
            key.path.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.'))
        };
        if let Some(name) = rest.and_then(|rest| rest.split('.').next())
            && !names.contains(&name)
        {
            names.push(name);
        }
    }
    names
}

fn joined(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// The number, from 1, of the line that holds a byte.
fn line_at(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|byte| *byte == b'\n').count() + 1
}
