//! Practice, sandbox or live: three sets of books that never meet.

use std::fmt;

/// Practice, sandbox or live. A data file belongs to one of them for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Rails are simulated.
    Practice,
    /// Real code against counterparties on this machine.
    Sandbox,
    /// Real money.
    Live,
}

impl Mode {
    /// Every mode.
    pub const ALL: &'static [Self] = &[Self::Practice, Self::Sandbox, Self::Live];

    /// The stable name, as stored and as on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Practice => "practice",
            Self::Sandbox => "sandbox",
            Self::Live => "live",
        }
    }

    /// Finds a mode by its name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|mode| mode.name() == name)
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
