//! Prints the stable form: every key in the order of the table, so that equal settings print equal texts.

use std::fmt::Write;

use toml::Value;

use crate::key::Form;
use crate::{Settings, key};

impl Settings {
    /// The settings as a file that [`Settings::parse`] reads back to the same settings.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        // An empty list of tables can only be written as a value, and values at the top come before every section.
        for key in key::all().filter(|key| key.form == Form::Rows) {
            if (key.show)(self) == Value::Array(Vec::new()) {
                push_line(&mut text, format_args!("{} = []", key.path));
            }
        }
        let mut open = "";
        for key in key::all() {
            let (section, name) = key.split();
            let value = (key.show)(self);
            if key.form == Form::Rows {
                push_rows(&mut text, key.path, &value);
                open = "";
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

/// A list of tables: a section for each.
fn push_rows(text: &mut String, path: &str, rows: &Value) {
    for row in rows.as_array().into_iter().flatten().filter_map(Value::as_table) {
        push_line(text, format_args!("\n[[{path}]]"));
        for (name, value) in row {
            push_line(text, format_args!("{name} = {value}"));
        }
    }
}

fn push_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a String never fails");
}
