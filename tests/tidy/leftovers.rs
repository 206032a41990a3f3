//! Nothing half done: no notes to do something later, no code kept in comments, no lint switched off in silence.

use super::finding::{Finding, assert_none, printed};
use super::rust_source::{RustSource, rust_sources, words};
use super::tree::{Text, texts};

/// Notes that put work off. Spelled apart, so that this file does not find itself; the third is also the code of no
/// currency, so it needs its colon.
const NOTES: &[&str] = &[concat!("TO", "DO"), concat!("FIX", "ME"), concat!("X", "XX:"), concat!("HA", "CK")];

/// Macros that stand where code should.
const STOPGAPS: &[&str] = &["dbg", "todo", "unimplemented"];

#[test]
fn nothing_is_put_off() {
    assert_none(texts(is_written_by_hand).iter().flat_map(notes));
}

#[test]
fn no_macro_stands_where_code_should() {
    assert_none(rust_sources().iter().flat_map(stopgaps));
}

#[test]
fn no_code_is_kept_in_comments() {
    assert_none(rust_sources().iter().flat_map(commented_out));
}

#[test]
fn a_lint_is_expected_with_its_reason_and_never_allowed() {
    assert_none(rust_sources().iter().flat_map(allowed_lints));
    assert_none(texts(|path| path.starts_with("ui/") && is_script(path)).iter().flat_map(silenced_lints));
}

fn is_script(path: &str) -> bool {
    [".ts", ".svelte", ".js", ".mjs"].iter().any(|kind| path.ends_with(kind))
}

fn is_written_by_hand(path: &str) -> bool {
    !path.ends_with(".lock") && !path.ends_with("package-lock.json") && !path.contains("/corpus/")
}

fn notes(file: &Text) -> Vec<Finding> {
    let found = NOTES.iter().flat_map(|note| words(&file.text, note).map(move |offset| (offset, note)));
    let finding = |(offset, note): (usize, &&str)| {
        let line = file.text[..offset].matches('\n').count() + 1;
        Finding::at(&file.path, line, format!("{note}: do it now, or open an issue and leave no note here"))
    };
    found.map(finding).collect()
}

fn stopgaps(source: &RustSource) -> Vec<Finding> {
    let called = |name: &&'static str| {
        let calls = source.words(name).filter(|offset| source.code[offset + name.len()..].starts_with('!'));
        calls.map(|offset| (offset, *name)).collect::<Vec<_>>()
    };
    let finding = |(offset, name)| {
        Finding::at(
            &source.path,
            source.line(offset),
            format!("{name}! is no code: write what belongs there"),
        )
    };
    STOPGAPS.iter().flat_map(called).map(finding).collect()
}

fn commented_out(source: &RustSource) -> Vec<Finding> {
    let found = source.comments.lines().enumerate().filter(|(_, line)| looks_like_code(line.trim()));
    let advice = "this comment looks like code: delete it, git remembers";
    found.map(|(index, _)| Finding::at(&source.path, index + 1, advice)).collect()
}

/// A sentence ends like a sentence. Examples belong into doc comments, which are compiled.
fn looks_like_code(comment: &str) -> bool {
    let Some(text) = comment.strip_prefix("//") else { return false };
    if text.starts_with(['/', '!']) {
        return false;
    }
    let text = text.trim();
    text.ends_with([';', '{', '}'])
        || text.starts_with("let ") && text.contains('=')
        || text.starts_with("#[")
}

fn allowed_lints(source: &RustSource) -> Vec<Finding> {
    let found = ["#[allow", "#![allow"].into_iter().flat_map(|mark| source.code.match_indices(mark));
    let advice = "mend what the lint says, or write #[expect(lint, reason = \"…\")]";
    found.map(|(offset, _)| Finding::at(&source.path, source.line(offset), advice)).collect()
}

fn silenced_lints(file: &Text) -> Vec<Finding> {
    let lines = file.text.lines().enumerate().filter(|(_, line)| is_silenced(line));
    let advice =
        "mend what the lint says, or silence one line with its reason: eslint-disable-next-line rule -- why";
    lines.map(|(index, _)| Finding::at(&file.path, index + 1, advice)).collect()
}

fn is_silenced(line: &str) -> bool {
    let has_reason = line.contains("eslint-disable-next-line ") && line.contains(" -- ");
    let is_eslint = line.contains("eslint-disable") && !has_reason;
    is_eslint || ["@ts-ignore", "@ts-nocheck", "prettier-ignore"].iter().any(|mark| line.contains(mark))
}

#[test]
fn a_note_to_do_it_later_is_found() {
    let file = |text| Text { path: "a.rs".to_owned(), text };
    for note in NOTES {
        let found = printed(notes(&file(format!("fn a() {{}}\n// {note} later\n"))));
        assert!(found.starts_with("a.rs:2: ") && found.lines().count() == 1, "{found}");
    }
    assert_eq!(notes(&file(format!("let {}_VALUE = \"X\";", NOTES[0]))), []);
}

#[test]
fn a_stopgap_is_found_in_code_and_not_in_words() {
    let text = "//! Never todo!() here.\nfn a() { \"dbg!\"; unimplemented!() }\n";
    let found = printed(stopgaps(&RustSource::new("a.rs", text)));
    assert_eq!(found, "a.rs:2: unimplemented! is no code: write what belongs there");
}

#[test]
fn code_in_a_comment_is_found_and_a_sentence_is_not() {
    let code = ["// let a = b", "// a.b();", "// if a {", "// }", "// #[test]"];
    let sentences =
        ["// let us see", "// Why: the clock may jump.", "/// let a = b;", "//! a();", "let a = 1;"];
    assert_eq!(code.map(looks_like_code), [true; 5]);
    assert_eq!(sentences.map(looks_like_code), [false; 5]);
    let found = printed(commented_out(&RustSource::new("a.rs", "fn a() {}\n\n    // old();\n")));
    assert!(found.starts_with("a.rs:3: "), "{found}");
}

#[test]
fn a_silenced_lint_is_found() {
    let rust =
        RustSource::new("a.rs", "#[allow(dead_code)]\nfn a() {}\n#[expect(b, reason = \"c\")]\nfn d() {}\n");
    assert!(printed(allowed_lints(&rust)).starts_with("a.rs:1: mend"));
    let screen = Text { path: "a.ts".to_owned(), text: "// @ts-ignore\nlet a = 1;\n".to_owned() };
    assert!(printed(silenced_lints(&screen)).starts_with("a.ts:1: mend"));
    assert_eq!(["/* eslint-disable */", "// eslint-disable-next-line a"].map(is_silenced), [true; 2]);
    assert!(!is_silenced("// eslint-disable-next-line a -- the library reads the names"));
}
