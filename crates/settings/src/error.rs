//! One line per problem: where it is, what is wrong, what to write instead. Values that may be secrets are never shown.

use std::fmt;

use thiserror::Error;

/// A value that can't stand, and the key it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}: {message}", key.escape_debug())]
pub struct Problem {
    /// Path in the form, such as `rail.bitcoin.account`; items of lists are counted from 1: `rail.bitcoin.servers.1`.
    pub key: String,
    /// What is wrong and what to write instead, on one line, without a secret.
    pub message: String,
}

impl Problem {
    /// A problem with one key.
    #[must_use]
    pub fn new(key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { key: key.into(), message: message.into() }
    }
}

/// Why settings are refused. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SettingsError {
    /// The text is not TOML.
    #[error("{place}{message}")]
    Syntax {
        /// Where.
        place: Place,
        /// What the parser says.
        message: String,
    },
    /// A key that no version knows.
    #[error("{place}unknown key {key:?} in {section}{hint}")]
    UnknownKey {
        /// Where.
        place: Place,
        /// The key.
        key: String,
        /// The section it stands in.
        section: String,
        /// What to do about it.
        hint: Hint,
    },
    /// A value that can't stand.
    #[error("{place}{problem}")]
    Value {
        /// Where.
        place: Place,
        /// What is wrong.
        problem: Problem,
    },
    /// The database has a setting that this version doesn't know.
    #[error("the setting {0:?} was stored by a newer version of Tillstream: update Tillstream")]
    NewerRow(String),
}

impl SettingsError {
    /// The line of the file, from 1, if the problem stands in a file.
    #[must_use]
    pub const fn line(&self) -> Option<usize> {
        match self {
            Self::Syntax { place, .. } | Self::UnknownKey { place, .. } | Self::Value { place, .. } => {
                place.line
            }
            Self::NewerRow(_) => None,
        }
    }

    /// The key whose value can't stand.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            Self::Value { problem, .. } => Some(&problem.key),
            Self::Syntax { .. } | Self::UnknownKey { .. } | Self::NewerRow(_) => None,
        }
    }
}

impl From<Problem> for SettingsError {
    fn from(problem: Problem) -> Self {
        Self::Value { place: Place { line: None }, problem }
    }
}

/// A line of a file, or no file at all. Shown as `line 12: `.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Counted from 1.
    pub line: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.line.map_or(Ok(()), |line| write!(f, "line {line}: "))
    }
}

/// What to do about an unknown key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Another key is spelled almost like it.
    DidYouMean(String),
    /// It looks like a secret.
    Secret,
    /// These are the keys there are.
    Known(Vec<&'static str>),
}

/// Words in the names of keys that somebody may take for a place to keep a secret.
const SECRET_WORDS: &[&str] = &["mnemonic", "password", "passphrase", "secret", "seed", "xprv"];

impl Hint {
    /// What to do about a name that is not among the known ones.
    pub(crate) fn about(name: &str, known: &[&'static str]) -> Self {
        if SECRET_WORDS.iter().any(|word| name.contains(word)) {
            return Self::Secret;
        }
        let distance = |known: &&&str| strsim::osa_distance(known, name);
        match known.iter().min_by_key(distance) {
            Some(nearest) if strsim::osa_distance(nearest, name) <= nearest.len() / 3 => {
                Self::DidYouMean((*nearest).to_owned())
            }
            _ => Self::Known(known.to_vec()),
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DidYouMean(key) => write!(f, "; did you mean {key:?}?"),
            Self::Secret => f.write_str("; secrets are kept by `tillstream secret set`, never in settings"),
            Self::Known(keys) => write!(f, "; known are {}", keys.join(", ")),
        }
    }
}
