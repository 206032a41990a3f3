//! What a rule reports.

use std::fmt;

/// A broken rule: where, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Finding {
    place: String,
    advice: String,
}

impl Finding {
    /// About a line of a file.
    pub(super) fn at(path: &str, line: usize, advice: impl Into<String>) -> Self {
        Self { place: format!("{path}:{line}"), advice: advice.into() }
    }

    /// About a file as a whole.
    pub(super) fn about(path: &str, advice: impl Into<String>) -> Self {
        Self::at(path, 1, advice)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.advice)
    }
}

/// Fails with every finding, one to a line.
#[track_caller]
pub(super) fn assert_none(findings: impl IntoIterator<Item = Finding>) {
    let lines: Vec<String> = findings.into_iter().map(|finding| finding.to_string()).collect();
    assert!(lines.is_empty(), "{} to tidy:\n{}", lines.len(), lines.join("\n"));
}

/// The findings as text, for the tests of the rules themselves.
pub(super) fn printed(findings: impl IntoIterator<Item = Finding>) -> String {
    findings.into_iter().map(|finding| finding.to_string()).collect::<Vec<_>>().join("\n")
}
