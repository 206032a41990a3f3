//! Files that say what they are for, can be read in one sitting, and are named after something.

use super::finding::{Finding, assert_none, printed};
use super::rust_source::{RustSource, rust_sources};
use super::tree::{Text, texts};

/// Lines of a file without its tests. Aim for 150; above 400 think of a split; above this it must be one.
const FILE_LINES_MAX: usize = 450;

/// Names that say nothing: whatever has no home moves in.
const NAMES_REFUSED: &[&str] = &["common", "core", "helper", "helpers", "misc", "shared", "util", "utils"];

#[test]
fn every_file_of_ours_says_what_it_is_for() {
    assert_none(rust_sources().iter().filter_map(without_module_docs));
}

#[test]
fn no_file_outgrows_its_reader() {
    let screens = texts(is_screen_code);
    let long_screens = screens.iter().filter_map(|file| overlong(&file.path, file.text.lines().count()));
    let sources = rust_sources();
    let long_sources = sources.iter().filter_map(|file| overlong(&file.path, file.lines_without_tests()));
    assert_none(long_sources.chain(long_screens));
}

#[test]
fn no_file_or_folder_is_a_drawer_for_everything() {
    let ours = texts(|path| {
        ["crates/", "src-tauri/", "ui/src/", "tests/"].iter().any(|room| path.starts_with(room))
    });
    assert_none(ours.iter().filter_map(|Text { path, .. }| named_after_nothing(path)));
}

fn without_module_docs(source: &RustSource) -> Option<Finding> {
    let has_docs = source.text.trim_start().starts_with("//!");
    (!has_docs).then(|| {
        Finding::about(&source.path, "begin with a //! line: what the file is for, and what always holds")
    })
}

/// Code of the screens that people write; bindings are generated, tests are not counted.
fn is_screen_code(path: &str) -> bool {
    let is_code = path.ends_with(".ts") || path.ends_with(".svelte");
    path.starts_with("ui/src/") && is_code && !path.ends_with(".test.ts") && !path.ends_with("/bindings.ts")
}

fn overlong(path: &str, lines: usize) -> Option<Finding> {
    let advice =
        format!("{lines} lines without tests, at most {FILE_LINES_MAX}: split the file by what it is about");
    (lines > FILE_LINES_MAX).then(|| Finding::about(path, advice))
}

fn named_after_nothing(path: &str) -> Option<Finding> {
    let refused = path.split('/').find(|part| {
        let stem = part.split('.').next().unwrap_or(part);
        NAMES_REFUSED.contains(&stem)
    })?;
    Some(Finding::about(path, format!("`{refused}` says nothing: name it after what is in it")))
}

#[test]
fn a_file_without_a_first_sentence_is_found() {
    let found = without_module_docs(&RustSource::new("a.rs", "// not a doc\nuse std::fmt;\n"));
    assert_eq!(printed(found), "a.rs:1: begin with a //! line: what the file is for, and what always holds");
    assert_eq!(without_module_docs(&RustSource::new("a.rs", "//! Amounts.\n")), None);
}

#[test]
fn a_file_that_is_too_long_without_its_tests_is_found() {
    let text =
        |lines| format!("{}#[cfg(test)]\nmod tests {{\n{}}}\n", "//! a\n".repeat(lines), "\n".repeat(500));
    let lines = |count| RustSource::new("crates/a/src/lib.rs", &text(count)).lines_without_tests();
    assert_eq!(overlong("a.rs", lines(450)), None);
    assert!(printed(overlong("a.rs", lines(451))).contains("a.rs:1: 451 lines"));
}

#[test]
fn a_drawer_for_everything_is_found() {
    assert!(printed(named_after_nothing("crates/core/src/lib.rs")).contains("`core` says nothing"));
    assert!(named_after_nothing("ui/src/lib/utils.ts").is_some());
    assert_eq!(named_after_nothing("crates/money/src/score.rs"), None);
}
