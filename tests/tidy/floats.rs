//! No float touches money, in Rust or in the screens.

use super::finding::{Finding, assert_none, printed};
use super::rust_source::{RustSource, rust_sources, words};
use super::tree::{Text, texts};

/// Rooms through which money passes.
const MONEY_ROOMS: &[&str] = &["money", "ledger", "payment", "settings", "store", "engine"];

#[test]
fn no_float_touches_money() {
    let sources = rust_sources();
    assert_none(sources.iter().filter(|source| is_money_room(&source.path)).flat_map(floats));
}

#[test]
fn the_screens_make_no_floats_of_amounts() {
    assert_none(texts(is_screen_code).iter().flat_map(float_calls));
}

fn is_money_room(path: &str) -> bool {
    let room = path.strip_prefix("crates/").and_then(|rest| rest.split('/').next());
    room.is_some_and(|room| MONEY_ROOMS.contains(&room) || room.starts_with("rail-"))
}

fn is_screen_code(path: &str) -> bool {
    let is_code = path.ends_with(".ts") || path.ends_with(".svelte");
    path.starts_with("ui/src/") && is_code && !path.ends_with(".test.ts")
}

fn floats(source: &RustSource) -> Vec<Finding> {
    let found = ["f32", "f64"].into_iter().flat_map(|float| source.words(float));
    let advice = "no float near money: Money for amounts, Decimal for rates and percentages";
    found.map(|offset| Finding::at(&source.path, source.line(offset), advice)).collect()
}

fn float_calls(file: &Text) -> Vec<Finding> {
    let lines = file.text.lines().enumerate().filter(|(_, line)| makes_float(line));
    let advice = "no float near money: Money for amounts, BigInt or parseInt for counts";
    lines.map(|(index, _)| Finding::at(&file.path, index + 1, advice)).collect()
}

fn makes_float(line: &str) -> bool {
    let is_called = |name| words(line, name).any(|offset| line[offset..].starts_with(&format!("{name}(")));
    !line.trim_start().starts_with("//") && ["parseFloat", "toFixed", "Number"].into_iter().any(is_called)
}

#[test]
fn a_float_is_found_in_code_and_not_in_words() {
    let source =
        RustSource::new("crates/money/src/a.rs", "//! Never an f64.\nfn a(b: f64) -> f64x { \"f32\" }\n");
    assert!(printed(floats(&source)).starts_with("crates/money/src/a.rs:2: no float"));
    assert_eq!(floats(&source).len(), 1);
    assert!(
        is_money_room("crates/rail-bitcoin/src/lib.rs") && !is_money_room("crates/counterparties/src/lib.rs")
    );
}

#[test]
fn a_float_made_in_a_screen_is_found() {
    let lines = ["parseFloat(a)", "const b = Number(a);", "a.toFixed(2)"];
    assert_eq!(lines.map(makes_float), [true; 3]);
    let lines = ["Number.isInteger(a)", "asNumber(a)", "// Number(a) is refused"];
    assert_eq!(lines.map(makes_float), [false; 3]);
    let file = Text { path: "a.ts".to_owned(), text: "let a = 1;\nparseFloat(b);\n".to_owned() };
    assert!(printed(float_calls(&file)).starts_with("a.ts:2: no float"));
}
