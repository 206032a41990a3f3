//! Prints the stable form: every key in the order of the table, so that equal settings print equal texts.

use std::fmt::Write;

use toml::Value;

use crate::{Settings, key};

impl Settings {
    /// The settings as a file that [`Settings::parse`] reads back to the same settings.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        // An empty list of tables can only be written as a value, and values at the top come before every section.
        for key in key::all().filter(|key| (key.show)(self) == Value::Array(Vec::new())) {
            if let ("", name) = key.split() {
                push_line(&mut text, format_args!("{name} = []"));
            }
        }
        let mut open = "";
        for key in key::all() {
            let (section, name) = key.split();
            let value = (key.show)(self);
            if section.is_empty() {
                push_rows(&mut text, name, &value);
                continue;
            }
            if section != open {
                push_line(&mut text, format_args!("\n[{section}]"));
                open = section;
            }
            push_line(&mut text, format_args!("{name} = {value}"));
        }
        text.trim_start().to_owned()
    }
}

/// A key at the top is a list of tables.
fn push_rows(text: &mut String, name: &str, rows: &Value) {
    for row in rows.as_array().into_iter().flatten().filter_map(Value::as_table) {
        push_line(text, format_args!("\n[[{name}]]"));
        for (name, value) in row {
            push_line(text, format_args!("{name} = {value}"));
        }
    }
}

fn push_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a String never fails");
}
