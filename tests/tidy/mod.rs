//! House rules that no compiler and no lint holds. Each is a test with a sentence for its name; each failure names a
//! file, a line and what to do. Beside every rule stands a test that shows it failing on a planted violation.
//!
//! The rules read the working tree as git sees it: what is tracked, and what is new and not ignored.
#![expect(clippy::unwrap_used, reason = "a test says what is wrong by panicking, its helpers too")]

mod arrows;
mod documents;
mod files;
mod finding;
mod floats;
mod functions;
mod leftovers;
mod machine;
mod names;
mod panics;
mod rust_source;
mod tree;
mod window;
mod words;
mod workspace;
