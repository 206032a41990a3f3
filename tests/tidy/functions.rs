//! Small functions: what fits on a screen can be held in the head.

use super::finding::{Finding, assert_none, printed};
use super::rust_source::{RustSource, end_of_item, is_word, rust_sources};

/// Lines of a function from its name to its closing brace, comments and blank lines counted.
const FUNCTION_LINES_MAX: usize = 70;

#[test]
fn no_function_is_longer_than_seventy_lines() {
    assert_none(rust_sources().iter().flat_map(long_functions));
}

fn long_functions(source: &RustSource) -> Vec<Finding> {
    let too_long = source.words("fn").filter_map(|start| {
        let name = function_name(&source.code[start..])?;
        let (first, last) = (source.line(start), source.line(end_of_item(&source.code, start) - 1));
        let lines = last - first + 1;
        (lines > FUNCTION_LINES_MAX).then(|| {
            let advice =
                format!("`{name}` has {lines} lines, at most {FUNCTION_LINES_MAX}: split it by what it does");
            Finding::at(&source.path, first, advice)
        })
    });
    too_long.collect()
}

/// `None` for the type of a function, which has no name.
fn function_name(from_keyword: &str) -> Option<&str> {
    let name = from_keyword.strip_prefix("fn")?.trim_start();
    let end = name.find(|character| !is_word(character))?;
    (end > 0).then_some(&name[..end])
}

#[test]
fn a_long_function_is_found_and_a_short_one_is_not() {
    let function = |lines: usize| {
        format!("fn short() {{}}\n\nfn long(a: [u8; 2]) {{\n{}}}\n", "    a();\n".repeat(lines))
    };
    assert_eq!(long_functions(&RustSource::new("a.rs", &function(68))), []);
    let found = printed(long_functions(&RustSource::new("a.rs", &function(69))));
    assert_eq!(found, "a.rs:3: `long` has 71 lines, at most 70: split it by what it does");
}

#[test]
fn braces_in_quotes_and_comments_end_no_function() {
    let body = "    a(\"}\"); // }\n".repeat(69);
    let text = format!("fn long() {{\n{body}}}\n");
    assert_eq!(long_functions(&RustSource::new("a.rs", &text)).len(), 1);
}
