//! A Rust file taken apart just far enough for the rules: code without comments and without what is inside quotes,
//! comments without code, and which parts are tests. Offsets and lines are those of the file.

use std::ops::Range;

use super::tree::{Text, texts};

/// A Rust file of ours.
#[derive(Clone, Debug)]
pub(super) struct RustSource {
    pub(super) path: String,
    pub(super) text: String,
    /// The file with blanks in place of comments and of what is inside quotes.
    pub(super) code: String,
    /// The file with blanks in place of everything but comments.
    pub(super) comments: String,
    tests: Vec<Range<usize>>,
}

impl RustSource {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let (code, comments) = take_apart(text);
        let tests =
            if is_test_file(path) { std::iter::once(0..text.len()).collect() } else { test_items(&code) };
        Self { path: path.to_owned(), text: text.to_owned(), code, comments, tests }
    }

    /// Line of an offset, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.text[..offset].matches('\n').count() + 1
    }

    /// Is the offset in a test?
    pub(super) fn is_test(&self, offset: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&offset))
    }

    /// Lines that are no tests.
    pub(super) fn lines_without_tests(&self) -> usize {
        let in_tests = |range: &Range<usize>| self.text[range.clone()].lines().count();
        self.text.lines().count() - self.tests.iter().map(in_tests).sum::<usize>()
    }

    /// Where a word stands in the code, as a word of its own.
    pub(super) fn words<'a>(&'a self, word: &'a str) -> impl Iterator<Item = usize> + 'a {
        words(&self.code, word)
    }
}

/// Every Rust file of the tree.
pub(super) fn rust_sources() -> Vec<RustSource> {
    let is_rust = |path: &str| std::path::Path::new(path).extension().is_some_and(|kind| kind == "rs");
    texts(is_rust).iter().map(|Text { path, text }| RustSource::new(path, text)).collect()
}

/// Where a word stands in a text with nothing of an identifier before or after it.
pub(super) fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_apart = move |offset: usize| {
        let before = text[..offset].chars().next_back();
        let after = text[offset + word.len()..].chars().next();
        ![before, after].into_iter().flatten().any(is_word)
    };
    text.match_indices(word).map(|(offset, _)| offset).filter(move |offset| is_apart(*offset))
}

pub(super) fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Offset after the brace that closes the first one at or after `from`; a semicolon before it ends the item instead.
pub(super) fn end_of_item(code: &str, from: usize) -> usize {
    let (mut braces, mut others) = (0_i32, 0_i32);
    for (offset, byte) in code.bytes().enumerate().skip(from) {
        match byte {
            b'{' => braces += 1,
            b'}' if braces == 1 => return offset + 1,
            b'}' => braces -= 1,
            b'(' | b'[' => others += 1,
            b')' | b']' => others -= 1,
            b';' if braces == 0 && others == 0 => return offset + 1,
            _ => {}
        }
    }
    code.len()
}

fn is_test_file(path: &str) -> bool {
    let is_folder = |part: &str| matches!(part, "tests" | "benches" | "fuzz");
    path.split('/').any(is_folder) || path.ends_with("/tests.rs")
}

fn test_items(code: &str) -> Vec<Range<usize>> {
    const MARK: &str = "#[cfg(test)]";
    let items = code.match_indices(MARK);
    items.map(|(start, _)| start..end_of_item(code, start + MARK.len())).collect()
}

/// What a stretch of a file is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stretch {
    Code,
    Comment,
    Quoted,
}

/// First characters of comments and of everything in quotes.
const MAY_BEGIN_ANOTHER: [char; 6] = ['/', '"', '\'', 'r', 'b', 'c'];

fn take_apart(text: &str) -> (String, String) {
    let (mut code, mut comments) = (String::new(), String::new());
    let mut rest = text;
    let mut before = ' ';
    while !rest.is_empty() {
        let (stretch, length) = next_stretch(rest, before);
        let (taken, remaining) = rest.split_at(length);
        let (of_code, of_comments) = match stretch {
            Stretch::Code => (taken.to_owned(), blank(taken)),
            Stretch::Comment => (blank(taken), taken.to_owned()),
            Stretch::Quoted => (blank_inside(taken), blank(taken)),
        };
        code.push_str(&of_code);
        comments.push_str(&of_comments);
        before = taken.chars().next_back().unwrap_or(before);
        rest = remaining;
    }
    (code, comments)
}

/// The same number of bytes and the same lines with nothing on them.
fn blank(taken: &str) -> String {
    taken.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect()
}

/// The same with the quotes at both ends left.
fn blank_inside(taken: &str) -> String {
    let mut blanked = blank(taken);
    for end in [0, taken.len() - 1] {
        if taken[end..].starts_with('"') {
            blanked.replace_range(end..=end, "\"");
        }
    }
    blanked
}

fn next_stretch(rest: &str, before: char) -> (Stretch, usize) {
    if rest.starts_with("//") {
        return (Stretch::Comment, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (Stretch::Comment, block_comment(rest));
    }
    if rest.starts_with('"') {
        return (Stretch::Quoted, quoted(rest, '"'));
    }
    if let Some(length) = raw_string(rest).filter(|_| !is_word(before)) {
        return (Stretch::Quoted, length);
    }
    if let Some(length) = character(rest) {
        return (Stretch::Quoted, length);
    }
    let first = rest.chars().next().map_or(1, char::len_utf8);
    let more = rest[first..].find(MAY_BEGIN_ANOTHER).unwrap_or(rest.len() - first);
    (Stretch::Code, first + more)
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_i32;
    for (offset, pair) in rest.as_bytes().windows(2).enumerate() {
        match pair {
            b"/*" => depth += 1,
            b"*/" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return offset + 2;
        }
    }
    rest.len()
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (offset, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == quote => return offset + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `r"…"`, `r#"…"#`, and the same of bytes and C strings.
fn raw_string(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix("br").or(rest.strip_prefix("cr")).or(rest.strip_prefix('r'))?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    let opening = rest.len() - after.len() + hashes + 1;
    after[hashes..].starts_with('"').then_some(())?;
    let closing = format!("\"{}", "#".repeat(hashes));
    Some(rest[opening..].find(&closing).map_or(rest.len(), |end| opening + end + closing.len()))
}

/// A character in quotes, which a lifetime is not.
fn character(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('\'')?;
    let mut characters = after.char_indices();
    match characters.next()?.1 {
        '\\' => Some(quoted(rest, '\'')),
        _ if characters.next()?.1 == '\'' => Some(1 + after.find('\'')? + 1),
        _ => None,
    }
}

#[test]
fn comments_and_quotes_are_told_from_code() {
    let text =
        "let a = \"x // no\"; // why\nlet r = r#\"{ \" }\"#; /* a /* b */ c */ let c = '{'; fn f<'a>() {}";
    let source = RustSource::new("a.rs", text);
    assert_eq!(source.code.len(), text.len());
    assert!(source.code.starts_with("let a = \"       \";       \nlet r = "), "{}", source.code);
    assert!(!source.code.contains("{ "), "braces in quotes are gone: {}", source.code);
    assert!(source.code.ends_with("fn f<'a>() {}"));
    assert_eq!(source.comments.split_whitespace().collect::<Vec<_>>().join(" "), "// why /* a /* b */ c */");
}

#[test]
fn test_code_is_told_from_the_rest() {
    let text = "fn a() {}\n\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n\nfn c() {}\n";
    let source = RustSource::new("crates/x/src/lib.rs", text);
    assert!(source.is_test(text.find("fn b").unwrap()));
    assert!(!source.is_test(text.find("fn c").unwrap()));
    assert_eq!(source.lines_without_tests(), 4);
    assert!(RustSource::new("crates/x/tests/main.rs", text).is_test(0));
}
