//! Prints the stable form: every key in the order of the table, so that equal settings print equal texts.

use std::fmt::Write;

use crate::{Settings, key, policy};

impl Settings {
    /// The settings as a file that [`Settings::parse`] reads back to the same settings.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = String::new();
        // An empty list of tables can only be written as a value, and values at the top come before every section.
        if self.policy.is_empty() {
            text.push_str("policy = []\n");
        }
        let mut open = "";
        for key in key::all() {
            let (section, name) = key.split();
            if section.is_empty() {
                text.push_str(&self.policy_rows());
                continue;
            }
            if section != open {
                push_line(&mut text, format_args!("\n[{section}]"));
                open = section;
            }
            push_line(&mut text, format_args!("{name} = {}", (key.show)(self)));
        }
        text.trim_start().to_owned()
    }

    fn policy_rows(&self) -> String {
        let mut text = String::new();
        for row in policy::shown(&self.policy) {
            push_line(&mut text, format_args!("\n[[policy]]"));
            for (name, value) in row {
                push_line(&mut text, format_args!("{name} = {value}"));
            }
        }
        text
    }
}

fn push_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("writing to a String never fails");
}
