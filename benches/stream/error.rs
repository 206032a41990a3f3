//! Why a benchmark stops. Each is one line.

use thiserror::Error;
use tillstream::dto::error::AppError;

/// Why nothing more is measured.
#[derive(Debug, Error)]
pub enum BenchError {
    /// A file, or a pipe.
    #[error("a file of the benchmark can't be written or read: {0}")]
    File(#[from] std::io::Error),
    /// What a process of its own was told, or answered.
    #[error("a measurement can't be read: {0}")]
    Json(#[from] serde_json::Error),
    /// Something it is measured against.
    #[error(transparent)]
    Yardstick(#[from] yardsticks::YardstickError),
    /// The till did not open.
    #[error(transparent)]
    Open(#[from] tillstream::till::OpenError),
    /// The stream ended early.
    #[error(transparent)]
    Stream(#[from] tillstream::stream::StreamError),
    /// The books can't be opened.
    #[error(transparent)]
    Books(#[from] store::OpenError),
    /// The books can't be read.
    #[error(transparent)]
    Journal(#[from] store::ReadError),
    /// The till refused.
    #[error("the till refused: {0}")]
    Refused(String),
    /// Not every payment was taken.
    #[error("a payment was answered: {0}")]
    NotTaken(String),
    /// The books are wrong.
    #[error("the books are wrong after the measurement: {0}")]
    Wrong(store::Fault),
    /// The machine does not say what it is.
    #[error("{place} does not say {fact}")]
    Unknown {
        /// Where it should stand.
        place: String,
        /// What.
        fact: String,
    },
    /// A process of its own failed.
    #[error("{0}")]
    Failed(String),
    /// It was not measured, so it can't be reported.
    #[error("there is no figure for {0}")]
    NoFigure(String),
}

impl From<AppError> for BenchError {
    fn from(refused: AppError) -> Self {
        Self::Refused(refused.detail)
    }
}
