//! Nothing outside can make the till panic: what may fail is handled, what can't fail says why.

use super::finding::{Finding, assert_none, printed};
use super::rust_source::{RustSource, is_word, rust_sources};

/// Shorter than this, a reason is none.
const REASON_CHARACTERS_MIN: usize = 20;

#[test]
fn nothing_is_unwrapped_outside_tests() {
    assert_none(rust_sources().iter().flat_map(unwrapped));
}

#[test]
fn what_cannot_fail_says_why() {
    assert_none(rust_sources().iter().flat_map(expected_without_proof));
}

fn unwrapped(source: &RustSource) -> Vec<Finding> {
    let found = source.code.match_indices(".unwrap()").filter(|(offset, _)| !source.is_test(*offset));
    let advice = "handle the failure, or prove that there is none: .expect(\"why it can't fail\")";
    found.map(|(offset, _)| Finding::at(&source.path, source.line(offset), advice)).collect()
}

fn expected_without_proof(source: &RustSource) -> Vec<Finding> {
    const CALL: &str = ".expect(";
    let calls = source.code.match_indices(CALL).filter(|(offset, _)| !source.is_test(*offset));
    let unproven = calls.filter(|(offset, _)| !is_proven(source, offset + CALL.len()));
    let advice = "say in a sentence why it can't fail (a text, or a constant of capitals that holds it)";
    unproven.map(|(offset, _)| Finding::at(&source.path, source.line(offset), advice)).collect()
}

/// The argument is a text that is long enough, or a constant that holds one.
fn is_proven(source: &RustSource, argument: usize) -> bool {
    let code = source.code[argument..].trim_start();
    if let Some(after_quote) = code.strip_prefix('"') {
        let blanks = after_quote.find('"').unwrap_or(0);
        let start = source.code.len() - after_quote.len();
        return source.text[start..start + blanks].chars().count() > REASON_CHARACTERS_MIN;
    }
    let name: String = code.chars().take_while(|character| is_word(*character)).collect();
    !name.is_empty() && name == name.to_uppercase()
}

#[test]
fn an_unwrap_is_found_outside_tests_only() {
    let text =
        "fn a() {\n    b().unwrap();\n}\n\n#[cfg(test)]\nmod tests {\n    fn c() { b().unwrap(); }\n}\n";
    let found = printed(unwrapped(&RustSource::new("crates/a/src/lib.rs", text)));
    assert!(found.starts_with("crates/a/src/lib.rs:2: ") && found.lines().count() == 1, "{found}");
    assert_eq!(unwrapped(&RustSource::new("crates/a/tests/main.rs", text)), []);
}

#[test]
fn an_expectation_without_a_proof_is_found() {
    let finds = |call: &str| expected_without_proof(&RustSource::new("a.rs", call)).len();
    assert_eq!(finds("a.expect(\"ok\")"), 1);
    assert_eq!(finds("a.expect(&reason)"), 1);
    assert_eq!(finds("a.expect(\n    \"a regex that is part of the program compiles\",\n)"), 0);
    assert_eq!(finds("a.expect(NEVER_OFF_THE_CURVE)"), 0);
}
