//! Everything that a till said and wrote, to be searched for what must not be in it.

use std::path::Path;

use serde_json::Value;

use super::program::{Door, Folder};

/// Pieces with their names: a file's path, a command, what was asked.
#[derive(Default)]
pub(super) struct Evidence(Vec<(String, Vec<u8>)>);

impl Evidence {
    pub(super) fn add(&mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.0.push((name.into(), bytes.into()));
    }

    /// A command that must succeed, and its reply.
    pub(super) fn ask(&mut self, door: &Door, name: &str, request: &Value) -> Value {
        let reply = door.ask(name, request);
        self.add(name, reply.to_string());
        reply
    }

    /// A run that must succeed, and what it printed.
    pub(super) fn run(&mut self, folder: &Folder, arguments: &[&str]) {
        let said = folder.run(arguments);
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}");
        self.add(arguments.join(" "), said.out + &said.err);
    }

    /// Every file of a folder and of those in it.
    pub(super) fn add_files(&mut self, folder: &Path) {
        for entry in std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry")) {
            if entry.path().is_dir() {
                self.add_files(&entry.path());
            } else {
                // A file that goes away meanwhile, as a log does, held nothing that stays.
                self.add(entry.path().display().to_string(), std::fs::read(entry.path()).unwrap_or_default());
            }
        }
    }

    pub(super) fn pieces(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.0.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
    }

    /// A search that missed one of these would prove nothing.
    pub(super) fn reaches(&self, endings: &[&str]) {
        for ending in endings {
            assert!(self.pieces().any(|(name, _)| name.ends_with(ending)), "{ending} was not searched");
        }
    }

    /// Does a piece whose name ends like this say that?
    pub(super) fn says(&self, ending: &str, text: &str) -> bool {
        let mut named = self.pieces().filter(|(name, _)| name.ends_with(ending));
        named.any(|(_, bytes)| String::from_utf8_lossy(bytes).contains(text))
    }
}
