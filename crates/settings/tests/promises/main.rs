//! What the settings promise, to shopkeepers who type them and to programs that store them.

#![expect(clippy::unwrap_used, reason = "a test says what is wrong by panicking, its helpers too")]

mod domain;
mod flat;
mod form;
mod properties;
mod refusals;
mod stream;

use settings::{Mode, Settings};

fn practice() -> Settings {
    Settings::defaults(Mode::Practice)
}

/// Reads a file over the defaults of a mode.
fn read(text: &str, mode: Mode) -> Settings {
    Settings::parse(text, &Settings::defaults(mode)).unwrap()
}
