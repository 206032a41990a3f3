//! Types are nouns people say aloud. A word that fits everything says nothing.

use super::finding::{Finding, assert_none, printed};
use super::rust_source::{is_word, rust_sources, words};
use super::tree::texts;

/// Endings that name no thing.
const REFUSED: &[&str] = &["Manager", "Service", "Helper", "Helpers", "Util", "Utils", "Processor"];

/// What begins a type.
const KEYWORDS: &[&str] = &["struct", "enum", "trait", "type", "union", "class", "interface"];

#[test]
fn types_are_named_by_nouns_people_say_aloud() {
    let sources = rust_sources();
    assert_none(sources.iter().flat_map(|source| empty_names(&source.path, &source.code)));
    let screens =
        texts(|path| path.starts_with("ui/src/") && (path.ends_with(".ts") || path.ends_with(".svelte")));
    assert_none(screens.iter().flat_map(|file| empty_names(&file.path, &file.text)));
}

fn empty_names(path: &str, code: &str) -> Vec<Finding> {
    let declared =
        KEYWORDS.iter().flat_map(|keyword| words(code, keyword).map(|offset| offset + keyword.len()));
    let empty = declared.filter_map(|offset| {
        let name: String = code[offset..].trim_start().chars().take_while(|c| is_word(*c)).collect();
        let refused = REFUSED.iter().find(|refused| name.ends_with(*refused))?;
        let line = code[..offset].matches('\n').count() + 1;
        Some(Finding::at(path, line, format!("`{name}`: {refused} fits everything; say what it is")))
    });
    empty.collect()
}

#[test]
fn an_empty_name_is_found() {
    let found = printed(empty_names("a.rs", "struct Till;\npub(crate) struct PaymentManager {}\n"));
    assert_eq!(found, "a.rs:2: `PaymentManager`: Manager fits everything; say what it is");
    assert_eq!(empty_names("a.ts", "export class SellService {}").len(), 1);
    assert_eq!(empty_names("a.rs", "struct ServiceCharge; fn type_manager() {}"), []);
}
