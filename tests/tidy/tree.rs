//! The working tree: its files as text.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A text file of the tree. The path is relative to the root, with forward slashes.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) path: String,
    pub(super) text: String,
}

/// The folder everything is in.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file that is tracked, or new and not ignored, and chosen by its path. Files that are no text are left out.
pub(super) fn texts(chosen: impl Fn(&str) -> bool) -> Vec<Text> {
    let listed = output("git", &["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let mut paths: Vec<&str> = listed.split('\0').filter(|path| !path.is_empty() && chosen(path)).collect();
    paths.sort_unstable();
    paths.dedup();
    paths.into_iter().filter_map(read).collect()
}

/// One file that must be there.
pub(super) fn text(path: &str) -> String {
    read(path).unwrap_or_else(|| panic!("{path} is missing or is no text")).text
}

/// `None` for a file that is no text, or was removed and not committed yet.
fn read(path: &str) -> Option<Text> {
    let text = std::fs::read_to_string(root().join(path)).ok()?;
    Some(Text { path: path.to_owned(), text })
}

/// What a program prints when it is run at the root.
pub(super) fn output(program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program).args(arguments).current_dir(root()).output().unwrap();
    let complaint = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{program} {} failed: {complaint}", arguments.join(" "));
    String::from_utf8(done.stdout).unwrap()
}

/// Is there a file or folder of that path?
pub(super) fn exists(path: &str) -> bool {
    let path: PathBuf = root().join(path);
    path.exists()
}
