//! Why a command was not carried out: one line that says what to do.

use std::io;
use std::path::PathBuf;

use clap::error::ErrorKind;
use thiserror::Error;

use super::{Answer, say};
use crate::app::Broken;
use crate::dto::error::{AppError, ErrorCode};
use crate::serve::ServeError;
use crate::till::OpenError;

/// A refusal. Never contains a secret.
#[derive(Debug, Error)]
pub(super) enum Failure {
    /// What was typed.
    #[error("{0}")]
    Usage(String),
    /// What was typed or read holds a card number.
    #[error(transparent)]
    CardNumber(#[from] crate::gate::CardNumberRefused),
    /// What was typed for a sale.
    #[error("{0:?} is no sale's number or id: take one from `tillstream sales list`")]
    NotASale(String),
    /// The till does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// It opened, and can't go on.
    #[error(transparent)]
    Broken(#[from] Broken),
    /// The data file can't be opened for reading.
    #[error(transparent)]
    Books(#[from] store::OpenError),
    /// The books can't be read.
    #[error(transparent)]
    Read(#[from] store::ReadError),
    /// The backup was not made or not restored.
    #[error(transparent)]
    Backup(#[from] store::BackupError),
    /// The stored settings.
    #[error("the stored settings can't be read: {0}")]
    Settings(#[from] ::settings::SettingsError),
    /// A command of the till was refused.
    #[error("{0}")]
    Refused(String),
    /// The process that owns the data file went away or hangs.
    #[error("the till did not answer ({0}): look at `tillstream sales list` before you do it again")]
    NoAnswer(String),
    /// It answered something else.
    #[error("the till answered what this version does not understand ({0}): use the same version for both")]
    OtherVersion(#[from] serde_json::Error),
    /// The stream ended early.
    #[error(transparent)]
    Stream(#[from] crate::stream::StreamError),
    /// The address can't be served.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The window.
    #[cfg(feature = "desktop")]
    #[error(transparent)]
    Window(#[from] crate::window::WindowError),
    /// Built without the window.
    #[cfg(not(feature = "desktop"))]
    #[error("this build has no window: run `tillstream serve` and open the address it prints in a browser")]
    NoWindow,
    /// Built without the window, while somebody else serves the screens.
    #[cfg(not(feature = "desktop"))]
    #[error("this build has no window: {0}; open what `tillstream serve` printed there in a browser")]
    NoWindowBut(String),
    /// The keyring.
    #[error(transparent)]
    Vault(#[from] keys::VaultError),
    /// The words.
    #[error(transparent)]
    Words(#[from] keys::MnemonicError),
    /// The owner's PIN.
    #[error(transparent)]
    Pin(#[from] keys::PinError),
    /// The secret's name or the place it would be kept at.
    #[error("{0}")]
    Secret(#[from] super::secret::SecretRefused),
    /// A code that can't be drawn.
    #[error(transparent)]
    Code(#[from] crate::qr::NotOurPath),
    /// A file of the user's.
    #[error("{} can't be opened ({reason}): check its name", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: io::Error,
    },
    /// A file that should be text.
    #[error("{} is not text (UTF-8), so it is no settings file: choose another", .0.display())]
    NotText(PathBuf),
    /// Standard input.
    #[error("standard input can't be read: {0}")]
    Input(io::Error),
    /// Standard output.
    #[error("standard output can't be written: {0}")]
    Output(io::Error),
    /// No threads.
    #[error("no thread could be started: {0}. Close other programs")]
    Runtime(io::Error),
    /// No data folder.
    #[error("there is no home folder to keep the data in: say where with --data-dir")]
    NoHome,
    /// No randomness for ids.
    #[error("the operating system gave no random numbers: restart the computer")]
    NoRandomness,
}

impl From<AppError> for Failure {
    fn from(error: AppError) -> Self {
        let asked_wrongly = [ErrorCode::BadRequest, ErrorCode::BadAmount, ErrorCode::CardNumber];
        Self::told(asked_wrongly.contains(&error.code), error.detail)
    }
}

impl Failure {
    /// What the till refused: either it was asked wrongly, or it can't be now.
    pub(super) const fn told(asked_wrongly: bool, detail: String) -> Self {
        if asked_wrongly { Self::Usage(detail) } else { Self::Refused(detail) }
    }

    /// Asked in the right way, and the answer is no: not now, not in this state. A script may try again later what is
    /// refused like this. A second till on the same books is none: it was started wrongly.
    pub(super) const fn is_no(&self) -> bool {
        match self {
            Self::Refused(_) | Self::NoAnswer(_) | Self::Broken(_) => true,
            Self::Open(OpenError::Store(error)) => matches!(error, store::OpenError::Disk { .. }),
            _ => false,
        }
    }
}

/// What the reader of arguments says, in one line. Help and version are answers.
pub(super) fn usage(error: &clap::Error) -> Result<Answer, Failure> {
    let text = error.to_string();
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        return say(text.trim_end()).map(|()| Answer::Yes);
    }
    Err(Failure::Usage(one_line(&text)))
}

/// The problem and its tip, without the usage and help that stand below.
fn one_line(text: &str) -> String {
    let is_below = |line: &&str| line.starts_with("Usage:") || line.starts_with("For more information");
    let words = text.lines().take_while(|line| !is_below(line)).flat_map(str::split_whitespace);
    let problem = words.collect::<Vec<_>>().join(" ");
    let problem = problem.strip_prefix("error: ").unwrap_or(&problem);
    format!("{problem} (--help shows what there is)")
}
